"""Judges the words of a text to or about a debtor: `lint(text, policy, kind)`. Reads no file, knows no case.

Spanish; see docs/wording.md for what it finds and how often it is right.
"""

from .linting import lint
from .result import Category, Linted, TextKind, Worded

__all__ = ["Category", "Linted", "TextKind", "Worded", "lint"]
