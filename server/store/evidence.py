"""What one visit's evidence is made of: its events, their stretch of the chain, who vouched for it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from sqlalchemy import Connection, RowMapping, select

from sync.ledger import Entry, Receipt

from . import chunks
from .ledgers import entry, receipt
from .tables import (
    agreements,
    amendments,
    applied,
    attachments,
    deliveries,
    devices,
    events,
    incarnations,
    offers,
    promises,
    receipts,
    reported_payments,
    suggestions,
)


def event_ids(connection: Connection, visit_id: str) -> set[str]:
    """The visit and what was said of it: corrections, promises, payments told, pictures announced."""
    found = {visit_id}
    said = (promises, reported_payments, attachments, deliveries, agreements, offers, suggestions)
    for table in (amendments, *said):
        found |= set(connection.execute(select(table.c.id).where(table.c.visit_id == visit_id)).scalars())
    return found


def places(connection: Connection, ids: Iterable[str]) -> dict[str, tuple[str, int]]:
    """Where each event was applied: (incarnation, n)."""
    rows = chunks.fetch(connection, ids, lambda piece: select(applied).where(applied.c.event_id.in_(piece)))
    return {row["event_id"]: (row["incarnation"], row["n"]) for row in rows}


def stretch(connection: Connection, incarnation: str, first: int, last: int) -> list[Entry]:
    """The links of a chain between two places, both in."""
    query = (
        select(events)
        .where(events.c.incarnation == incarnation, events.c.n.between(first, last))
        .order_by(events.c.n)
    )
    return [entry(row) for row in connection.execute(query).mappings()]


def next_receipt(connection: Connection, incarnation: str, n: int) -> Receipt | None:
    """The first the office gave that covers this place."""
    query = (
        select(receipts)
        .where(receipts.c.incarnation == incarnation, receipts.c.n >= n)
        .order_by(receipts.c.n, receipts.c.server_time)
        .limit(1)
    )
    row = connection.execute(query).mappings().first()
    return None if row is None else receipt(row)


def pictures(connection: Connection, visit_id: str) -> list[dict[str, Any]]:
    query = select(attachments).where(attachments.c.visit_id == visit_id).order_by(attachments.c.id)
    return [dict(row) for row in connection.execute(query).mappings()]


def corrections(connection: Connection, visit_id: str) -> list[dict[str, Any]]:
    query = select(amendments).where(amendments.c.visit_id == visit_id)
    return [dict(row) for row in connection.execute(query.order_by(amendments.c.received_at)).mappings()]


def laptops(connection: Connection, chains: Iterable[str]) -> list[RowMapping]:
    """Whose chains these are, with the key each signs with."""
    return chunks.fetch(
        connection,
        chains,
        lambda piece: (
            select(devices.c.id, devices.c.public_key, devices.c.enrolled_at, devices.c.revoked_at)
            .join_from(devices, incarnations, incarnations.c.device_id == devices.c.id)
            .where(incarnations.c.id.in_(piece))
            .distinct()
        ),
    )
