"""Plans a made-up day on any extract with the product, and with its peers in the same run.

Every plan is followed door by door on the same matrices, by code that no planner shares, before it counts.
"""

from __future__ import annotations

import os
import resource
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from server.planning.solving import solve_all
from sync.routing.day import ITERATIONS
from sync.routing.records import Problem

from . import plan_peers, plan_world
from .plan_instances import NotFeasible
from .plan_peers import Orders

Say = Callable[[str], None]
PEERS = ("nearest_neighbour", "greedy", "vroom", "or_tools", "ten_times_longer")
WANTED = {
    "nearest_neighbour": 1.22,
    "greedy": 1.04,
    "vroom": 1.0,
    "or_tools": 1.0,
    "ten_times_longer": 0.998,
}


@dataclass(frozen=True)
class Judged:
    """What a day is worth when it is followed."""

    value: int
    visits: int
    appointments: int
    travel_h: float
    wall_s: float
    processor_s: float = 0.0

    def to_json(self) -> dict[str, Any]:
        return vars(self)


def judge(problems: Sequence[Problem], orders: Orders, wall_s: float, processor_s: float = 0.0) -> Judged:
    """Follow each agent; raises NotFeasible where a window or a shift is broken."""
    value = visits = met = travel = 0
    for agent, (problem, order) in enumerate(zip(problems, orders, strict=True)):
        if len(set(order)) != len(order):
            raise NotFeasible(f"agent {agent} visits somebody twice")
        now, here = problem.begins_s, problem.start or 0
        for index in order:
            one, leg = problem.candidates[index], problem.seconds[here][index + 1]
            arrived, travel = now + leg, travel + leg
            starts = [max(arrived, o.earliest_s) for o in one.openings if arrived <= o.latest_s]
            if not starts:
                raise NotFeasible(f"agent {agent} reaches {one.id} at {arrived} s, when it is closed")
            now, here = starts[0] + one.service_s, index + 1
            value, visits, met = value + one.value, visits + 1, met + one.appointment
        if order:
            travel += problem.seconds[here][0]
            if now + problem.seconds[here][0] > problem.shift_s:
                raise NotFeasible(f"agent {agent} is back after the shift")
    return Judged(value, visits, met, round(travel / 3600, 2), round(wall_s, 2), round(processor_s, 2))


def run(
    extract: Path,
    *,
    candidates: int,
    agents: int,
    seed: int,
    iterations: int = ITERATIONS,
    workers: int | None = None,
    peers: Sequence[str] = PEERS,
    peer_seconds: float = 60.0,
    say: Say = lambda line: None,
) -> dict[str, Any]:
    """Make the day, plan it, let the peers plan it, and compare."""
    with tempfile.TemporaryDirectory() as scratch:
        began = time.perf_counter()
        roads = plan_world.roads_of(extract, Path(scratch))
        built = time.perf_counter() - began
    rng = np.random.default_rng(seed)
    homes = plan_world.places(roads, rng, agents)
    doors = plan_world.places(roads, rng, candidates)
    roads.table(doors[:2], doors[:2])  # so that what is made ready once a process is not in the day
    say(f"{extract.name}: roads in {built:.1f} s")
    steps: dict[str, float] = {}
    own = _clocked(steps, "assigning_s", lambda: plan_world.share(roads, homes, doors))
    world = _clocked(steps, "matrices_s", lambda: plan_world.pose(roads, homes, doors, own, rng))
    return {
        "city": extract.name,
        "candidates": candidates,
        "agents": agents,
        "seed": seed,
        "roads_s": round(built, 2),
        **compare(
            world.problems,
            seed=seed,
            iterations=iterations,
            workers=workers or os.cpu_count() or 1,
            peers=peers,
            peer_seconds=peer_seconds,
            steps=steps,
            say=say,
        ),
        "loads": [min(world.loads), max(world.loads)],
        "peak_mb": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024),
    }


def compare(
    problems: Sequence[Problem],
    *,
    seed: int,
    iterations: int,
    workers: int,
    peers: Sequence[str],
    peer_seconds: float,
    steps: dict[str, float],
    say: Say,
) -> dict[str, Any]:
    def ours(times: int) -> Callable[[], Orders]:
        return lambda: [
            list(plan.order)
            for plan in solve_all(problems, seed=seed, iterations=iterations * times, workers=workers)
        ]

    planners: dict[str, Callable[[], Orders]] = {
        "ronda": ours(1),
        "nearest_neighbour": lambda: plan_peers.nearest_neighbour(problems),
        "greedy": lambda: plan_peers.greedy(problems),
        "vroom": lambda: plan_peers.vroom(problems),
        "or_tools": lambda: plan_peers.or_tools(problems, seconds=peer_seconds),
        "ten_times_longer": ours(10),
    }
    judged: dict[str, Judged] = {}
    notes: list[str] = []
    for name in ("ronda", *peers):
        began, used = time.perf_counter(), _processor_s()
        try:
            orders = planners[name]()
        except ImportError as wrong:
            notes.append(f"{name} is left out: {wrong}; install the extra `bench`")
            continue
        took = time.perf_counter() - began
        judged[name] = judge(problems, orders, took, _processor_s() - used)
        say(f"  {name:18} {judged[name].to_json()}")
    mine = judged["ronda"]
    steps["solving_s"] = mine.wall_s
    ratios = {
        name: round(mine.value / max(one.value, 1), 4) for name, one in judged.items() if name != "ronda"
    }
    return {
        "iterations": iterations,
        "workers": workers,
        "steps": {name: round(value, 2) for name, value in steps.items()},
        "wall_s": round(sum(steps.values()), 2),
        "value_in_all": sum(one.value for problem in problems for one in problem.candidates),
        "appointments": sum(one.appointment for problem in problems for one in problem.candidates),
        "planned": {name: one.to_json() for name, one in judged.items()},
        "ratios": ratios,
        "wanted": {name: WANTED[name] for name in ratios},
        "met": all(ratio >= WANTED[name] for name, ratio in ratios.items()),
        "notes": notes,
    }


def _processor_s() -> float:
    """Of this process and of those it started that have ended."""
    spent = os.times()
    return spent.user + spent.system + spent.children_user + spent.children_system


def _clocked(steps: dict[str, float], name: str, work: Callable[[], Any]) -> Any:
    began = time.perf_counter()
    found = work()
    steps[name] = time.perf_counter() - began
    return found
