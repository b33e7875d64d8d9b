"""Numbers that commit in order: a counter's row is locked before a number is taken, and held to commit."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, bindparam, select
from sqlalchemy.dialects import postgresql, sqlite

from . import prepared
from .tables import counters

ARRIVAL = "arrival"


def feed(agent_id: str) -> str:
    """The name of an agent's feed counter."""
    return f"feed:{agent_id}"


def take(connection: Connection, name: str, count: int = 1) -> int:
    """The first of `count` numbers in a row. With 0 it only locks, and answers the next number to come."""
    asked = {"counter": name, "count": count}
    last = prepared.scalar(connection, _TAKE[connection.dialect.name], asked)
    return int(last) - count + 1


def _take(make: Any) -> Any:
    count = bindparam("count", type_=counters.c.value.type)
    statement = make(counters).values(name=bindparam("counter"), value=count)
    return statement.on_conflict_do_update(
        index_elements=["name"], set_={"value": counters.c.value + count}
    ).returning(counters.c.value)


# Made once, not for each number.
_TAKE = {"postgresql": _take(postgresql.insert), "sqlite": _take(sqlite.insert)}
_CURRENT = select(counters.c.value).where(counters.c.name == bindparam("counter"))


def lock(connection: Connection, name: str) -> None:
    """Wait for whoever holds this counter; what he committed is then visible here."""
    take(connection, name, 0)


def current(connection: Connection, name: str) -> int:
    """The last number taken; 0 when none was."""
    return int(prepared.scalar(connection, _CURRENT, {"counter": name}) or 0)
