"""Runs statements that are made once at little cost: in SQLite straight in the driver. Knows no table.

SQLAlchemy spends a tenth of a millisecond and more on each statement, which is several times what SQLite
needs to answer it. So a statement is compiled once, and then its text, the order of its parameters and the
readers of its columns are used as they are. In PostgreSQL everything goes through SQLAlchemy.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import orjson
from sqlalchemy import Connection, Executable, Insert, Table, insert
from sqlalchemy.dialects import sqlite
from sqlalchemy.exc import DBAPIError
from sqlalchemy.sql.dml import UpdateBase
from sqlcipher3 import dbapi2

Bind = tuple[str, Any, Callable[[Any], Any] | None]  # name, the statement's own value, how it is bound


def _json(value: Any) -> str:
    try:
        return orjson.dumps(value, option=orjson.OPT_PASSTHROUGH_DATETIME).decode()
    except TypeError:  # larger than 64 bits, or of a kind that only the standard library writes
        return json.dumps(value)


_DIALECT: Any = sqlite.dialect(json_serializer=_json, json_deserializer=json.loads)
REMEMBERED = 512


@dataclass(frozen=True)
class Driven:
    """One statement as SQLite's driver runs it."""

    text: str
    binds: tuple[Bind, ...]
    read: Callable[[Sequence[Any]], dict[str, Any]]  # a row as the driver gives it, by its columns' names

    def values(self, given: Mapping[str, Any]) -> list[Any]:
        """The parameters in their order; what is not given is the statement's own."""
        get = given.get
        return [get(name, own) if to is None else to(get(name, own)) for name, own, to in self.binds]


def rows(
    connection: Connection, statement: Executable, given: Mapping[str, Any] | None = None
) -> list[dict[str, Any]]:
    """All rows of a statement made once and kept, by the names of its columns."""
    if connection.dialect.name != "sqlite":
        return [dict(row) for row in connection.execute(statement, given or {}).mappings()]
    driven = _driven(statement)
    cursor = _run(connection, driven.text, driven.values(given or {}))
    return list(map(driven.read, cursor.fetchall()))


def first(
    connection: Connection, statement: Executable, given: Mapping[str, Any] | None = None
) -> dict[str, Any] | None:
    """The first row, or None."""
    if connection.dialect.name != "sqlite":
        row = connection.execute(statement, given or {}).mappings().first()
        return None if row is None else dict(row)
    driven = _driven(statement)
    cursor = _run(connection, driven.text, driven.values(given or {}))
    found = cursor.fetchone()
    cursor.close()
    return None if found is None else driven.read(found)


def scalar(connection: Connection, statement: Executable, given: Mapping[str, Any] | None = None) -> Any:
    """The first column of the first row, or None."""
    row = first(connection, statement, given)
    return None if row is None else next(iter(row.values()))


def run(connection: Connection, statement: Executable, given: Mapping[str, Any] | None = None) -> int:
    """Run a statement that answers nothing; how many rows it changed."""
    if connection.dialect.name != "sqlite":
        return connection.execute(statement, given or {}).rowcount
    driven = _driven(statement)
    return int(_run(connection, driven.text, driven.values(given or {})).rowcount)


def append(connection: Connection, table: Table | Insert, given: Sequence[Mapping[str, Any]]) -> int:
    """Insert the rows in SQLite, all with the same columns; how many are new. An Insert must be made once
    and kept."""
    driven = _inserting(table, tuple(given[0]))
    takes = [(name, to) for name, _, to in driven.binds]
    values = [[row[name] if to is None else to(row[name]) for name, to in takes] for row in given]
    return int(_run(connection, driven.text, values, many=True).rowcount)


def run_text(connection: Connection, text: str) -> None:
    """A statement of SQLite's own that answers nothing."""
    _run(connection, text, ())


def _run(connection: Connection, text: str, values: Any, *, many: bool = False) -> Any:
    driver: Any = connection.connection.driver_connection
    try:
        return driver.executemany(text, values) if many else driver.execute(text, values)
    except dbapi2.Error as wrong:  # told as SQLAlchemy tells it
        raise DBAPIError.instance(text, values, wrong, dbapi2.Error, dialect=connection.dialect) from wrong


@lru_cache(maxsize=REMEMBERED)
def _driven(statement: Any) -> Driven:
    return _compiled(statement, None)


@lru_cache(maxsize=REMEMBERED)
def _inserting(table: Table | Insert, names: tuple[str, ...]) -> Driven:
    return _compiled(insert(table) if isinstance(table, Table) else table, list(names))


def _compiled(statement: Any, names: list[str] | None) -> Driven:
    said = statement.compile(dialect=_DIALECT, column_keys=names, compile_kwargs={"render_postcompile": True})
    writes = isinstance(statement, UpdateBase)
    told = statement.returning_column_descriptions if writes else statement.column_descriptions
    return Driven(
        str(said),
        tuple((name, said.binds[name].value, _binder(said.binds[name].type)) for name in said.positiontup),
        _row_reader([(column["name"], _reader(column["type"])) for column in told]),
    )


def _row_reader(columns: list[tuple[str, Any]]) -> Callable[[Sequence[Any]], dict[str, Any]]:
    """One function for the rows of one statement: few of its columns need to be read at all."""
    names = [name for name, _ in columns]
    readers = [(name, reader) for name, reader in columns if reader is not None]

    def made(row: Sequence[Any]) -> dict[str, Any]:
        found = dict(zip(names, row, strict=True))
        for name, read in readers:
            found[name] = read(found[name])
        return found

    return made


def _binder(kind: Any) -> Callable[[Any], Any] | None:
    found: Callable[[Any], Any] | None = kind.dialect_impl(_DIALECT).bind_processor(_DIALECT)
    return found


def _reader(kind: Any) -> Callable[[Any], Any] | None:
    found: Callable[[Any], Any] | None = kind.dialect_impl(_DIALECT).result_processor(_DIALECT, None)
    return found
