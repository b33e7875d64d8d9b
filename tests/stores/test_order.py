"""Four writers and a reader at once: our cursor misses no row of ten thousand, a naive one beside it does.

RONDA_ORDER_ROWS asks for another number of rows.
"""

from __future__ import annotations

import os
import random
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection, Engine, text

from server import publishing
from server.store import counters, feeds
from server.store.engine import open_engine, reading, writing
from sync.ids import new_id
from tests.office.builders import NOW, World, add_payment, small_world

SEED = 20261122
WRITERS = 4
ROWS = int(os.environ.get("RONDA_ORDER_ROWS", "10000"))
AT_ONCE = 10
# Of a writer's transactions, one in so many goes the whole way: a payment, and all that follows from it.
WHOLE = 25
PAGE = 500

NAIVE = {
    # The number is drawn when the row is written, and others may commit before.
    "postgresql": "CREATE TABLE naive (place BIGSERIAL, id TEXT PRIMARY KEY)",
    "sqlite": "CREATE TABLE naive (place INTEGER, id TEXT PRIMARY KEY)",
}


@dataclass
class Reader:
    """Whoever reads page after page from where he stands, and never looks back."""

    page: Callable[[Connection, int], list[tuple[int, str]]]
    cursor: int = 0
    seen: set[str] = field(default_factory=set)
    pages: int = 0

    def read(self, engine: Engine) -> None:
        full = True
        while full:
            with reading(engine) as connection:
                rows = self.page(connection, self.cursor)
            assert [place for place, _ in rows] == sorted(place for place, _ in rows)
            assert all(place > self.cursor for place, _ in rows)
            self.seen |= {id for _, id in rows}
            self.cursor = rows[-1][0] if rows else self.cursor
            self.pages += bool(rows)
            full = len(rows) == PAGE


def our_reader(agent: str) -> Reader:
    def page(connection: Connection, after: int) -> list[tuple[int, str]]:
        rows, _more = feeds.page(connection, agent, after, PAGE)
        return [(row["number"], row["record_id"]) for row in rows]

    return Reader(page)


def naive_reader() -> Reader:
    query = text("SELECT place, id FROM naive WHERE place > :after ORDER BY place LIMIT :many")

    def page(connection: Connection, after: int) -> list[tuple[int, str]]:
        return [(place, id) for place, id in connection.execute(query, {"after": after, "many": PAGE})]

    return Reader(page)


@dataclass
class Writer:
    """One of several who publish to the same feed, each over connections of his own."""

    world: World
    engine: Engine
    luck: random.Random
    ours: set[str] = field(default_factory=set)
    naive: set[str] = field(default_factory=set)

    def work(self, transactions: int) -> None:
        for turn in range(transactions):
            if turn % WHOLE == 0:
                self.pay()
            self.publish()
            self.publish_naively()

    def pay(self) -> None:
        self.ours.add(add_payment(self.world, "Rosa"))
        with writing(self.engine) as connection:
            publishing.refresh_debtors(connection, [self.world.debtors["Rosa"]], NOW)

    def publish(self) -> None:
        ids = [new_id() for _ in range(AT_ONCE)]
        with writing(self.engine) as connection:
            counters.lock(connection, counters.feed(self.world.agents["Ana"]))
            rows = [feeds.Row("payment", id, "{}", None) for id in ids]
            feeds.write(connection, self.world.agents["Ana"], rows)
            self.dawdle()
        self.ours |= set(ids)

    def publish_naively(self) -> None:
        """A serial number (PostgreSQL), or the time before the transaction (SQLite), as the place."""
        ids = [new_id() for _ in range(AT_ONCE)]
        place, column = time.time_ns(), self.engine.dialect.name == "sqlite"
        statement = text(
            "INSERT INTO naive (place, id) VALUES (:place, :id)"
            if column
            else "INSERT INTO naive (id) VALUES (:id)"
        )
        self.dawdle()
        with writing(self.engine) as connection:
            connection.execute(statement, [{"id": id} | ({"place": place} if column else {}) for id in ids])
            self.dawdle()
        self.naive |= set(ids)

    def dawdle(self) -> None:
        if self.luck.random() < 0.1:
            time.sleep(self.luck.uniform(0, 0.003))


def leave_a_hole(engine: Engine, reader: Reader) -> set[str]:
    """Two transactions at once, the first to draw its place the last to commit, and a reader between them.

    The control that depends on no thread: both rows, of which a naive reader has stepped over one.
    """
    first, second, sqlite = new_id(), new_id(), engine.dialect.name == "sqlite"
    statement = text(
        "INSERT INTO naive (place, id) VALUES (:place, :id)"
        if sqlite
        else "INSERT INTO naive (id) VALUES (:id)"
    )

    def row(id: str) -> dict[str, Any]:
        return {"id": id} | ({"place": time.time_ns()} if sqlite else {})

    slow = row(first)
    with engine.connect() as late:
        if not sqlite:
            late.execute(statement, slow)
        with writing(engine) as connection:
            connection.execute(statement, row(second))
        reader.read(engine)
        if not sqlite:
            late.commit()
    if sqlite:
        with writing(engine) as connection:
            connection.execute(statement, slow)
    return {first, second}


def read_while(readers: list[Reader], engine: Engine, writing_: threading.Event) -> None:
    while writing_.is_set():
        for reader in readers:
            reader.read(engine)
        time.sleep(0.002)
    for reader in readers:
        reader.read(engine)


def test_no_row_of_ten_thousand_is_stepped_over_and_a_naive_cursor_steps_over_some(
    office_engine: Engine,
) -> None:
    began, name = time.monotonic(), office_engine.dialect.name
    world = small_world(office_engine)
    with writing(office_engine) as connection:
        connection.execute(text(NAIVE[name]))
    url = office_engine.url.render_as_string(hide_password=False)
    engines = [open_engine(url) for _ in range(WRITERS + 1)]
    writers = [Writer(world, engine, random.Random(SEED + turn)) for turn, engine in enumerate(engines[1:])]
    readers = [our_reader(world.agents["Ana"]), naive_reader()]
    ours, naive = readers
    hole = leave_a_hole(office_engine, naive)
    busy = threading.Event()
    busy.set()
    with ThreadPoolExecutor(WRITERS + 1) as pool:
        polling = pool.submit(read_while, readers, engines[0], busy)
        tasks = [pool.submit(writer.work, ROWS // WRITERS // AT_ONCE) for writer in writers]
        try:
            for task in tasks:
                task.result()
        finally:
            busy.clear()
        polling.result()
    for engine in engines:
        engine.dispose()
    missed = set().union(*(writer.ours for writer in writers)) - ours.seen
    stepped_over = set().union(*(writer.naive for writer in writers)) - naive.seen
    print(
        f"{name}, seed {SEED}: {len(ours.seen)} rows in {ours.pages} pages, missed {len(missed)}; "
        f"naive cursor missed {len(stepped_over)} of {ROWS}; {time.monotonic() - began:.1f} s"
    )
    assert missed == set()
    assert len(hole - naive.seen) == 1, "the reader does not see what a naive cursor steps over"
    assert ours.pages > 20, "the reader hardly read while they wrote"
