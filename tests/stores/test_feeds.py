"""Feeds on both engines: no reader steps over a slower transaction, and no writer loses another's change."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import date

import pytest
from sqlalchemy import Connection, Engine, insert, text

from server import publishing
from server.store import counters, feeds
from server.store import tables as t
from server.store.engine import reading, writing
from sync.ids import new_id
from tests.office.builders import NOW, TODAY, World, small_world

SOON = 60.0  # seconds after which a test that waits has failed


@pytest.fixture
def world(office_engine: Engine) -> World:
    made = small_world(office_engine)
    with writing(office_engine) as connection:
        publishing.refresh_agents(connection, made.agents.values(), NOW)
    return made


def pay(connection: Connection, world: World, debtor: str) -> str:
    payment = new_id()
    connection.execute(
        insert(t.payments).values(
            id=payment,
            account_id=world.accounts[debtor][0],
            import_id=world.imported,
            identity=payment,
            amount_minor=100,
            currency="COP",
            value_date=TODAY,
            imported_at=NOW,
        )
    )
    return payment


def pay_and_publish(connection: Connection, world: World, debtor: str) -> str:
    payment = pay(connection, world, debtor)
    publishing.refresh_debtors(connection, [world.debtors[debtor]], NOW)
    return payment


class Reader:
    """A laptop that pulls whatever is there, again and again, from its cursor."""

    def __init__(self, engine: Engine, agent: str) -> None:
        self.engine, self.agent = engine, agent
        self.cursor = 0
        self.seen: set[str] = set()

    def pull(self) -> None:
        more = True
        while more:
            with reading(self.engine) as connection:
                rows, more = feeds.page(connection, self.agent, self.cursor, 2)
            self.seen |= {row["record_id"] for row in rows}
            self.cursor = rows[-1]["number"] if rows else self.cursor


@contextmanager
def slow_and_fast(
    engine: Engine, slow: Callable[[Connection], str]
) -> Iterator[tuple[list[str], threading.Event]]:
    """Run `slow` in a transaction that stays open until the event is set; yields its results."""
    done, wrote, release = [], threading.Event(), threading.Event()

    def run() -> None:
        with writing(engine) as connection:
            done.append(slow(connection))
            wrote.set()
            assert release.wait(SOON)

    with ThreadPoolExecutor(1) as pool:
        task = pool.submit(run)
        try:
            assert wrote.wait(SOON) or task.result()
            yield done, release
        finally:
            release.set()
        task.result(SOON)


def test_a_reader_never_steps_over_a_slower_transaction(world: World) -> None:
    """Two imports publish to one feed at once; whoever reads between them misses nothing of either."""
    reader = Reader(world.engine, world.agents["Ana"])
    reader.pull()

    def fast() -> str:
        with writing(world.engine) as connection:
            return pay_and_publish(connection, world, "Luis")

    with ThreadPoolExecutor(1) as pool:
        with slow_and_fast(world.engine, lambda c: pay_and_publish(c, world, "Rosa")) as (done, release):
            second = pool.submit(fast)
            reader.pull()
            assert not second.done()
            assert done[0] not in reader.seen
            release.set()
        later = second.result(SOON)
    reader.pull()
    assert {done[0], later} <= reader.seen
    assert reader.seen >= {record for _, record in world.kinds("Ana")}


def test_the_same_reader_would_miss_a_row_numbered_by_a_bare_sequence(world: World) -> None:
    """The control: without the lock the hole is real, and the reader above would see it."""
    if world.engine.dialect.name != "postgresql":
        pytest.skip("SQLite has one writer at a time: two transactions cannot number rows at once")
    with world.engine.begin() as connection:
        connection.execute(text("CREATE SEQUENCE naive START 1000"))
    reader = Reader(world.engine, world.agents["Ana"])

    def number(connection: Connection) -> str:
        row = {"agent": world.agents["Ana"], "record": new_id()}
        connection.execute(
            text(
                "INSERT INTO feeds (agent_id, kind, record_id, number, gone) "
                "VALUES (:agent, 'payment', :record, nextval('naive'), true)"
            ),
            row,
        )
        return row["record"]

    with slow_and_fast(world.engine, number) as (done, _):
        with writing(world.engine) as connection:
            later = number(connection)
        reader.pull()
    reader.pull()
    assert later in reader.seen
    assert done[0] not in reader.seen


def test_a_payment_imported_while_its_debtor_changes_hands_reaches_the_new_agent(world: World) -> None:
    """The two transactions do not see each other; the debtor's row makes the second wait for the first."""

    def give_to_benito(connection: Connection) -> str:
        open_row = (t.assignments.c.debtor_id == world.debtors["Luis"]) & t.assignments.c.until.is_(None)
        connection.execute(t.assignments.update().where(open_row).values(until=TODAY))
        assignment = new_id()
        connection.execute(
            insert(t.assignments).values(
                id=assignment,
                debtor_id=world.debtors["Luis"],
                agent_id=world.agents["Benito"],
                since=date(2026, 11, 20),
                because={},
                decided_at=NOW,
            )
        )
        connection.execute(
            insert(t.assignment_accounts).values(
                assignment_id=assignment,
                account_id=world.accounts["Luis"][0],
                outcome="assigned",
                because={},
            )
        )
        publishing.refresh_agents(connection, [world.agents["Ana"], world.agents["Benito"]], NOW)
        return assignment

    def import_payment() -> str:
        with writing(world.engine) as connection:
            return pay_and_publish(connection, world, "Luis")

    with ThreadPoolExecutor(1) as pool:
        with slow_and_fast(world.engine, give_to_benito) as (_, release):
            task = pool.submit(import_payment)
            release.wait(0.3)
            release.set()
        payment = task.result(SOON)
    assert ("payment", payment) in world.kinds("Benito")
    assert ("payment", payment) not in world.kinds("Ana")


def test_numbers_are_taken_in_blocks_and_a_rollback_gives_them_back(world: World) -> None:
    engine = world.engine
    with writing(engine) as connection:
        assert counters.take(connection, "x", 3) == 1
        assert counters.take(connection, "x") == 4
        counters.lock(connection, "x")
    with engine.connect() as connection, connection.begin() as transaction:
        assert counters.take(connection, "x", 10) == 5
        transaction.rollback()
    with writing(engine) as connection:
        assert counters.take(connection, "x") == 5
        assert counters.current(connection, "x") == 5
        assert counters.current(connection, "never") == 0


def test_a_rewritten_row_moves_to_the_end_and_its_old_number_is_gone(world: World) -> None:
    agent = world.agents["Ana"]
    row = feeds.Row("payment", new_id(), "{}", world.debtors["Rosa"])
    with writing(world.engine) as connection:
        feeds.write(connection, agent, [row])
        feeds.write(connection, agent, [feeds.Row(row.kind, row.record_id, None, row.debtor_id)])
    with reading(world.engine) as connection:
        rows, _ = feeds.page(connection, agent, 0, 500)
        top = counters.current(connection, counters.feed(agent))
        assert row.record_id not in {held["record_id"] for held in feeds.live(connection, agent)}
    [held] = [held for held in rows if held["record_id"] == row.record_id]
    assert (held["number"], held["gone"], held["payload"]) == (top, True, None)


def test_partial_and_whole_refreshes_agree(world: World) -> None:
    with writing(world.engine) as connection:
        pay_and_publish(connection, world, "Rosa")
        pay_and_publish(connection, world, "Marta")
        assert publishing.refresh_agents(connection, world.agents.values(), NOW) == 0
