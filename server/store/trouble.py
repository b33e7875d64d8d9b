"""Names what can go wrong in the database for those who may not know SQL, and fences one risky step."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Connection
from sqlalchemy.exc import DataError, IntegrityError, OperationalError

# Locked, deadlocked, unreachable: nothing was kept, and trying again later is right.
Busy = (OperationalError, IntegrityError)


class Unstorable(ValueError):
    """The rows do not fit the tables; nothing of them was kept."""


@contextmanager
def attempt(connection: Connection) -> Iterator[None]:
    """Keep what the block writes, or nothing of it: raises Unstorable, and the transaction goes on."""
    try:
        with connection.begin_nested():
            yield
    except (DataError, IntegrityError) as wrong:
        raise Unstorable(str(wrong.orig)) from wrong
    except OverflowError as wrong:  # SQLite's driver, for an integer beyond 64 bits
        raise Unstorable(str(wrong)) from wrong


def is_full(wrong: BaseException) -> bool:
    """True when the disk has no room left."""
    said = str(wrong).lower()
    return "disk is full" in said or "no space left" in said
