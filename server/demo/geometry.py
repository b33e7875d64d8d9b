"""Metres on a small piece of the Earth: distances, offsets, crossings. Knows no street and no town.

Within a few kilometres the plane tangent at a town's latitude errs by millimetres per block, so points
are (lat, lon) in degrees and all lengths are metres on that plane.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import pairwise

Point = tuple[float, float]  # (lat, lon)
Metres = tuple[float, float]  # (east, north)

DEGREE_M = 6_371_008.8 * math.pi / 180


def at(origin: Point, east: float, north: float) -> Point:
    """The point that many metres from `origin`, rounded to the centimetre (7 decimals)."""
    lat = origin[0] + north / DEGREE_M
    lon = origin[1] + east / (DEGREE_M * math.cos(math.radians(origin[0])))
    return (round(lat, 7), round(lon, 7))


def metres(origin: Point, point: Point) -> Metres:
    """East and north of `origin`, the inverse of `at`."""
    scale = DEGREE_M * math.cos(math.radians(origin[0]))
    return ((point[1] - origin[1]) * scale, (point[0] - origin[0]) * DEGREE_M)


def distance(a: Point, b: Point) -> float:
    return math.hypot(*metres(a, b))


def offset(start: Point, end: Point, metre: float, left: float) -> Point:
    """The point `metre` m from `start` toward `end`, then `left` m to the left of that way."""
    east, north = metres(start, end)
    length = math.hypot(east, north)
    ux, uy = east / length, north / length
    return at(start, ux * metre - uy * left, uy * metre + ux * left)


def along(line: Sequence[Point], metre: float) -> tuple[Point, Point, float]:
    """The segment of `line` that holds its `metre`, and the metres left within it."""
    rest = metre
    for start, end in pairwise(line):
        length = distance(start, end)
        if rest <= length:
            return start, end, rest
        rest -= length
    raise ValueError(f"the line is shorter than {metre} m")


def to_segment(point: Point, start: Point, end: Point) -> float:
    """Metres from a point to the nearest point of a segment."""
    east, north = metres(start, end)
    px, py = metres(start, point)
    square = east * east + north * north
    share = max(0.0, min(1.0, (px * east + py * north) / square)) if square else 0.0
    return math.hypot(px - share * east, py - share * north)


def to_line(point: Point, line: Sequence[Point]) -> float:
    return min(to_segment(point, start, end) for start, end in pairwise(line))


def crossing(a: Point, b: Point, c: Point, d: Point) -> Point | None:
    """Where the segments ab and cd cross, or None."""
    bx, by = metres(a, b)
    cx, cy = metres(a, c)
    dx, dy = metres(a, d)
    ex, ey = dx - cx, dy - cy
    cross = bx * ey - by * ex
    if cross == 0:
        return None
    t = (cx * ey - cy * ex) / cross
    s = (cx * by - cy * bx) / cross
    return at(a, bx * t, by * t) if 0 <= t <= 1 and 0 <= s <= 1 else None


def inside(point: Point, polygon: Sequence[Point]) -> bool:
    """Even-odd rule; `polygon` is an open ring."""
    lat, lon = point
    within = False
    for (lat1, lon1), (lat2, lon2) in pairwise((*polygon, polygon[0])):
        if (lat1 > lat) != (lat2 > lat) and lon < (lon2 - lon1) * (lat - lat1) / (lat2 - lat1) + lon1:
            within = not within
    return within
