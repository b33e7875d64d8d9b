"""What figures are made of: counts, amounts, sets and spreads that add up however they are cut.

Two tallies of different days, agents or shares of a portfolio add to the tally of both: so a period is the
sum of its days, and a cache of days is as good as the facts. What must be counted once although it comes up
on many days (an account visited twice) is kept as a set of 64-bit names, and what has a middle (the time on
site) as how often each value came up. Knows no figure.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache
from hashlib import blake2b

Money = Counter[tuple[str, str]]


@lru_cache(maxsize=200_000)
def named(*words: object) -> int:
    """A 64-bit name: the same words give the same one, here and anywhere else."""
    text = "\x1f".join(map(str, words))
    return int.from_bytes(blake2b(text.encode(), digest_size=8).digest(), "big")


@dataclass
class Tally:
    """`money`: minor units by (measure, currency); `dated`: sets by day; `spreads`: value → times."""

    counts: Counter[str] = field(default_factory=Counter)
    money: Money = field(default_factory=Counter)
    sets: defaultdict[str, set[int]] = field(default_factory=lambda: defaultdict(set))
    dated: defaultdict[str, defaultdict[date, set[int]]] = field(
        default_factory=lambda: defaultdict(lambda: defaultdict(set))
    )
    spreads: defaultdict[str, Counter[int]] = field(default_factory=lambda: defaultdict(Counter))

    def add(self, other: Tally) -> None:
        """Take in what `other` holds. The order in which tallies are added changes nothing."""
        _add(self.counts, other.counts)
        _add(self.money, other.money)
        for name, members in other.sets.items():
            self.sets[name] |= members
        for name, days in other.dated.items():
            for day, members in days.items():
                self.dated[name][day] |= members
        for name, spread in other.spreads.items():
            _add(self.spreads[name], spread)

    def currencies(self, *measures: str) -> list[str]:
        """Of these measures, or of all when none is named, in order."""
        return sorted({currency for name, currency in self.money if not measures or name in measures})

    def __bool__(self) -> bool:
        return any((self.counts, self.money, self.sets, self.dated, self.spreads))


def total(tallies: Iterable[Tally]) -> Tally:
    made = Tally()
    for one in tallies:
        made.add(one)
    return made


def _add(mine: Counter[object] | Counter[str] | Money | Counter[int], theirs: Counter) -> None:  # type: ignore[type-arg]  # any of them
    for key, value in theirs.items():
        mine[key] += value
