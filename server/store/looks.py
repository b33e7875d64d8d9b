"""Who of the office looked at what of an agent's: one row a day, person and thing. Decides nothing."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, insert, select

from .tables import looks, users

VISIT, REPLAY, HELD = "visit", "replay", "held"


def known(
    connection: Connection, *, agent_id: str, day: date, username: str, what: str, subject: str
) -> bool:
    query = select(looks.c.agent_id).where(
        looks.c.agent_id == agent_id,
        looks.c.day == day,
        looks.c.username == username,
        looks.c.what == what,
        looks.c.subject == subject,
    )
    return connection.execute(query).first() is not None


def add(
    connection: Connection,
    *,
    agent_id: str,
    day: date,
    username: str,
    what: str,
    subject: str,
    now: datetime,
) -> None:
    connection.execute(
        insert(looks).values(
            agent_id=agent_id, day=day, username=username, what=what, subject=subject, looked_at=now
        )
    )


def of_agent(connection: Connection, agent_id: str, limit: int = 50) -> list[dict[str, Any]]:
    """The latest, newest first, with the name of who looked."""
    query = (
        select(looks, users.c.name)
        .outerjoin(users, users.c.username == looks.c.username)
        .where(looks.c.agent_id == agent_id)
        .order_by(looks.c.looked_at.desc())
        .limit(limit)
    )
    return [dict(row) for row in connection.execute(query).mappings()]
