"""The Spanish words the wording rules know, in tables that a person can read and add to."""
