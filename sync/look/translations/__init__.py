"""The languages of the pages besides Spanish, which is in the code. Holds no text in Python."""
