"""Plans a day for each agent: which of his debtors, in which order, and why not the others.

Drafts are kept with every debtor of the agent in them, planned or left out with a reason; publishing
checks them again. Knows no page and no command line.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import Executor
from datetime import date, datetime, timedelta

from sqlalchemy import Connection, Engine

from sync.records import Refused
from sync.routing.day import ITERATIONS
from sync.routing.records import Plan
from sync.words import N_, Phrase

from ..doors import UNSURE_M, Packs
from ..packs import pack_of
from ..roads import Roads
from ..roads.great_circle import GreatCircle
from ..roads.picking import NO_ROADS, said_of
from ..store import agents as workforce
from ..store import facts, routes
from ..store.agents import Agent
from ..store.engine import reading, writing
from ..store.routes import Draft
from .gathering import gather
from .lining import lined
from .posing import Day, draft, pose
from .publishing import publish
from .reporting import AgentPlan, NotPublished, PlanReport, PublishReport
from .solving import solve_all

__all__ = ["AgentPlan", "NotPublished", "PlanReport", "PublishReport", "plan", "publish"]

Progress = Callable[[str], None]


def plan(
    engine: Engine,
    *,
    day: date,
    agents: Sequence[str] | None = None,
    seed: int = 1,
    actor: str,
    now: datetime,
    progress: Progress | None = None,
    roads: Roads | None = None,
    packs: Packs = pack_of,
    iterations: int = ITERATIONS,
    unsure_m: float = UNSURE_M,
    workers: int | None = None,
    executor: Executor | None = None,
) -> PlanReport | Refused:
    """Plan the day of these agents (ids; every active one by default) and keep a draft for each.

    The solver works outside any transaction: what changes meanwhile is caught when publishing. `roads`
    gives the provider for each agent's means of travel; without it times are straight-line estimates.
    Who may be further than `unsure_m` metres from his point is left out and told so.
    """
    ways = roads or _no_roads
    with reading(engine) as connection:
        chosen = [
            agent for agent in workforce.all_active(connection) if agents is None or agent.id in set(agents)
        ]
        if not chosen:
            text = N_("No hay gestores activos que planificar: agregue uno con «ronda office user add»")
            return Refused(Phrase(text), "plan.no_agents")
        subjects = gather(connection, chosen, day, now, packs)
    try:
        days = [
            pose(agent, day, subjects[agent.id], ways(agent.vehicle), unsure_m=unsure_m)
            for agent in chosen
            if subjects[agent.id]
        ]
    except NO_ROADS as wrong:
        return Refused(said_of(wrong), "plan.no_roads")
    if not days:
        text = N_("Ningún gestor tiene deudores asignados: asigne la cartera antes de planificar")
        return Refused(Phrase(text), "plan.nothing_assigned")

    def solved(count: int) -> None:
        if progress is not None:
            progress(f"{count}/{len(days)}")

    plans = solve_all(
        [one.problem for one in days],
        seed=seed,
        iterations=iterations,
        workers=workers,
        executor=executor,
        done=solved,
    )
    try:
        drafts = [
            lined(draft(one, plan), ways(one.agent.vehicle)) for one, plan in zip(days, plans, strict=True)
        ]
    except NO_ROADS as wrong:
        return Refused(said_of(wrong), "plan.no_roads")
    with writing(engine) as connection:
        kept = [
            _keep(connection, one, found, made, now, actor)
            for one, found, made in zip(days, plans, drafts, strict=True)
        ]
    return PlanReport(day, seed, tuple(kept), _reasons(drafts))


def _no_roads(_profile: str) -> GreatCircle:
    return GreatCircle()


def _keep(connection: Connection, day: Day, plan: Plan, made: Draft, now: datetime, actor: str) -> AgentPlan:
    route_id, version = routes.add(connection, made, now=now, actor=actor)
    figures = _figures(day, plan, made, route_id, version)
    facts.append(
        connection,
        "route.planned",
        as_of=day.day,
        now=now,
        actor=actor,
        subject=route_id,
        payload=figures.to_json() | {"certificate": made.certificate},
    )
    return figures


def _figures(day: Day, plan: Plan, made: Draft, route_id: str, version: int) -> AgentPlan:
    agent: Agent = day.agent
    planned = [stop for stop in made.stops if stop.sequence is not None]
    agreed = sum(stop.appointment for stop in made.stops)
    return AgentPlan(
        agent=agent.id,
        name=agent.name,
        route=route_id,
        version=version,
        stops=len(planned),
        accounts=sum(len(stop.accounts) for stop in planned),
        left_out=len(made.stops) - len(planned),
        appointments=agreed,
        missed_appointments=agreed - sum(stop.appointment for stop in planned),
        value=plan.certificate.value,
        travel_s=plan.certificate.travel_s,
        travel_m=plan.certificate.travel_m,
        back=day.shift.start + timedelta(seconds=plan.back_s),
        approximate=made.approximate,
        roads=plan.certificate.matrix,
        home_off_roads=day.home_off_roads,
    )


def _reasons(drafts: Sequence[Draft]) -> dict[str, int]:
    return dict(
        Counter(
            stop.rule or stop.why.msgid for made in drafts for stop in made.stops if stop.sequence is None
        )
    )
