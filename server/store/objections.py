"""The office's own versions of objections. A version is never changed; the last of each code is in force."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, func, insert, select

from sync.ids import new_id
from sync.rules.objections import Objection, objection_from

from .tables import objections


def add(connection: Connection, made: Objection, *, at: datetime, actor: str) -> None:
    connection.execute(insert(objections).values(id=new_id(), **made.wire(), made_at=at, actor=actor))


def next_version(connection: Connection, code: str) -> int:
    """One more than the last of this code; the first of the office's own is 1."""
    last = connection.execute(
        select(func.max(objections.c.version)).where(objections.c.code == code)
    ).scalar()
    return (last or 0) + 1


def latest(connection: Connection) -> list[Objection]:
    """The last version of every code the office has worded or withdrawn, by code."""
    found: dict[str, Objection] = {}
    query = select(objections).order_by(objections.c.code, objections.c.version)
    for row in connection.execute(query).mappings():
        found[row["code"]] = objection_from({str(name): value for name, value in row.items()})
    return list(found.values())


def history(connection: Connection, code: str) -> list[Mapping[Any, Any]]:
    """Every version of a code, the newest first, with who made it and when."""
    query = select(objections).where(objections.c.code == code).order_by(objections.c.version.desc())
    return list(connection.execute(query).mappings())
