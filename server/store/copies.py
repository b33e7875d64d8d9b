"""Copies every table of an office, and sums up what a copy holds. Knows no key, manifest or folder.

A copy is always an SQLite file with the office's own tables, whichever engine it came from: from SQLite
page by page by the online backup, from PostgreSQL row by row in one REPEATABLE READ snapshot. So it can
be put into either engine. Text of JSON columns is moved as it stands, null apart from JSON's null.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from hashlib import sha256
from pathlib import Path
from typing import Any
from urllib.parse import quote

import sqlcipher3
from alembic.runtime.migration import MigrationContext
from sqlalchemy import (
    JSON,
    Column,
    ColumnElement,
    Connection,
    Engine,
    Integer,
    Select,
    Table,
    Text,
    bindparam,
    cast,
    create_engine,
    func,
    insert,
    select,
    text,
    type_coerce,
    update,
)
from sqlalchemy.pool import NullPool

from sync.ledger import Entry, Receipt

from . import events, receipts, schema, settling
from .engine import open_engine, reading, writing
from .tables import events as t_events
from .tables import incarnations, metadata

PIECE = 500
MODULUS = 1 << 256
Figures = dict[str, dict[str, Any]]


@contextmanager
def snapshot(engine: Engine, target: Path) -> Iterator[Connection]:
    """Write the copy to `target`; inside the block the connection still shows the very state copied."""
    with reading(engine) as connection:
        if engine.dialect.name == "sqlite":
            # The first read opens the snapshot; the backup then takes its pages from it.
            connection.execute(text("SELECT count(*) FROM alembic_version"))
            _copy_pages(connection, target)
        else:
            with closing_engine(open_engine(f"sqlite:///{target}")) as copy:
                schema.upgrade(copy)
                with writing(copy) as into:
                    copy_rows(connection, into)
            settle_file(target)
        yield connection


def _copy_pages(connection: Connection, target: Path) -> None:
    source = connection.connection.driver_connection
    with closing(sqlcipher3.dbapi2.connect(str(target))) as copy:
        source.backup(copy)  # type: ignore[union-attr]  # every driver we open is sqlcipher3's
    settle_file(target)


def settle_file(target: Path, *, rewrite: bool = False) -> None:
    """One file that needs no companions; with `rewrite`, nothing in it but what its tables hold."""
    with closing(sqlcipher3.dbapi2.connect(str(target))) as copy:
        copy.execute("PRAGMA journal_mode=DELETE")
        if rewrite:
            copy.execute("VACUUM")


@contextmanager
def closing_engine(engine: Engine) -> Iterator[Engine]:
    try:
        yield engine
    finally:
        engine.dispose()


@contextmanager
def open_copy(path: Path) -> Iterator[Connection]:
    """A copy opened so that nothing in it or beside it can change."""

    def connect() -> Any:
        return sqlcipher3.dbapi2.connect(
            f"file:{quote(str(path))}?mode=ro&immutable=1", uri=True, check_same_thread=False
        )

    engine = create_engine("sqlite://", creator=connect, module=sqlcipher3.dbapi2, poolclass=NullPool)
    with closing_engine(engine), engine.connect() as connection:
        yield connection


def broken(connection: Connection) -> list[str]:
    """What SQLite itself finds wrong with a copy; empty when it is whole."""
    said = [str(row[0]) for row in connection.exec_driver_sql("PRAGMA integrity_check(20)")]
    wrong = [] if said == ["ok"] else said
    lost = connection.exec_driver_sql("PRAGMA foreign_key_check").fetchmany(20)
    return wrong + [f"{row[0]}: a row refers to one of {row[2]} that is not there" for row in lost]


def revision(connection: Connection) -> str | None:
    return MigrationContext.configure(connection).get_current_revision()


def figures(connection: Connection) -> Figures:
    """Rows and digest of each table; the same on both engines and in any order of rows.

    The digest is the sum, modulo 2^256, of the SHA-256 of each row.
    """
    said = {}
    for table in metadata.sorted_tables:
        rows = total = 0
        for row in connection.execute(_raw(connection, table).execution_options(yield_per=PIECE)):
            rows += 1
            total += int.from_bytes(sha256(ascii(tuple(row)).encode("ascii")).digest(), "big")
        said[table.name] = {"rows": rows, "digest": f"{total % MODULUS:064x}"}
    return said


def counts(connection: Connection, names: list[str]) -> dict[str, int | None]:
    """The rows of tables that may not be of this version; None where there is no such table."""
    there = {
        row[0] for row in connection.execute(text("SELECT name FROM sqlite_master WHERE type = 'table'"))
    }
    return {
        name: connection.execute(text(f'SELECT count(*) FROM "{name}"')).scalar_one()  # noqa: S608  # a table's name
        if name in there
        else None
        for name in names
    }


heads = events.heads


def is_empty(engine: Engine) -> bool:
    """True when a database holds no table at all."""
    with reading(engine) as connection:
        return not engine.dialect.has_table(connection, "alembic_version") and not any(
            engine.dialect.has_table(connection, table.name) for table in metadata.sorted_tables
        )


def fill(engine: Engine, source: Path, then: Callable[[Connection], None]) -> None:
    """Make the tables in an empty database, copy `source` into them and run `then`: all or nothing."""
    with open_copy(source) as held, writing(engine) as connection:
        schema.upgrade_on(connection)
        copy_rows(held, connection)
        then(connection)


def copy_rows(source: Connection, target: Connection) -> None:
    """Every row of every table. What the target's tables held before, its migrations' own rows, gives way."""
    for table in reversed(metadata.sorted_tables):
        target.execute(table.delete())
    for table in metadata.sorted_tables:
        _copy_table(source, target, table)
        _go_on_counting(target, table)
    settling.forget(target)


def _copy_table(source: Connection, target: Connection, table: Table) -> None:
    own = [key.parent for key in table.foreign_keys if key.column.table is table]
    statement = insert(table).values({column.name: _given(target, column) for column in table.columns})
    later: list[dict[str, Any]] = []
    rows = source.execute(_raw(source, table).execution_options(yield_per=PIECE)).mappings()
    for piece in rows.partitions(PIECE):
        given = []
        for row in piece:
            said = {f"p_{name}": value for name, value in row.items()}
            if any(row[column.name] is not None for column in own):
                wanted = [*table.primary_key, *own]
                later.append({f"p_{column.name}": row[column.name] for column in wanted})
                said |= {f"p_{column.name}": None for column in own}
            given.append(said)
        target.execute(statement, given)
    if later:
        # A row may name another of its own table that comes after it.
        found = update(table).where(
            *(column == bindparam(f"p_{column.name}", type_=column.type) for column in table.primary_key)
        )
        target.execute(found.values({column.name: _given(target, column) for column in own}), later)


def _raw(connection: Connection, table: Table) -> Select[Any]:
    """Every column, JSON as the text it is stored in."""
    return select(*(_as_text(connection, column).label(column.name) for column in table.columns))


def _as_text(connection: Connection, column: Column[Any]) -> ColumnElement[Any]:
    if not isinstance(column.type, JSON):
        return column
    return cast(column, Text) if connection.dialect.name == "postgresql" else type_coerce(column, Text)


def _given(connection: Connection, column: Column[Any]) -> ColumnElement[Any]:
    if not isinstance(column.type, JSON):
        return bindparam(f"p_{column.name}", type_=column.type)
    said = bindparam(f"p_{column.name}", type_=Text())
    return cast(said, JSON) if connection.dialect.name == "postgresql" else said


def _go_on_counting(target: Connection, table: Table) -> None:
    """On PostgreSQL a number that was copied is not yet counted by its sequence."""
    column = table.autoincrement_column
    if target.dialect.name != "postgresql" or column is None or not isinstance(column.type, Integer):
        return
    highest = target.execute(select(func.max(column))).scalar()
    sequence = target.execute(
        text("SELECT pg_get_serial_sequence(:table, :column)"), {"table": table.name, "column": column.name}
    ).scalar()
    if highest is not None and sequence is not None:
        target.execute(text("SELECT setval(:sequence, :value)"), {"sequence": sequence, "value": highest})


def chain_of(connection: Connection, incarnation: str) -> list[Entry]:
    """One chain whole and in order, sealed events too."""
    rows = connection.execute(
        select(
            t_events.c.n,
            t_events.c.id,
            t_events.c.kind,
            t_events.c.version,
            t_events.c.header,
            t_events.c.salt,
            t_events.c.body,
            t_events.c.body_digest,
            t_events.c.h,
        )
        .where(t_events.c.incarnation == incarnation)
        .order_by(t_events.c.n)
    )
    return [Entry(incarnation, *row) for row in rows]


def chains(connection: Connection) -> list[str]:
    """Every incarnation there is, those of which nothing is held too."""
    return list(connection.execute(select(incarnations.c.id).order_by(incarnations.c.id)).scalars())


def receipts_of(connection: Connection, incarnation: str) -> list[Receipt]:
    return [
        Receipt(
            row["device_id"],
            incarnation,
            row["n"],
            bytes(row["h"]),
            row["feed_number"],
            row["epoch"],
            row["server_time"],
            row["key_id"],
            bytes(row["signature"]),
        )
        for row in receipts.of_incarnation(connection, incarnation)
    ]
