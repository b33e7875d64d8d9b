"""The wire: what travels between laptop and office, field by field. Knows no transport."""
