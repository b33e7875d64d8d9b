"""The routes of the filled office: those of the last days, published, and tomorrow's as drafts."""

from __future__ import annotations

from datetime import date, timedelta

from server.store import tables as t
from sync.ids import new_id
from sync.words import Phrase

from .base import A_DAY, TODAY, Agent, Debtor, Row, Rows, World, at, centre

_PAID = {"msgid": "Pagó después de publicarse la ruta", "values": {}}


def routes(world: World) -> Rows:
    coming = TODAY + timedelta(days=3)
    days = [*world.days()[-5:], coming]
    for day in days:
        yield t.plan_runs, _run(world, day)
        for number, agent in enumerate(world.agents):
            yield from _route(world, agent, day, "draft" if day == coming else "published", number)


def _run(world: World, day: date) -> Row:
    return {
        "id": new_id(),
        "date": day,
        "state": "finished",
        "seed": 1,
        "iterations": 100,
        "total": world.size.agents,
        "done": world.size.agents,
        "reused": 0,
        "started_at": at(day, 11),
        "ended_at": at(day, 12),
        "actor": "nora",
    }


def _route(world: World, agent: Agent, day: date, state: str, number: int) -> Rows:
    """Today one in 40 was planned again, as a draft beside the published one, with its changes to show."""
    mine, states = _chosen(agent, day), [state]
    if day == TODAY and number % 40 == 0:
        states.append("draft")
    for version, each in enumerate(states, 1):
        route, stops = new_id(), [new_id() for _ in mine]
        yield t.routes, _row(world, agent, day, each, version, (route, stops))
        for place, (stop, own) in enumerate(zip(stops, mine, strict=True), 1):
            if version == 1:
                world.stops[day, own.id] = (route, stop)
            yield t.stops, _stop((route, stop), own, place, day, late=25 * (version - 1))


def _chosen(agent: Agent, day: date) -> list[Debtor]:
    first = day.toordinal() * A_DAY
    if not agent.debtors:
        return []
    mine = [agent.debtors[(first + one) % len(agent.debtors)] for one in range(A_DAY)]
    return list({own.id: own for own in mine}.values())


def _row(world: World, agent: Agent, day: date, state: str, version: int, made: tuple[str, list[str]]) -> Row:
    recent, starts = day >= TODAY - timedelta(days=1), at(day, 13)
    route, stops = made
    row = [world.draw.randrange(60, 1_800) for _ in range(len(stops) + 1)]
    table = [row for _ in row] if recent else []
    lat, lon = centre(agent.branch)
    return {
        "id": route,
        "agent_id": agent.id,
        "date": day,
        "version": version,
        "state": state,
        "planned_at": starts,
        "published_at": starts if state == "published" else None,
        "actor": "nora",
        "approximate": True,
        "depot_lat": lat,
        "depot_lon": lon,
        "starts": starts,
        "ends": starts + timedelta(hours=9),
        "matrix": {"points": ["", *stops] if recent else [], "seconds": table, "metres": table},
        "certificate": {"seed": 1, "iterations": 100, "objective": 700, "bound": 720, "gap": 0.03},
    }


def _stop(made: tuple[str, str], own: Debtor, place: int, day: date, *, late: int) -> Row:
    route, stop = made
    starts = at(day, 13)
    return {
        "id": stop,
        "route_id": route,
        "sequence": place,
        "debtor_id": own.id,
        "address_id": own.address,
        "accounts": own.accounts,
        "lat": own.lat,
        "lon": own.lon,
        "eta": starts + timedelta(minutes=22 * place + late),
        "window_start": starts,
        "window_end": starts + timedelta(hours=9),
        "appointment": False,
        "service_s": 720,
        "value": 80,
        "why": Phrase("Antigüedad de la mora: {dpd} días", {"dpd": own.late}).to_json(),
        "withdrawn": _PAID if own.number % 60 == 0 else None,
        "locked": False,
    }
