"""The commands of `ronda office`: each parses, calls one gerund, prints. None decides anything."""
