"""Notes on a debtor's assets: what, by whom it is known, since when. Decides not who may read them."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, insert, select, update

from sync.ids import new_id

from .tables import asset_notes


def add(
    connection: Connection, debtor_id: str, text: str, source: str, seen_on: date, *, at: datetime, actor: str
) -> str:
    made = new_id()
    connection.execute(
        insert(asset_notes).values(
            id=made, debtor_id=debtor_id, text=text, source=source, seen_on=seen_on, noted_at=at, actor=actor
        )
    )
    return made


def of_debtor(connection: Connection, debtor_id: str) -> list[dict[str, Any]]:
    """Those that stand, the last seen first."""
    query = (
        select(asset_notes)
        .where(asset_notes.c.debtor_id == debtor_id, asset_notes.c.withdrawn_at.is_(None))
        .order_by(asset_notes.c.seen_on.desc(), asset_notes.c.id.desc())
    )
    return [dict(row) for row in connection.execute(query).mappings()]


def withdraw(connection: Connection, debtor_id: str, note_id: str, *, at: datetime, actor: str) -> bool:
    """False when there is no such note of this debtor that stands."""
    statement = (
        update(asset_notes)
        .where(
            asset_notes.c.id == note_id,
            asset_notes.c.debtor_id == debtor_id,
            asset_notes.c.withdrawn_at.is_(None),
        )
        .values(withdrawn_at=at, withdrawn_by=actor)
    )
    return connection.execute(statement).rowcount == 1
