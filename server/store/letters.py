"""Batches of letters and how far each letter came. Holds no bytes and judges nothing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, Select, func, insert, select, update

from .chunks import append
from .engine import take_number
from .scopes import Scope
from .tables import accounts, debtors, lenders, letter_batches, letter_rows

Rows = list[dict[str, Any]]


def add(connection: Connection, rows: Sequence[Mapping[str, Any]], **values: Any) -> int:
    """A batch with its letters; answers its number."""
    number = take_number(connection, "letters")
    connection.execute(insert(letter_batches).values(number=number, **values))
    append(connection, letter_rows, rows)
    return number


def change(connection: Connection, batch_id: str, **values: Any) -> None:
    connection.execute(update(letter_batches).where(letter_batches.c.id == batch_id).values(**values))


def change_row(connection: Connection, row_id: str, **values: Any) -> None:
    connection.execute(update(letter_rows).where(letter_rows.c.id == row_id).values(**values))


def one(connection: Connection, scope: Scope, name: str) -> dict[str, Any] | None:
    """A batch by its number, where every letter of it is in the scope."""
    if not (name.isascii() and name.isdigit() and len(name) < 10):
        return None
    query = select(letter_batches).where(letter_batches.c.number == int(name))
    row = connection.execute(query).mappings().first()
    if row is None:
        return None
    outside = (
        select(letter_rows.c.id)
        .join(accounts, accounts.c.id == letter_rows.c.account_id)
        .where(letter_rows.c.batch_id == row["id"], ~scope.accounts())
        .limit(1)
    )
    return None if connection.execute(outside).first() is not None else dict(row)


def listed(connection: Connection, scope: Scope, limit: int = 50) -> Rows:
    """The newest batches with a letter in the scope, with how many letters stand in which state."""
    mine = (
        select(letter_rows.c.batch_id)
        .join(accounts, accounts.c.id == letter_rows.c.account_id)
        .where(letter_rows.c.batch_id == letter_batches.c.id, scope.accounts())
        .limit(1)
        .correlate(letter_batches)
        .scalar_subquery()
    )
    query = select(letter_batches).where(mine.is_not(None)).order_by(letter_batches.c.number.desc())
    batches = [dict(row) for row in connection.execute(query.limit(limit)).mappings()]
    tally = states_of(connection, [row["id"] for row in batches])
    return [row | {"states": tally.get(row["id"], {})} for row in batches]


def states_of(connection: Connection, batch_ids: Sequence[str]) -> dict[str, dict[str, int]]:
    """By batch, how many letters stand in each state."""
    query = (
        select(letter_rows.c.batch_id, letter_rows.c.state, func.count())
        .where(letter_rows.c.batch_id.in_(list(batch_ids)))
        .group_by(letter_rows.c.batch_id, letter_rows.c.state)
    )
    found: dict[str, dict[str, int]] = {}
    for batch, state, count in connection.execute(query):
        found.setdefault(batch, {})[state] = count
    return found


def rows_of(
    connection: Connection, batch_id: str, state: str = "", *, limit: int | None = None, offset: int = 0
) -> Rows:
    """The letters of a batch in the order of their numbers, with whose each is."""
    query = _told().where(letter_rows.c.batch_id == batch_id).order_by(letter_rows.c.place).offset(offset)
    if state:
        query = query.where(letter_rows.c.state == state)
    if limit is not None:
        query = query.limit(limit)
    return [dict(row) for row in connection.execute(query).mappings()]


def by_code(connection: Connection, scope: Scope, code: str) -> dict[str, Any] | None:
    """The letter with this code, or None: outside the scope it does not exist."""
    row = connection.execute(_told().where(letter_rows.c.code == code, scope.accounts())).mappings().first()
    return None if row is None else dict(row)


def by_place(connection: Connection, scope: Scope, batch_id: str, place: int) -> dict[str, Any] | None:
    """The letter of this number in its batch."""
    query = _told().where(letter_rows.c.batch_id == batch_id, letter_rows.c.place == place, scope.accounts())
    row = connection.execute(query).mappings().first()
    return None if row is None else dict(row)


def waiting(connection: Connection, account_ids: Sequence[str]) -> set[str]:
    """Of these accounts, those that have a letter in a batch that nobody handed over yet."""
    query = (
        select(letter_rows.c.account_id)
        .join(letter_batches, letter_batches.c.id == letter_rows.c.batch_id)
        .where(
            letter_rows.c.account_id.in_(list(account_ids)),
            letter_rows.c.state.in_(["ready", "made"]),
            letter_batches.c.state != "dropped",
        )
    )
    return set(connection.execute(query).scalars())


def _told() -> Select[Any]:
    return (
        select(
            letter_rows,
            letter_batches.c.number.label("batch"),
            debtors.c.name.label("debtor_name"),
            accounts.c.number.label("account_number"),
            lenders.c.name.label("lender"),
        )
        .join(letter_batches, letter_batches.c.id == letter_rows.c.batch_id)
        .join(accounts, accounts.c.id == letter_rows.c.account_id)
        .join(debtors, debtors.c.id == letter_rows.c.debtor_id)
        .join(lenders, lenders.c.id == accounts.c.lender_id)
    )
