"""Makes the office's figures from its facts, and keeps what they add up from. No SQL and no page."""
