"""Gives the verdict on a text's words. Knows no word itself: those are in the lexicon and the patterns."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache, lru_cache

from ..policy import Policy
from . import excuses, forbidden, rewriting, telling, weighing
from .lexicon.things import SHORTHAND
from .patterns import Match, Pattern, Tags, compiled, find
from .result import Category, Linted, TextKind, Worded
from .said import SAID, lines
from .sources import source_of
from .tagging import tagged
from .words import Word, sentences

# To the debtor himself: a court's word is at least to be looked at, whatever the sentence.
DIRECTED = frozenset({TextKind.MESSAGE, TextKind.LETTER, TextKind.TEMPLATE, TextKind.SLIP})
_COURTLY = frozenset({"BADNOUN", "JAILPLACE", "POLICE", "OFFICEPLACE", "LEGALWORD"})
# How many texts' answers are kept: the same note is judged while typed, when saved and at receipt.
_KEPT = 4096


def lint(text: str, policy: Policy | None = None, kind: str = "") -> Linted:
    """What of `text` breaks a rule of wording, under a pack where there is one.

    `kind` is a `TextKind` or "" when it is not known. In a note what would block warns: a note records
    what happened, and is looked at by the audit. Everywhere else it blocks.
    """
    found = _found(text, policy, kind)
    if not found:
        return Linted()
    neutral = rewriting.neutral(text, found, kind)
    if _found(neutral, policy, kind):  # what was left of a sentence may still be harm
        neutral = str(found[0].instead)
    return Linted(tuple(found), neutral)


def _found(text: str, policy: Policy | None, kind: str) -> list[Worded]:
    return [each for row in sentences(text) for each in _of_sentence(text, row, policy, kind)]


def _of_sentence(text: str, row: tuple[Word, ...], policy: Policy | None, kind: str) -> list[Worded]:
    tags = tagged(row)
    hits = list(_hits(row, tags))
    if not hits and (heavy := weighing.weighed(row, tags)) is not None:
        hits = [(weighing.category_of(row, tags), heavy[1])]
    if all(category is not Category.DEADLINE for category, _ in hits) and _timed(row, tags):
        hits = [(Category.DEADLINE if one is Category.THREAT else one, match) for one, match in hits]
    found = [_worded(text, row, category, match, policy, kind) for category, match in hits]
    if policy is not None and policy.forbidden_terms:
        plainly = bool(hits) or kind in DIRECTED
        for match in forbidden.found(policy.forbidden_terms, row):
            if plainly or forbidden.meant(match, row, tags):
                found.append(_worded(text, row, Category.FORBIDDEN, match, policy, kind))
    if not found and kind in DIRECTED:
        found += _courtly(text, row, tags)
    return found


def _hits(row: Sequence[Word], tags: Sequence[Tags]) -> list[tuple[Category, Match]]:
    """The first unexcused match of each category: more of the same sentence tells nobody more."""
    has = frozenset().union(*tags)
    hits: dict[Category, Match] = {}
    for category, pattern in _candidates(has):
        if category in hits:
            continue
        for match in find(pattern, tags, has):
            if not excuses.excused(match, row, tags, category):
                hits[category] = match
                break
    return list(hits.items())


def _worded(
    text: str,
    row: Sequence[Word],
    category: Category,
    match: Match,
    policy: Policy | None,
    kind: str,
) -> Worded:
    start, end = row[match.begin].start, row[min(match.end, len(row)) - 1].end
    words = text[start:end]
    rule = f"{policy.name}.wording.{category}" if policy is not None else f"wording.{category}"
    return Worded(
        rule=rule,
        category=category,
        decision="warn" if kind == TextKind.NOTE else "block",
        start=start,
        end=end,
        words=words,
        because=telling.why(category, words),
        instead=telling.instead(category, kind),
        source=source_of(policy, category),
    )


def _timed(row: Sequence[Word], tags: Sequence[Tags]) -> bool:
    """True when the sentence sets a time: so many hours, before a day, today."""
    for at, word in enumerate(row):
        after = tags[at + 1] if at + 1 < len(row) else frozenset()
        if not tags[at].isdisjoint(("NUM", "NUMBER")) and "TIMEUNIT" in after:
            return True
        if (word.text == "antes" and "de" in after) or word.text in ("hoy", "manana", "inmediato"):
            return True
    return False


def _courtly(text: str, row: Sequence[Word], tags: Sequence[Tags]) -> list[Worded]:
    """A court's or the police's word in a text to the debtor, with nothing that makes it harm: a warning."""
    for at, word in enumerate(row):
        if tags[at].isdisjoint(_COURTLY) or (
            word.text in ("demandas", "embargo") and tags[at] == {"embargo"}
        ):
            continue
        match = Match(None, at, at + 1, at, at + 1)
        if excuses.excused(match, row, tags, Category.JUDICIAL):
            continue
        words = text[word.start : word.end]
        return [
            Worded(
                rule="wording.near",
                category=Category.JUDICIAL,
                decision="warn",
                start=word.start,
                end=word.end,
                words=words,
                because=telling.near(words),
                instead=telling.instead(Category.JUDICIAL, ""),
            )
        ]
    return []


@cache
def _patterns() -> tuple[tuple[tuple[Category, Pattern], ...], dict[str, tuple[int, ...]]]:
    """All patterns in order, and for each tag those that cannot fit without it."""
    made = tuple(
        (Category(name), compiled(line, SHORTHAND))
        for name, tables in SAID.items()
        for line in lines(*tables)
    )
    index: dict[str, list[int]] = {}
    for place, (_, pattern) in enumerate(made):
        for tag in min(pattern.needed, key=_breadth):
            index.setdefault(tag, []).append(place)
    return made, {tag: tuple(places) for tag, places in index.items()}


def _breadth(among: Tags) -> int:
    """How much of ordinary Spanish a step lets in: patterns wait for their rarest word."""
    return sum(20 if tag.isupper() and "." not in tag else 5 if len(tag) <= 3 else 1 for tag in among)


@lru_cache(maxsize=_KEPT)
def _candidates(has: Tags) -> tuple[tuple[Category, Pattern], ...]:
    made, index = _patterns()
    places = sorted({place for tag in has for place in index.get(tag, ())})
    return tuple(made[place] for place in places)
