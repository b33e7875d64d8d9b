"""Numbers that commit in order: a counter's row is locked before a number is taken, and held to commit."""

from __future__ import annotations

from sqlalchemy import Connection, select
from sqlalchemy.dialects import postgresql, sqlite

from .tables import counters

ARRIVAL = "arrival"


def feed(agent_id: str) -> str:
    """The name of an agent's feed counter."""
    return f"feed:{agent_id}"


def take(connection: Connection, name: str, count: int = 1) -> int:
    """The first of `count` numbers in a row. With 0 it only locks, and answers the next number to come."""
    insert = postgresql.insert if connection.dialect.name == "postgresql" else sqlite.insert
    statement = insert(counters).values(name=name, value=count)
    statement = statement.on_conflict_do_update(
        index_elements=["name"], set_={"value": counters.c.value + count}
    )
    last = connection.execute(statement.returning(counters.c.value)).scalar_one()
    return int(last) - count + 1


def lock(connection: Connection, name: str) -> None:
    """Wait for whoever holds this counter; what he committed is then visible here."""
    take(connection, name, 0)


def current(connection: Connection, name: str) -> int:
    """The last number taken; 0 when none was."""
    return int(connection.execute(select(counters.c.value).where(counters.c.name == name)).scalar() or 0)
