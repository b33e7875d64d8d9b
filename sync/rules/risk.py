"""Decides which zones of risk a place lies in on a day, and who was not heard of for too long. Pure."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from .geo import haversine_m

# From the least to the gravest: go with care, go by two, do not go.
LEVELS = ("caution", "pair", "avoid")
RING = 32
METRES_PER_DEGREE = 111_320.0

Corner = tuple[float, float]


@dataclass(frozen=True)
class Zone:
    """A shape by its corners (lat, lon), or a centre and a radius in metres. It ends by itself."""

    number: int
    name: str
    level: str
    reason: str
    since: date
    expires_on: date
    corners: tuple[Corner, ...] = ()
    centre: Corner | None = None
    radius_m: int = 0

    def stands(self, day: date) -> bool:
        return self.since <= day <= self.expires_on

    def holds(self, lat: float, lon: float) -> bool:
        """True for a place in it; on its edge it may be either."""
        if self.centre is not None:
            return haversine_m(*self.centre, lat, lon) <= self.radius_m
        return _inside(self.corners, lat, lon)

    def outline(self) -> tuple[Corner, ...]:
        """Its corners; of a circle, as many as look round."""
        if self.centre is None:
            return self.corners
        lat, lon = self.centre
        high = self.radius_m / METRES_PER_DEGREE
        wide = high / max(0.01, math.cos(math.radians(lat)))
        turns = [2 * math.pi * step / RING for step in range(RING)]
        return tuple((lat + high * math.sin(turn), lon + wide * math.cos(turn)) for turn in turns)

    @property
    def middle(self) -> Corner:
        if self.centre is not None:
            return self.centre
        count = len(self.corners)
        return sum(lat for lat, _ in self.corners) / count, sum(lon for _, lon in self.corners) / count


def zones_at(zones: Iterable[Zone], lat: float, lon: float, day: date) -> list[Zone]:
    """Those that stand on the day and hold the place, the gravest first."""
    found = [zone for zone in zones if zone.stands(day) and zone.holds(lat, lon)]
    return sorted(found, key=lambda zone: (-LEVELS.index(zone.level), zone.number))


@dataclass(frozen=True)
class Expected:
    """An agent's day: when his last planned stop should be over, and when he was last heard of."""

    agent: str
    name: str
    last_stop: datetime
    heard: datetime | None
    laptop: str = ""


def silent(days: Iterable[Expected], now: datetime, after: timedelta) -> list[Expected]:
    """Who was not heard of since his last planned stop, `after` it should be over; the longest first."""
    quiet = [
        one
        for one in days
        if now >= one.last_stop + after and (one.heard is None or one.heard < one.last_stop)
    ]
    return sorted(quiet, key=lambda one: (one.last_stop, one.name))


def _inside(corners: Sequence[Corner], lat: float, lon: float) -> bool:
    """Even-odd: a line from the place crosses the edge an odd number of times."""
    inside = False
    for (lat1, lon1), (lat2, lon2) in zip(corners, (*corners[1:], *corners[:1]), strict=True):
        if (lat1 > lat) != (lat2 > lat) and lon < (lon2 - lon1) * (lat - lat1) / (lat2 - lat1) + lon1:
            inside = not inside
    return inside
