"""Spreads an agent's debtors over the days of a week: who is thought of for which day. Orders no day.

Each debtor gets at most one day, unless he made several appointments. The days' rounds are cut like a cake
about the middle of the town, so that one day goes in one direction; who cannot be visited on his slice's day,
or whose two months end before it, goes to another. Knows no road and no store.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate, pairwise, permutations

from .weighing import Visitable

# Some more than a day can hold are thought of for it, so that the day has something to choose from.
PLENTY = 1.25
# What a visit costs on the way, only to guess how many a day holds.
A_LEG_S = 300
# More days than these are not tried in every order.
TRIED_DAYS = 7


@dataclass(frozen=True)
class Spread:
    """For each debtor the days (by number) he is thought of; who is in none has a rank past the room."""

    days: Mapping[str, tuple[int, ...]]
    ranks: Mapping[str, int]
    able: int

    def on(self, day: int) -> set[str]:
        return {debtor for debtor, days in self.days.items() if day in days}


def spread(
    options: Mapping[str, Mapping[int, Visitable]],
    working_s: Sequence[int],
    locked: Mapping[str, int],
) -> Spread:
    """Give each debtor a day of those in his `options`, which say what he is on the days he may be visited.

    `working_s` are the hours of each day; `locked` debtors have the day a person gave them.
    """
    able = {debtor: days for debtor, days in options.items() if days}
    rooms = [_room(seconds, able, day) for day, seconds in enumerate(working_s)]
    fixed = _fixed(able, locked)
    free = sorted((debtor for debtor in able if debtor not in fixed), key=lambda one: _rank(one, able[one]))
    taken = [sum(day in days for days in fixed.values()) for day in range(len(rooms))]
    left = max(0, sum(rooms) - sum(taken))
    ranks = {debtor: place for place, debtor in enumerate(free[left:], start=len(fixed) + left + 1)}
    placed = dict(fixed)
    chosen = free[:left]
    slices = _slices(chosen, able, [room - used for room, used in zip(rooms, taken, strict=True)])
    for day, debtors in slices.items():
        placed |= dict.fromkeys((one for one in debtors if _suits(able[one], day)), (day,))
    taken = [sum(day in days for days in placed.values()) for day in range(len(rooms))]
    for debtor in chosen:
        if debtor in placed:
            continue
        days = [day for day in able[debtor] if _suits(able[debtor], day)] or list(able[debtor])
        day = min(days, key=lambda one: (taken[one] / max(1, rooms[one]), one))
        placed[debtor] = (day,)
        taken[day] += 1
    return Spread(placed, ranks, len(able))


def _room(seconds: int, able: Mapping[str, Mapping[int, Visitable]], day: int) -> int:
    """About how many visits a day is worth thinking of."""
    services = sorted(days[day].service_s for days in able.values() if day in days)
    if not services or seconds <= 0:
        return 0
    return math.ceil(PLENTY * seconds / (services[len(services) // 2] + A_LEG_S))


def _fixed(
    able: Mapping[str, Mapping[int, Visitable]], locked: Mapping[str, int]
) -> dict[str, tuple[int, ...]]:
    """Who made appointments goes on their days, who was locked on the day a person gave him."""
    fixed: dict[str, tuple[int, ...]] = {}
    for debtor, days in able.items():
        agreed = {day for day, one in days.items() if one.appointment is not None}
        if locked.get(debtor) in days:
            agreed.add(locked[debtor])
        if agreed:
            fixed[debtor] = tuple(sorted(agreed))
    return fixed


def _rank(debtor: str, days: Mapping[int, Visitable]) -> tuple[bool, int, str]:
    """Who must be visited in these days first, then the most valuable."""
    return not any(one.must for one in days.values()), -max(one.value for one in days.values()), debtor


def _due(days: Mapping[int, Visitable]) -> int | None:
    """The first day on which his two months are over."""
    return min((day for day, one in days.items() if one.must), default=None)


def _suits(days: Mapping[int, Visitable], day: int) -> bool:
    """Whether he may be visited that day, and no later than his two months allow."""
    due = _due(days)
    return day in days and (due is None or day <= due)


def _slices(
    chosen: Sequence[str], able: Mapping[str, Mapping[int, Visitable]], rooms: Sequence[int]
) -> dict[int, list[str]]:
    """The chosen cut by direction into slices as large as the days have room, in the order worth the most."""
    working = [day for day, room in enumerate(rooms) if room > 0]
    if not working or not chosen:
        return {}
    around = _around(chosen, able)
    # What the first so many of them are worth on a day, so that a slice's worth is one subtraction.
    sums = {
        day: [0, *accumulate(able[one][day].value if _suits(able[one], day) else 0 for one in around)]
        for day in working
    }

    def ends(order: Sequence[int]) -> list[int]:
        whole = sum(rooms[day] for day in working)
        return [0, *(round(len(around) * part / whole) for part in accumulate(rooms[day] for day in order))]

    def worth(order: Sequence[int]) -> int:
        return sum(
            sums[day][last] - sums[day][first]
            for day, (first, last) in zip(order, pairwise(ends(order)), strict=True)
        )

    orders = permutations(working) if len(working) <= TRIED_DAYS else iter([tuple(working)])
    best = max(orders, key=lambda order: (worth(order), [-day for day in order]))
    return {day: around[first:last] for day, (first, last) in zip(best, pairwise(ends(best)), strict=True)}


def _around(chosen: Sequence[str], able: Mapping[str, Mapping[int, Visitable]]) -> list[str]:
    """By their direction from the middle of them all."""
    points = {debtor: next(iter(able[debtor].values())).point for debtor in chosen}
    lat, lon = (sorted(one[axis] for one in points.values())[len(points) // 2] for axis in (0, 1))
    wide = math.cos(math.radians(lat))
    return sorted(
        chosen, key=lambda one: (math.atan2(points[one][0] - lat, (points[one][1] - lon) * wide), one)
    )
