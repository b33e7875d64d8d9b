"""Plans the rest of an agent's day again while he is in the street: what is done stays as it was.

It makes the next version of the published route, a draft: the coordinator looks at it and publishes it,
or leaves it. Knows no page.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, Engine

from sync.ids import new_id
from sync.records import Interval, Refused, RouteState, Visit
from sync.routing.rest import Began, Happened, LunchAhead, PlannedDoor, Rest, plan_rest
from sync.words import N_, Phrase

from .store import agents as workforce
from .store import encounters, facts, routes
from .store.agents import Agent
from .store.engine import reading, writing
from .store.routes import Draft, Meal, Route, Stop

GIVEN_UP = N_("no se visita hoy: la oficina lo dejó")


@dataclass(frozen=True)
class Rerouted:
    """The draft that was made, and what of the day it changes, by debtor: time before and after."""

    route: str
    version: int
    done: int
    before: Mapping[str, datetime]
    after: Mapping[str, datetime]
    out: Mapping[str, Phrase]
    back: datetime


def reroute(
    engine: Engine, agent: str, happened: Happened, *, actor: str, now: datetime, at: str = ""
) -> Rerouted | Refused:
    """Plan what is left of today's published route of an agent (id), from `at` (debtor) or his last visit.

    `happened` names debtors where its contract names stops. Refused without a route out, and once the
    shift is over or nobody is left.
    """
    with reading(engine) as connection:
        worker = workforce.by_id(connection, agent)
        if worker is None:
            return Refused(Phrase(N_("No hay un gestor con esa clave")), "reroute.agent")
        found = _today(connection, worker, now)
        if isinstance(found, Refused):
            return found
        done = _done(connection, found, now)
    known, gone = set(found.matrix["points"]), {*done, *happened.given_up}
    left = [stop for stop in found.stops if stop.id in known and stop.debtor not in gone]
    if not left:
        return Refused(Phrase(N_("No queda nadie por visitar en esa ruta")), "reroute.nothing")
    rest = _planned(found, worker, left, done, _by_stop(found, happened), now, at)
    made = _draft(found, left, done, rest, happened)
    with writing(engine) as connection:
        route_id, version = routes.add(connection, made, now=now, actor=actor)
        payload = {"replaces": found.id, "given_up": sorted(happened.given_up), "late_s": happened.late_s}
        facts.append(
            connection,
            "route.replanned",
            as_of=found.day,
            now=now,
            actor=actor,
            subject=route_id,
            payload=payload,
        )
    debtors = {stop.id: stop.debtor for stop in found.stops}
    return Rerouted(
        route=route_id,
        version=version,
        done=len(done),
        before={stop.debtor: stop.eta for stop in left if stop.eta is not None},
        after={debtors[one.id]: one.eta for one in rest.stops},
        out={debtors[stop]: because for stop, because in rest.out}
        | {debtor: Phrase(GIVEN_UP) for debtor in happened.given_up},
        back=rest.back,
    )


def _today(connection: Connection, agent: Agent, now: datetime) -> Route | Refused:
    day = now.astimezone(agent.where).date()
    out = routes.newest(connection, day, [agent.id], state=RouteState.PUBLISHED)
    if not out:
        text = N_("{name} no tiene ruta publicada para hoy")
        return Refused(Phrase(text, {"name": agent.name}), "reroute.no_route")
    if now >= out[0].ends:
        return Refused(Phrase(N_("El turno ya terminó: no queda tiempo que planificar")), "reroute.over")
    return out[0]


def _done(connection: Connection, route: Route, now: datetime) -> dict[str, datetime]:
    """When each debtor of the route was visited since it began, by debtor."""
    met = encounters.history(
        connection, [stop.debtor for stop in route.stops], route.starts - timedelta(hours=4)
    )
    return {
        debtor: max(one.happened.end for one in visits)
        for debtor, contacts in met.items()
        if (visits := [one for one in contacts if isinstance(one, Visit) and one.happened.start <= now])
    }


def _by_stop(route: Route, happened: Happened) -> Happened:
    """The same with stops' ids in the debtors' place."""
    stops = {stop.debtor: stop.id for stop in route.stops}
    return Happened(
        given_up=frozenset(stops[one] for one in happened.given_up if one in stops),
        called={stops[one]: window for one, window in happened.called.items() if one in stops},
        closed=tuple((stops.get(one, ""), stops.get(other, "")) for one, other in happened.closed),
        late_s=happened.late_s,
    )


def _planned(
    route: Route,
    agent: Agent,
    left: list[Stop],
    done: Mapping[str, datetime],
    happened: Happened,
    now: datetime,
    at: str,
) -> Rest:
    stops = {stop.debtor: stop.id for stop in route.stops}
    last = at or max(done, key=lambda debtor: done[debtor], default="")
    return plan_rest(
        [
            PlannedDoor(
                stop.id, stop.service_s, stop.value, stop.window, stop.appointment, stop.eta, stop.locked
            )
            for stop in left
        ],
        route.matrix,
        Began(
            Interval(route.starts, route.ends),
            max(now, route.starts),
            stops.get(last, ""),
            [stops[one] for one in done],
        ),
        happened,
        zone=ZoneInfo("UTC"),
        approximate=route.approximate,
        lunch=_lunch(route, agent, now),
    )


def _lunch(route: Route, agent: Agent, now: datetime) -> LunchAhead | None:
    """The lunch still to come, within his hours for it."""
    meal, hours = route.lunch, agent.lunch(route.day)
    if meal is None or hours is None or now >= meal.starts:
        return None
    first, last = (int((one - route.starts).total_seconds()) for one in hours)
    seconds = int((meal.ends - meal.starts).total_seconds())
    return LunchAhead(seconds, max(0, first), last - seconds)


def _meal(route: Route, rest: Rest, left: Sequence[Stop], done: int) -> Meal | None:
    """Lunch as it is now: the one that was had, or where the rest of the day puts it."""
    lunch = rest.plan.lunch
    if lunch is None or route.lunch is None:
        return replace(route.lunch, after=min(route.lunch.after, done)) if route.lunch else None
    starts, ends = (route.starts + timedelta(seconds=one) for one in (lunch.start_s, lunch.end_s))
    where = route.depot if lunch.place == 0 else (left[lunch.place - 1].lat, left[lunch.place - 1].lon)
    return Meal(done + lunch.after, starts, ends, *(where or (None, None)))


def _draft(
    route: Route, left: Sequence[Stop], done: Mapping[str, datetime], rest: Rest, happened: Happened
) -> Draft:
    """The day as it would be kept: those done first, as they were; then the rest; then everyone left out."""
    ids = {stop.id: new_id() for stop in route.stops}
    order = {one.id: (number, one.eta) for number, one in enumerate(rest.stops)}
    reasons = dict(rest.out)
    first = [stop for stop in route.planned if stop.debtor in done]
    # Whoever was left out in the morning and visited all the same has no place in the day's order.
    stops: list[Stop] = []
    for stop in route.stops:
        fresh = replace(stop, id=ids[stop.id])
        if stop in first:
            stops.append(replace(fresh, sequence=first.index(stop) + 1))
        elif stop.id in order:
            number, eta = order[stop.id]
            window = happened.called.get(stop.debtor)
            fresh = replace(
                fresh, window=window or stop.window, appointment=stop.appointment or window is not None
            )
            stops.append(replace(fresh, sequence=len(first) + number + 1, eta=eta))
        else:
            given_up = Phrase(GIVEN_UP) if stop.debtor in happened.given_up else stop.why
            stops.append(replace(fresh, sequence=None, eta=None, why=reasons.get(stop.id, given_up)))
    value = sum(stop.value for stop in stops if stop.sequence is not None)
    return Draft(
        agent=route.agent,
        day=route.day,
        starts=route.starts,
        ends=route.ends,
        depot=route.depot,
        approximate=route.approximate or rest.approximate,
        matrix=_renamed(route.matrix, ids),
        certificate={
            **rest.plan.certificate.to_dict(),
            "value": value,
            "bound": None,
            "frozen": len(first),
            "matrix": route.certificate.get("matrix", ""),
        },
        stops=tuple(stops),
        lunch=_meal(route, rest, left, len(first)),
        hand_order=None,
    )


def _renamed(matrix: Mapping[str, Any], ids: Mapping[str, str]) -> dict[str, Any]:
    """The matrix with the new stops' ids, in their order; the line ridden is no longer the same."""
    points = [ids.get(point, point) for point in matrix["points"]]
    order = sorted(range(len(points)), key=lambda row: points[row])
    return {
        "points": [points[row] for row in order],
        "seconds": [[matrix["seconds"][row][column] for column in order] for row in order],
        "metres": [[matrix["metres"][row][column] for column in order] for row in order],
    }
