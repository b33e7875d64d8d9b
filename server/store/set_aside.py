"""Events that are kept and not applied: quarantined ones, and those a revoked laptop sent, sealed."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, bindparam, select, update

from sync.ledger import Entry, Head

from . import prepared
from .tables import devices, erasures, events, incarnations


@dataclass(frozen=True)
class Waiting:
    """One event that waits, with whose laptop said it, when it came and why it was set aside."""

    entry: Entry
    device_id: str
    received_at: datetime
    arrival: int
    code: str
    detail: Mapping[str, Any]


def quarantined(
    connection: Connection, *, final: Collection[str], after: int = 0, limit: int = 200
) -> list[Waiting]:
    """The next ones in order of arrival, but those whose reason is final, sealed ones, and those that were
    erased while they waited: nothing can be read from them any more."""
    return _waiting(
        connection,
        limit,
        events.c.arrival > after,
        events.c.quarantine.is_not(None),
        events.c.quarantine.not_in(final),
        events.c.body.is_not(None),
        events.c.sealed.is_(False),
    )


def quarantined_of(connection: Connection, agent_id: str, code: str, limit: int = 200) -> list[Waiting]:
    """What laptops of one agent said that waits for this reason."""
    rows = prepared.rows(connection, _OF_AGENT, {"agent": agent_id, "code": code, "most": limit})
    return [_waits(row) for row in rows]


def sealed(connection: Connection, device_id: str, limit: int = 200) -> list[Waiting]:
    """The next of what a revoked laptop sent, in order of arrival."""
    return _waiting(
        connection,
        limit,
        incarnations.c.device_id == device_id,
        events.c.quarantine.is_not(None),
        events.c.sealed.is_(True),
    )


def _waiting(connection: Connection, limit: int, *which: ColumnElement[bool]) -> list[Waiting]:
    query = _IN_ORDER.where(*which).limit(limit)
    return [_waits(row) for row in connection.execute(query).mappings()]


_IN_ORDER = (
    select(events, incarnations.c.device_id)
    .join(incarnations, incarnations.c.id == events.c.incarnation)
    .join(devices, devices.c.id == incarnations.c.device_id)
    .order_by(events.c.arrival)
)
# Asked with every push of a visit.
_OF_AGENT = _IN_ORDER.where(
    devices.c.agent_id == bindparam("agent"),
    events.c.quarantine.is_not(None),
    events.c.quarantine == bindparam("code"),
    events.c.body.is_not(None),
    events.c.sealed.is_(False),
).limit(bindparam("most", type_=events.c.n.type))


def _waits(row: Mapping[Any, Any]) -> Waiting:
    return Waiting(
        Entry(
            incarnation=row["incarnation"],
            n=row["n"],
            id=row["id"],
            kind=row["kind"],
            version=row["version"],
            header=bytes(row["header"]),
            salt=None if row["salt"] is None else bytes(row["salt"]),
            body=None if row["body"] is None else bytes(row["body"]),
            body_digest=bytes(row["body_digest"]),
            h=bytes(row["h"]),
        ),
        row["device_id"],
        row["received_at"],
        row["arrival"],
        row["quarantine"],
        row["quarantine_detail"] or {},
    )


def erased_here(connection: Connection, ids: Collection[str]) -> set[str]:
    """Those of these events whose body the office itself erased, by a signed word."""
    if not ids:
        return set()
    return set(connection.execute(select(erasures.c.event_id).where(erasures.c.event_id.in_(ids))).scalars())


def settle(connection: Connection, head: Head, code: str | None, detail: Mapping[str, Any] | None) -> None:
    """What became of one of them: applied (no code), or set aside for this reason. It is sealed no more."""
    connection.execute(
        update(events)
        .where(events.c.incarnation == head.incarnation, events.c.n == head.n)
        .values(quarantine=code, quarantine_detail=None if detail is None else dict(detail), sealed=False)
    )
