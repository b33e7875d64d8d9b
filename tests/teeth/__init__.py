"""Teeth: named mutants of our own code, each of which one test must catch. `python -m tests.teeth`."""
