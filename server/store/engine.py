"""Opens the office's database, SQLite or PostgreSQL, and runs transactions that never lose a write.

SQLite is the one inside sqlcipher3 (unkeyed), with WAL and synchronous=FULL; writers take one
process-wide lock and BEGIN IMMEDIATE. Knows no table.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from typing import Any

import sqlcipher3
from sqlalchemy import Connection, Engine, create_engine, event, make_url, text
from sqlalchemy.exc import ArgumentError

from . import prepared, settling

# Versions before these have the WAL-reset bug: a commit can be lost with two connections in WAL mode.
FIXED = ((3, 51, 3),)
BACKPORTS: dict[tuple[int, ...], int] = {(3, 50): 7, (3, 44): 6}

_write_lock = threading.RLock()


class UnsafeSQLite(RuntimeError):
    """The SQLite in use can lose commits; Ronda refuses to start on it."""


class WrongDatabase(RuntimeError):
    """The database URL cannot be used; the message says what to write."""


def check_sqlite(version: str) -> None:
    """Raise UnsafeSQLite when `version` has the WAL-reset bug (fixed in 3.51.3, 3.50.7, 3.44.6)."""
    numbers = tuple(int(part) for part in version.split("."))
    if numbers >= FIXED[0]:
        return
    if len(numbers) > 2 and numbers[2] >= BACKPORTS.get(numbers[:2], 10**6):
        return
    raise UnsafeSQLite(
        f"SQLite {version} can lose commits (WAL-reset bug); 3.51.3 or later is needed. "
        "Reinstall Ronda's dependencies: sqlcipher3 0.6.4 brings a good one."
    )


def open_engine(url: str) -> Engine:
    """An engine on `sqlite:///path` or `postgresql://…`. Raises WrongDatabase for anything else."""
    try:
        parsed = make_url(url)
    except (ArgumentError, ValueError) as wrong:  # ValueError: a port that is no number
        raise WrongDatabase(f"RONDA_DATABASE_URL cannot be read as a database URL: {wrong}") from wrong
    if parsed.get_backend_name() == "sqlite":
        return _open_sqlite(url)
    if parsed.get_backend_name() == "postgresql":
        return create_engine(parsed.set(drivername="postgresql+psycopg"), pool_pre_ping=True)
    raise WrongDatabase(
        f"RONDA_DATABASE_URL names '{parsed.drivername}'; "
        "Ronda keeps its data in sqlite:///FILE or postgresql://HOST/NAME"
    )


def _open_sqlite(url: str) -> Engine:
    check_sqlite(sqlcipher3.sqlite_version)
    engine = create_engine(url, module=sqlcipher3.dbapi2, connect_args={"check_same_thread": False})

    @event.listens_for(engine, "connect")
    def prepare(connection: Any, _record: Any) -> None:
        connection.isolation_level = None  # SQLAlchemy's begin event below opens transactions
        for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "busy_timeout=15000"):
            connection.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        immediate = connection.get_execution_options().get("ronda_write", False)
        prepared.run_text(connection, "BEGIN IMMEDIATE" if immediate else "BEGIN")

    return engine


@contextmanager
def writing(engine: Engine) -> Iterator[Connection]:
    """A transaction that writes: committed when the block ends, rolled back when it raises.

    Before the commit the cache of standings takes up what changed."""
    lock = _write_lock if engine.dialect.name == "sqlite" else nullcontext()
    with lock, engine.connect().execution_options(ronda_write=True) as connection, connection.begin():
        yield connection
        settling.settle(connection)


@contextmanager
def reading(engine: Engine) -> Iterator[Connection]:
    """A consistent view for reading; nothing written in it is kept."""
    with engine.connect() as connection:
        if engine.dialect.name == "postgresql":
            connection = connection.execution_options(isolation_level="REPEATABLE READ")
        with connection.begin() as transaction:
            yield connection
            transaction.rollback()


def take_number(connection: Connection, name: str) -> int:
    """The next number of counter `name`; its row stays locked until commit, so numbers commit in order."""
    row = connection.execute(
        text(
            "INSERT INTO counters (name, value) VALUES (:name, 1) "
            "ON CONFLICT (name) DO UPDATE SET value = counters.value + 1 RETURNING value"
        ),
        {"name": name},
    ).one()
    return int(row[0])


# SQLite's advice for a connection that stays open: look at every table, not at those just asked of alone.
_LOOK_ANEW = "PRAGMA optimize=0x10002"


def look_anew(engine: Engine) -> None:
    """Let SQLite see how full its tables are, by samples, so that it chooses indexes by what is in them.

    PostgreSQL does so by itself. While another program writes it is left for the next time.
    """
    if engine.dialect.name != "sqlite":
        return
    with _write_lock, engine.connect() as connection:
        driver: Any = connection.connection.driver_connection
        try:
            driver.execute(_LOOK_ANEW)
        except sqlcipher3.dbapi2.OperationalError as busy:
            if "locked" not in str(busy):
                raise


def checkpoint(engine: Engine) -> None:
    """Bring SQLite's write-ahead log into its file, so that the file alone is the office."""
    if engine.dialect.name == "sqlite":
        with engine.connect() as connection:
            connection.connection.driver_connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")  # type: ignore[union-attr]  # sqlcipher3's
