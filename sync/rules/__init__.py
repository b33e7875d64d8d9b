"""The trade's decisions, pure: today, now, policy and facts are arguments. Knows no store nor clock."""
