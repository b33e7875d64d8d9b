"""Weighs the words of a sentence together, for what no pattern names. The weights are in `weights`.

A linear score: each word, its classes and each pair of neighbours adds or takes away a little. It speaks
only where the sentence is the writer's own, neither told of somebody else, denied, nor a place's name.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cache

from . import excuses
from .patterns import Match, Tags
from .result import Category
from .weights import BIAS, LIMIT, WEIGHTS
from .words import Word, words_of

_OBJECTS = words_of("le les lo los la las te os")
_NEGATIONS = words_of("no nadie nunca sin ni ningun ninguna")
_HARM = words_of(
    "SEIZE LAW HURT JAIL BADNOUN POLICE OFFICEPLACE OFFICE COURTWORD DEBTSTRONG STRONG AIMED NAMED "
    "TELL MENACE"
)
# Without any of these a sentence names no harm: it must weigh the more to be stopped.
_CUES = _HARM | words_of(
    "LEGALWORD BEAST BEATING BUREAU HIT BODYPART SHAMING HOMEGOODS APPLIANCE FORCE PUBLIC HOLD AVOID LOSE "
    "CATCH VILE OTHERS"
)
# How many of the heaviest words are shown.
_SHOWN = 3


def weighed(row: Sequence[Word], tags: Sequence[Tags]) -> tuple[float, Match] | None:
    """The score and the span of its heaviest words, when it is above the limit and nothing excuses it."""
    if len(row) < 2 or framed(row, tags):
        return None
    table, by_word, score = _table(), [0.0] * len(row), BIAS
    for at, name in features(row, tags):
        weight = table.get(name, 0.0)
        score += weight
        by_word[at] += weight
    if score <= LIMIT:
        return None
    heaviest = sorted(sorted(range(len(row)), key=lambda at: -by_word[at])[:_SHOWN])
    return score, Match(None, heaviest[0], heaviest[-1] + 1, heaviest[0], heaviest[-1] + 1)


def framed(row: Sequence[Word], tags: Sequence[Tags]) -> bool:
    """True when the sentence as a whole is somebody else's word, a denial, or about places and others."""
    last = Match(None, len(row) - 1, len(row), len(row) - 1, len(row))
    if (
        excuses.reported(last, row, tags)
        or excuses.others_claim(last, row, tags)
        or excuses.family_court(tags)
        or excuses.told_to_us(row, tags)
        or excuses.address(row)
        or excuses.nothing_lost(row, tags)
    ):
        return True
    for at, held in enumerate(tags):
        if held.isdisjoint(_HARM):
            continue
        here = Match(None, at, at + 1, at, at + 1)
        if excuses.denied(here, row, tags, Category.THREAT) or excuses.place_name(here, tags):
            return True
        if excuses.done_to_us(here, row, tags) or excuses.by_others(here, row, tags):
            return True
    return False


def features(row: Sequence[Word], tags: Sequence[Tags]) -> Iterator[tuple[int, str]]:
    """What is weighed, each with the word it stands at: words, begins, ends, classes and neighbours."""
    before, classes_before = "^", ["^"]
    for at, word in enumerate(row):
        text = "0" if word.text[0].isdigit() else word.text
        classes = sorted(tag for tag in tags[at] if tag.isupper() or "." in tag)
        if text in _OBJECTS:
            classes.append("OBJ")
        yield at, text
        yield at, f"{before} {text}"
        if len(text) > 5:
            yield at, text[:5] + "-"
        if len(text) > 4:
            yield at, "-" + text[-3:]
        for each in classes:
            yield at, each
            yield at, f"{before} {each}"
            for other in classes_before:
                if len(other) > 3:
                    yield at, f"{other} {each}"
        before, classes_before = text, classes or [text]
    yield len(row) - 1, f"{before} $"
    yield 0, f"^ {row[0].text}"
    if any(word.text in _NEGATIONS for word in row):
        yield 0, "NEGATION"
    if all(held.isdisjoint(_CUES) for held in tags):
        yield 0, "PLAIN"


def category_of(row: Sequence[Word], tags: Sequence[Tags]) -> Category:
    """Of which sort a weighed sentence most likely is, by the classes of its words."""
    has = frozenset().union(*tags)
    if not has.isdisjoint(("STRONG", "NAMED")):
        return Category.INSULT
    if "OTHERS" in has and not has.isdisjoint(("DEBTSTRONG", "TELL", "PUBLIC")):
        return Category.THIRD
    if not has.isdisjoint(("soy", "somos", "habla", "llamo", "vengo")) and "OFFICE" in has:
        return Category.AUTHORITY
    if not has.isdisjoint(("COURTWORD", "OFFICEPLACE")) and "COLLECT" in has:
        return Category.JUDICIAL
    return Category.THREAT


@cache
def _table() -> dict[str, float]:
    """Each thing weighed and its weight, read once from lines of one weight and many names."""
    return {
        name: float(weight) for weight, names in WEIGHTS.items() for name in names.strip().split("|") if name
    }
