"""Gives each word the classes it belongs to, verbs by their forms. Knows no pattern and judges nothing."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import cache, lru_cache

from .inflecting import forms, without_clitics
from .lexicon.insults import INSULTS
from .lexicon.things import CLASSES
from .lexicon.verbs import VERBS
from .patterns import Tags
from .said import SAID, lines
from .words import LONGEST_WORD, Word, fold

# "embargarnos", "decirme": done to us, so by the debtor; these classes are then not meant.
_NOT_TO_US = frozenset({"LAW", "HURT", "TELL", "SEIZE", "CALL", "HAND", "SEND", "INSULTED"})
_US = frozenset({"me", "nos"})
_IMPERATIVE = ("subj", "pres3")
_MODAL_AFTER = ("debe", "deben", "debes", "debia", "debian")


def tagged(row: Sequence[Word]) -> list[Tags]:
    """The tags of each word of a sentence."""
    tags = [tags_of(word.text) for word in row]
    for at, word in enumerate(row):
        if word.text == "embargo" and at and row[at - 1].text == "sin":
            tags[at] = frozenset({"embargo"})  # "sin embargo" seizes nothing
        elif word.text in _MODAL_AFTER and _goes_on(row, tags, at + 1):
            tags[at] = frozenset({word.text, "MUST"})  # "debe volver" owes nothing
        elif word.stress in ("ó", "Ó", "é", "É"):
            tags[at] = _stressed(word.text, tags[at], word.stress in ("ó", "Ó"))
    return tags


@lru_cache(maxsize=8192)
def _stressed(text: str, tags: Tags, o: bool) -> Tags:
    """What a typed accent leaves: publicó is somebody's past, publiqué and publicaré are mine."""
    kept = ("pret3",) if o else ("pret1", "fut1")
    drop = frozenset(
        {text, "BADNOUN", "COURTWORD", "PAPER", "DEBT", "DEBTSTRONG", "GOODS", "COLLECT", "REPORT"}
    )
    verbs = {tag for tag in tags if "." in tag}
    if not any(tag.endswith(kept) for tag in verbs):
        return tags
    return frozenset(
        tag for tag in tags - (drop if o else frozenset()) if "." not in tag or tag.endswith(kept)
    )


def _goes_on(row: Sequence[Word], tags: Sequence[Tags], at: int) -> bool:
    """True when an infinitive follows, so that "debe" is "must"."""
    if at < len(row) and row[at].text in ("de", "haber", "ser", "estar"):
        at += row[at].text == "de"
    if at >= len(row):
        return False
    word = row[at].text
    tail = any(base.endswith(("ar", "er", "ir")) for base, _ in without_clitics(word))
    return (word.endswith(("ar", "er", "ir")) and len(word) > 3) or (tail and len(word) > 6)


@lru_cache(maxsize=32768)
def tags_of(text: str) -> Tags:
    """The word itself, its classes, and the forms of verbs it may be, with what hangs on it (`+le`)."""
    found = {text} | _direct(text)
    if text[0].isdigit():
        found.add("NUM")
    for base, tail in without_clitics(text) if len(text) > 4 else ():
        for tag in _direct(base):
            name, dot, group = tag.partition(".")
            if not dot or (group not in ("inf", "ger", "fut1") and group not in _IMPERATIVE):
                continue
            if name in _NOT_TO_US and (tail in _US or tail[:2] in _US):
                continue
            if group in _IMPERATIVE and tail in ("la", "las", "lo", "los", "me") and base.endswith("o"):
                continue
            found |= {name, tag, tag + "+", "+CL"}
            if group in _IMPERATIVE:
                found |= {name + ".imp", "ORDER"}
    return frozenset(found)


def _direct(text: str) -> set[str]:
    exact, begun = _tables()
    found = set(exact.get(text, ()))
    for length in range(3, min(len(text), LONGEST_WORD) + 1):
        found |= begun.get(text[:length], frozenset())
    return found


@cache
def _tables() -> tuple[Mapping[str, frozenset[str]], Mapping[str, frozenset[str]]]:
    """Words, and beginnings of words, with their tags. Made once, when the first text is judged."""
    exact: dict[str, set[str]] = {}
    begun: dict[str, set[str]] = {}
    for word in set(
        re.findall(r"[a-z]+(?=\*)", " ".join(lines(*(table for tables in SAID.values() for table in tables))))
    ):
        begun.setdefault(word, set()).add(word + "*")
    for tables in (CLASSES, INSULTS):
        for name, words in tables.items():
            for word in fold(words).split():
                table = begun if word.endswith("*") else exact
                table.setdefault(word.removesuffix("*"), set()).add(name)
    for name, verbs in VERBS.items():
        for verb in fold(verbs).split():
            for group, words_of in forms(verb).items():
                for word in words_of:
                    exact.setdefault(word, set()).update((name, f"{name}.{group}"))
    return _frozen(exact), _frozen(begun)


def _frozen(table: Mapping[str, set[str]]) -> dict[str, frozenset[str]]:
    return {word: frozenset(tags) for word, tags in table.items()}
