"""What a laptop may pack its message against: an event of its newest chain, a route of its feed."""

from __future__ import annotations

import json
from typing import Any

from sqlalchemy import Connection, select

from .tables import events, feeds, incarnations


def event_of(connection: Connection, device_id: str, n: int) -> tuple[bytes, bytes] | None:
    """Header and body of event n of the chain this laptop opened last; None without them."""
    newest = (
        select(incarnations.c.id)
        .where(incarnations.c.device_id == device_id)
        .order_by(incarnations.c.opened_at.desc(), incarnations.c.id.desc())
        .limit(1)
        .scalar_subquery()
    )
    query = select(events.c.header, events.c.body).where(events.c.incarnation == newest, events.c.n == n)
    row = connection.execute(query).first()
    return None if row is None or row.body is None else (bytes(row.header), bytes(row.body))


def stops_of(connection: Connection, agent_id: str, number: int) -> list[dict[str, Any]] | None:
    """The stops of the route that stands at this place of an agent's feed."""
    payload = connection.execute(
        select(feeds.c.payload).where(
            feeds.c.agent_id == agent_id,
            feeds.c.number == number,
            feeds.c.kind == "route",
            feeds.c.gone.is_(False),
        )
    ).scalar_one_or_none()
    if payload is None:
        return None
    stops: list[dict[str, Any]] = json.loads(payload)["stops"]
    return stops
