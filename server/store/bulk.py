"""Reads and writes many rows in statements of a bounded size. Knows no table and no meaning."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import Any, TypeVar

from sqlalchemy import ColumnElement, Connection, RowMapping, Select, Table, bindparam, insert, update

# Both engines bound the values of one statement; 500 rows stay far below either bound.
CHUNK = 500

Item = TypeVar("Item")


def chunks(items: Iterable[Item], size: int = CHUNK) -> Iterator[list[Item]]:
    """`items` in lists of at most `size`, in order."""
    iterator = iter(items)
    while chunk := list(islice(iterator, size)):
        yield chunk


def add(connection: Connection, table: Table, rows: Sequence[dict[str, Any]]) -> None:
    """Insert the rows; all of them name the same columns."""
    for chunk in chunks(rows):
        connection.execute(insert(table), chunk)


def change(connection: Connection, table: Table, rows: Sequence[dict[str, Any]], key: str = "id") -> None:
    """Update each row by its key; all rows name the same columns."""
    if not rows:
        return
    names = [name for name in rows[0] if name != key]
    statement = (
        update(table)
        .where(table.c[key] == bindparam("the_key"))
        .values({name: bindparam(f"new_{name}", type_=table.c[name].type) for name in names})
    )
    for chunk in chunks(rows):
        values = [{"the_key": row[key], **{f"new_{name}": row[name] for name in names}} for row in chunk]
        connection.execute(statement, values)


def among(
    connection: Connection, query: Select[Any], column: ColumnElement[Any], values: Iterable[Any]
) -> Iterator[RowMapping]:
    """The rows of `query` whose `column` is one of `values`, asked for in chunks."""
    for chunk in chunks(dict.fromkeys(values)):
        yield from connection.execute(query.where(column.in_(chunk))).mappings()
