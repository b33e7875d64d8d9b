"""Which town of an index an address means, and which one a place lies in. Pure; reads no file.

A street of one name may be in two towns of an extract, and an address of a town that is not in it is in none:
finding it here all the same would send somebody to a stranger's door.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from .plane import Spot, apart
from .words import folded

# Two towns with centres this near, as a share of how far the larger reaches, are one with two names.
SAME = 0.5


@dataclass(frozen=True)
class Town:
    """A town by the names it has on the map, and how far it may reach."""

    names: frozenset[str]
    centre: Spot
    radius_m: float


class Towns:
    """The towns of an index. `called`: what the office calls the city, where the map has another name."""

    def __init__(self, known: Iterable[tuple[str, Spot, float]], called: str = "") -> None:
        self.every: list[Town] = []
        for name, centre, radius in sorted(known, key=lambda one: (-one[2], one[0])):
            same = next((one for one in self.every if apart(one.centre, centre) < SAME * one.radius_m), None)
            if same is None:
                self.every.append(Town(frozenset({name}), centre, radius))
            else:
                whole = Town(same.names | {name}, same.centre, same.radius_m)
                self.every[self.every.index(same)] = whole
        self._called = called

    def meant(self, city: str) -> list[Town] | None:
        """Those that a text names, none of them for another city; None where it tells nothing apart."""
        if not self.every or not _words(city):
            return None
        found = [town for town in self.every if any(_alike(name, city) for name in town.names)]
        return None if not found and _alike(self._called, city) else found

    def elsewhere(self, spot: Spot, meant: list[Town] | None) -> bool:
        """Whether a place is known to lie in no town of these."""
        if meant is None:
            return False
        within = [(apart(spot, town.centre) / town.radius_m, town) for town in self.every]
        nearest = min((one for one in within if one[0] <= 1), key=lambda one: one[0], default=None)
        return not meant or (nearest is not None and nearest[1] not in meant)


def _alike(one: str, other: str) -> bool:
    """Whether all words of one stand in the other in a row: `Cali` and `Santiago de Cali, Valle`."""
    shorter, longer = sorted((_words(one), _words(other)), key=len)
    many = len(shorter)
    return bool(shorter) and any(longer[at : at + many] == shorter for at in range(len(longer) - many + 1))


def _words(text: str) -> list[str]:
    return re.findall(r"\w+", folded(text))
