"""The days' routes, draft and published, with every stop and every debtor left out. Plans nothing.

A version is never changed after it is kept: planning again makes the next one, and publishing one
supersedes the one before.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, RowMapping, func, insert, select, update

from sync.ids import new_id
from sync.records import Interval, RouteState
from sync.words import Phrase

from .chunks import SIZE, fetch, write
from .said import phrase_of
from .tables import agents, routes, stops


@dataclass(frozen=True)
class Stop:
    """One debtor of a route; `sequence` None was left out, and `why` says so. `rule` is who said no."""

    id: str
    debtor: str
    address: str | None
    accounts: tuple[str, ...]
    service_s: int
    value: int
    why: Phrase
    sequence: int | None = None
    lat: float | None = None
    lon: float | None = None
    eta: datetime | None = None
    window: Interval | None = None
    appointment: bool = False
    rule: str = ""
    source: str = ""
    withdrawn: Phrase | None = None
    locked: bool = False  # a person put it in the day
    reach: int = 0  # of a hundred such visits, how many find him; 0: nobody reckoned it
    best_hours: str = ""  # when he is found most often, in figures


@dataclass(frozen=True)
class Meal:
    """Where and when the agent has lunch: after so many stops."""

    after: int
    starts: datetime
    ends: datetime
    lat: float | None = None
    lon: float | None = None

    def to_json(self) -> dict[str, Any]:
        times = {"starts": self.starts.isoformat(), "ends": self.ends.isoformat()}
        return {"after": self.after, **times, "lat": self.lat, "lon": self.lon}


@dataclass(frozen=True)
class Draft:
    """A route to keep. `matrix`: points ("" is the depot, then stop ids), seconds and metres by rows.

    `hand_order`: debtors in the order a person set, None where nobody set one.
    """

    agent: str
    day: date
    starts: datetime
    ends: datetime
    depot: tuple[float, float] | None
    approximate: bool
    matrix: dict[str, Any]
    certificate: dict[str, Any]
    stops: tuple[Stop, ...]
    lunch: Meal | None = None
    hand_order: tuple[str, ...] | None = None


@dataclass(frozen=True)
class Route:
    """A route as it was kept, its stops in order and those left out after them."""

    id: str
    agent: str
    agent_name: str
    day: date
    version: int
    state: RouteState
    planned_at: datetime
    published_at: datetime | None
    actor: str
    approximate: bool
    depot: tuple[float, float] | None
    starts: datetime
    ends: datetime
    matrix: dict[str, Any]
    certificate: dict[str, Any]
    stops: tuple[Stop, ...]
    lunch: Meal | None = None
    hand_order: tuple[str, ...] | None = None

    @property
    def planned(self) -> tuple[Stop, ...]:
        return tuple(stop for stop in self.stops if stop.sequence is not None)

    @property
    def left_out(self) -> tuple[Stop, ...]:
        return tuple(stop for stop in self.stops if stop.sequence is None)


def add(connection: Connection, draft: Draft, *, now: datetime, actor: str) -> tuple[str, int]:
    """Keep a draft as the next version of that agent's day; an older draft is superseded."""
    # The agent's row is held so that two planners cannot take one version (SQLite: the write lock).
    connection.execute(select(agents.c.id).where(agents.c.id == draft.agent).with_for_update())
    mine = (routes.c.agent_id == draft.agent) & (routes.c.date == draft.day)
    last = connection.execute(select(func.max(routes.c.version)).where(mine)).scalar() or 0
    _supersede(connection, mine & (routes.c.state == RouteState.DRAFT.value))
    route_id = new_id()
    lat, lon = draft.depot or (None, None)
    connection.execute(
        insert(routes).values(
            id=route_id,
            agent_id=draft.agent,
            date=draft.day,
            version=last + 1,
            state=RouteState.DRAFT.value,
            planned_at=now,
            actor=actor,
            approximate=draft.approximate,
            depot_lat=lat,
            depot_lon=lon,
            starts=draft.starts,
            ends=draft.ends,
            matrix=draft.matrix,
            certificate=draft.certificate,
            lunch=None if draft.lunch is None else draft.lunch.to_json(),
            hand_order=None if draft.hand_order is None else list(draft.hand_order),
        )
    )
    write(connection, insert(stops), [_stop_row(route_id, stop) for stop in draft.stops])
    return route_id, last + 1


