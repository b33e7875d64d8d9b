"""Writes the database once more, under the same key, while others go on using it. Knows no place."""

from __future__ import annotations

from pathlib import Path

from sqlite_utils import Database

from .db import Store


def copy(store: Store, to: Path) -> None:
    """A whole and consistent copy at `to`, which must not exist. Raises NotWritten when the disk is full."""
    store.copy_to(to)


def length(db: Database) -> int:
    """How much this laptop has said, in all its chains."""
    row = db.execute("SELECT count(*) FROM journal").fetchone()
    return int(row[0])
