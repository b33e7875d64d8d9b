"""The office: imports the portfolio, assigns, plans, receives, audits, shows."""
