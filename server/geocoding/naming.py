"""Matches a street's name as people write it with the map's, and a house number with its neighbours."""

from __future__ import annotations

import re
from collections.abc import Sequence
from difflib import SequenceMatcher
from typing import Protocol

from sync.words import Phrase

from .found import WHY, Candidate, Source
from .parsing import Way
from .plane import along, apart, towards
from .street import Street

# Words that a name may have or not.
SMALL = frozenset({"DE", "DEL", "LA", "LAS", "LOS", "EL", "Y", "DA", "DO", "DAS", "DOS", "E"})
TITLES = {"DR": "DOCTOR", "GRAL": "GENERAL", "GEN": "GENERAL", "CORL": "CORONEL", "CNEL": "CORONEL"} | {
    "PTE": "PRESIDENTE", "PRES": "PRESIDENTE", "STA": "SANTA", "STO": "SANTO", "ING": "INGENIERO",
    "PROF": "PROFESSOR", "ALM": "ALMIRANTE", "MCAL": "MARISCAL", "CAP": "CAPITAN",
}  # fmt: skip
LEAST_ALIKE = 0.72


class Names(Protocol):
    def named(self, words: Sequence[str], limit: int = 20) -> list[tuple[str, str]]: ...


def likely(names: Names, way: Way, limit: int = 3) -> list[str]:
    """Keys of the streets that this name may mean, the likeliest first."""
    words = [TITLES.get(word, word) for word in way.name.upper().split()]
    telling = [word for word in words if word not in SMALL] or words
    found = names.named(telling) or [
        one for word in sorted(telling, key=len, reverse=True)[:2] for one in names.named([word], 50)
    ]
    said = f"{way.kind} {' '.join(words)}".upper()
    alike = {key: SequenceMatcher(None, said, name).ratio() for name, key in found}
    good = [key for key, ratio in alike.items() if ratio >= LEAST_ALIKE]
    return sorted(good, key=lambda key: (-alike[key], key))[:limit]


def number_on(street: Street, house: str) -> Candidate | None:
    """The house itself, or between the known numbers of its side; None where neither is known."""
    number = _whole(house)
    known = [(whole, one) for one in street.houses if (whole := _whole(one.number)) is not None]
    if number is None or not known:
        return None
    same = [one for whole, one in known if whole == number]
    if same:
        return Candidate(same[0].spot, 8.0, Source.HOUSE, Phrase(WHY[Source.HOUSE]))
    side = [(whole, one) for whole, one in known if whole % 2 == number % 2]
    below = max(((w, one) for w, one in side if w < number), default=None, key=lambda pair: pair[0])
    above = min(((w, one) for w, one in side if w > number), default=None, key=lambda pair: pair[0])
    if below is None or above is None:
        return None
    far = apart(below[1].spot, above[1].spot)
    share = (number - below[0]) / (above[0] - below[0])
    spot = along(below[1].spot, towards(below[1].spot, above[1].spot), far * share)
    return Candidate(spot, max(10.0, far / 4), Source.NEIGHBOURS, Phrase(WHY[Source.NEIGHBOURS]))


def _whole(number: str) -> int | None:
    match = re.match(r"\D*(\d{1,6})", number)
    return int(match[1]) if match else None
