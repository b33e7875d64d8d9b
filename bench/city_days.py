"""Synthetic days planned on Ronda's travel times and carried out on OSRM's. Makes no table itself.

A day: 1,000 candidates on the streets, 20 agents with their own homes and their own 50 candidates, a shift
of 8 h, 12 min a visit, values from 5 to 40, and 50 of all candidates with an appointment of 15 to 30 min.
"""

from __future__ import annotations

from collections.abc import Callable
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


@dataclass
class Tally:
    """What came of all agent-days."""

    days: int = 0
    over: int = 0
    appointments: int = 0
    late: int = 0
    missed: int = 0
    visits: int = 0
    value: int = 0
    worst_over_s: int = 0
    worst_late_s: int = 0

    def to_json(self) -> dict[str, Any]:
        return vars(self) | {
            "share_over": round(self.over / max(self.days, 1), 4),
            "share_late": round(self.late / max(self.appointments, 1), 4),
        }


def carry_out(
    seed: int,
    place: Callable[[np.random.Generator, int], list[Point]],
    ours: Table,
    theirs: Table,
    tally: Tally,
) -> None:
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
    for problem, plan, table_s in zip(problems, solve_all(problems, seed=seed, workers=1), real, strict=True):
        _walk(problem, plan, table_s, tally)


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


def _walk(problem: Problem, plan: Plan, real: Whole, tally: Tally) -> None:
    """The agent goes to each stop in order and waits where he is early."""
    now, here = 0, 0
    tally.days += 1
    for stop in plan.stops:
        candidate = problem.candidates[stop.candidate]
        now = max(now + int(real[here, stop.candidate + 1]), candidate.openings[0].earliest_s)
        if candidate.appointment:
            late = now - candidate.openings[0].latest_s
            tally.appointments += 1
            tally.late += late > LATE_S
            tally.worst_late_s = max(tally.worst_late_s, late)
        now += candidate.service_s
        here = stop.candidate + 1
        tally.visits += 1
        tally.value += candidate.value
    planned = sum(candidate.appointment for candidate in problem.candidates)
    tally.missed += planned - sum(problem.candidates[stop.candidate].appointment for stop in plan.stops)
    over = now + int(real[here, 0]) - SHIFT_S
    tally.over += over > OVER_S
    tally.worst_over_s = max(tally.worst_over_s, over)