def publish(connection: Connection, route: Route, *, now: datetime) -> None:
    """Make a draft the published route of its day; the one published before is superseded."""
    mine = (routes.c.agent_id == route.agent) & (routes.c.date == route.day)
    _supersede(connection, mine & (routes.c.state == RouteState.PUBLISHED.value))
    connection.execute(
        update(routes)
        .where(routes.c.id == route.id)
        .values(state=RouteState.PUBLISHED.value, published_at=now)
    )


def unpublish(connection: Connection, route: Route) -> None:
    """Take a published route back: it is a draft again, and takes no place of any debtor."""
    mine = (routes.c.agent_id == route.agent) & (routes.c.date == route.day)
    newer = mine & (routes.c.version > route.version) & (routes.c.state == RouteState.DRAFT.value)
    drafted = connection.execute(select(routes.c.id).where(newer)).first() is not None
    # Where there is a newer draft already, that one is the day's.
    state = RouteState.SUPERSEDED if drafted else RouteState.DRAFT
    connection.execute(
        update(routes).where(routes.c.id == route.id).values(state=state.value, published_at=None)
    )


def newest(
    connection: Connection,
    day: date,
    agent_ids: Collection[str] | None = None,
    *,
    state: RouteState | None = None,
) -> list[Route]:
    """The newest version of each agent's day that is not superseded, by agent's name."""
    conditions = [routes.c.state != RouteState.SUPERSEDED.value]
    if agent_ids is not None and len(agent_ids) <= SIZE:
        conditions.append(routes.c.agent_id.in_(agent_ids))
    found = of_day(connection, day, *conditions)
    latest: dict[str, Route] = {}
    for route in sorted(found, key=lambda route: route.version):
        if (agent_ids is None or route.agent in agent_ids) and state in (None, route.state):
            latest[route.agent] = route
    return sorted(latest.values(), key=lambda route: (route.agent_name, route.agent))


def of_day(connection: Connection, day: date, *conditions: ColumnElement[bool]) -> list[Route]:
    """Every version of every agent's day; `conditions` is where a scope goes."""
    return _read(connection, routes.c.date == day, *conditions)


def sent(connection: Connection, agent_id: str, day: date) -> Route | None:
    """The route an agent was sent out with: the last published of that day, superseded since or not."""
    mine = _read(
        connection,
        routes.c.agent_id == agent_id,
        routes.c.date == day,
        routes.c.published_at.is_not(None),
        routes.c.state != RouteState.DRAFT.value,
    )
    return max(mine, key=lambda route: route.version, default=None)


def by_id(connection: Connection, route_id: str) -> Route | None:
    return next(iter(_read(connection, routes.c.id == route_id)), None)


def in_state(connection: Connection, day: date, state: RouteState, who: ColumnElement[bool]) -> int:
    """How many agents have a route of that day in this state; `who` narrows the agents."""
    mine = select(agents.c.id).where(who)
    query = select(func.count(routes.c.agent_id.distinct())).where(
        routes.c.date == day, routes.c.state == state.value, routes.c.agent_id.in_(mine)
    )
    return int(connection.execute(query).scalar_one())


def days(connection: Connection, limit: int = 60) -> list[date]:
    """The days that have a route, latest first."""
    query = select(routes.c.date).distinct().order_by(routes.c.date.desc()).limit(limit)
    return list(connection.execute(query).scalars())


