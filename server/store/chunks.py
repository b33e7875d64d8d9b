"""Cuts long lists of ids into pieces a statement can hold. Knows no table."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any, TypeVar

from sqlalchemy import Connection, Executable, RowMapping

SIZE = 400
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


def write(connection: Connection, statement: Executable, rows: list[dict[str, Any]]) -> None:
    """Run one statement for every row, in pieces; nothing when there is no row."""
    for start in range(0, len(rows), SIZE):
        connection.execute(statement, rows[start : start + SIZE])
