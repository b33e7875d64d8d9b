"""The grid of Calles and Carreras on a plane of (u, v) metres, and how the plane lies on the Earth.

u grows westward as Carreras do, v northward as Calles do; the plane is bent a little and turned when it is
put on the Earth. Knows no river, no door and no name but numbers.
"""

from __future__ import annotations

import math
import random
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

from .geometry import Point, at

ORIGIN: Point = (5.8, -73.0)
TURN = math.radians(14)
CALLES, CARRERAS = 24, 22


@dataclass(frozen=True)
class Line:
    """A street before it is on the Earth: where it lies and from where to where it runs."""

    label: str
    at: float
    low: float
    high: float

    def meets(self, other: Line) -> bool:
        return self.low <= other.at <= self.high and other.low <= self.at <= other.high


@dataclass(frozen=True)
class Grid:
    """The Calles and Carreras on the plane, and the one way a place on the plane becomes a coordinate."""

    calles: tuple[Line, ...]
    carreras: tuple[Line, ...]
    width: float
    height: float

    def point(self, u: float, v: float) -> Point:
        x, y = self.width / 2 - u, v - self.height / 2
        x += 22 * math.sin(y / 520)
        y += 16 * math.sin(x / 640)
        return at(
            ORIGIN,
            x * math.cos(TURN) - y * math.sin(TURN),
            x * math.sin(TURN) + y * math.cos(TURN),
        )


@dataclass(frozen=True)
class Course:
    """A street as the corners it passes, each with the label of the street it meets there."""

    kind: str
    label: str
    corners: tuple[tuple[str, Point], ...]

    @property
    def name(self) -> str:
        return f"{self.kind} {self.label}"

    def edges(self) -> Iterator[tuple[tuple[str, Point], tuple[str, Point]]]:
        return pairwise(self.corners)


def lay_grid(rng: random.Random) -> Grid:
    rows = _positions(rng, CALLES, 78, 94)
    columns = _positions(rng, CARRERAS, 82, 102)
    return Grid(
        calles=_lines(rng, rows, columns, 4),
        carreras=_lines(rng, columns, rows, 3),
        width=columns[-1],
        height=rows[-1],
    )


def _positions(rng: random.Random, count: int, shortest: int, longest: int) -> list[float]:
    places = [0.0]
    while len(places) < count:
        places.append(places[-1] + rng.randint(shortest, longest))
    return places


def _lines(rng: random.Random, places: list[float], across: list[float], lettered: int) -> tuple[Line, ...]:
    """One line per place, and a few lettered ones half-way (7A after 7) that run only part of the town."""
    lines = [Line(str(n), place, 0.0, across[-1]) for n, place in enumerate(places, start=1)]
    for n in sorted(rng.sample(range(3, len(places) - 2), lettered)):
        first = rng.randint(0, len(across) - 12)
        last = first + rng.randint(7, 11)
        middle = (places[n - 1] + places[n]) / 2
        lines.append(Line(f"{n}A", middle, across[first], across[last]))
    return tuple(sorted(lines, key=lambda line: line.at))


def straight(grid: Grid, kind: str) -> Iterator[Course]:
    own, across = (grid.calles, grid.carreras) if kind == "Calle" else (grid.carreras, grid.calles)
    for line in own:
        met = [other for other in across if line.meets(other)]
        places = ((o.at, line.at) if kind == "Calle" else (line.at, o.at) for o in met)
        corners = tuple((o.label, grid.point(*place)) for o, place in zip(met, places, strict=True))
        yield Course(kind, line.label, corners)
