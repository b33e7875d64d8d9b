"""Measures of sync against its peers, its ceiling and slow links. Not part of the installed package."""
