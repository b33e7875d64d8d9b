"""Where debtors stand in the routes of some days: who visits them when, and why not.

Reads no matrix. Decides nothing.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import ColumnElement, Connection, Subquery, case, func, select

from sync.records import Contact, Interval, RouteState
from sync.words import Phrase

from .chunks import fetch
from .said import phrase_of
from .tables import agents, routes, skips, stops, visits


@dataclass(frozen=True)
class Seat:
    """A debtor on one agent's day; `sequence` None was left out, and `why` says so."""

    debtor: str
    day: date
    agent: str
    agent_name: str
    route: str
    state: RouteState
    sequence: int | None
    eta: datetime | None
    accounts: tuple[str, ...]
    why: Phrase
    rule: str
    source: str
    value: int
    withdrawn: Phrase | None


@dataclass(frozen=True)
class Board:
    """One agent's day as a week shows it."""

    route: str
    agent: str
    day: date
    state: RouteState
    visits: int
    agreed: int
    left_out: int


def _newest(first: date, last: date) -> Subquery:
    """The newest version that stands of each agent's day."""
    return (
        select(routes.c.agent_id, routes.c.date, func.max(routes.c.version).label("version"))
        .where(routes.c.date.between(first, last), routes.c.state != RouteState.SUPERSEDED.value)
        .group_by(routes.c.agent_id, routes.c.date)
        .subquery()
    )


def boards(connection: Connection, agent_ids: Collection[str], first: date, last: date) -> list[Board]:
    """The newest version of each of these agents' days, by day."""
    newest = _newest(first, last)
    planned = stops.c.sequence.is_not(None)
    query = (
        select(
            routes.c.id,
            routes.c.agent_id,
            routes.c.date,
            routes.c.state,
            func.sum(case((planned, 1), else_=0)).label("visits"),
            func.sum(case((planned & stops.c.appointment.is_(True), 1), else_=0)).label("agreed"),
            func.sum(case((stops.c.id.is_not(None) & ~planned, 1), else_=0)).label("left_out"),
        )
        .join(
            newest,
            (newest.c.agent_id == routes.c.agent_id)
            & (newest.c.date == routes.c.date)
            & (newest.c.version == routes.c.version),
        )
        .outerjoin(stops, stops.c.route_id == routes.c.id)
        .group_by(routes.c.id, routes.c.agent_id, routes.c.date, routes.c.state)
    )
    rows = fetch(connection, agent_ids, lambda ids: query.where(routes.c.agent_id.in_(ids)))
    return [
        Board(
            row["id"],
            row["agent_id"],
            row["date"],
            RouteState(row["state"]),
            int(row["visits"] or 0),
            int(row["agreed"] or 0),
            int(row["left_out"] or 0),
        )
        for row in sorted(rows, key=lambda row: (row["date"], row["agent_id"]))
    ]


@dataclass(frozen=True)
class Totals:
    """The newest routes of some days, of all the agents asked about."""

    routes: int
    drafts: int
    visits: dict[date, int]


def totals(connection: Connection, who: ColumnElement[bool], first: date, last: date) -> Totals:
    """What the boards of these agents add up to, added where they lie."""
    newest = _newest(first, last)
    mine = select(agents.c.id).where(who)
    same = (
        (newest.c.agent_id == routes.c.agent_id)
        & (newest.c.date == routes.c.date)
        & (newest.c.version == routes.c.version)
    )
    draft = case((routes.c.state == RouteState.DRAFT.value, 1), else_=0)
    counted = connection.execute(
        select(func.count(), func.sum(draft)).join(newest, same).where(routes.c.agent_id.in_(mine))
    ).one()
    visited = (
        select(routes.c.date, func.count())
        .join(newest, same)
        .join(stops, stops.c.route_id == routes.c.id)
        .where(routes.c.agent_id.in_(mine), stops.c.sequence.is_not(None))
        .group_by(routes.c.date)
    )
    by_day = {day: int(count) for day, count in connection.execute(visited)}
    return Totals(int(counted[0]), int(counted[1] or 0), by_day)


def of_debtors(
    connection: Connection, debtor_ids: Collection[str], first: date, last: date
) -> dict[str, list[Seat]]:
    """The seats of these debtors in the newest version of each agent's day, day by day."""
    newest = _newest(first, last)
    query = (
        select(
            stops,
            routes.c.date,
            routes.c.agent_id,
            routes.c.state.label("route_state"),
            agents.c.name.label("agent_name"),
        )
        .join(routes, routes.c.id == stops.c.route_id)
        .join(agents, agents.c.id == routes.c.agent_id)
        .join(
            newest,
            (newest.c.agent_id == routes.c.agent_id)
            & (newest.c.date == routes.c.date)
            & (newest.c.version == routes.c.version),
        )
    )
    rows = fetch(connection, debtor_ids, lambda ids: query.where(stops.c.debtor_id.in_(ids)))
    found: dict[str, list[Seat]] = defaultdict(list)
    for row in sorted(rows, key=lambda row: (row["date"], row["agent_name"], row["id"])):
        said = json.loads(row["why"]) if isinstance(row["why"], str) else row["why"]
        found[row["debtor_id"]].append(
            Seat(
                debtor=row["debtor_id"],
                day=row["date"],
                agent=row["agent_id"],
                agent_name=row["agent_name"],
                route=row["route_id"],
                state=RouteState(row["route_state"]),
                sequence=row["sequence"],
                eta=row["eta"],
                accounts=tuple(row["accounts"]),
                why=phrase_of(said),
                rule=said.get("rule", ""),
                source=said.get("source", ""),
                value=row["value"],
                withdrawn=phrase_of(row["withdrawn"]) if row["withdrawn"] else None,
            )
        )
    return found


def reserved(
    connection: Connection,
    debtor_ids: Collection[str],
    since: date,
    *,
    but: tuple[Collection[date], Collection[str]],
) -> dict[str, list[Contact]]:
    """Contacts that published routes from `since` on will make: publishing a visit reserves its place.

    Left out are the stops already visited, which count as visits, those skipped, whose place is free again,
    and the routes of days and agents `but`, which are being planned again.
    """
    days, agent_ids = but
    query = (
        select(stops, routes.c.date, routes.c.agent_id)
        .join(routes, routes.c.id == stops.c.route_id)
        .outerjoin(visits, visits.c.stop_id == stops.c.id)
        .outerjoin(skips, skips.c.stop_id == stops.c.id)
        .where(
            routes.c.state == RouteState.PUBLISHED.value,
            routes.c.date >= since,
            stops.c.sequence.is_not(None),
            stops.c.withdrawn.is_(None),
            visits.c.id.is_(None),
            skips.c.id.is_(None),
        )
    )
    rows = fetch(connection, debtor_ids, lambda ids: query.where(stops.c.debtor_id.in_(ids)))
    found: dict[str, list[Contact]] = defaultdict(list)
    for row in rows:
        if row["date"] in days and row["agent_id"] in agent_ids:
            continue
        ends = row["eta"] + timedelta(seconds=row["service_s"])
        contact = Contact(row["id"], row["debtor_id"], "visit", Interval(row["eta"], ends), source="route")
        found[row["debtor_id"]].append(contact)
    return dict(found)


def planned_days(connection: Connection, first: date, last: date) -> list[date]:
    """The days between that have a route that stands."""
    query = (
        select(routes.c.date)
        .where(routes.c.date.between(first, last), routes.c.state != RouteState.SUPERSEDED.value)
        .distinct()
        .order_by(routes.c.date)
    )
    return list(connection.execute(query).scalars())