def _supersede(connection: Connection, which: ColumnElement[bool]) -> None:
    connection.execute(update(routes).where(which).values(state=RouteState.SUPERSEDED.value))


def _stop_row(route_id: str, stop: Stop) -> dict[str, Any]:
    why = json.loads(stop.why.to_json()) | {"rule": stop.rule, "source": stop.source}
    if stop.reach:
        why |= {"reach": stop.reach, "best": stop.best_hours}
    return {
        "id": stop.id,
        "route_id": route_id,
        "sequence": stop.sequence,
        "debtor_id": stop.debtor,
        "address_id": stop.address,
        "accounts": list(stop.accounts),
        "lat": stop.lat,
        "lon": stop.lon,
        "eta": stop.eta,
        "window_start": stop.window.start if stop.window else None,
        "window_end": stop.window.end if stop.window else None,
        "appointment": stop.appointment,
        "service_s": stop.service_s,
        "locked": stop.locked,
        "value": stop.value,
        "why": json.dumps(why, ensure_ascii=False, sort_keys=True),
    }


def _read(connection: Connection, *conditions: ColumnElement[bool]) -> list[Route]:
    query = (
        select(routes, agents.c.name.label("agent_name"))
        .join(agents, agents.c.id == routes.c.agent_id)
        .where(*conditions)
        .order_by(routes.c.date, agents.c.name, routes.c.agent_id, routes.c.version)
    )
    rows = connection.execute(query).mappings().all()
    told = fetch(
        connection, [row["id"] for row in rows], lambda ids: select(stops).where(stops.c.route_id.in_(ids))
    )
    held: dict[str, list[Stop]] = defaultdict(list)
    for row in sorted(
        told, key=lambda row: (row["sequence"] is None, row["sequence"] or 0, -row["value"], row["id"])
    ):
        held[row["route_id"]].append(_stop(row))
    return [_route(row, tuple(held[row["id"]])) for row in rows]


def _route(row: RowMapping, held: tuple[Stop, ...]) -> Route:
    depot = None if row["depot_lat"] is None else (row["depot_lat"], row["depot_lon"])
    return Route(
        id=row["id"],
        agent=row["agent_id"],
        agent_name=row["agent_name"],
        day=row["date"],
        version=row["version"],
        state=RouteState(row["state"]),
        planned_at=row["planned_at"],
        published_at=row["published_at"],
        actor=row["actor"],
        approximate=bool(row["approximate"]),
        depot=depot,
        starts=row["starts"],
        ends=row["ends"],
        matrix=row["matrix"],
        certificate=row["certificate"],
        stops=held,
        lunch=_meal(row["lunch"]),
        hand_order=None if row["hand_order"] is None else tuple(row["hand_order"]),
    )


def _meal(said: dict[str, Any] | None) -> Meal | None:
    if said is None:
        return None
    starts, ends = datetime.fromisoformat(said["starts"]), datetime.fromisoformat(said["ends"])
    return Meal(said["after"], starts, ends, said["lat"], said["lon"])


def _stop(row: RowMapping) -> Stop:
    why = json.loads(row["why"]) if isinstance(row["why"], str) else row["why"]
    window = None
    if row["window_start"] is not None and row["window_end"] is not None:
        window = Interval(row["window_start"], row["window_end"])
    return Stop(
        id=row["id"],
        debtor=row["debtor_id"],
        address=row["address_id"],
        accounts=tuple(row["accounts"]),
        service_s=row["service_s"],
        value=row["value"],
        why=phrase_of(why),
        sequence=row["sequence"],
        lat=row["lat"],
        lon=row["lon"],
        eta=row["eta"],
        window=window,
        appointment=bool(row["appointment"]),
        rule=why.get("rule", ""),
        source=why.get("source", ""),
        withdrawn=phrase_of(row["withdrawn"]) if row["withdrawn"] else None,
        locked=bool(row["locked"]),
        reach=why.get("reach", 0),
        best_hours=why.get("best", ""),
    )
