"""Reads the corners of a zone as people type them: a latitude and a longitude a line. Marks nothing."""

from __future__ import annotations

import re

from sync.rules.risk import Corner

MOST = 100
_NUMBER = re.compile(r"-?\d{1,3}(?:\.\d+)?")


def corners_of(text: str) -> tuple[Corner, ...] | None:
    """The corners; None where a line holds no two numbers of this Earth, or there are too many."""
    found: list[Corner] = []
    for line in text.splitlines():
        if not line.strip():
            continue
        numbers = [float(one) for one in _NUMBER.findall(line)]
        if len(numbers) != 2 or not (-90 <= numbers[0] <= 90 and -180 <= numbers[1] <= 180):
            return None
        found.append((numbers[0], numbers[1]))
    return tuple(found) if len(found) <= MOST else None
