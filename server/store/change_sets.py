"""Assignments proposed as change sets, and what a person decided on each. Assigns nothing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, RowMapping, insert, select, update

from sync.ids import new_id

from .tables import change_sets

OPEN, TAKEN, REJECTED = "open", "taken", "rejected"


@dataclass(frozen=True)
class ChangeSet:
    """What was proposed, a mapping per debtor; see `assigning.changing` for its keys."""

    id: str
    as_of: date
    state: str
    changes: tuple[Mapping[str, Any], ...]
    made_at: datetime
    actor: str


def add(
    connection: Connection, as_of: date, changes: Sequence[Mapping[str, Any]], *, actor: str, now: datetime
) -> str:
    row = {
        "id": new_id(),
        "as_of": as_of,
        "state": OPEN,
        "changes": [dict(change) for change in changes],
        "made_at": now,
        "actor": actor,
    }
    connection.execute(insert(change_sets).values(row))
    return str(row["id"])


def by_id(connection: Connection, set_id: str) -> ChangeSet | None:
    row = connection.execute(select(change_sets).where(change_sets.c.id == set_id)).mappings().first()
    return _set(row) if row is not None else None


def listed(connection: Connection, limit: int = 20) -> list[ChangeSet]:
    """The newest first."""
    query = select(change_sets).order_by(change_sets.c.made_at.desc(), change_sets.c.id.desc()).limit(limit)
    return [_set(row) for row in connection.execute(query).mappings()]


def decide(connection: Connection, set_id: str, state: str, *, actor: str, now: datetime) -> None:
    connection.execute(
        update(change_sets)
        .where(change_sets.c.id == set_id)
        .values(state=state, decided_at=now, decided_by=actor)
    )


def _set(row: RowMapping) -> ChangeSet:
    return ChangeSet(
        row["id"], row["as_of"], row["state"], tuple(row["changes"]), row["made_at"], row["actor"]
    )
