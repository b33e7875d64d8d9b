"""Plans for many: so many accounts assigned to so many agents and everybody's day planned, timed and weighed.

Agents are posed and solved a batch at a time, so that memory does not grow with their number.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Executor, ProcessPoolExecutor, as_completed
from contextlib import contextmanager
from dataclasses import dataclass, field
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import numpy as np

from server.planning.solving import solve_all
from server.roads.building import build
from server.roads.contracted import CityRoads
from server.roads.network import load
from server.roads.picking import DEFAULTS
from sync.routing.day import ITERATIONS
from sync.routing.records import Plan, Problem

from . import plan_world
from .peak import peak
from .plan_day import judge

Say = Callable[[str], None]
BATCH = 25
MOST_S, MOST_MB, BAND, GROWTH = 25.0, 500, 0.05, 1.15


def most_appointments(problem: Problem) -> int:
    """How many appointments one agent can meet at all: every set of them, in every order."""
    agreed = [index for index, one in enumerate(problem.candidates) if one.appointment]
    best: dict[tuple[int, int], int] = {(0, -1): problem.begins_s}
    most = 0
    for size in range(len(agreed)):
        following: dict[tuple[int, int], int] = {}
        for (done, last), free in best.items():
            row = problem.row_from(None if last < 0 else agreed[last])
            for number, index in enumerate(agreed):
                if done >> number & 1:
                    continue
                start = problem.candidates[index].start_at(free + problem.seconds[row][index + 1])
                if start is None:
                    continue
                ends = start + problem.candidates[index].service_s
                if ends + problem.seconds[index + 1][0] > problem.shift_s:
                    continue
                key = done | 1 << number, number
                following[key] = min(ends, following.get(key, ends))
        if not following:
            break
        best, most = following, size + 1
    return most


@dataclass
class Tally:
    """What came of all agents' days."""

    agents: int = 0
    value: int = 0
    visits: int = 0
    appointments: int = 0
    met: int = 0
    satisfiable: int = 0
    bounds: int = 0
    travel_h: float = 0.0
    checked_cpu_s: float = 0.0  # of following the days, which is no planning
    steps: dict[str, float] = field(default_factory=dict)

    @contextmanager
    def clocked(self, step: str) -> Iterator[None]:
        began = time.perf_counter()
        yield
        self.steps[step] = self.steps.get(step, 0.0) + time.perf_counter() - began

    def take(self, problem: Problem, plan: Plan) -> None:
        began = time.process_time()
        judged = judge([problem], [list(plan.order)], 0.0)  # raises where the day cannot be followed
        self.agents += 1
        self.value += judged.value
        self.visits += judged.visits
        self.met += judged.appointments
        self.travel_h += judged.travel_h
        self.appointments += sum(one.appointment for one in problem.candidates)
        self.satisfiable += most_appointments(problem)
        self.bounds += plan.certificate.bound or 0
        self.checked_cpu_s += time.process_time() - began


def run(
    extract: Path,
    *,
    accounts: int,
    agents: int,
    seed: int = 1,
    iterations: int = ITERATIONS,
    workers: int | None = None,
    certified: bool = True,
    say: Say = lambda line: None,
) -> dict[str, Any]:
    """Make the city's roads, then assign, measure ways and solve; only these three are timed.

    The processors' seconds include starting the workers.
    """
    roads, built = roads_of(extract)
    rng = np.random.default_rng(seed)
    homes, doors = plan_world.places(roads, rng, agents), plan_world.places(roads, rng, accounts)
    roads.table(doors[:2], doors[:2])
    workers = workers or os.cpu_count() or 1
    tally = Tally()
    spent = _cpu_s()
    with tally.clocked("assigning_s"):
        own = plan_world.share(roads, homes, doors)
    say(f"assigned in {tally.steps['assigning_s']:.1f} s")
    asked = Asked(seed, iterations, certified)
    with ProcessPoolExecutor(workers, mp_context=get_context("spawn")) as pool:
        for first in range(0, agents, BATCH):
            batch = slice(first, first + BATCH)
            with tally.clocked("matrices_s"):
                problems = plan_world.pose(roads, homes[batch], doors, own[batch], rng).problems
            with tally.clocked("solving_s"):
                plans = asked.solve(problems, pool)
            for problem, plan in zip(problems, plans, strict=True):
                tally.take(problem, plan)
            say(f"{tally.agents} of {agents} agents")
        peaks = _worker_peaks(pool, workers)
    # The workers' seconds are known once they have ended.
    cpu = _cpu_s() - spent - tally.checked_cpu_s
    wall = sum(tally.steps.values())
    loads = [len(mine) for mine in own]
    even = accounts / agents
    found: dict[str, Any] = {
        "city": extract.name,
        "accounts": accounts,
        "agents": agents,
        "seed": seed,
        "iterations": iterations,
        "workers": workers,
        "certified": certified,
        "roads_s": round(built, 2),
        "wall_s": round(wall, 2),
        "cpu_s": round(cpu, 2),
        "steps": {name: round(value, 2) for name, value in tally.steps.items()},
        "wall_s_an_agent": round(wall / agents, 4),
        "cpu_s_an_agent": round(cpu / agents, 4),
        "peak_mb": round(peak()[1] + sum(peaks)),
        "peak_mb_each": [round(peak()[1]), *map(round, peaks)],
        "loads": [min(loads), max(loads)],
        "loads_off": round(max(even - min(loads), max(loads) - even) / even, 4),
        "value": tally.value,
        "visits": tally.visits,
        "travel_h": round(tally.travel_h, 1),
        "appointments": tally.appointments,
        "satisfiable": tally.satisfiable,
        "met": tally.met,
    }
    if certified:
        found["gap"] = round(100 * (tally.bounds - tally.value) / max(tally.bounds, 1), 2)
    return found | judged(found)


