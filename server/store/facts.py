"""The office's append-only log: what it did, when, by whom, the day it speaks of. Nothing is changed."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, insert, select

from sync.ids import new_id

from .tables import facts


def append(
    connection: Connection,
    kind: str,
    *,
    as_of: date,
    now: datetime,
    actor: str,
    subject: str = "",
    payload: Mapping[str, Any],
) -> str:
    """Add a fact and answer with its id. `payload` is JSON: no dates, no Decimals."""
    made = new_id()
    connection.execute(
        insert(facts).values(
            id=made,
            kind=kind,
            as_of=as_of,
            recorded_at=now,
            actor=actor,
            subject=subject,
            payload=dict(payload),
        )
    )
    return made


def listed(
    connection: Connection, *, kind: str | None = None, subject: str | None = None, limit: int = 200
) -> list[dict[str, Any]]:
    """The latest facts, newest first."""
    query = select(facts).order_by(facts.c.number.desc()).limit(limit)
    if kind is not None:
        query = query.where(facts.c.kind == kind)
    if subject is not None:
        query = query.where(facts.c.subject == subject)
    return [dict(row) for row in connection.execute(query).mappings()]
