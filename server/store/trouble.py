"""Names what can go wrong in the database for those who may not know SQL, and fences one risky step."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress

from sqlalchemy import Connection
from sqlalchemy.exc import DataError, IntegrityError, OperationalError

from . import prepared

# Locked, deadlocked, unreachable: nothing was kept, and trying again later is right.
Busy = (OperationalError, IntegrityError)


class Unstorable(ValueError):
    """The rows do not fit the tables; nothing of them was kept."""


@contextmanager
def attempt(connection: Connection) -> Iterator[None]:
    """Keep what the block writes, or nothing of it: raises Unstorable, and the transaction goes on."""
    try:
        with _fenced(connection):
            yield
    except (DataError, IntegrityError) as wrong:
        raise Unstorable(str(wrong.orig)) from wrong
    except OverflowError as wrong:  # SQLite's driver, for an integer beyond 64 bits
        raise Unstorable(str(wrong)) from wrong


@contextmanager
def _fenced(connection: Connection) -> Iterator[None]:
    """A savepoint: undone when the block raises."""
    if connection.dialect.name != "sqlite":
        with connection.begin_nested():
            yield
        return
    prepared.run_text(connection, "SAVEPOINT attempt")
    try:
        yield
    except BaseException:
        with suppress(OperationalError):  # a full disk may have undone the whole transaction already
            prepared.run_text(connection, "ROLLBACK TO attempt")
            prepared.run_text(connection, "RELEASE attempt")
        raise
    prepared.run_text(connection, "RELEASE attempt")


def is_full(wrong: BaseException) -> bool:
    """True when the disk has no room left."""
    said = str(wrong).lower()
    return "disk is full" in said or "no space left" in said
