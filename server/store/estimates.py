"""What was learned of travel and service times, each learning kept, and which one holds. Learns nothing."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, insert, select, update

from sync.ids import new_id

from .tables import estimates


@dataclass(frozen=True)
class Kept:
    """One learning; it holds from the day somebody accepted it."""

    id: str
    made_at: datetime
    learned: dict[str, Any]
    accepted_at: datetime | None
    accepted_by: str


def add(connection: Connection, learned: dict[str, Any], *, now: datetime) -> str:
    made = new_id()
    connection.execute(insert(estimates).values(id=made, made_at=now, learned=learned))
    return made


def accept(connection: Connection, estimate: str, *, now: datetime, actor: str) -> None:
    connection.execute(
        update(estimates).where(estimates.c.id == estimate).values(accepted_at=now, accepted_by=actor)
    )


def latest(connection: Connection) -> Kept | None:
    """The last that was learned, accepted or not."""
    query = select(estimates).order_by(estimates.c.made_at.desc(), estimates.c.id.desc()).limit(1)
    return next((_kept(row) for row in connection.execute(query)), None)


def accepted(connection: Connection) -> Kept | None:
    """The one that holds; None while nobody accepted any."""
    query = (
        select(estimates)
        .where(estimates.c.accepted_at.is_not(None))
        .order_by(estimates.c.accepted_at.desc(), estimates.c.id.desc())
        .limit(1)
    )
    return next((_kept(row) for row in connection.execute(query)), None)


def _kept(row: Any) -> Kept:
    return Kept(row.id, row.made_at, dict(row.learned), row.accepted_at, row.accepted_by)
