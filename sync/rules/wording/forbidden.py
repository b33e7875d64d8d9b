"""A pack's own forbidden terms, in any inflection. Knows no term: the pack lists them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import lru_cache

from . import excuses
from .patterns import Match, Tags
from .result import Category
from .words import Word, fold, words_of

# Endings that inflection changes: embargo, embargos, embargar, embargarán, embargaríamos.
_ENDINGS = words_of("ciones cion arse ar er ir ado ada ados adas es os as o a e s")
_SHORTEST_STEM = 4
_OUR_DEBT = words_of("deuda adeudo saldo obligacion credito prestamo nosotros nuestro nuestra vamos ORDER")


def found(terms: Sequence[str], row: Sequence[Word]) -> Iterator[Match]:
    """Where a term stands, its words in order and each in any form."""
    for term in terms:
        stems = stems_of(term)
        if not stems:
            continue
        for at in range(len(row) - len(stems) + 1):
            if all(_is(row[at + place].text, stem) for place, stem in enumerate(stems)):
                yield Match(None, at, at + len(stems), at, at + len(stems))
                break


def meant(match: Match, row: Sequence[Word], tags: Sequence[Tags]) -> bool:
    """In a text that may not be for the debtor: true only when it stands beside a collection of his."""
    if excuses.excused(match, row, tags, Category.JUDICIAL) or excuses.other_sense(match, row):
        return False
    return any(not each.isdisjoint(_OUR_DEBT) for each in tags)


@lru_cache(maxsize=1024)
def stems_of(term: str) -> tuple[tuple[str, bool], ...]:
    """For each word of a term its stem, and whether the stem may go on."""
    return tuple(_stem(word) for word in fold(term).split())


def _stem(word: str) -> tuple[str, bool]:
    for ending in sorted(_ENDINGS, key=len, reverse=True):
        if word.endswith(ending) and len(word) - len(ending) >= _SHORTEST_STEM:
            return word.removesuffix(ending), True
    return word, False


def _is(word: str, stem: tuple[str, bool]) -> bool:
    begun, goes_on = stem
    if not goes_on:
        return word == begun or word == begun + "s" or word == begun + "es"
    # "demand" goes on as demanda, demandaremos; not as another word built on it by a longer stem.
    tail = word[len(begun) :]
    return word.startswith(begun) and len(tail) <= 8 and (not tail or tail[0] in "aeiouqcg")
