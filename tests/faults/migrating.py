"""Brings an old office's or laptop's database to this version's tables, to be killed while it does."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable
from itertools import count
from pathlib import Path
from typing import Any

from alembic import command
from sqlalchemy import event, text
from sqlite_utils import Database

from field_client.store import schema as on_laptop
from field_client.store.db import open_store
from server.store import schema as at_office
from server.store.engine import open_engine, writing

KEY = bytes(range(32))
ROWS = 400


def make_old_office(path: Path) -> None:
    """An office of the first schema, with some rows."""
    engine = open_engine(f"sqlite:///{path}")
    with writing(engine) as connection:
        config = at_office.alembic_config()
        config.attributes["connection"] = connection
        command.upgrade(config, "0001")
        rows = [{"id": f"{n:036d}", "name": f"Coopsol {n}"} for n in range(ROWS)]
        connection.execute(text("INSERT INTO lenders (id, name) VALUES (:id, :name)"), rows)
    engine.dispose()


def make_old_laptop(path: Path) -> None:
    """A laptop of the first schema, with some rows."""
    store = open_store(path, KEY)
    with store.writing() as db:
        second = on_laptop.migrations.pending(db)[1:2]
        on_laptop.migrations.apply(db, stop_before=second[0].name if second else None)
        _fill(db)
    store.close()


def _fill(db: Database) -> None:
    rows: list[dict[str, Any]] = [{"name": f"nota {n}", "value": "1"} for n in range(ROWS)]
    db.table("settings").insert_all(rows)


def main(which: str, path: str, last: int = 0) -> None:
    """Migrate, as the program does when it opens such a database; killed before its `last` statement, if any."""
    seen = count(1)

    def run(_statement: str) -> None:
        if next(seen) == last:
            os.kill(os.getpid(), signal.SIGKILL)

    _migrate(which, path, run)


def statements(which: str, path: Path) -> int:
    """How many statements the migration of this database takes; it is done here."""
    said: list[str] = []
    _migrate(which, str(path), said.append)
    return len(said)


def _migrate(which: str, path: str, watch: Callable[[str], None]) -> None:
    if which == "office":
        engine = open_engine(f"sqlite:///{path}")

        @event.listens_for(engine, "before_cursor_execute")
        def listen(_connection: Any, _cursor: Any, statement: str, *_more: Any) -> None:
            watch(statement)

        at_office.upgrade(engine)
        engine.dispose()
    else:
        store = open_store(Path(path), KEY)
        with store.reading() as db:
            db.conn.set_trace_callback(watch)
        on_laptop.upgrade(store)
        store.close()
