"""Lets a person change a route by hand: a stop that stays in the day, another order. Optimises nothing.

An order by hand makes the next version of the route, with the times it has then; one that cannot be carried
out is refused with the words of the checker, and the route stays as it was.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Engine

from sync.ids import new_id
from sync.records import Interval, Refused
from sync.routing.claims import Violation
from sync.routing.records import Candidate, Lunch, Problem
from sync.routing.timing import Timed, timed
from sync.words import N_, Phrase

from ..doors import Packs
from ..packs import pack_of
from ..store import assignments, facts, hands, routes
from ..store.agents import Agent
from ..store.engine import reading, writing
from ..store.routes import Draft, Meal, Route, Stop
from .gathering import Subject, gather
from .posing import lunch_hours, openings
from .publishing import that_day
from .verifying import verify
from .weighing import Visitable, weigh


@dataclass(frozen=True)
class Looked:
    """A route as it is and in another order, late visits too, with everything wrong with it then."""

    before: Route
    after: Route
    wrong: tuple[Violation, ...]


def lock(
    engine: Engine, route_id: str, stop_id: str, *, locked: bool, actor: str, now: datetime
) -> Route | Refused:
    """Keep a stop in the agent's day whenever it is planned again, or let it go. Left-out ones too."""
    with writing(engine) as connection:
        route = _newest(connection, route_id)
        if isinstance(route, Refused):
            return route
        stop = next((one for one in route.stops if one.id == stop_id), None)
        if stop is None:
            return Refused(Phrase(N_("esa parada no está en la ruta")), "route.no_stop")
        if stop.locked != locked:
            hands.lock(connection, stop.id, locked)
            kind = "route.stop_locked" if locked else "route.stop_unlocked"
            _remember(connection, route, kind, {"stop": stop.id, "debtor": stop.debtor}, actor, now)
    return route


def free_order(engine: Engine, route_id: str, *, actor: str, now: datetime) -> Route | Refused:
    """Forget the order set by hand: the next plan may change it."""
    with writing(engine) as connection:
        route = _newest(connection, route_id)
        if isinstance(route, Refused):
            return route
        if route.hand_order is not None:
            hands.set_order(connection, route.id, None)
            _remember(connection, route, "route.order_freed", {}, actor, now)
    return route


def move(
    engine: Engine, route_id: str, stop_id: str, *, by: int, actor: str, now: datetime, packs: Packs = pack_of
) -> str | Refused:
    """Move a stop so many places later (earlier when negative): `reorder` with that order."""
    with writing(engine) as connection:
        route = _newest(connection, route_id)
    if isinstance(route, Refused):
        return route
    order = [stop.id for stop in route.planned]
    if stop_id not in order:
        return Refused(Phrase(N_("esa parada no está en la ruta")), "route.no_stop")
    place = order.index(stop_id)
    order.insert(max(0, min(len(order) - 1, place + by)), order.pop(place))
    return reorder(engine, route_id, order, actor=actor, now=now, packs=packs)


def reorder(
    engine: Engine,
    route_id: str,
    order: Sequence[str],
    *,
    actor: str,
    now: datetime,
    packs: Packs = pack_of,
) -> str | Refused:
    """Make the next version of a route with its stops (ids) in this order; answers with its id.

    Refused, with the checker's words, when it cannot be carried out. Planning again keeps the order.
    """
    with writing(engine) as connection:
        found = _looked(connection, route_id, order, now, packs)
        if isinstance(found, Refused):
            return found
        route = found.before
        if list(order) == [stop.id for stop in route.planned]:
            return route.id
        if found.wrong:
            return Refused(found.wrong[0].because, found.wrong[0].rule)
        made, _ = routes.add(connection, _draft(found.after), now=now, actor=actor)
        told = {"from": route.id, "order": [stop.debtor for stop in found.after.planned]}
        _remember(connection, replace(route, id=made), "route.reordered", told, actor, now)
    return made


def look(
    engine: Engine, route_id: str, order: Sequence[str], *, now: datetime, packs: Packs = pack_of
) -> Looked | Refused:
    """What another order would do: times, the way, and everything the checker finds wrong. Writes nothing."""
    with reading(engine) as connection:
        return _looked(connection, route_id, order, now, packs)


def _looked(
    connection: Connection, route_id: str, order: Sequence[str], now: datetime, packs: Packs
) -> Looked | Refused:
    route = _newest(connection, route_id)
    if isinstance(route, Refused):
        return route
    by_id = {stop.id: stop for stop in route.planned}
    if sorted(order) != sorted(by_id):
        text = N_("el orden debe tener cada parada de la ruta una vez")
        return Refused(Phrase(text), "route.order")
    workers, away = that_day(connection, [route.agent], route.day)
    agent = workers[route.agent]
    subjects = {one.id: one for one in gather(connection, [agent], route.day, now, packs)[agent.id]}
    arranged = _arranged(route, agent, [by_id[one] for one in order], subjects)
    owners = assignments.owners(connection, [stop.debtor for stop in route.planned])
    return Looked(route, arranged, tuple(verify(arranged, agent, subjects, owners, away=agent.id in away)))


def _newest(connection: Connection, route_id: str) -> Route | Refused:
    """The route, when it is the newest of its day: hands change nothing that was replaced."""
    route = routes.by_id(connection, route_id)
    if route is None:
        return Refused(Phrase(N_("esa ruta no existe")), "route.unknown")
    newest = routes.newest(connection, route.day, [route.agent])
    if not newest or newest[0].id != route.id:
        text = N_("hay una versión más nueva de esta ruta: cambie esa")
        return Refused(Phrase(text), "route.superseded")
    return route


