"""Decides where an address is from where visits to it took place. Pure: knows no store.

One visit proves little: it may be forged, told from elsewhere, or measured badly. Days on which somebody
stood there count, not visits; a point that contradicts the address moves it only when several days agree
and no one person is alone in saying so on a few.
"""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from .plane import Plane, Spot, apart

# A receiver promises more than it keeps; and nobody's accuracy is better than the width of a house.
LEAST_ACCURACY_M, WORST_ACCURACY_M = 12.0, 150.0
# Two days agree when they are no further apart than their accuracies allow, or this.
AGREE_M, AGREE_TIMES = 60.0, 2.0
# How many days must agree to move an address: of two people, or of one alone.
DAYS, DAYS_ALONE = 2, 3
# What a suspicious point weighs of what it would weigh.
SUSPECTED = 0.1
# The least that is ever promised of a learned point.
LEAST_ERROR_M = 6.0


class Verdict(StrEnum):
    """What the visits made of the place that stood."""

    KEPT = "kept"  # too little, or they said the same
    SURER = "surer"  # they agree with it
    MOVED = "moved"  # they agree with each other, elsewhere
    DOUBTED = "doubted"  # they contradict it and do not agree enough to move it
    FOUND = "found"  # there was no place


@dataclass(frozen=True)
class Seen:
    """Where one visit took place. `suspect`: an audit found something wrong with it."""

    lat: float
    lon: float
    accuracy_m: float
    agent: Hashable
    day: Hashable
    suspect: bool = False


@dataclass(frozen=True)
class Known:
    """Where the address is held to be, and how far off that may be."""

    lat: float
    lon: float
    error_m: float


@dataclass(frozen=True)
class Learned:
    """Where it is now held to be. `days` are those that agree with it."""

    verdict: Verdict
    lat: float | None
    lon: float | None
    error_m: float | None
    days: int = 0


@dataclass(frozen=True)
class _Day:
    """What one person saw on one day."""

    spot: Spot
    accuracy_m: float
    agent: Hashable
    suspect: bool

    @property
    def weight(self) -> float:
        return (SUSPECTED if self.suspect else 1.0) / self.accuracy_m**2


def learn(points: Sequence[Seen], prior: Known | None) -> Learned:
    """The place that these visits and what was known before speak for."""
    good = [one for one in points if math.isfinite(one.lat) and math.isfinite(one.lon)]
    good = [one for one in good if 0 < one.accuracy_m <= WORST_ACCURACY_M]
    kept = Learned(Verdict.KEPT, *((prior.lat, prior.lon, prior.error_m) if prior else (None, None, None)))
    if not good:
        return kept
    plane = Plane(prior.lat, prior.lon) if prior else Plane(good[0].lat, good[0].lon)
    days = _days(plane, good)
    cluster = _largest(days)
    centre = middle_of(cluster)
    error = _error(cluster, centre)
    if prior is None:
        return _answer(plane, Verdict.FOUND, centre, error, cluster) if _enough(cluster, days) else kept
    off = apart(centre, (0.0, 0.0))
    if off <= AGREE_TIMES * math.hypot(prior.error_m, error):
        return _surer(plane, prior, cluster, centre, error)
    if _enough(cluster, days):
        return _answer(plane, Verdict.MOVED, centre, error, cluster)
    if off <= AGREE_M:
        return kept
    return _doubted(prior, days, off)


def middle_of(days: Sequence[_Day]) -> Spot:
    """The weighted geometric median: half the weight may lie and it stays near the others (Weiszfeld)."""
    total = sum(one.weight for one in days)
    here = (
        sum(one.spot[0] * one.weight for one in days) / total,
        sum(one.spot[1] * one.weight for one in days) / total,
    )
    for _ in range(50):
        # Near points pull as their accuracy says, and not without bound.
        pulls = [one.weight / max(apart(one.spot, here), one.accuracy_m) for one in days]
        total = sum(pulls)
        there = (
            sum(one.spot[0] * pull for one, pull in zip(days, pulls, strict=True)) / total,
            sum(one.spot[1] * pull for one, pull in zip(days, pulls, strict=True)) / total,
        )
        if apart(here, there) < 0.05:
            return there
        here = there
    return here


