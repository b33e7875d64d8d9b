"""Publishes drafts that pass the checker: to the laptops, whole or not at all. Plans nothing."""

from __future__ import annotations

import math
from collections.abc import Sequence
from datetime import date, datetime, timedelta

from sqlalchemy import Connection, Engine

from sync.records import Interval, Refused, RouteState
from sync.routing.checker import ClaimedRoute, ClaimedStop, Violation, check
from sync.words import N_, Phrase

from .. import publishing
from ..doors import Packs
from ..packs import pack_of
from ..store import agents, assignments, facts, routes
from ..store.agents import Agent
from ..store.engine import writing
from ..store.routes import Route, Stop
from .gathering import Subject, gather
from .reporting import NotPublished, PublishReport
from .weighing import NotToday, Visitable, judge, weigh


def publish(
    engine: Engine,
    *,
    day: date,
    agents: Sequence[str] | None = None,
    actor: str,
    now: datetime,
    packs: Packs = pack_of,
) -> PublishReport | Refused:
    """Publish the newest draft of each agent (ids; all by default) for the day, or refuse them all.

    Every draft is checked against what is known now, not when it was planned: who has the debtor,
    the hours, the caps, the stops. A published version before it is superseded.
    """
    with writing(engine) as connection:
        newest = routes.newest(connection, day, agents)
        drafts = [route for route in newest if route.state is RouteState.DRAFT]
        if not newest:
            text = N_("No hay rutas planificadas para el {day}: planifique primero ese día")
            return Refused(Phrase(text, {"day": day.isoformat()}), "route.no_draft")
        for route, wrong in _checked(connection, drafts, day, now, packs):
            if wrong:
                return NotPublished(
                    wrong[0].because,
                    wrong[0].rule,
                    agent=route.agent,
                    agent_name=route.agent_name,
                    violations=tuple(wrong),
                )
        for route in drafts:
            routes.publish(connection, route, now=now)
            _remember(connection, route, actor, now)
        if drafts:
            publishing.refresh_agents(connection, sorted(route.agent for route in drafts), now)
    return PublishReport(
        day=day,
        routes=tuple(route.id for route in drafts),
        agents=tuple(route.agent for route in drafts),
        stops=sum(len(route.planned) for route in drafts),
        already=len(newest) - len(drafts),
    )


def _checked(
    connection: Connection, drafts: Sequence[Route], day: date, now: datetime, packs: Packs
) -> list[tuple[Route, list[Violation]]]:
    workers = agents.by_ids(connection, [route.agent for route in drafts])
    subjects = gather(connection, list(workers.values()), day, now, packs)
    owners = assignments.owners(connection, [stop.debtor for route in drafts for stop in route.planned])
    found = []
    for route in drafts:
        mine = {subject.case.debtor.id: subject for subject in subjects[route.agent]}
        found.append((route, verify(route, workers[route.agent], mine, owners)))
    return found


def verify(
    route: Route, agent: Agent, subjects: dict[str, Subject], owners: dict[str, str | None]
) -> list[Violation]:
    """Everything wrong with a stored route today, given the agent's debtors and who has each debtor."""
    # Whether to go where the place is unsure was said when the day was planned.
    weighed = {debtor: weigh(subject, route.day, math.inf) for debtor, subject in subjects.items()}
    index = {point: number for number, point in enumerate(route.matrix["points"])}
    claimed, ruled, before = [], [], ""
    for number, stop in enumerate(route.planned, 1):
        door = weighed.get(stop.debtor)
        claimed.append(_claim(stop, door, owners.get(stop.debtor), _seconds(route, index, before, stop.id)))
        ruled += _ruled_out(stop, number, door, subjects.get(stop.debtor))
        before = stop.id
    back = _seconds(route, index, before, "") if before else 0
    whole = ClaimedRoute(route.agent, Interval(route.starts, route.ends), claimed, back)
    return [*ruled, *check(whole, agent.where)]


def _seconds(route: Route, index: dict[str, int], origin: str, target: str) -> int:
    return int(route.matrix["seconds"][index[origin]][index[target]])


def _claim(stop: Stop, door: Visitable | NotToday | None, owner: str | None, travel_s: int) -> ClaimedStop:
    able = door if isinstance(door, Visitable) else None
    if stop.eta is None:
        raise ValueError(f"stop {stop.id} is planned and has no time")
    return ClaimedStop(
        id=stop.id,
        debtor=stop.debtor,
        address=stop.address or "",
        owner=owner,
        starts=stop.eta,
        service_s=stop.service_s,
        travel_s=travel_s,
        lawful=able.lawful if able else (),
        appointment=able.appointment if able else None,
    )


def _ruled_out(
    stop: Stop, number: int, door: Visitable | NotToday | None, subject: Subject | None
) -> list[Violation]:
    """What the rules say today of the stop at its very hour, and of each account it names."""
    if door is None or subject is None or stop.eta is None:
        return []  # nobody's or another's: the checker says so
    if isinstance(door, NotToday):
        return [Violation(door.rule or "route.not_visitable", stop.id, door.because)]
    if not set(stop.accounts) <= set(door.accounts):
        text = N_("la parada {n} nombra una cuenta que ya no se puede visitar")
        return [Violation("route.accounts", stop.id, Phrase(text, {"n": number}))]
    happened = Interval(stop.eta, stop.eta + timedelta(seconds=stop.service_s))
    rulings = (judge(subject, answer, door.place, happened) for answer in door.answers)
    return [Violation(ruling.rule, stop.id, ruling.because) for ruling in rulings if ruling is not None]


def _remember(connection: Connection, route: Route, actor: str, now: datetime) -> None:
    facts.append(
        connection,
        "route.published",
        as_of=route.day,
        now=now,
        actor=actor,
        subject=route.id,
        payload={"agent": route.agent, "version": route.version, "stops": len(route.planned)},
    )
