"""Lists of accounts kept under a name, a person's own or everybody's: the conditions, never the rows."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, insert, or_, select, update

from sync.ids import new_id

from .tables import saved_lists, users

Rows = list[dict[str, Any]]


def add(
    connection: Connection,
    *,
    name: str,
    owner: str,
    shared: bool,
    asked: Mapping[str, str],
    now: datetime,
    actor: str,
) -> str:
    made = new_id()
    connection.execute(
        insert(saved_lists).values(
            id=made, name=name, owner=owner, shared=shared, asked=dict(asked), made_at=now, actor=actor
        )
    )
    return made


def seen(connection: Connection, user_id: str) -> Rows:
    """His own and those shared with everybody, by name."""
    query = (
        select(saved_lists, users.c.name.label("owner_name"))
        .join(users, users.c.id == saved_lists.c.owner)
        .where(
            saved_lists.c.withdrawn_at.is_(None),
            or_(saved_lists.c.owner == user_id, saved_lists.c.shared),
        )
        .order_by(saved_lists.c.name, saved_lists.c.id)
    )
    return [dict(row) for row in connection.execute(query).mappings()]


def one(connection: Connection, list_id: str, user_id: str) -> dict[str, Any] | None:
    """A list this person may use, or None: another's own does not exist for him."""
    return next((row for row in seen(connection, user_id) if row["id"] == list_id), None)


def withdraw(connection: Connection, list_id: str, now: datetime) -> None:
    connection.execute(update(saved_lists).where(saved_lists.c.id == list_id).values(withdrawn_at=now))
