"""The figures of the day, station by station, within a scope. Ages nothing."""

from __future__ import annotations

from datetime import date

from sqlalchemy import Connection, Select, func, select

from ..scopes import Scope
from ..tables import (
    addresses,
    agents,
    devices,
    events,
    findings,
    incarnations,
    promises,
    routes,
    stops,
)


def routes_on(connection: Connection, scope: Scope, day: date) -> dict[str, int]:
    """How many routes are in each state that day, and how many stops the published ones have."""
    mine = select(agents.c.id).where(scope.agents())
    by_state = (
        select(routes.c.state, func.count())
        .where(routes.c.date == day, routes.c.agent_id.in_(mine))
        .group_by(routes.c.state)
    )
    counted = {state: int(count) for state, count in connection.execute(by_state)}
    published = select(routes.c.id).where(
        routes.c.date == day, routes.c.state == "published", routes.c.agent_id.in_(mine)
    )
    held = select(func.count()).where(stops.c.route_id.in_(published), stops.c.sequence.is_not(None))
    return counted | {"stops": _count(connection, held)}


def promises_due(connection: Connection, scope: Scope, day: date) -> int:
    return _count(
        connection,
        select(func.count()).where(scope.sees(promises.c.debtor_id), promises.c.due == day),
    )


def findings_open(connection: Connection, scope: Scope) -> int:
    return _count(
        connection,
        select(func.count()).where(scope.sees(findings.c.debtor_id), findings.c.state == "open"),
    )


def laptops(connection: Connection, scope: Scope) -> dict[str, int]:
    """Laptops in use, events they said they still held back, and events in quarantine."""
    mine = select(agents.c.id).where(scope.agents())
    used = devices.c.agent_id.in_(mine) & devices.c.revoked_at.is_(None)
    row = connection.execute(
        select(func.count(), func.coalesce(func.sum(devices.c.pending), 0)).where(used)
    ).one()
    theirs = (
        select(incarnations.c.id)
        .join(devices, devices.c.id == incarnations.c.device_id)
        .where(devices.c.agent_id.in_(mine))
    )
    quarantined = _count(
        connection,
        select(func.count()).where(events.c.incarnation.in_(theirs), events.c.quarantine.is_not(None)),
    )
    return {"laptops": int(row[0]), "pending": int(row[1]), "quarantined": quarantined}


def located(connection: Connection, scope: Scope) -> set[str]:
    """Debtors with at least one accepted address in force that has a coordinate."""
    query = select(addresses.c.debtor_id).where(
        scope.sees(addresses.c.debtor_id),
        addresses.c.until.is_(None),
        addresses.c.state == "accepted",
        addresses.c.lat.is_not(None),
    )
    return set(connection.execute(query.distinct()).scalars())


def _count(connection: Connection, query: Select[int]) -> int:
    return connection.execute(query).scalar_one()
