"""Gives the verdict on a text's words. Knows no word itself: those are in the lexicon and the patterns."""

from __future__ import annotations

from ..policy import Policy
from .result import Linted


def lint(text: str, policy: Policy | None = None, kind: str = "") -> Linted:
    """What of `text` breaks a rule of wording, under a pack where there is one.

    `kind` is a `TextKind` or "" when it is not known. In a note what would block warns: a note records
    what happened, and is looked at by the audit. Everywhere else it blocks.
    """
    return Linted()
