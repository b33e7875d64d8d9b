"""Legal holds: what must be kept of a debtor for now, whoever asks for its erasure. Decides nothing."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, insert, or_, select, update

from .chunks import fetch
from .tables import legal_holds


def add(connection: Connection, **values: Any) -> None:
    connection.execute(insert(legal_holds).values(**values))


def standing(
    connection: Connection, debtor_ids: Iterable[str], today: date
) -> dict[str, list[dict[str, Any]]]:
    """By debtor: the holds that were not released and whose last day has not passed."""
    rows = fetch(
        connection,
        debtor_ids,
        lambda piece: (
            select(legal_holds)
            .where(
                legal_holds.c.debtor_id.in_(piece),
                legal_holds.c.released_at.is_(None),
                or_(legal_holds.c.until.is_(None), legal_holds.c.until >= today),
            )
            .order_by(legal_holds.c.since, legal_holds.c.id)
        ),
    )
    found: dict[str, list[dict[str, Any]]] = {}
    for row in rows:
        found.setdefault(row["debtor_id"], []).append(dict(row))
    return found


def of_debtor(connection: Connection, debtor_id: str) -> list[dict[str, Any]]:
    """Every hold there ever was, oldest first."""
    query = select(legal_holds).where(legal_holds.c.debtor_id == debtor_id)
    return [dict(row) for row in connection.execute(query.order_by(legal_holds.c.since)).mappings()]


def release(connection: Connection, debtor_id: str, *, now: datetime, by: str, why: str) -> int:
    """Lift all that stand; answers how many."""
    statement = (
        update(legal_holds)
        .where(legal_holds.c.debtor_id == debtor_id, legal_holds.c.released_at.is_(None))
        .values(released_at=now, released_by=by, released_why=why)
    )
    return int(connection.execute(statement).rowcount)
