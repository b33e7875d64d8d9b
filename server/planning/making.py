"""Makes the drafts of posed days: has them solved, draws them, keeps each with its fact. Gathers nothing."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection

from sync.routing.day import ITERATIONS
from sync.routing.records import Plan, Problem

from ..roads import Roads
from ..store import facts, routes
from ..store.routes import Draft
from .drafting import draft
from .lining import lined
from .posing import Day
from .reporting import AgentPlan
from .running import Run
from .solving import solve_all

Progress = Callable[[str], None]


@dataclass(frozen=True)
class Effort:
    """How the days are solved. The same seed and iterations give the same plans."""

    seed: int = 1
    iterations: int = ITERATIONS
    workers: int | None = None
    executor: Executor | None = None
    progress: Progress | None = None
    run: Run | None = None  # remembers what is solved, so that a run that stopped goes on


def solved(days: Sequence[Day], effort: Effort, *, done: int = 0, total: int | None = None) -> list[Plan]:
    """A plan for each day, in order. Who misses an appointment in good time may come at its last minute."""

    def say(count: int) -> None:
        if effort.progress is not None:
            effort.progress(f"{done + count}/{total or len(days)}")

    plans = _solve([day.problem for day in days], effort, say, effort.run)
    late = [number for number, day in enumerate(days) if day.patient and _misses(day, plans[number])]
    beside = effort.run.beside([days[number].agent.id for number in late]) if effort.run else None
    again = _solve([patient for number in late if (patient := days[number].patient)], effort, None, beside)
    for number, plan in zip(late, again, strict=True):
        if _misses(days[number], plan) < _misses(days[number], plans[number]):
            plans[number] = plan
    return plans


def _solve(
    problems: Sequence[Problem], effort: Effort, say: Callable[[int], None] | None, run: Run | None
) -> list[Plan]:
    return solve_all(
        problems,
        seed=effort.seed,
        iterations=effort.iterations,
        workers=effort.workers,
        executor=effort.executor,
        done=say,
        certified=True,
        memory=run,
    )


def _misses(day: Day, plan: Plan) -> int:
    return sum(day.problem.candidates[left.candidate].appointment for left in plan.left_out)


def drawn(days: Sequence[Day], plans: Sequence[Plan], ways: Roads) -> list[Draft]:
    """The draft of each day with the line its agent will ride."""
    return [lined(draft(day, plan), ways(day.agent.vehicle)) for day, plan in zip(days, plans, strict=True)]


def keep(
    connection: Connection, day: Day, plan: Plan, made: Draft, *, now: datetime, actor: str
) -> AgentPlan:
    """Store a draft as the next version of its day, with its fact; answers with its figures."""
    route_id, version = routes.add(connection, made, now=now, actor=actor)
    figures = _figures(day, plan, made, route_id, version)
    facts.append(
        connection,
        "route.planned",
        as_of=day.day,
        now=now,
        actor=actor,
        subject=route_id,
        payload=figures.to_json(),
    )
    return figures


def _figures(day: Day, plan: Plan, made: Draft, route_id: str, version: int) -> AgentPlan:
    planned = [stop for stop in made.stops if stop.sequence is not None]
    agreed = sum(stop.appointment for stop in made.stops)
    pressing = [door.debtor for door in day.doors if door.must]
    return AgentPlan(
        agent=day.agent.id,
        name=day.agent.name,
        route=route_id,
        version=version,
        stops=len(planned),
        accounts=sum(len(stop.accounts) for stop in planned),
        left_out=len(made.stops) - len(planned),
        appointments=agreed,
        missed_appointments=agreed - sum(stop.appointment for stop in planned),
        pressing=len(pressing),
        missed_pressing=len(set(pressing) - {stop.debtor for stop in planned}),
        value=plan.certificate.value,
        travel_s=plan.certificate.travel_s,
        travel_m=plan.certificate.travel_m,
        back=day.shift.start + timedelta(seconds=plan.back_s),
        lunch=made.lunch.starts if made.lunch else None,
        approximate=made.approximate,
        roads=plan.certificate.matrix,
        home_off_roads=day.home_off_roads,
        certificate=made.certificate,
    )
