"""Visits as they happened, each agent's in order, beside the stop that was planned. Learns nothing."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, and_, func, select

from sync.records import Precision

from .legs import EXACT_M
from .tables import accounts, addresses, agents, debtors, routes, stops, visits


@dataclass(frozen=True)
class Ridden:
    """One visit written live. `who` is one laptop of one agent: legs lie between two of its visits.

    `lat` is None without an exact place; `planned_s` None for a visit that no route had.
    """

    who: str
    vehicle: str
    timezone: str
    started: datetime
    ended: datetime
    lat: float | None
    lon: float | None
    zone: str
    debtor: str
    company: bool
    appointment: bool
    planned_s: int | None
    lunch: datetime | None


def visited(connection: Connection, since: datetime | None) -> Iterator[Ridden]:
    """Every visit written live from `since` on, by laptop and in order of time."""
    zones = (
        select(accounts.c.debtor_id, func.min(accounts.c.zone).label("zone"))
        .where(accounts.c.zone != "")
        .group_by(accounts.c.debtor_id)
        .subquery()
    )
    exact = and_(addresses.c.id == visits.c.address_id, addresses.c.precision == Precision.DOOR.value)
    query = (
        select(
            visits.c.agent_id,
            visits.c.device_id,
            agents.c.vehicle,
            visits.c.timezone,
            visits.c.started,
            visits.c.ended,
            visits.c.lat,
            visits.c.lon,
            visits.c.accuracy_m,
            addresses.c.lat.label("door_lat"),
            addresses.c.lon.label("door_lon"),
            zones.c.zone,
            visits.c.debtor_id,
            debtors.c.kind,
            stops.c.appointment,
            stops.c.service_s,
            routes.c.lunch,
        )
        .join(agents, agents.c.id == visits.c.agent_id)
        .join(debtors, debtors.c.id == visits.c.debtor_id)
        .outerjoin(addresses, exact)
        .outerjoin(zones, zones.c.debtor_id == visits.c.debtor_id)
        .outerjoin(stops, stops.c.id == visits.c.stop_id)
        .outerjoin(routes, routes.c.id == stops.c.route_id)
        .where(visits.c.known == "live")
        .order_by(visits.c.agent_id, visits.c.device_id, visits.c.started, visits.c.id)
    )
    if since is not None:
        query = query.where(visits.c.started >= since)
    for row in connection.execute(query):
        own = row.lat is not None and row.accuracy_m is not None and row.accuracy_m <= EXACT_M
        lat, lon = (row.lat, row.lon) if own else (row.door_lat, row.door_lon)
        yield Ridden(
            who=f"{row.agent_id} {row.device_id}",
            vehicle=row.vehicle,
            timezone=row.timezone,
            started=row.started,
            ended=row.ended,
            lat=lat,
            lon=lon,
            zone=row.zone or "",
            debtor=row.debtor_id,
            company=row.kind == "company",
            appointment=bool(row.appointment),
            planned_s=row.service_s,
            lunch=datetime.fromisoformat(row.lunch["starts"]) if row.lunch else None,
        )
