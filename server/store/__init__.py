"""What the office remembers: the only place with SQL. Knows no web request and decides nothing."""
