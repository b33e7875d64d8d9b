"""A flat piece of the earth, in metres: exact enough within a city. Pure."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass

# WGS 84: metres in a degree of latitude, and in one of longitude at the equator.
METRES_LAT, METRES_LON = 110_574.0, 111_320.0

Spot = tuple[float, float]
"""Metres east and north of the plane's origin."""


@dataclass(frozen=True)
class Plane:
    """Touches the earth at (lat, lon), degrees WGS 84; 30 km away it is off by about 0.1 %."""

    lat: float
    lon: float

    def spot(self, lat: float, lon: float) -> Spot:
        return ((lon - self.lon) * self._across(), (lat - self.lat) * METRES_LAT)

    def point(self, spot: Spot) -> tuple[float, float]:
        """(lat, lon) in degrees, to the centimetre."""
        return round(self.lat + spot[1] / METRES_LAT, 7), round(self.lon + spot[0] / self._across(), 7)

    def _across(self) -> float:
        return METRES_LON * math.cos(math.radians(self.lat))


def apart(one: Spot, other: Spot) -> float:
    return math.hypot(one[0] - other[0], one[1] - other[1])


def towards(start: Spot, end: Spot) -> Spot:
    """The direction from one spot to another, one metre long; (0, 0) where they are the same."""
    far = apart(start, end)
    return ((end[0] - start[0]) / far, (end[1] - start[1]) / far) if far else (0.0, 0.0)


def along(start: Spot, direction: Spot, metres: float) -> Spot:
    return (start[0] + direction[0] * metres, start[1] + direction[1] * metres)


def left_of(direction: Spot) -> Spot:
    return (-direction[1], direction[0])


def middle(spots: Iterable[Spot]) -> Spot:
    held = list(spots)
    return (sum(spot[0] for spot in held) / len(held), sum(spot[1] for spot in held) / len(held))
