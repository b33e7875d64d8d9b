"""Runs a statement for many ids or many rows at little cost for each. Knows no table."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any, TypeVar

from sqlalchemy import (
    ARRAY,
    Boolean,
    Connection,
    Dialect,
    Executable,
    Insert,
    RowMapping,
    Table,
    Text,
    bindparam,
    insert,
)
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import FunctionElement
from sqlalchemy.types import TypeDecorator, TypeEngine

from . import prepared

SIZE = 400
STREAMED = 1000
Row = TypeVar("Row")


def chunks(ids: Iterable[str], size: int = SIZE) -> Iterator[list[str]]:
    """The distinct ids in order, a piece at a time."""
    every = sorted(set(ids))
    for start in range(0, len(every), size):
        yield every[start : start + size]


def batches(rows: Iterable[Row], size: int = SIZE) -> Iterator[list[Row]]:
    """The rows as they come, a piece at a time."""
    every = list(rows)
    for start in range(0, len(every), size):
        yield every[start : start + size]


def fetch(
    connection: Connection, ids: Iterable[str], query: Callable[[list[str]], Executable]
) -> list[RowMapping]:
    """The rows of `query(piece)` for every piece of `ids`."""
    rows: list[RowMapping] = []
    for piece in chunks(ids):
        rows += connection.execute(query(piece)).mappings().all()
    return rows


def streamed(connection: Connection, query: Executable, size: int = STREAMED) -> Iterator[dict[str, Any]]:
    """The rows of a query, fetched `size` at a time."""
    for row in connection.execute(query.execution_options(yield_per=size)).mappings():
        yield dict(row)


class _Ids(TypeDecorator[list[str]]):
    """A list of ids as one parameter: an array in PostgreSQL, a JSON text in SQLite."""

    impl = Text
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        return dialect.type_descriptor(ARRAY(Text()) if dialect.name == "postgresql" else Text())

    def process_bind_param(self, value: Any, dialect: Dialect) -> Any:
        return list(value) if dialect.name == "postgresql" else json.dumps(list(value))


class among(FunctionElement[bool]):
    """`among(column)`: the column is one of the ids that `found` is given, however many they are.

    One text for any number of ids, so that a statement is made, compiled and parsed once and not for each
    call: with IN and a parameter an id, making the statements took longer than running them.
    """

    type = Boolean()
    inherit_cache = True

    def __init__(self, column: Any) -> None:
        super().__init__(column, bindparam("ids", type_=_Ids()))

    def self_group(self, against: Any = None) -> Any:
        """As it stands: SQLAlchemy would compare it with 1 where a dialect knows no booleans, and SQLite
        then goes through the whole table instead of its index."""
        return self


@compiles(among, "sqlite")
def _among_in_sqlite(element: Any, compiler: Any, **asked: Any) -> str:
    column, ids = (compiler.process(clause, **asked) for clause in element.clauses)
    return f"{column} IN (SELECT value FROM json_each({ids}))"  # noqa: S608  # both compiled


@compiles(among, "postgresql")
def _among_in_postgresql(element: Any, compiler: Any, **asked: Any) -> str:
    column, ids = (compiler.process(clause, **asked) for clause in element.clauses)
    return f"{column} = ANY ({ids})"


def found(
    connection: Connection, query: Executable, ids: Iterable[str], **more: Any
) -> Sequence[Mapping[Any, Any]]:
    """The rows of a query made once with `among`; none are asked for when there is no id."""
    wanted = sorted(set(ids))
    if not wanted:
        return []
    return prepared.rows(connection, query, {"ids": wanted, **more})


def write(connection: Connection, statement: Executable, rows: list[dict[str, Any]]) -> int:
    """Run one statement for every row, in pieces; nothing when there is no row. How many rows it changed."""
    return sum(
        connection.execute(statement, rows[start : start + SIZE]).rowcount
        for start in range(0, len(rows), SIZE)
    )


def append(connection: Connection, table: Table | Insert, rows: Sequence[Mapping[str, Any]]) -> int:
    """Insert the rows, all with the same columns; how many are new. An Insert must be made once and kept.

    In SQLite the rows go straight to the driver, past SQLAlchemy's binding of each.
    """
    if not rows:
        return 0
    if connection.dialect.name != "sqlite":
        statement = insert(table) if isinstance(table, Table) else table
        return write(connection, statement, [dict(row) for row in rows])
    return prepared.append(connection, table, rows)