def _days(plane: Plane, points: Sequence[Seen]) -> list[_Day]:
    """One point for each person and day. A coordinate repeated to the digit was copied, not measured."""
    exact = Counter((round(one.lat, 6), round(one.lon, 6)) for one in _first_of_day(points))
    by_day: dict[tuple[Hashable, Hashable], list[_Day]] = defaultdict(list)
    for one in points:
        copied = exact[round(one.lat, 6), round(one.lon, 6)] > 1
        accuracy = max(one.accuracy_m, LEAST_ACCURACY_M)
        seen = _Day(plane.spot(one.lat, one.lon), accuracy, one.agent, one.suspect or copied)
        by_day[one.agent, one.day].append(seen)
    return [
        _Day(
            middle_of(held),
            min(one.accuracy_m for one in held),
            held[0].agent,
            any(one.suspect for one in held),
        )
        for _, held in sorted(by_day.items(), key=lambda pair: (str(pair[0][1]), str(pair[0][0])))
    ]


def _first_of_day(points: Sequence[Seen]) -> list[Seen]:
    """One of those that stand on the same spot of the same person's day."""
    held = {(one.agent, one.day, round(one.lat, 6), round(one.lon, 6)): one for one in points}
    return list(held.values())


def _agree(one: _Day, other: _Day) -> bool:
    apart_m = apart(one.spot, other.spot)
    return apart_m <= max(AGREE_M, AGREE_TIMES * math.hypot(one.accuracy_m, other.accuracy_m))


def _largest(days: Sequence[_Day]) -> list[_Day]:
    """The days that agree with the one with which most agree, suspects counting little."""

    def support(one: _Day) -> tuple[float, float]:
        near = [other for other in days if _agree(one, other)]
        worth = sum(SUSPECTED if other.suspect else 1.0 for other in near)
        return worth, -sum(apart(one.spot, other.spot) for other in near)

    heart = max(days, key=support)
    return [one for one in days if _agree(heart, one)]


def _enough(cluster: Sequence[_Day], days: Sequence[_Day]) -> bool:
    """Whether so many days speak for a place that it is believed against what was known."""
    honest = [one for one in cluster if not one.suspect]
    people = len({one.agent for one in honest})
    needed = DAYS if people > 1 else DAYS_ALONE
    others = sum(not one.suspect for one in days) - len(honest)
    return len(honest) >= needed and len(honest) > others


def _error(cluster: Sequence[_Day], centre: Spot) -> float:
    """How far off the middle of these days may be: what their accuracies and their spread say, whichever
    is more."""
    told = math.sqrt(1 / sum(one.weight for one in cluster))
    spread = math.sqrt(sum(apart(one.spot, centre) ** 2 for one in cluster) / len(cluster))
    return max(LEAST_ERROR_M, told, spread / math.sqrt(len(cluster)))


def _surer(plane: Plane, prior: Known, cluster: Sequence[_Day], centre: Spot, error: float) -> Learned:
    """Both say the same: each counts by its own precision. One day alone moves nothing."""
    honest = [one for one in cluster if not one.suspect]
    if len(honest) < DAYS:
        return Learned(Verdict.KEPT, prior.lat, prior.lon, prior.error_m, len(honest))
    share = (1 / error**2) / (1 / error**2 + 1 / prior.error_m**2)
    both = max(LEAST_ERROR_M, 1 / math.sqrt(1 / error**2 + 1 / prior.error_m**2))
    moved = (centre[0] * share, centre[1] * share)
    return _answer(plane, Verdict.SURER, moved, both, cluster)


def _doubted(prior: Known, days: Sequence[_Day], off: float) -> Learned:
    """The place stays; days that contradict it make it less sure, and one alone hardly does."""
    honest = sum(not one.suspect for one in days)
    error = prior.error_m
    if honest >= DAYS:
        error = max(error, off / 2)
    elif honest:
        error = max(error, min(2 * error, off / 2))
    return Learned(Verdict.DOUBTED, prior.lat, prior.lon, error, 0)


def _answer(plane: Plane, verdict: Verdict, spot: Spot, error: float, cluster: Sequence[_Day]) -> Learned:
    lat, lon = plane.point(spot)
    return Learned(verdict, lat, lon, round(error, 1), sum(not one.suspect for one in cluster))