@dataclass(frozen=True)
class Asked:
    """The effort for each agent."""

    seed: int
    iterations: int
    certified: bool

    def solve(self, problems: Any, pool: Executor) -> list[Plan]:
        return solve_all(
            problems,
            seed=self.seed,
            iterations=self.iterations,
            executor=pool,
            certified=self.certified,
        )


def judged(found: dict[str, Any]) -> dict[str, Any]:
    """What is wanted of these figures, and whether it is met; time and memory for 5,000 accounts only."""
    wanted = {"loads_off": BAND, "met": found["satisfiable"]}
    met = found["met"] >= found["satisfiable"] and found["loads_off"] <= BAND
    if found["accounts"] <= 5_000:
        wanted |= {"wall_s": MOST_S, "peak_mb": MOST_MB}
        met = met and found["wall_s"] <= MOST_S and found["peak_mb"] <= MOST_MB
    return {"wanted": wanted, "kept": met}


def roads_of(extract: Path) -> tuple[CityRoads, float]:
    """The city's roads as the product holds them, and the seconds that making their file took.

    It is made in a process of its own, once a city, and its memory is not the planner's.
    """
    began = time.perf_counter()
    with tempfile.TemporaryDirectory() as scratch:
        file = Path(scratch) / "roads.npz"
        with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as maker:
            maker.submit(build, extract, file).result()
        return CityRoads(load(file, "car"), DEFAULTS["car"]), time.perf_counter() - began


def _cpu_s() -> float:
    now = os.times()
    return now.user + now.system + now.children_user + now.children_system


def _worker_peaks(pool: Executor, workers: int) -> list[float]:
    """The most memory that each worker ever held, in MB."""
    peaks: dict[int, float] = {}
    while len(peaks) < workers:
        peaks |= dict(one.result() for one in as_completed([pool.submit(peak) for _ in range(4 * workers)]))
    return list(peaks.values())


PROGRAM = """
import json, sys
from pathlib import Path
from bench.plan_scale import run
asked = json.loads(sys.argv[1])
print(json.dumps(run(Path(asked.pop("extract")), **asked, say=lambda line: print(line, file=sys.stderr))))
"""


def apart(extract: Path, **asked: Any) -> dict[str, Any]:
    """`run` in a process of its own: its workers load no more than they need, as those of the office."""
    told = json.dumps({"extract": str(extract), **asked})
    ran = subprocess.run([sys.executable, "-c", PROGRAM, told], stdout=subprocess.PIPE, text=True, check=True)
    found: dict[str, Any] = json.loads(ran.stdout)
    return found


def grown(runs: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Each larger run's time for an agent beside the smallest one's."""
    return [
        {
            "accounts": one["accounts"],
            "agents": one["agents"],
            "wall": round(one["wall_s_an_agent"] / runs[0]["wall_s_an_agent"], 3),
            "cpu": round(one["cpu_s_an_agent"] / runs[0]["cpu_s_an_agent"], 3),
            "wanted": GROWTH,
        }
        for one in runs[1:]
    ]
