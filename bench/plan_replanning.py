"""Replans the rest of an agent's day, over and over: how long it takes, and what a fresh long search finds.

In the middle of a planned day of 100 candidates the agent stands at a door, the next stop fails and a
promise is called in. The office makes the matrix anew and searches from the plan as it was; the laptop
has its matrix.
"""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from sync.routing import solver
from sync.routing.day import ITERATIONS, plan_day, posed
from sync.routing.insertion import build, repaired
from sync.routing.records import Candidate, Opening, Plan, Problem

from . import plan_world
from .plan_day import judge

Say = Callable[[str], None]
CALLED_IN_S = 5400  # a promise called in is an appointment from an hour and a half on
AGENTS = 5  # in a run's city: each has his own candidates, of whom he is replanned several times


def run(
    extract: Path,
    *,
    candidates: int,
    times: int,
    seed: int,
    fresh_seconds: float,
    clock: Callable[[], float],
    say: Say = lambda line: None,
) -> dict[str, Any]:
    with tempfile.TemporaryDirectory() as scratch:
        roads = plan_world.roads_of(extract, Path(scratch))
    rng = np.random.default_rng(seed)
    homes = plan_world.places(roads, rng, AGENTS)
    doors = plan_world.places(roads, rng, AGENTS * candidates)
    world = plan_world.pose(roads, homes, doors, plan_world.share(roads, homes, doors), rng)
    plans = [plan_day(problem, seed=seed) for problem in world.problems]
    took: dict[str, list[float]] = {"office": [], "laptop": []}
    ratios: list[float] = []
    for number in range(times):
        agent = number % len(plans)
        problem, plan = world.problems[agent], plans[agent]
        at = int(rng.integers(len(plan.stops) // 4, 3 * len(plan.stops) // 4))
        points = [world.homes[agent], *(world.doors[door] for door in world.own[agent])]
        began = clock()
        roads.table(points, points)  # the office makes it anew; here only its time counts
        made = clock() - began
        began = clock()
        rest, warm = _rest(problem, plan, at, rng)
        found = plan_day(rest, seed=seed, warm=warm)
        took["laptop"].append(clock() - began)
        took["office"].append(took["laptop"][-1] + made)
        value = _value(rest, found.order)
        if number < times // 5 or times < 5:
            best = _value(rest, _fresh(rest, fresh_seconds, clock))
            ratios.append(value / max(best, 1))
            say(f"  replan {number + 1} of {times}: {took['office'][-1]:.2f} s, {ratios[-1]:.4f} of fresh")
    return {
        "city": extract.name,
        "candidates": candidates,
        "replans": times,
        "iterations": ITERATIONS,
        "clock": "the wall" if clock is time.perf_counter else "processor time",
        **{f"{side}_p95_s": round(float(np.quantile(all_of, 0.95)), 3) for side, all_of in took.items()},
        "fresh_seconds": fresh_seconds,
        "fresh_compared": len(ratios),
        "least_of_fresh": round(min(ratios), 4),
        "mean_of_fresh": round(float(np.mean(ratios)), 4),
        "wanted": {"office_p95_s": 0.7, "laptop_p95_s": 1.5, "mean_of_fresh": 0.99},
    }


def _rest(problem: Problem, plan: Plan, at: int, rng: np.random.Generator) -> tuple[Problem, list[int]]:
    """What is left after stop `at`: the next one failed, and somebody left out called a promise in."""
    done = {stop.candidate for stop in plan.stops[: at + 2]}
    here = plan.stops[at]
    kept = [index for index in range(len(problem.candidates)) if index not in done]
    called = int(rng.choice(kept))
    # The door where he stands is one row more, after those of the candidates.
    rows = [0, *(index + 1 for index in kept), here.candidate + 1]
    seconds = [[problem.seconds[row][column] for column in rows] for row in rows]
    metres = [[problem.metres[row][column] for column in rows] for row in rows]
    people = tuple(_called(problem.candidates[index], here.end_s, index == called) for index in kept)
    rest = replace(
        problem,
        candidates=people,
        seconds=seconds,
        metres=metres,
        start=len(kept) + 1,
        begins_s=here.end_s,
    )
    places = {index: place for place, index in enumerate(kept)}
    return rest, [places[stop.candidate] for stop in plan.stops[at + 2 :]]


def _called(one: Candidate, now: int, called: bool) -> Candidate:
    if not called:
        return one
    return replace(one, appointment=True, openings=(Opening(now + CALLED_IN_S, now + CALLED_IN_S + 1800),))


def _fresh(problem: Problem, seconds: float, clock: Callable[[], float]) -> list[int]:
    start = build(problem, ())
    task, owners = posed(problem, start)
    found = solver.solve(task, seed=99, seconds=seconds, clock=clock)
    order = [owners[visit] for tour in found.tours for visit in tour.visits if visit < len(owners)]
    return build(problem, repaired(problem, order))


def _value(problem: Problem, order: Sequence[int]) -> int:
    return judge([problem], [list(order)], 0.0).value
