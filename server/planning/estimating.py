"""Works out, from legs and visits as they were, how long travel and services take. Reads no store.

Travel is `a + b·t` with the least absolute deviation, services Huber's mean: a coffee on the way, a clock
that jumped or one long quarrel moves neither. Each by zone, by hours of the day, and for both; where too few
were seen, the wider figure stands.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from statistics import median
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

import numpy as np

from ..roads.calibrating import LEAST_LEGS, fit

LEAST_VISITS = 15
# A service is nothing shorter and nothing longer: a form opened by mistake, one closed at night.
LEAST_S, MOST_S = 60, 2 * 3600
ROUND_S = 30
BANDS = ((11, "mañana"), (14, "mediodía"), (17, "tarde"), (24, "noche"))
HUBER = 1.345  # 95 % as good as the mean where nothing is wrong


Key = TypeVar("Key")
One = TypeVar("One")
Seen = TypeVar("Seen", "Way", "Service")


@dataclass(frozen=True)
class Way:
    """A leg as it was: `base_s` by the roads, `actual_s` by the clock, into a zone, in hours of the day."""

    profile: str
    roads: str
    zone: str
    band: str
    base_s: float
    actual_s: float
    end: tuple[float, float]


@dataclass(frozen=True)
class Service:
    """A visit as it was; `planned_s` is what the route gave it."""

    kind: str
    zone: str
    band: str
    actual_s: float
    planned_s: int | None


def band_of(moment: datetime, timezone: str) -> str:
    """The hours of the day in which a local moment lies."""
    hour = moment.astimezone(ZoneInfo(timezone or "UTC")).hour
    return next(name for until, name in BANDS if hour < until)


def travel(ways: Sequence[Way]) -> list[dict[str, Any]]:
    """A line for every means of travel, and for each of its zones and hours of which enough was seen."""
    rows = []
    for (profile, roads), mine in sorted(_by(ways, lambda way: (way.profile, way.roads)).items()):
        for (zone, band), those in sorted(_cells(mine).items()):
            if len(those) < LEAST_LEGS:
                continue
            base, actual = np.array([one.base_s for one in those]), np.array([one.actual_s for one in those])
            a_s, b = fit(base, actual)
            rows.append(
                {
                    "profile": profile,
                    "roads": roads,
                    "zone": zone,
                    "band": band,
                    "legs": len(those),
                    "a_s": round(a_s, 1),
                    "b": round(b, 3),
                    "median_s": round(float(np.median(actual))),
                    "off_before_s": round(float(np.median(np.abs(actual - base))), 1),
                    "off_after_s": round(float(np.median(np.abs(actual - a_s - b * base))), 1),
                    "centre": [round(median(one.end[axis] for one in those), 5) for axis in (0, 1)],
                }
            )
    return rows


def services(seen: Sequence[Service]) -> list[dict[str, Any]]:
    """Seconds for every kind of visit, and for each of its zones and hours of which enough was seen."""
    rows = []
    able = [one for one in seen if LEAST_S <= one.actual_s <= MOST_S]
    for kind, mine in sorted(_by(able, lambda one: one.kind).items()):
        for (zone, band), those in sorted(_cells(mine).items()):
            if len(those) < LEAST_VISITS:
                continue
            actual = [one.actual_s for one in those]
            planned = [one.planned_s for one in those if one.planned_s is not None]
            rows.append(
                {
                    "kind": kind,
                    "zone": zone,
                    "band": band,
                    "visits": len(those),
                    "seconds": ROUND_S * max(2, round(huber(actual) / ROUND_S)),
                    "median_s": round(median(actual)),
                    "planned_s": round(median(planned)) if planned else None,
                }
            )
    return rows


def seconds_of(rows: Iterable[Mapping[str, Any]], kind: str, zone: str, band: str, otherwise: int) -> int:
    """What a visit takes by the narrowest figure there is; `otherwise` where its kind was never learned."""
    known = {(row["zone"], row["band"]): int(row["seconds"]) for row in rows if row["kind"] == kind}
    for cell in ((zone, band), (zone, ""), ("", band), ("", "")):
        if cell in known:
            return known[cell]
    return otherwise


def huber(values: Sequence[float]) -> float:
    """The mean of the many, to which one far off counts no more than one at the edge of them."""
    centre = median(values)
    spread = 1.4826 * median(abs(value - centre) for value in values)
    if spread == 0:
        return centre
    for _ in range(30):
        weights = [min(1.0, HUBER * spread / max(abs(value - centre), 1e-9)) for value in values]
        centre = sum(weight * value for weight, value in zip(weights, values, strict=True)) / sum(weights)
    return centre


def _by(those: Iterable[One], key: Callable[[One], Key]) -> dict[Key, list[One]]:
    found: dict[Key, list[One]] = defaultdict(list)
    for one in those:
        found[key(one)].append(one)
    return found


def _cells(those: Iterable[Seen]) -> dict[tuple[str, str], list[Seen]]:
    """All of them, those of each zone, of each part of the day, and of both."""
    found: dict[tuple[str, str], list[Seen]] = defaultdict(list)
    for one in those:
        for cell in {("", ""), (one.zone, ""), ("", one.band), (one.zone, one.band)}:
            found[cell].append(one)
    return found
