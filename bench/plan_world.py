"""A day to plan on any city's roads: homes, doors, values, appointments, who has whom. Solves nothing.

A door is beside a street; a visit takes 12 min of an 8 h shift; values are whole numbers from 1 to 35; of all
candidates 5 % have an appointment of 15 to 30 min, so that each can be met from home and back in the shift.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from server.assigning.balancing import Bearer, Load, share_out
from server.roads import Point
from server.roads.building import build
from server.roads.contracted import NEVER, CityRoads
from server.roads.network import load
from server.roads.picking import DEFAULTS
from sync.routing.records import Candidate, Opening, Problem

SHIFT_S, SERVICE_S = 8 * 3600, 12 * 60
APPOINTMENTS = 0.05
MOST_VALUE = 35


@dataclass(frozen=True)
class World:
    """Everybody's day: `problems[i]` is agent i's, and candidate j of it is door `own[i][j]`."""

    homes: tuple[Point, ...]
    doors: tuple[Point, ...]
    own: tuple[tuple[int, ...], ...]
    problems: tuple[Problem, ...]

    @property
    def loads(self) -> list[int]:
        return [len(mine) for mine in self.own]


def roads_of(extract: Path, folder: Path) -> CityRoads:
    """The product's roads of an extract, with the calibration it has where nobody fitted one."""
    file = folder / "roads.npz"
    build(extract, file)
    return CityRoads(load(file, "car"), DEFAULTS["car"])


def places(roads: CityRoads, rng: np.random.Generator, count: int) -> list[Point]:
    """Beside streets, up to 25 m off them, and on no island of the network."""
    shapes = roads.network.shapes
    found: list[Point] = []
    while len(found) < count:
        picked = rng.choice(len(shapes), count)
        off = rng.uniform(-25, 25, (count, 2)) / 111_195
        tried = [
            (float(shapes[road][:, 0].mean() + away[0]), float(shapes[road][:, 1].mean() + away[1]))
            for road, away in zip(picked, off, strict=True)
        ]
        snapped = roads.snap(tried)
        found += [one for one, on in zip(tried, snapped, strict=True) if on.point is not None]
    return found[:count]


def share(roads: CityRoads, homes: Sequence[Point], doors: Sequence[Point]) -> tuple[tuple[int, ...], ...]:
    """The product's own assignment of doors to agents."""
    anyone = frozenset(range(len(homes)))
    shares = share_out([Load(1, anyone, door) for door in doors], [Bearer(home) for home in homes], roads)
    own: list[list[int]] = [[] for _ in homes]
    for door, one in enumerate(shares):
        if one.bearer is not None:
            own[one.bearer].append(door)
    return tuple(tuple(mine) for mine in own)


def pose(
    roads: CityRoads,
    homes: Sequence[Point],
    doors: Sequence[Point],
    own: Sequence[Sequence[int]],
    rng: np.random.Generator,
) -> World:
    """The matrices of everybody, then values and appointments."""
    values = rng.integers(1, MOST_VALUE + 1, len(doors))
    agreed = set(rng.choice(len(doors), round(APPOINTMENTS * len(doors)), replace=False).tolist())
    starts, lengths = rng.random(len(doors)), rng.integers(900, 1801, len(doors))
    problems = []
    for home, mine in zip(homes, own, strict=True):
        points = [home, *(doors[door] for door in mine)]
        seconds, metres = roads.table(points, points)
        candidates = tuple(
            Candidate(
                str(door),
                SERVICE_S,
                int(values[door]),
                (_opening(door in agreed, float(starts[door]), int(lengths[door]), seconds, row),),
                appointment=door in agreed,
            )
            for row, door in enumerate(mine, 1)
        )
        problems.append(
            Problem(candidates, seconds.tolist(), metres.tolist(), SHIFT_S, "bench", approximate=False)
        )
    return World(tuple(homes), tuple(doors), tuple(tuple(mine) for mine in own), tuple(problems))


def _opening(agreed: bool, start: float, length: int, seconds: Any, row: int) -> Opening:
    if not agreed:
        return Opening(0, SHIFT_S)
    first = int(seconds[0, row]) + 300
    last = SHIFT_S - SERVICE_S - int(seconds[row, 0]) - length
    begins = max(first, int(first + start * (last - first)))
    return Opening(begins, begins + length)


def reachable(problem: Problem) -> bool:
    return all(cell < NEVER for row in problem.seconds for cell in row)
