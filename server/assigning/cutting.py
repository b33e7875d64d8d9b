"""Cuts an assignment that is too large for one flow into parts that are not. Solves nothing.

By branch first (agents whom no debtor could choose between are apart), then across the ground, each
cut leaving both sides the load that their agents can share evenly.
"""

from __future__ import annotations

from collections.abc import Sequence

from ..roads import Point
from .burdens import Bearer, Load

CUT = 500_000  # debtors times agents; beyond, a flow takes longer than its parts one by one

Part = tuple[list[int], list[int]]
"""Loads and bearers by index."""


def cut(loads: Sequence[Load], bearers: Sequence[Bearer], most: int = CUT) -> list[Part]:
    """Parts of at most `most` loads times bearers; every load is in one part, every bearer too."""
    whole = (list(range(len(loads))), list(range(len(bearers))))
    if len(loads) * len(bearers) <= most:
        return [whole]
    parts = []
    for part in _apart(loads, bearers):
        parts += _across(part, loads, bearers, most)
    return parts


def _apart(loads: Sequence[Load], bearers: Sequence[Bearer]) -> list[Part]:
    """The groups of agents that share no debtor they could both have."""
    root = list(range(len(bearers)))

    def find(one: int) -> int:
        while root[one] != one:
            root[one] = root[root[one]]
            one = root[one]
        return one

    for allowed in {load.allowed for load in loads if load.allowed}:
        first, *others = sorted(allowed)
        for other in others:
            root[find(other)] = find(first)
    groups: dict[int, Part] = {}
    for column in range(len(bearers)):
        groups.setdefault(find(column), ([], []))[1].append(column)
    for row, load in enumerate(loads):
        groups[find(min(load.allowed, default=0))][0].append(row)
    return [part for part in groups.values() if part[0]]


def _across(part: Part, loads: Sequence[Load], bearers: Sequence[Bearer], most: int) -> list[Part]:
    rows, columns = part
    if len(rows) * len(columns) <= most or len(columns) < 2:
        return [part]
    axis = _wider([point for row in rows if (point := loads[row].point) is not None])
    ordered = sorted(columns, key=lambda one: (_along(_ground(bearers[one]), axis), one))
    middle = len(ordered) // 2
    left, right = ordered[:middle], ordered[middle:]
    low, high = _divided(rows, loads, bearers, left, right, axis)
    return [
        *_across((low, sorted(left)), loads, bearers, most),
        *_across((high, sorted(right)), loads, bearers, most),
    ]


def _divided(
    rows: Sequence[int],
    loads: Sequence[Load],
    bearers: Sequence[Bearer],
    left: Sequence[int],
    right: Sequence[int],
    axis: int,
) -> tuple[list[int], list[int]]:
    """Each side the loads that bring its agents to an even share, what they keep already included."""
    here, there = set(left), set(right)
    kept = [sum(bearers[one].kept for one in side) for side in (left, right)]
    fair = round((len(rows) + sum(kept)) * len(left) / (len(left) + len(right))) - kept[0]
    low: list[int] = []
    high: list[int] = []
    free: list[int] = []
    for row in rows:
        allowed = loads[row].allowed
        if not allowed & there:
            low.append(row)
        elif not allowed & here:
            high.append(row)
        else:
            free.append(row)
    free.sort(key=lambda row: (_along(loads[row].point, axis), row))
    take = min(max(fair - len(low), 0), len(free))
    return sorted([*low, *free[:take]]), sorted([*high, *free[take:]])


def _ground(bearer: Bearer) -> Point | None:
    """Where an agent is found: his home, else the middle of what he keeps."""
    if bearer.home is not None or not bearer.kept_points:
        return bearer.home
    count = len(bearer.kept_points)
    return (
        sum(lat for lat, _ in bearer.kept_points) / count,
        sum(lon for _, lon in bearer.kept_points) / count,
    )


def _wider(points: Sequence[Point]) -> int:
    """0 where the points lie further apart from south to north, 1 from west to east."""
    if not points:
        return 0
    spans = [max(one[axis] for one in points) - min(one[axis] for one in points) for axis in (0, 1)]
    return int(spans[1] > spans[0])


def _along(point: Point | None, axis: int) -> float:
    """Who is not on the map comes last: any side will do for him."""
    return float("inf") if point is None else point[axis]
