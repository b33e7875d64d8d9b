"""The rows of a change set, the loads it starts from and ends in, and its moves by hand. Weighs nothing.

A row is a mapping by column name, all of it what JSON can hold, so that a move keeps it as it was.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, bindparam, delete, func, insert, select, update

from sync.ids import new_id

from .chunks import chunks, fetch, write
from .tables import change_loads, change_moves, change_rows

Row = Mapping[str, Any]
COLUMNS = tuple(column.name for column in change_rows.columns)
LEFT, OVERTAKEN, TAKEN = "left", "overtaken", "taken"


@dataclass(frozen=True)
class Load:
    """What an agent ("" for nobody) has before and after, and the middle of his ground."""

    agent: str
    before: Mapping[str, Any]
    after: Mapping[str, Any]
    centre: tuple[float, float] | None


@dataclass(frozen=True)
class Move:
    id: str
    number: int
    undone: bool
    to_agent: str | None
    why: str
    actor: str
    at: datetime
    before: Mapping[str, Row | None]
    after: Mapping[str, Row | None]


def row(set_id: str, debtor_id: str, **given: Any) -> dict[str, Any]:
    """A whole row from what is said of it."""
    empty: dict[str, Any] = {
        "closes": False,
        "from_agent": None,
        "to_agent": None,
        "replaces": None,
        "because": None,
        "weighed": None,
        "outcomes": [],
        "by_hand": False,
        "warnings": [],
        "measure": {},
        "state": "",
        "said": None,
        "made": None,
    }
    return {"set_id": set_id, "debtor_id": debtor_id} | empty | given


def put(connection: Connection, set_id: str, rows: Mapping[str, Row | None]) -> None:
    """Make these debtors' rows what is given; None takes a debtor out of the set."""
    for ids in chunks(rows):
        connection.execute(
            delete(change_rows).where(change_rows.c.set_id == set_id, change_rows.c.debtor_id.in_(ids))
        )
    write(connection, insert(change_rows), [dict(one) for one in rows.values() if one is not None])


def of(connection: Connection, set_id: str, debtor_ids: Collection[str] | None = None) -> dict[str, Row]:
    """Rows by debtor; of all the set without `debtor_ids`."""
    mine = select(change_rows).where(change_rows.c.set_id == set_id)
    if debtor_ids is None:
        found = list(connection.execute(mine.order_by(change_rows.c.debtor_id)).mappings())
    else:
        found = fetch(connection, debtor_ids, lambda ids: mine.where(change_rows.c.debtor_id.in_(ids)))
    return {one["debtor_id"]: dict(one) for one in found}


def counted(connection: Connection, set_id: str) -> dict[str, int]:
    """How many rows it has by state."""
    query = (
        select(change_rows.c.state, func.count())
        .where(change_rows.c.set_id == set_id)
        .group_by(change_rows.c.state)
    )
    return {str(state): int(count) for state, count in connection.execute(query)}


def tell(connection: Connection, set_id: str, told: Mapping[str, Mapping[str, Any]]) -> None:
    """What became of each debtor's row: its state, why, and the assignment it became."""
    statement = (
        update(change_rows)
        .where(change_rows.c.set_id == bindparam("of_set"), change_rows.c.debtor_id == bindparam("of_debtor"))
        .values(state=bindparam("new_state"), said=bindparam("new_said"), made=bindparam("new_made"))
    )
    rows = [
        {
            "of_set": set_id,
            "of_debtor": debtor,
            "new_state": one["state"],
            "new_said": one.get("said"),
            "new_made": one.get("made"),
        }
        for debtor, one in told.items()
    ]
    write(connection, statement, rows)


def add_loads(connection: Connection, set_id: str, loads: Sequence[Load]) -> None:
    rows = [
        {
            "set_id": set_id,
            "agent_id": load.agent,
            "before": load.before,
            "after": load.after,
            "centre_lat": load.centre[0] if load.centre else None,
            "centre_lon": load.centre[1] if load.centre else None,
        }
        for load in loads
    ]
    write(connection, insert(change_loads), rows)


def loads(connection: Connection, set_id: str, agent_ids: Collection[str] | None = None) -> dict[str, Load]:
    query = select(change_loads).where(change_loads.c.set_id == set_id)
    if agent_ids is not None:
        found = fetch(connection, agent_ids, lambda ids: query.where(change_loads.c.agent_id.in_(ids)))
    else:
        found = list(connection.execute(query).mappings())
    return {
        one["agent_id"]: Load(
            one["agent_id"],
            one["before"],
            one["after"],
            (one["centre_lat"], one["centre_lon"]) if one["centre_lat"] is not None else None,
        )
        for one in found
    }


def set_loads(connection: Connection, set_id: str, after: Mapping[str, Mapping[str, Any]]) -> None:
    statement = (
        update(change_loads)
        .where(change_loads.c.set_id == bindparam("of_set"), change_loads.c.agent_id == bindparam("of_agent"))
        .values(after=bindparam("new_after"))
    )
    rows = [{"of_set": set_id, "of_agent": agent, "new_after": one} for agent, one in after.items()]
    write(connection, statement, rows)


def add_move(
    connection: Connection,
    set_id: str,
    *,
    to_agent: str | None,
    why: str,
    before: Mapping[str, Row | None],
    after: Mapping[str, Row | None],
    actor: str,
    now: datetime,
) -> None:
    """The next move; those that were undone can no longer be done again."""
    connection.execute(
        delete(change_moves).where(change_moves.c.set_id == set_id, change_moves.c.undone.is_(True))
    )
    last = connection.execute(
        select(func.max(change_moves.c.number)).where(change_moves.c.set_id == set_id)
    ).scalar()
    connection.execute(
        insert(change_moves).values(
            id=new_id(),
            set_id=set_id,
            number=(last or 0) + 1,
            undone=False,
            to_agent=to_agent,
            why=why,
            actor=actor,
            at=now,
            before=dict(before),
            after=dict(after),
        )
    )


def moves(connection: Connection, set_id: str) -> list[Move]:
    """In the order they were made, without their rows: see `move`."""
    columns = [column for column in change_moves.columns if column.name not in ("before", "after", "set_id")]
    query = select(*columns).where(change_moves.c.set_id == set_id).order_by(change_moves.c.number)
    return [Move(**dict(one), before={}, after={}) for one in connection.execute(query).mappings()]


def move(connection: Connection, move_id: str) -> Move:
    query = select(change_moves).where(change_moves.c.id == move_id)
    found = dict(connection.execute(query).mappings().one())
    del found["set_id"]
    return Move(**found)


def set_undone(connection: Connection, move_id: str, undone: bool) -> None:
    connection.execute(update(change_moves).where(change_moves.c.id == move_id).values(undone=undone))


def forget(connection: Connection, debtor_id: str) -> None:
    """Leave of an erased debtor who had him, and nothing about himself."""
    mine = change_rows.c.debtor_id == debtor_id
    sets = select(change_rows.c.set_id).where(mine)
    query = select(change_moves.c.id, change_moves.c.before, change_moves.c.after)
    for found in connection.execute(query.where(change_moves.c.set_id.in_(sets))).mappings().all():
        kept = {
            side: {debtor: one for debtor, one in found[side].items() if debtor != debtor_id}
            for side in ("before", "after")
        }
        connection.execute(update(change_moves).where(change_moves.c.id == found["id"]).values(kept))
    connection.execute(update(change_rows).where(mine).values(weighed=None, warnings=[]))
