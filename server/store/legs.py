"""Where each agent was and when, visit by visit, to see how long his ways took. Judges nothing."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from sqlalchemy import Connection, and_, select

from sync.records import Precision

from .tables import addresses, agents, visits

# Nearer than this a device's own location says where he stood; else the address does, where it is exact.
EXACT_M = 100.0
Row = tuple[str, str, str, datetime, datetime, float | None, float | None]


def visited(connection: Connection, since: datetime | None) -> Iterator[Row]:
    """(agent, vehicle, zone, started, ended, lat, lon) of every visit written live, each agent's in order.

    Clocks are the laptop's: a leg lies between two visits of one laptop. Without an exact place lat is None.
    """
    query = (
        select(
            visits.c.agent_id,
            agents.c.vehicle,
            visits.c.timezone,
            visits.c.device_id,
            visits.c.started,
            visits.c.ended,
            visits.c.lat,
            visits.c.lon,
            visits.c.accuracy_m,
            addresses.c.lat.label("door_lat"),
            addresses.c.lon.label("door_lon"),
        )
        .join(agents, agents.c.id == visits.c.agent_id)
        .outerjoin(
            addresses,
            and_(addresses.c.id == visits.c.address_id, addresses.c.precision == Precision.DOOR.value),
        )
        .where(visits.c.known == "live")
        .order_by(visits.c.agent_id, visits.c.device_id, visits.c.started, visits.c.id)
    )
    if since is not None:
        query = query.where(visits.c.started >= since)
    for row in connection.execute(query):
        own = row.lat is not None and row.accuracy_m is not None and row.accuracy_m <= EXACT_M
        lat, lon = (row.lat, row.lon) if own else (row.door_lat, row.door_lon)
        yield f"{row.agent_id} {row.device_id}", row.vehicle, row.timezone, row.started, row.ended, lat, lon