def _arranged(route: Route, agent: Agent, stops: Sequence[Stop], subjects: Mapping[str, Subject]) -> Route:
    """The route in this order with the times it has, late ones too, so that the checker can say so."""
    doors = {
        stop.debtor: weigh(subjects[stop.debtor], route.day) for stop in stops if stop.debtor in subjects
    }
    problem = _problem(route, agent, stops, doors)
    order = range(len(stops))
    found = timed(problem, order) or timed(replace(problem, lunch=None), order)
    starts = [one.start_s for one in found.stops] if found else _late(problem)
    etas = [route.starts + timedelta(seconds=one) for one in starts]
    planned = [
        replace(stop, sequence=number, eta=eta)
        for number, (stop, eta) in enumerate(zip(stops, etas, strict=True), 1)
    ]
    return replace(
        route,
        stops=(*planned, *route.left_out),
        lunch=_meal(route, stops, found) if found else None,
        hand_order=tuple(stop.debtor for stop in stops),
        certificate=route.certificate | _figures(route, found),
    )


def _late(problem: Problem) -> list[int]:
    """When each would be served in this order by one who comes late: what the checker then finds."""
    starts: list[int] = []
    here, clock = None, 0
    for index, candidate in enumerate(problem.candidates):
        arrival = clock + problem.travel_s(here, index)
        start = candidate.start_at(arrival)
        starts.append(arrival if start is None else start)
        here, clock = index, starts[-1] + candidate.service_s
    return starts


def _meal(route: Route, stops: Sequence[Stop], found: Timed) -> Meal | None:
    if found.lunch is None:
        return None
    starts, ends = (route.starts + timedelta(seconds=one) for one in (found.lunch.start_s, found.lunch.end_s))
    if found.lunch.place == 0:
        return Meal(found.lunch.after, starts, ends, *(route.depot or (None, None)))
    stop = stops[found.lunch.place - 1]
    return Meal(found.lunch.after, starts, ends, stop.lat, stop.lon)


def _figures(route: Route, found: Timed | None) -> dict[str, Any]:
    """What of the certificate an order by hand changes: the way, and that no solver found it."""
    if found is None:
        return {}
    longer = found.travel_s - int(route.certificate.get("travel_s", 0))
    return {
        "objective": int(route.certificate.get("objective", 0)) + longer,
        "travel_s": found.travel_s,
        "travel_m": found.travel_m,
        "solver": "hand",
    }


def _problem(route: Route, agent: Agent, stops: Sequence[Stop], doors: Mapping[str, object]) -> Problem:
    """The day of these stops on the route's own matrix. Who may not be visited now is left to the checker."""
    index = {point: number for number, point in enumerate(route.matrix["points"])}
    rows = [0, *(index[stop.id] for stop in stops)]
    shift = Interval(route.starts, route.ends)
    candidates = []
    for stop in stops:
        door = doors.get(stop.debtor)
        able = isinstance(door, Visitable)
        candidates.append(
            Candidate(
                id=stop.debtor,
                service_s=stop.service_s,
                value=stop.value,
                openings=openings(door, shift) if isinstance(door, Visitable) else (),
                appointment=able and stop.appointment,
            )
        )
    hours = lunch_hours(agent, route.day) if route.lunch is not None else None
    lunch = None
    if hours is not None:
        window = [int((one - route.starts).total_seconds()) for one in (hours.start, hours.end)]
        at_home = any(route.matrix["seconds"][0])  # all nothing where no way to a home is known
        places = tuple(range(0 if at_home else 1, len(rows)))
        lunch = Lunch(agent.lunch_s, window[0], window[1], places)
    return Problem(
        candidates=tuple(candidates),
        seconds=[[route.matrix["seconds"][a][b] for b in rows] for a in rows],
        metres=[[route.matrix["metres"][a][b] for b in rows] for a in rows],
        shift_s=int((route.ends - route.starts).total_seconds()),
        fingerprint=str(route.certificate.get("matrix", "")),
        approximate=route.approximate,
        lunch=lunch,
    )


def _draft(route: Route) -> Draft:
    """The arranged route as a new one to keep: its stops have new ids, and its matrix names them."""
    ids = {stop.id: new_id() for stop in route.stops}
    return Draft(
        agent=route.agent,
        day=route.day,
        starts=route.starts,
        ends=route.ends,
        depot=route.depot,
        approximate=route.approximate,
        matrix=_renamed(route.matrix, ids),
        certificate=route.certificate,
        stops=tuple(replace(stop, id=ids[stop.id]) for stop in route.stops),
        lunch=route.lunch,
        hand_order=route.hand_order,
    )


def _renamed(matrix: Mapping[str, Any], ids: Mapping[str, str]) -> dict[str, Any]:
    """The same places under new ids, in the order of these; the line ridden is another one and goes."""
    named = [ids.get(point, "") for point in matrix["points"]]
    rows = sorted(range(len(named)), key=lambda row: named[row])
    return {
        "points": [named[row] for row in rows],
        "seconds": [[matrix["seconds"][a][b] for b in rows] for a in rows],
        "metres": [[matrix["metres"][a][b] for b in rows] for a in rows],
    }


def _remember(
    connection: Connection, route: Route, kind: str, payload: Mapping[str, Any], actor: str, now: datetime
) -> None:
    told = {"agent": route.agent, "version": route.version, **payload}
    facts.append(connection, kind, as_of=route.day, now=now, actor=actor, subject=route.id, payload=told)
