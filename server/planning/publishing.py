"""Publishes drafts that pass the checker: to the laptops, whole or not at all. Plans nothing."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

from sqlalchemy import Connection, Engine

from sync.records import Refused, RouteState
from sync.routing.checker import Violation
from sync.words import N_, Phrase

from .. import publishing
from ..doors import Packs
from ..packs import pack_of
from ..roads import Roads
from ..store import agent_days, assignments, facts, routes
from ..store import agents as workforce
from ..store.agents import Agent
from ..store.engine import writing
from ..store.routes import Route
from .gathering import gather
from .reporting import NotPublished, PublishReport
from .verifying import verify


def publish(
    engine: Engine,
    *,
    day: date,
    agents: Sequence[str] | None = None,
    actor: str,
    now: datetime,
    packs: Packs = pack_of,
    roads: Roads | None = None,
) -> PublishReport | Refused:
    """Publish the newest draft of each agent (ids; all by default) for the day, or refuse them all.

    Every draft is checked against what is known now, not when it was planned: who has the debtor,
    the hours, the caps, the stops and, where `roads` are given, the ways. A published version before it is
    superseded.
    """
    with writing(engine) as connection:
        newest = routes.newest(connection, day, agents)
        drafts = [route for route in newest if route.state is RouteState.DRAFT]
        if not newest:
            text = N_("No hay rutas planificadas para el {day}: planifique primero ese día")
            return Refused(Phrase(text, {"day": day.isoformat()}), "route.no_draft")
        for route, wrong in _checked(connection, drafts, day, now, packs, roads):
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


def unpublish(
    engine: Engine, *, day: date, agents: Sequence[str] | None = None, actor: str, now: datetime
) -> PublishReport | Refused:
    """Take the published routes of the day back from the laptops: drafts again, they reserve no place.

    Visits already made on them stay what they are.
    """
    with writing(engine) as connection:
        out = routes.newest(connection, day, agents, state=RouteState.PUBLISHED)
        if not out:
            text = N_("No hay rutas publicadas para el {day}")
            return Refused(Phrase(text, {"day": day.isoformat()}), "route.none_published")
        for route in out:
            routes.unpublish(connection, route)
            _remember(connection, route, actor, now, "route.unpublished")
        publishing.refresh_agents(connection, sorted(route.agent for route in out), now)
    ids = tuple(route.id for route in out)
    return PublishReport(
        day, ids, tuple(route.agent for route in out), sum(len(one.planned) for one in out), 0
    )


def _checked(
    connection: Connection,
    drafts: Sequence[Route],
    day: date,
    now: datetime,
    packs: Packs,
    roads: Roads | None,
) -> list[tuple[Route, list[Violation]]]:
    workers, away = that_day(connection, [route.agent for route in drafts], day)
    subjects = gather(connection, list(workers.values()), day, now, packs)
    owners = assignments.owners(connection, [stop.debtor for route in drafts for stop in route.planned])
    found = []
    for route in drafts:
        mine = {subject.case.debtor.id: subject for subject in subjects[route.agent]}
        found.append(
            (route, verify(route, workers[route.agent], mine, owners, roads, away=route.agent in away))
        )
    return found


def that_day(
    connection: Connection, agent_ids: Sequence[str], day: date
) -> tuple[dict[str, Agent], set[str]]:
    """These agents with the hours and the vehicle of the day, and those of them who are away."""
    force = agent_days.on(connection, day)
    known = workforce.by_ids(connection, agent_ids)
    working = {one.id: one for one in force.present}
    return {key: working.get(key, one) for key, one in known.items()}, {one.id for one, _ in force.away}


def _remember(
    connection: Connection, route: Route, actor: str, now: datetime, kind: str = "route.published"
) -> None:
    facts.append(
        connection,
        kind,
        as_of=route.day,
        now=now,
        actor=actor,
        subject=route.id,
        payload={"agent": route.agent, "version": route.version, "stops": len(route.planned)},
    )
