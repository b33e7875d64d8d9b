"""Which laptops have read which published routes, by how far each has read its feed. Decides nothing."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, select

from ..chunks import fetch
from ..tables import devices, feeds, routes


@dataclass(frozen=True)
class Laptop:
    """A laptop of a route's agent: whether it has the route, and when it was last here."""

    id: str
    name: str
    has_it: bool
    last_seen: datetime | None


def of_routes(connection: Connection, route_ids: Collection[str]) -> dict[str, list[Laptop]]:
    """Route → the laptops of its agent. A route of which no feed tells was not published."""
    told = fetch(
        connection,
        route_ids,
        lambda ids: (
            select(routes.c.id, routes.c.agent_id, feeds.c.number)
            .join(feeds, (feeds.c.agent_id == routes.c.agent_id) & (feeds.c.record_id == routes.c.id))
            .where(feeds.c.kind == "route", feeds.c.gone.is_(False), routes.c.id.in_(ids))
        ),
    )
    held = fetch(
        connection,
        {row["agent_id"] for row in told},
        lambda ids: (
            select(devices.c.id, devices.c.agent_id, devices.c.name, devices.c.cursor, devices.c.last_seen)
            .where(devices.c.agent_id.in_(ids), devices.c.revoked_at.is_(None), devices.c.wiped_at.is_(None))
            .order_by(devices.c.enrolled_at, devices.c.id)
        ),
    )
    by_agent = defaultdict(list)
    for row in held:
        by_agent[row["agent_id"]].append(row)
    return {
        row["id"]: [
            Laptop(one["id"], one["name"], one["cursor"] >= row["number"], one["last_seen"])
            for one in by_agent[row["agent_id"]]
        ]
        for row in told
    }
