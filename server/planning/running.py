"""A run of the planner: keeps each day once solved, goes on where one stopped, stops when asked. Solves none.

A solved day is known by what was asked, the effort and the programs: the same is never solved twice, and the
problem is kept with it so that the plan can be made again. It names nobody.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import zstandard
from sqlalchemy import Engine

from sync.records import Refused
from sync.routing import solver
from sync.routing.certifying import versions
from sync.routing.insertion import finished
from sync.routing.records import Candidate, Lunch, Opening, Plan, Problem
from sync.words import N_, Phrase

from ..store import facts, plan_runs
from ..store.engine import reading, writing
from ..store.plan_runs import PlanRun, SolvedDay

__all__ = ["PlanRun", "Run", "begin", "cancel", "key_of", "packed", "runs", "unpacked"]

# Solved days are kept this long: a plan of before can no longer be replayed.
KEPT = timedelta(days=60)
# A whole day of an agent, unpacked: far above the largest there can be.
LARGEST = 64 * 2**20


def packed(problem: Problem) -> bytes:
    """The problem as bytes, its candidates by number: the same problem, the same bytes."""
    index = {candidate.id: number for number, candidate in enumerate(problem.candidates)}
    told = {
        "candidates": [
            [
                one.service_s,
                one.value,
                [[opening.earliest_s, opening.latest_s] for opening in one.openings],
                int(one.appointment),
                int(one.must),
                int(one.locked),
            ]
            for one in problem.candidates
        ],
        "seconds": [list(map(int, row)) for row in problem.seconds],
        "metres": [list(map(int, row)) for row in problem.metres],
        "shift_s": problem.shift_s,
        "fingerprint": problem.fingerprint,
        "approximate": problem.approximate,
        "start": problem.start,
        "begins_s": problem.begins_s,
        "lunch": _lunch(problem.lunch),
        "order": [index[one] for one in problem.order],
    }
    return zstandard.compress(json.dumps(told, separators=(",", ":")).encode(), 3)


def _lunch(lunch: Lunch | None) -> list[Any] | None:
    return None if lunch is None else [lunch.seconds, lunch.earliest_s, lunch.latest_s, list(lunch.places)]


def unpacked(data: bytes) -> Problem:
    """The problem of which these are the bytes; its candidates are called by their numbers."""
    told = json.loads(zstandard.ZstdDecompressor().decompress(data, max_output_size=LARGEST))
    lunch = told["lunch"]
    return Problem(
        candidates=tuple(
            Candidate(
                str(number),
                service_s,
                value,
                tuple(Opening(*pair) for pair in openings),
                bool(appointment),
                bool(must),
                bool(locked),
            )
            for number, (service_s, value, openings, appointment, must, locked) in enumerate(
                told["candidates"]
            )
        ),
        seconds=told["seconds"],
        metres=told["metres"],
        shift_s=told["shift_s"],
        fingerprint=told["fingerprint"],
        approximate=told["approximate"],
        start=told["start"],
        begins_s=told["begins_s"],
        lunch=None if lunch is None else Lunch(lunch[0], lunch[1], lunch[2], tuple(lunch[3])),
        order=tuple(str(number) for number in told["order"]),
    )


def key_of(data: bytes, seed: int, iterations: int) -> str:
    """Names a solved day: the packed problem, the effort and the programs."""
    effort = {"seed": seed, "iterations": iterations, "solver": solver.name(), "versions": versions()}
    said = json.dumps(effort, sort_keys=True).encode()
    return hashlib.sha256(said + b"\0" + zstandard.ZstdDecompressor().decompress(data, LARGEST)).hexdigest()


def _now() -> datetime:
    return datetime.now(UTC)


@dataclass
class Run:
    """The memory of one run (`solving.Memory`). `agents` are whose days are solved, in the problems' order.

    What is not `counted` is solved beside the run's own days, such as a second try.
    """

    engine: Engine
    id: str
    seed: int
    iterations: int
    agents: Sequence[str]
    clock: Callable[[], datetime] = _now
    counted: bool = True
    asked: list[tuple[str, bytes]] = field(default_factory=list)

    def recall(self, problems: Sequence[Problem]) -> Mapping[int, Plan]:
        self.asked = []
        for problem in problems:
            data = packed(problem)
            self.asked.append((key_of(data, self.seed, self.iterations), data))
        with reading(self.engine) as connection:
            known = plan_runs.solved(connection, [key for key, _ in self.asked])
        found = {
            number: plan_of(problems[number], known[key])
            for number, (key, _) in enumerate(self.asked)
            if key in known
        }
        if self.counted:
            with writing(self.engine) as connection:
                plan_runs.count(connection, self.id, done=len(found), reused=len(found))
        return found

    def beside(self, agents: Sequence[str]) -> Run:
        """The same run for a second try of some of its agents."""
        return replace(self, agents=list(agents), counted=False, asked=[])

    def keep(self, number: int, plan: Plan) -> Plan:
        key, data = self.asked[number]
        agent = self.agents[number] if number < len(self.agents) else ""
        made = {"order": list(plan.order), "certificate": plan.certificate.to_dict()}
        with writing(self.engine) as connection:
            plan_runs.keep(connection, self.id, SolvedDay(key, agent, data, made), now=self.clock())
            if self.counted:
                plan_runs.count(connection, self.id, done=1)
        return replace(plan, certificate=replace(plan.certificate, problem=key))

    def cancelled(self) -> bool:
        with reading(self.engine) as connection:
            return plan_runs.state(connection, self.id) == plan_runs.CANCELLED

    def end(self) -> None:
        with writing(self.engine) as connection:
            plan_runs.end(connection, self.id, now=self.clock())


def plan_of(problem: Problem, solved: SolvedDay) -> Plan:
    """The plan as it was found: times and reasons are worked out again from its order."""
    told = solved.made["certificate"]
    plan = finished(
        problem,
        solved.made["order"],
        seed=told["seed"],
        iterations=told["iterations"],
        solver=told["solver"],
    )
    certificate = replace(
        plan.certificate,
        bound=told["bound"],
        relaxation=told["relaxation"],
        versions=dict(told["versions"]),
        problem=solved.key,
    )
    return replace(plan, certificate=certificate)


def begin(
    engine: Engine,
    *,
    day: date,
    agents: Sequence[str],
    seed: int,
    iterations: int,
    actor: str,
    now: datetime,
    clock: Callable[[], datetime] = _now,
) -> Run:
    """Open a run for these agents (ids), in the order in which their problems will be posed."""
    with writing(engine) as connection:
        plan_runs.forget(connection, now - KEPT)
        run = plan_runs.begin(
            connection, day=day, seed=seed, iterations=iterations, total=len(agents), actor=actor, now=now
        )
    return Run(engine, run, seed, iterations, list(agents), clock)


def cancel(engine: Engine, *, run: str, actor: str, now: datetime) -> PlanRun | Refused:
    """Stop a run: what it has solved stays, and planning the day again goes on from there."""
    with writing(engine) as connection:
        if not plan_runs.cancel(connection, run, now=now):
            text = N_("no hay una planificación en marcha con ese número")
            return Refused(Phrase(text), "plan.not_running")
        (found,) = [one for one in plan_runs.latest(connection, 1_000) if one.id == run]
        facts.append(
            connection,
            "plan.cancelled",
            as_of=found.day,
            now=now,
            actor=actor,
            subject=run,
            payload={"done": found.done, "total": found.total},
        )
    return found


def runs(engine: Engine, limit: int = 20) -> list[tuple[PlanRun, list[str]]]:
    """The latest runs, newest first, each with the agents (ids) whose day it solved."""
    with reading(engine) as connection:
        return [
            (run, plan_runs.agents_done(connection, run.id)) for run in plan_runs.latest(connection, limit)
        ]
