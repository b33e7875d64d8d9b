"""Change sets: an assignment proposed, or moved by hand, as a draft that a person saves or puts away.

Assigns nothing and knows no rows: `change_rows` does.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import Connection, RowMapping, func, insert, select, update

from sync.ids import new_id

from .tables import change_sets

OPEN, TAKEN, REJECTED = "open", "taken", "rejected"
RUN, HAND, UNDO = "run", "hand", "undo"


@dataclass(frozen=True)
class ChangeSet:
    """`kind` is how it began: shared out by a run, by hand, or to put another set (`undoes`) back."""

    id: str
    as_of: date
    state: str
    made_at: datetime
    actor: str
    kind: str
    why: str
    undoes: str | None
    decided_at: datetime | None
    decided_by: str


def add(
    connection: Connection,
    as_of: date,
    *,
    actor: str,
    now: datetime,
    kind: str = RUN,
    undoes: str | None = None,
) -> str:
    row = {
        "id": new_id(),
        "as_of": as_of,
        "state": OPEN,
        "changes": [],
        "made_at": now,
        "actor": actor,
        "kind": kind,
        "undoes": undoes,
    }
    connection.execute(insert(change_sets).values(row))
    return str(row["id"])


def by_id(connection: Connection, set_id: str, *, lock: bool = False) -> ChangeSet | None:
    """With `lock`, nobody else changes it until the transaction ends."""
    query = select(change_sets).where(change_sets.c.id == set_id)
    row = connection.execute(query.with_for_update() if lock else query).mappings().first()
    return _set(row) if row is not None else None


def listed(
    connection: Connection, limit: int = 20, offset: int = 0, *, actor: str | None = None
) -> list[ChangeSet]:
    """The newest first; with `actor`, those of one person."""
    query = select(change_sets).order_by(change_sets.c.made_at.desc(), change_sets.c.id.desc())
    if actor is not None:
        query = query.where(change_sets.c.actor == actor)
    return [_set(row) for row in connection.execute(query.limit(limit).offset(offset)).mappings()]


def counted(connection: Connection, *, actor: str | None = None) -> int:
    query = select(func.count()).select_from(change_sets)
    if actor is not None:
        query = query.where(change_sets.c.actor == actor)
    return connection.execute(query).scalar() or 0


def undone_by(connection: Connection, set_id: str) -> ChangeSet | None:
    """The set that puts this one back, open or taken; None when there is none."""
    query = select(change_sets).where(change_sets.c.undoes == set_id, change_sets.c.state != REJECTED)
    row = connection.execute(query).mappings().first()
    return _set(row) if row is not None else None


def decide(
    connection: Connection, set_id: str, state: str, *, actor: str, now: datetime, why: str = ""
) -> None:
    connection.execute(
        update(change_sets)
        .where(change_sets.c.id == set_id)
        .values(state=state, decided_at=now, decided_by=actor, why=why)
    )


def _set(row: RowMapping) -> ChangeSet:
    return ChangeSet(
        id=row["id"],
        as_of=row["as_of"],
        state=row["state"],
        made_at=row["made_at"],
        actor=row["actor"],
        kind=row["kind"],
        why=row["why"],
        undoes=row["undoes"],
        decided_at=row["decided_at"],
        decided_by=row["decided_by"],
    )
