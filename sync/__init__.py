"""What both sides must agree on: the words, the rules, the wire. Knows no HTTP client and no database."""

__version__ = "0.2.0"
