"""Synthetic days planned on Ronda's travel times and carried out on OSRM's. Makes no table itself.

A day: 1,000 candidates on the streets, 20 agents with their own homes and their own 50 candidates, a shift
of 8 h, 12 min a visit, values from 5 to 40, and 50 of all candidates with an appointment of 15 to 30 min.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from server.planning.solving import solve_all
from server.roads import Point
from sync.routing.records import Candidate, Opening, Plan, Problem

Whole = NDArray[np.int64]
Table = Callable[[list[Point], list[Point]], tuple[Whole, Whole]]

AGENTS, EACH, APPOINTMENTS = 20, 50, 50
SHIFT_S, SERVICE_S = 8 * 3600, 12 * 60
OVER_S, LATE_S = 300, 120


@dataclass(frozen=True)
class Lived:
    """One agent's day as it came out. `late_s`: of each appointment kept, below zero where he was early."""

    over_s: int
    late_s: tuple[int, ...]
    missed: int
    visits: int
    value: int


def told(lived: Sequence[Lived]) -> dict[str, Any]:
    """What came of all agent-days."""
    late = [seconds for one in lived for seconds in one.late_s]
    over = sum(one.over_s > OVER_S for one in lived)
    too_late = sum(seconds > LATE_S for seconds in late)
    return {
        "days": len(lived),
        "over": over,
        "share_over": round(over / max(len(lived), 1), 4),
        "worst_over_s": max((one.over_s for one in lived), default=0),
        "appointments": len(late),
        "late": too_late,
        "share_late": round(too_late / max(len(late), 1), 4),
        "worst_late_s": max(late, default=0),
        "missed": sum(one.missed for one in lived),
        "visits": sum(one.visits for one in lived),
        "value": sum(one.value for one in lived),
    }


def carry_out(
    seed: int,
    place: Callable[[np.random.Generator, int], list[Point]],
    ours: Table,
    theirs: Table,
) -> list[Lived]:
    """One day of all agents."""
    rng = np.random.default_rng(seed)
    homes, doors = place(rng, AGENTS), place(rng, AGENTS * EACH)
    problems, real = [], []
    chosen = set(rng.choice(len(doors), APPOINTMENTS, replace=False).tolist())
    values = rng.integers(5, 41, len(doors))
    for home, mine in zip(homes, _shared(homes, doors), strict=True):
        points = [home, *(doors[door] for door in mine)]
        seconds, metres = ours(points, points)
        real.append(theirs(points, points)[0])
        candidates = tuple(_candidate(door, door in chosen, int(values[door]), rng) for door in mine)
        table = seconds.tolist(), metres.tolist()
        problems.append(Problem(candidates, *table, SHIFT_S, "bench", approximate=False))
    plans = solve_all(problems, seed=seed, workers=1)
    return [_walk(*day) for day in zip(problems, plans, real, strict=True)]


def _shared(homes: list[Point], doors: list[Point]) -> list[list[int]]:
    """Each door to the nearest home that has room."""
    far = np.hypot(*(np.array(homes)[:, None, :] - np.array(doors)[None, :, :]).transpose(2, 0, 1))
    shared: list[list[int]] = [[] for _ in homes]
    for flat in np.argsort(far, axis=None):
        home, door = divmod(int(flat), len(doors))
        if len(shared[home]) < EACH and np.isfinite(far[home, door]):
            shared[home].append(door)
            far[:, door] = np.inf
    return [sorted(mine) for mine in shared]


def _candidate(door: int, agreed: bool, value: int, rng: np.random.Generator) -> Candidate:
    opening = Opening(0, SHIFT_S)
    if agreed:
        start = int(rng.integers(1800, SHIFT_S - 5400))
        opening = Opening(start, start + int(rng.integers(900, 1801)))
    return Candidate(str(door), SERVICE_S, value, (opening,), appointment=agreed)


def _walk(problem: Problem, plan: Plan, real: Whole) -> Lived:
    """The agent goes to each stop in order and waits where he is early."""
    now, here, late = 0, 0, []
    met = [problem.candidates[stop.candidate] for stop in plan.stops]
    for stop, candidate in zip(plan.stops, met, strict=True):
        now = max(now + int(real[here, stop.candidate + 1]), candidate.openings[0].earliest_s)
        if candidate.appointment:
            late.append(now - candidate.openings[0].latest_s)
        now += candidate.service_s
        here = stop.candidate + 1
    agreed = sum(candidate.appointment for candidate in problem.candidates)
    return Lived(
        over_s=now + int(real[here, 0]) - SHIFT_S,
        late_s=tuple(late),
        missed=agreed - len(late),
        visits=len(met),
        value=sum(candidate.value for candidate in met),
    )
