"""Writes rows in bulk, by each engine's fastest way, and counts them. Knows no office."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from sqlalchemy import Connection, Engine, Table, func, select, text
from sqlalchemy.dialects import postgresql

from server.store import tables as t
from server.store.chunks import append

PIECE = 20_000


def put(connection: Connection, rows: Iterable[tuple[Table, dict[str, Any]]]) -> None:
    """Each table's rows in pieces, tables in the order in which they first came."""
    waiting: dict[Table, list[dict[str, Any]]] = {}
    for count, (table, row) in enumerate(rows, 1):
        waiting.setdefault(table, []).append(row)
        if count % PIECE == 0:
            _flush(connection, waiting)
    _flush(connection, waiting)


def _flush(connection: Connection, waiting: dict[Table, list[dict[str, Any]]]) -> None:
    for table, rows in waiting.items():
        if connection.dialect.name == "postgresql":
            _copy(connection, table, rows)
        else:
            append(connection, table, rows)
        rows.clear()


_DIALECT: Any = postgresql.dialect()  # type: ignore[no-untyped-call]


def _copy(connection: Connection, table: Table, rows: list[dict[str, Any]]) -> None:
    if not rows:
        return
    names = list(rows[0])
    binders = [table.c[name].type.dialect_impl(_DIALECT).bind_processor(_DIALECT) for name in names]
    said = ", ".join(f'"{name}"' for name in names)
    driver: Any = connection.connection.driver_connection
    with driver.cursor() as cursor, cursor.copy(f'COPY "{table.name}" ({said}) FROM STDIN') as copy:
        for row in rows:
            copy.write_row(
                [
                    row[name] if bind is None else bind(row[name])
                    for name, bind in zip(names, binders, strict=True)
                ]
            )


def weigh(engine: Engine) -> None:
    """Let the database learn how its tables are filled, as it does by itself in time."""
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("VACUUM ANALYZE" if engine.dialect.name == "postgresql" else "ANALYZE"))


def counted(engine: Engine) -> dict[str, int]:
    """How many rows each table holds; those that are empty too."""
    with engine.connect() as connection:
        return {
            table.name: int(connection.execute(select(func.count()).select_from(table)).scalar_one())
            for table in t.metadata.sorted_tables
        }
