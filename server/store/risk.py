"""Zones of risk, visits broken off, and who was looked for when nothing was heard of him. Judges nothing."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, RowMapping, and_, func, insert, select, update

from sync.rules.risk import Expected, Zone

from .engine import take_number
from .scopes import Scope
from .tables import (
    addresses,
    agents,
    debtors,
    devices,
    risk_dismissals,
    risk_zones,
    routes,
    silences,
    stop_states,
    stops,
    visits,
)

Rows = list[dict[str, Any]]


def add(connection: Connection, **values: Any) -> int:
    number = take_number(connection, "risk_zones")
    connection.execute(insert(risk_zones).values(number=number, **values))
    return number


def one(connection: Connection, number: str) -> dict[str, Any] | None:
    if not (number.isascii() and number.isdigit() and len(number) < 10):
        return None
    query = select(risk_zones).where(risk_zones.c.number == int(number))
    row = connection.execute(query).mappings().first()
    return None if row is None else dict(row)


def change(connection: Connection, zone_id: str, **values: Any) -> None:
    connection.execute(update(risk_zones).where(risk_zones.c.id == zone_id).values(**values))


def listed(connection: Connection, state: str = "active", limit: int = 200) -> Rows:
    """Those whose review is due soonest first."""
    query = select(risk_zones).where(risk_zones.c.state == state)
    query = query.order_by(risk_zones.c.review_on, risk_zones.c.number).limit(limit)
    return [dict(row) for row in connection.execute(query).mappings()]


def standing(connection: Connection, day: date) -> list[Zone]:
    """The zones of that day: a place is as dangerous whoever asks, so no scope narrows them."""
    query = select(risk_zones).where(
        risk_zones.c.state == "active", risk_zones.c.since <= day, risk_zones.c.expires_on >= day
    )
    return [as_zone(row) for row in connection.execute(query.order_by(risk_zones.c.number)).mappings()]


def as_zone(row: RowMapping | dict[str, Any]) -> Zone:
    centre = None if row["lat"] is None else (row["lat"], row["lon"])
    return Zone(
        row["number"],
        row["name"],
        row["level"],
        row["reason"],
        row["since"],
        row["expires_on"],
        tuple((lat, lon) for lat, lon in row["polygon"] or ()),
        centre,
        row["radius_m"] or 0,
    )


def broken_off(connection: Connection, scope: Scope, since: datetime, limit: int = 50) -> Rows:
    """Visits broken off for risk since then, that are no zone and that nobody set aside."""
    query = (
        select(
            visits.c.id,
            visits.c.started,
            visits.c.timezone,
            visits.c.lat,
            visits.c.lon,
            visits.c.note,
            visits.c.debtor_id,
            agents.c.name.label("agent_name"),
            debtors.c.name.label("debtor_name"),
            addresses.c.lat.label("address_lat"),
            addresses.c.lon.label("address_lon"),
            addresses.c.text.label("address_text"),
        )
        .select_from(stop_states)
        .join(visits, visits.c.id == stop_states.c.source)
        .join(agents, agents.c.id == visits.c.agent_id)
        .join(debtors, debtors.c.id == visits.c.debtor_id)
        .outerjoin(addresses, addresses.c.id == visits.c.address_id)
        .outerjoin(risk_zones, risk_zones.c.visit_id == visits.c.id)
        .outerjoin(risk_dismissals, risk_dismissals.c.visit_id == visits.c.id)
        .where(
            stop_states.c.state == "unsafe",
            stop_states.c.since >= since,
            risk_zones.c.id.is_(None),
            risk_dismissals.c.id.is_(None),
            scope.sees(stop_states.c.debtor_id),
        )
        .group_by(
            visits.c.id, agents.c.name, debtors.c.name, addresses.c.lat, addresses.c.lon, addresses.c.text
        )
        .order_by(visits.c.started.desc(), visits.c.id)
        .limit(limit)
    )
    return [dict(row) for row in connection.execute(query).mappings()]


def visit(connection: Connection, scope: Scope, visit_id: str) -> dict[str, Any] | None:
    """A visit and its address, to mark the place of."""
    query = (
        select(
            visits.c.id,
            visits.c.lat,
            visits.c.lon,
            visits.c.note,
            addresses.c.lat.label("address_lat"),
            addresses.c.lon.label("address_lon"),
            addresses.c.text.label("address_text"),
        )
        .outerjoin(addresses, addresses.c.id == visits.c.address_id)
        .where(visits.c.id == visit_id, scope.sees(visits.c.debtor_id))
    )
    row = connection.execute(query).mappings().first()
    return None if row is None else dict(row)


def address(connection: Connection, scope: Scope, address_id: str) -> dict[str, Any] | None:
    query = select(addresses).where(addresses.c.id == address_id, scope.sees(addresses.c.debtor_id))
    row = connection.execute(query).mappings().first()
    return None if row is None else dict(row)


def dismiss(connection: Connection, **values: Any) -> None:
    connection.execute(insert(risk_dismissals).values(**values))


def expected(connection: Connection, scope: Scope, day: date) -> list[Expected]:
    """Each agent in scope with a published day: his last planned stop, and when his laptop was last heard of.

    Of several versions of a day the newest published one counts.
    """
    newest = (
        select(routes.c.agent_id, func.max(routes.c.version).label("version"))
        .where(routes.c.date == day, routes.c.state == "published")
        .group_by(routes.c.agent_id)
        .subquery()
    )
    heard = (
        select(devices.c.agent_id, func.max(devices.c.last_seen).label("heard"))
        .where(devices.c.revoked_at.is_(None))
        .group_by(devices.c.agent_id)
        .subquery()
    )
    query = (
        select(agents.c.id, agents.c.name, func.max(stops.c.eta).label("last_stop"), heard.c.heard)
        .select_from(routes)
        .join(newest, and_(newest.c.agent_id == routes.c.agent_id, newest.c.version == routes.c.version))
        .join(stops, stops.c.route_id == routes.c.id)
        .join(agents, agents.c.id == routes.c.agent_id)
        .outerjoin(heard, heard.c.agent_id == agents.c.id)
        .where(
            routes.c.date == day,
            routes.c.state == "published",
            stops.c.sequence.is_not(None),
            stops.c.eta.is_not(None),
            scope.agents(),
        )
        .group_by(agents.c.id, agents.c.name, heard.c.heard)
    )
    return [
        Expected(row["id"], row["name"], row["last_stop"], row["heard"])
        for row in connection.execute(query).mappings()
    ]


def looked_for(connection: Connection, day: date) -> dict[str, dict[str, Any]]:
    """By agent, the last word on his silence of that day."""
    query = select(silences).where(silences.c.day == day).order_by(silences.c.at, silences.c.id)
    return {row["agent_id"]: dict(row) for row in connection.execute(query).mappings()}


def look_for(connection: Connection, **values: Any) -> None:
    connection.execute(insert(silences).values(**values))


def is_in(connection: Connection, scope: Scope, agent_id: str) -> bool:
    query = select(agents.c.id).where(agents.c.id == agent_id, scope.agents())
    return connection.execute(query).first() is not None
