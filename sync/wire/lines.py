"""Writes a line on the map as a short text and reads it back: steps of 0.00001 degrees, about a metre each.

The format is the encoded polyline that routing engines share. Knows no road.
"""

from __future__ import annotations

from collections.abc import Iterable

SCALE = 100_000
FIRST = 63
MORE = 0x20


def encoded(points: Iterable[tuple[float, float]]) -> str:
    """(latitude, longitude) in degrees, in order."""
    told: list[str] = []
    before = (0, 0)
    for lat, lon in points:
        at = (round(lat * SCALE), round(lon * SCALE))
        if told and at == before:
            continue
        told += [_written(at[0] - before[0]), _written(at[1] - before[1])]
        before = at
    return "".join(told)


def decoded(text: str) -> list[tuple[float, float]]:
    """Raises ValueError for what `encoded` never writes."""
    steps = _steps(text)
    if len(steps) % 2:
        raise ValueError("the line ends in the middle of a point")
    lat = lon = 0
    points = []
    for up, right in zip(steps[::2], steps[1::2], strict=True):
        lat, lon = lat + up, lon + right
        points.append((lat / SCALE, lon / SCALE))
    return points


def _written(step: int) -> str:
    left, marks = step << 1 if step >= 0 else ~(step << 1), ""
    while left >= MORE:
        marks += chr((left & 0x1F | MORE) + FIRST)
        left >>= 5
    return marks + chr(left + FIRST)


def _steps(text: str) -> list[int]:
    steps, value, shift = [], 0, 0
    for mark in text:
        bits = ord(mark) - FIRST
        if not 0 <= bits < 2 * MORE or shift > 30:
            raise ValueError("the line holds a mark that no line has")
        value |= (bits & 0x1F) << shift
        shift += 5
        if bits < MORE:
            steps.append(~(value >> 1) if value & 1 else value >> 1)
            value = shift = 0
    if shift:
        raise ValueError("the line ends in the middle of a number")
    return steps
