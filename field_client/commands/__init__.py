"""The commands of `ronda field`, a module each."""
