"""The fictitious town, portfolio and staff of `ronda demo`. Knows no database and no network."""
