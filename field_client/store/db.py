"""Opens the laptop's encrypted database and runs transactions that a power cut cannot halve.

Knows no table. One connection per process, guarded by one lock; writers take BEGIN IMMEDIATE so that
a second process (`ronda field sync` beside `serve`) waits instead of failing.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import sqlcipher3
from sqlite_utils import Database

from sync.words import N_, Phrase

# Others name the type from here: who imports sqlite_utils before this package gets the wrong SQLite.
__all__ = [
    "Busy",
    "Closed",
    "Database",
    "NotWritten",
    "Store",
    "UnsafeSQLite",
    "WrongDatabase",
    "check_sqlite",
    "open_store",
]

# Before these, two connections in WAL mode could lose a commit (the WAL-reset bug).
FIXED = (3, 51, 3)
BACKPORTS: dict[tuple[int, ...], int] = {(3, 50): 7, (3, 44): 6}
FIRST_WITH_WAL = (3, 7, 0)
BUSY_MS = 15_000

PRAGMAS = ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", f"busy_timeout={BUSY_MS}")


class UnsafeSQLite(RuntimeError):
    """The SQLite in use can lose commits; the laptop refuses to start on it."""


class WrongDatabase(RuntimeError):
    """The database file does not open with this key; the message says what to do."""


class Busy(RuntimeError):
    """Another program holds the database for too long."""


def check_sqlite(version: str) -> None:
    """Raise UnsafeSQLite when `version` has the WAL-reset bug (3.7.0 to 3.51.2 but 3.50.7 and 3.44.6 on)."""
    numbers = tuple(int(part) for part in version.split("."))
    patch = numbers[2] if len(numbers) > 2 else 0
    backported = patch >= BACKPORTS.get(numbers[:2], 10**6)
    if numbers >= FIXED or numbers < FIRST_WITH_WAL or backported:
        return
    raise UnsafeSQLite(
        f"SQLite {version} can lose visits (WAL-reset bug); 3.51.3 or later is needed. "
        "Reinstall Ronda: sqlcipher3 0.6.4 brings a good one."
    )


class Closed(RuntimeError):
    """The database was closed while something still wanted it: the laptop was locked."""


class NotWritten(RuntimeError):
    """The disk is full or fails: nothing of the transaction counts as saved.

    After a failed sync the rows may yet be found later, so that saving again must be by the same id.
    """

    def __init__(self, *, full: bool) -> None:
        self.because = Phrase(FULL if full else FAILS)
        super().__init__(
            "Nothing was saved (no guardado): the disk is full. Free some space and do it again."
            if full
            else "Nothing was saved (no guardado): the disk fails. Do it again; if it goes on, copy the "
            "laptop's folder to another disk and tell the office."
        )


FULL = N_("No guardado: el disco está lleno. Libere espacio y guarde otra vez.")
FAILS = N_("No guardado: el disco falla. Guarde otra vez; si sigue, avise a la oficina.")

# How SQLite says that a disk takes nothing, and whether it is for want of room.
DISK = {
    "disk is full": True,
    "disk I/O error": False,
    "unable to open database file": False,
    "readonly database": False,
}


@contextmanager
def _disk() -> Iterator[None]:
    """Raise NotWritten where SQLite's trouble is the disk's."""
    try:
        yield
    except sqlcipher3.OperationalError as wrong:
        for said, full in DISK.items():
            if said in str(wrong):
                raise NotWritten(full=full) from wrong
        raise


class Store:
    """The open database of one laptop."""

    def __init__(self, connection: Any, path: Path) -> None:
        self.path = path
        self._connection = connection
        self._database = Database(connection)
        self._lock = threading.RLock()

    @contextmanager
    def writing(self) -> Iterator[Database]:
        """A transaction that writes: durable when the block ends, undone when it raises."""
        with self._lock, _disk():
            self._begin("BEGIN IMMEDIATE")
            try:
                yield self._database
            except BaseException:
                self._connection.rollback()
                raise
            try:
                self._connection.execute("COMMIT")
            except BaseException:
                self._connection.rollback()
                raise

    @contextmanager
    def reading(self) -> Iterator[Database]:
        """A consistent view for reading; nothing written in it is kept."""
        with self._lock, _disk():
            self._begin("BEGIN")
            try:
                yield self._database
            finally:
                self._connection.rollback()

    def _begin(self, statement: str) -> None:
        try:
            self._connection.execute(statement)
        except sqlcipher3.OperationalError as wrong:
            if "locked" in str(wrong):
                raise Busy("Another Ronda program is using the laptop's data; try again.") from wrong
            raise
        except sqlcipher3.ProgrammingError as wrong:
            raise Closed("The laptop was locked.") from wrong

    def pragma(self, name: str) -> Any:
        """What SQLite says of one of its settings; for tests and `status`."""
        with self._lock:
            return self._connection.execute(f"PRAGMA {name}").fetchone()[0]

    def copy_to(self, path: Path) -> None:
        """The whole database as it is now, in a new file under the same key."""
        with self._lock, _disk():
            try:
                self._connection.execute("VACUUM INTO ?", [str(path)])
            except sqlcipher3.ProgrammingError as wrong:
                raise Closed("The laptop was locked.") from wrong

    def close(self) -> None:
        with self._lock:
            self._connection.close()


def open_store(path: Path, key: bytes) -> Store:
    """The database at `path` under a raw 32-byte key, made when absent.

    Raises UnsafeSQLite, NotWritten when the disk is full or fails, or WrongDatabase when the file is
    damaged or was made under another key.
    """
    check_sqlite(sqlcipher3.sqlite_version)
    connection = sqlcipher3.connect(str(path), isolation_level=None, check_same_thread=False)
    try:
        with _disk():
            connection.execute(f"PRAGMA key = \"x'{key.hex()}'\"")
            for pragma in PRAGMAS:
                connection.execute(f"PRAGMA {pragma}")
            connection.execute("SELECT count(*) FROM sqlite_master")
    except NotWritten:
        connection.close()
        raise
    except sqlcipher3.DatabaseError as wrong:
        connection.close()
        raise WrongDatabase(
            f"{path} does not open with this laptop's key: it is damaged or belongs to another laptop. "
            "Keep the file: the office's recovery key may still open it."
        ) from wrong
    return Store(connection, path)
