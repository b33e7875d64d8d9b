"""Reads a phrase from a JSON column, whether it was stored as an object or as its text. Knows no table."""

from __future__ import annotations

from collections.abc import Mapping

from sync.words import Phrase


def phrase_of(stored: str | Mapping[str, object]) -> Phrase:
    """The phrase. Raises ValueError when the column holds something else."""
    if isinstance(stored, str):
        return Phrase.from_json(stored)
    msgid, values = stored.get("msgid"), stored.get("values") or {}
    if not isinstance(msgid, str) or not isinstance(values, Mapping):
        raise ValueError("not a phrase: an object with msgid and values is expected")
    return Phrase(msgid, dict(values))
