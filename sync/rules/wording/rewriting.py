"""Says a text again without what breaks a rule. Decides nothing; a person reads it before it is used."""

from __future__ import annotations

import re
from collections.abc import Sequence

from . import telling
from .result import Category, Worded
from .words import fold, sentences

_VOCATIVE = re.compile(r"(^|,)\s*([^,]+?)\s*(,|[.!?]*$)")


def neutral(text: str, found: Sequence[Worded], kind: str) -> str:
    """The text with each sentence that breaks a rule put neutrally; "" when nothing was found."""
    if not found:
        return ""
    made: list[str] = []
    for row in sentences(text):
        start, end = row[0].start, row[-1].end
        stop = text[end : end + 1] if text[end : end + 1] in (".", "!", "?", "…") else "."
        here = [each for each in found if start <= each.start < end]
        said = text[start:end] + stop if not here else _said(text[start:end], start, here, kind)
        if said and said not in made:
            made.append(said)
    return " ".join(made)


def _said(sentence: str, at: int, found: Sequence[Worded], kind: str) -> str:
    """An insult that stands between commas is left out; any other sentence is put in the house's words."""
    if all(each.category is Category.INSULT for each in found):
        rest = sentence
        for each in found:
            rest = _without(rest, fold(each.words))
        if rest:
            return rest[0].upper() + rest[1:] + "."
    strictest = min(found, key=lambda each: list(Category).index(each.category))
    return str(telling.instead(strictest.category, kind))


def _without(sentence: str, insult: str) -> str:
    """The sentence without the part between commas that is the insult; "" when it is more than a call."""
    parts = [part.strip() for part in sentence.split(",")]
    kept = [part for part in parts if insult not in fold(part)]
    gone = [part for part in parts if insult in fold(part)]
    if len(kept) == len(parts) or not kept or any(len(part.split()) > 2 for part in gone):
        return ""
    return ", ".join(kept) if len(" ".join(kept).split()) > 1 else ""
