"""Makes the drafts of posed days: has them solved, draws them, keeps each with its fact. Gathers nothing."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from sqlalchemy import Connection, Engine

from sync.records import Refused
from sync.routing.day import ITERATIONS
from sync.routing.records import Plan, Problem
from sync.words import N_, Phrase

from ..roads import Roads
from ..roads.picking import NO_ROADS, said_of
from ..store import facts, routes
from ..store.engine import writing
from ..store.routes import Draft
from .drafting import draft
from .lining import lined
from .posing import Day
from .reporting import AgentPlan, PlanReport
from .running import Run, begin
from .solving import Cancelled, solve_all

Progress = Callable[[str], None]
STOPPED = N_("la planificación se detuvo; lo ya resuelto se conserva")


@dataclass(frozen=True)
class Effort:
    """How the days are solved. The same seed and iterations give the same plans."""

    seed: int = 1
    iterations: int = ITERATIONS
    workers: int | None = None
    executor: Executor | None = None
    progress: Progress | None = None
    run: Run | None = None  # remembers what is solved, so that a run that stopped goes on


@dataclass(frozen=True)
class Made:
    """The report of a planned day, and each agent's day as it was posed, solved and drawn."""

    report: PlanReport
    days: tuple[tuple[Day, Plan, Draft], ...]


def planned(
    engine: Engine,
    day: date,
    pose: Callable[[], Sequence[Day]],
    ways: Roads,
    effort: Effort,
    *,
    actor: str,
    now: datetime,
    done: int = 0,
    total: int | None = None,
) -> Made | Refused:
    """Solve the days that `pose` gives as a run of the planner, and keep a draft of each.

    The solver works outside any transaction: what changes meanwhile is caught when publishing.
    """
    try:
        days = pose()
        run = begin(
            engine,
            day=day,
            agents=[one.agent.id for one in days],
            seed=effort.seed,
            iterations=effort.iterations,
            actor=actor,
            now=now,
        )
        plans = solved(days, replace(effort, run=run), done=done, total=total)
        drafts = drawn(days, plans, ways)
    except NO_ROADS as wrong:
        return Refused(said_of(wrong), "plan.no_roads")
    except Cancelled:
        return Refused(Phrase(STOPPED), "plan.cancelled")
    run.end()
    found = tuple(zip(days, plans, drafts, strict=True))
    with writing(engine) as connection:
        kept = tuple(keep(connection, *one, now=now, actor=actor) for one in found)
    return Made(PlanReport(day, effort.seed, kept, reasons(drafts)), found)


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


def reasons(drafts: Sequence[Draft]) -> dict[str, int]:
    """How many debtors were left out by each rule, or by the sentence where no rule says no."""
    return dict(
        Counter(
            stop.rule or stop.why.msgid for made in drafts for stop in made.stops if stop.sequence is None
        )
    )
