"""The days on which this office contacts nobody, besides those of the packs. Judges no day."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, insert, select, update

from sync.ids import new_id

from . import prepared
from .tables import office_holidays

_STANDING = (
    select(
        office_holidays.c.id,
        office_holidays.c.day,
        office_holidays.c.municipality,
        office_holidays.c.pack,
        office_holidays.c.reason,
    )
    .where(office_holidays.c.removed_at.is_(None))
    .order_by(office_holidays.c.day, office_holidays.c.municipality, office_holidays.c.pack)
)


def standing(connection: Connection) -> list[dict[str, Any]]:
    """Those in force, by day. Asked for wherever a pack is judged by: made once, read straight."""
    return prepared.rows(connection, _STANDING)


def listed(connection: Connection) -> list[dict[str, Any]]:
    """Every one there ever was, by day."""
    query = select(office_holidays).order_by(office_holidays.c.day, office_holidays.c.recorded_at)
    return [dict(row) for row in connection.execute(query).mappings()]


def same(connection: Connection, day: date, municipality: str, pack: str) -> bool:
    """True when that very day stands already for that place and pack."""
    rows = standing(connection)
    return any((row["day"], row["municipality"], row["pack"]) == (day, municipality, pack) for row in rows)


def add(
    connection: Connection,
    *,
    day: date,
    municipality: str,
    pack: str,
    reason: str,
    actor: str,
    now: datetime,
) -> str:
    made = new_id()
    connection.execute(
        insert(office_holidays).values(
            id=made,
            day=day,
            municipality=municipality,
            pack=pack,
            reason=reason,
            recorded_at=now,
            actor=actor,
        )
    )
    return made


def remove(connection: Connection, holiday_id: str, *, why: str, actor: str, now: datetime) -> bool:
    """True when it stood until now."""
    statement = (
        update(office_holidays)
        .where(office_holidays.c.id == holiday_id, office_holidays.c.removed_at.is_(None))
        .values(removed_at=now, removed_by=actor, removed_why=why)
    )
    return int(connection.execute(statement).rowcount) > 0
