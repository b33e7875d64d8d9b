"""What a laptop may pack its message against: an event of its newest chain, a route of its feed."""

from __future__ import annotations

import json
from typing import Any

from sqlalchemy import Connection, bindparam, select

from . import prepared
from .tables import events, feeds, incarnations


def event_of(connection: Connection, device_id: str, n: int) -> tuple[bytes, bytes] | None:
    """Header and body of event n of the chain this laptop opened last; None without them."""
    row = prepared.first(connection, _EVENT, {"device": device_id, "place": n})
    return None if row is None or row["body"] is None else (bytes(row["header"]), bytes(row["body"]))


_NEWEST = (
    select(incarnations.c.id)
    .where(incarnations.c.device_id == bindparam("device"))
    .order_by(incarnations.c.opened_at.desc(), incarnations.c.id.desc())
    .limit(1)
    .scalar_subquery()
)
_EVENT = select(events.c.header, events.c.body).where(
    events.c.incarnation == _NEWEST, events.c.n == bindparam("place")
)


def stops_of(connection: Connection, agent_id: str, number: int) -> list[dict[str, Any]] | None:
    """The stops of the route that stands at this place of an agent's feed."""
    payload = prepared.scalar(connection, _ROUTE, {"agent": agent_id, "place": number})
    if payload is None:
        return None
    stops: list[dict[str, Any]] = json.loads(payload)["stops"]
    return stops


_ROUTE = select(feeds.c.payload).where(
    feeds.c.agent_id == bindparam("agent"),
    feeds.c.number == bindparam("place"),
    feeds.c.kind == "route",
    feeds.c.gone.is_(False),
)
