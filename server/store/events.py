"""The ledger as the office holds it: every (incarnation, n) verbatim, and which event ids were applied."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, bindparam, insert, select, update

from sync.ledger import ZERO, Head

from . import chunks, counters, prepared
from .tables import applied, events, facts, incarnations


@dataclass(frozen=True)
class Incarnation:
    """One installation of a laptop and how far its chain is held."""

    id: str
    device_id: str
    n: int
    h: bytes

    @property
    def head(self) -> Head:
        return Head(self.id, self.n, self.h)


def incarnation(connection: Connection, name: str, *, lock: bool = False) -> Incarnation | None:
    """With `lock`, held to commit, so that two pushes of one chain never interleave."""
    row = prepared.first(connection, _HELD_TO_COMMIT if lock else _INCARNATION, {"asked": name})
    return None if row is None else Incarnation(row["id"], row["device_id"], row["n"], bytes(row["h"]))


_INCARNATION = select(incarnations).where(incarnations.c.id == bindparam("asked"))
_HELD_TO_COMMIT = _INCARNATION.with_for_update()


def open_incarnation(
    connection: Connection,
    name: str,
    device_id: str,
    now: datetime,
    parent: tuple[str, int] | None = None,
) -> Incarnation:
    """A chain of which nothing is held yet. `parent`: the incarnation it continues, and up to where."""
    origin, parent_n = parent or (None, None)
    connection.execute(
        insert(incarnations).values(
            id=name, device_id=device_id, parent=origin, parent_n=parent_n, opened_at=now, n=0, h=ZERO
        )
    )
    return Incarnation(name, device_id, 0, ZERO)


def give_incarnation(connection: Connection, name: str, device_id: str) -> None:
    """A chain of which nothing is held passes to the device that its laptop is now."""
    connection.execute(
        update(incarnations)
        .where(incarnations.c.id == name, incarnations.c.n == 0)
        .values(device_id=device_id)
    )


def set_head(connection: Connection, head: Head) -> None:
    prepared.run(connection, _SET_HEAD, {"asked": head.incarnation, "last": head.n, "hash": head.h})


_SET_HEAD = (
    update(incarnations)
    .where(incarnations.c.id == bindparam("asked"))
    .values(
        n=bindparam("last", type_=incarnations.c.n.type), h=bindparam("hash", type_=incarnations.c.h.type)
    )
)


def heads(connection: Connection) -> list[Head]:
    """The head of every chain of which something is held."""
    rows = connection.execute(
        select(incarnations.c.id, incarnations.c.n, incarnations.c.h).where(incarnations.c.n > 0)
    )
    return [Head(name, n, bytes(h)) for name, n, h in rows]


def hashes(connection: Connection, name: str, first: int, last: int) -> dict[int, bytes]:
    """h(n) of the events held between two numbers, both in."""
    asked = {"asked": name, "first": first, "last": last}
    return {row["n"]: bytes(row["h"]) for row in prepared.rows(connection, _HASHES, asked)}


_HASHES = select(events.c.n, events.c.h).where(
    events.c.incarnation == bindparam("asked"), events.c.n.between(bindparam("first"), bindparam("last"))
)


def mark_at(connection: Connection, name: str, n: int) -> Head:
    """The place n of a chain that is held; n = 0 is its beginning."""
    return Head(name, n, hashes(connection, name, n, n)[n] if n else ZERO)


def add(connection: Connection, rows: list[dict[str, Any]]) -> None:
    """Store events as they came, numbered in the order of their arrival."""
    if not rows:
        return
    first = counters.take(connection, counters.ARRIVAL, len(rows))
    numbered = [row | {"arrival": first + place} for place, row in enumerate(rows)]
    chunks.append(connection, events, numbered)


def quarantined(connection: Connection, name: str, limit: int = 500) -> list[dict[str, Any]]:
    """The events of a chain that are kept but not applied."""
    return prepared.rows(connection, _QUARANTINED, {"asked": name, "most": limit})


_QUARANTINED = (
    select(events.c.incarnation, events.c.n, events.c.id, events.c.quarantine, events.c.quarantine_detail)
    .where(events.c.incarnation == bindparam("asked"), events.c.quarantine.is_not(None))
    .order_by(events.c.n)
    .limit(bindparam("most", type_=events.c.n.type))
)


def applied_digests(connection: Connection, ids: Iterable[str]) -> dict[str, bytes]:
    """The body digest under which each of these event ids was applied, for those that were."""
    return {row["event_id"]: bytes(row["body_digest"]) for row in chunks.found(connection, _APPLIED, ids)}


_APPLIED = select(applied.c.event_id, applied.c.body_digest).where(chunks.among(applied.c.event_id))


def mark_applied(connection: Connection, rows: list[dict[str, Any]]) -> None:
    chunks.append(connection, applied, rows)


def noted(connection: Connection, kind: str, subject: str) -> bool:
    """True when the office already has this fact of this subject, so that a retry does not repeat it."""
    query = select(facts.c.id).where(facts.c.kind == kind, facts.c.subject == subject).limit(1)
    return connection.execute(query).first() is not None
