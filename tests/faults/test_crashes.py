"""Office and laptops killed with -9 again and again, on a line that breaks: nothing lost, nothing twice.

RONDA_CRASH_CYCLES asks for another number of cycles; the slow run does a thousand.
"""

from __future__ import annotations

import json
import os
import random
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, select, text

from field_client import syncing
from field_client.clock import SystemClock
from field_client.enrolling import enrol
from field_client.folder import open_laptop
from field_client.store import journal, settings
from field_client.store import schema as laptop_schema
from field_client.store.db import open_store
from server import publishing
from server.enrolling import issue_code
from server.store import schema
from server.store import tables as t
from server.store.engine import open_engine, reading, writing
from sync.ledger import Entry, verify
from sync.sealing import Cost

from . import migrating
from .collector import PASSPHRASE, acknowledged, peer_of
from .line import Line
from .real_office import RealOffice, make_office

SEED = 20261122
CYCLES = int(os.environ.get("RONDA_CRASH_CYCLES", "20"))
MANY = 1_000
KILLS_IN_MIGRATION = 6
CHEAP = Cost(memory_kib=32, passes=1, lanes=1)
LAPTOPS = (("ana-1", "Ana"), ("ana-2", "Ana"), ("benito-1", "Benito"), ("hasty", "Benito"))
HASTY = "hasty"
MORE_DEBTORS = 8
SOON_S = 60.0


class Forker:
    """Programs in processes of their own, started in milliseconds."""

    def __init__(self, log: Path) -> None:
        self.log = log
        with log.open("a") as told:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "tests.faults.forker"],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=told,
                text=True,
            )
        assert self._answer() == "ready"

    def _answer(self) -> str:
        assert self._process.stdout is not None
        return self._process.stdout.readline().strip()

    def start(self, module: str, *arguments: Any, **environ: str) -> int:
        said = {"module": module, "arguments": arguments, "environ": environ, "log": str(self.log)}
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps(said) + "\n")
        self._process.stdin.flush()
        return int(self._answer())

    def close(self) -> None:
        assert self._process.stdin is not None
        self._process.stdin.close()
        self._process.wait(SOON_S)
        assert self._process.stdout is not None
        self._process.stdout.close()


@pytest.fixture(scope="module")
def forker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Forker]:
    if not hasattr(os, "fork"):
        pytest.skip("processes are forked and killed here: this system knows neither")
    made = Forker(tmp_path_factory.mktemp("forker") / "processes.log")
    yield made
    made.close()


def kill(pid: int) -> None:
    """As a flat battery does: at once. Returns when it is gone."""
    try:
        os.kill(pid, signal.SIGKILL)
    except ProcessLookupError:
        return
    while alive(pid):
        time.sleep(0.001)


def alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


@dataclass
class Town:
    """An office, its laptops, the line between them, and what is running of it."""

    folder: Path
    office: RealOffice
    forker: Forker
    port: int
    line: Line
    serving: int = 0
    collecting: dict[str, int] = field(default_factory=dict)
    kills: Counter[str] = field(default_factory=Counter)

    def serve(self) -> None:
        config = self.office.config
        self.serving = self.forker.start(
            "sync.cli",
            ["office", "serve", "--port", str(self.port)],
            RONDA_DATA=str(config.data),
            RONDA_DATABASE_URL=config.database_url,
        )
        ends = time.monotonic() + SOON_S
        while time.monotonic() < ends:
            with socket.socket() as asking:
                if asking.connect_ex(("127.0.0.1", self.port)) == 0:
                    return
            assert alive(self.serving), self.forker.log.read_text()[-3000:]
            time.sleep(0.01)
        raise AssertionError("the office does not listen")

    def collect(self, name: str, seed: int) -> None:
        folder, acked = str(self.folder / name), str(self.folder / f"{name}.acked")
        self.collecting[name] = self.forker.start(
            "tests.faults.collector", folder, acked, seed, name == HASTY
        )

    def kill_office(self) -> None:
        assert alive(self.serving), "the office ended by itself: " + self.forker.log.read_text()[-3000:]
        kill(self.serving)
        self.kills["office"] += 1

    def kill_laptop(self, name: str) -> None:
        assert alive(self.collecting[name]), f"{name} ended by itself: " + self.forker.log.read_text()[-3000:]
        kill(self.collecting.pop(name))
        self.kills["laptop"] += 1


@pytest.fixture
def town(tmp_path: Path, forker: Forker) -> Iterator[Town]:
    office = make_office(tmp_path / "office")
    world = office.world
    for number in range(MORE_DEBTORS):
        world.add_debtor(f"vecino {number}", 1)
        world.assign(f"vecino {number}", ("Ana", "Benito")[number % 2])
    with writing(world.engine) as connection:
        publishing.refresh_agents(connection, world.agents.values(), datetime.now(UTC))
    with socket.create_server(("127.0.0.1", 0)) as free:
        port: int = free.getsockname()[1]
    made = Town(tmp_path, office, forker, port, Line(port, SEED, chance=0.3))
    made.serve()
    for name, agent in LAPTOPS:
        code = issue_code(world.engine, world.agents[agent], actor="cli", now=datetime.now(UTC))
        server = f"http://127.0.0.1:{port}"
        enrol(
            tmp_path / name, server=server, code=code, passphrase=PASSPHRASE, clock=SystemClock(), cost=CHEAP
        )
        settle(made, name)
        through_the_line(made, name)
    world.engine.dispose()
    try:
        yield made
    finally:
        for pid in (made.serving, *made.collecting.values()):
            kill(pid)
        made.line.close()
        world.engine.dispose()


def through_the_line(town: Town, name: str) -> None:
    """From now on this laptop reaches its office over the line that breaks."""
    store = open_laptop(town.folder / name, PASSPHRASE)
    with store.writing() as db:
        settings.put(db, "server", f"http://127.0.0.1:{town.line.port}")
    store.close()


def settle(town: Town, name: str) -> list[Entry]:
    """Exchange until nothing waits, over a line that holds; the laptop's chain."""
    store = open_laptop(town.folder / name, PASSPHRASE)
    try:
        peer = peer_of(store, f"http://127.0.0.1:{town.port}")
        result = syncing.exchange(store, SystemClock(), peer)
        assert isinstance(result, syncing.Exchanged), result
        assert result.unsent == 0
        assert result.outcome.quarantined == 0
        assert store.pragma("integrity_check") == "ok"
        with store.reading() as db:
            return journal.chains(db)
    finally:
        store.close()


def wait_for(happened: Callable[[], bool], what: str) -> None:
    ends = time.monotonic() + SOON_S
    while not happened():
        assert time.monotonic() < ends, what
        time.sleep(0.005)


def run_and_kill(town: Town, cycles: int, luck: random.Random) -> None:
    hastily = town.folder / f"{HASTY}.acked"
    for cycle in range(cycles):
        if not alive(town.serving):
            town.serve()
        told = len(acknowledged(hastily))
        for name, _agent in LAPTOPS:
            if name not in town.collecting:
                town.collect(name, SEED + cycle)
        time.sleep(luck.uniform(0.4, 1.0))  # the moment of the kill is what is tested
        # The controls need a visit told and a line that broke: where the machine is slow, they take longer.
        wait_for(lambda told=told: len(acknowledged(hastily)) > told, "the hasty laptop tells nothing")
        if cycle == cycles - 1:
            wait_for(lambda: town.line.cuts > 0, "the line never broke")
        town.kill_laptop(luck.choice([name for name in town.collecting if name != HASTY]))
        town.kill_laptop(HASTY)
        town.kill_office()
        time.sleep(luck.uniform(0, 0.15))
    for name in list(town.collecting):
        town.kill_laptop(name)


@dataclass
class Found:
    """What the kills did, laptop by laptop."""

    told: int = 0
    lost: Counter[str] = field(default_factory=Counter)
    events: int = 0


def judged(town: Town) -> Found:
    """Bring everything together and hold what was told against what is there."""
    found = Found()
    town.serve()
    chains = {name: settle(town, name) for name, _agent in LAPTOPS}
    town.kill_office()
    with reading(town.office.world.engine) as connection:
        assert connection.exec_driver_sql("PRAGMA integrity_check").scalars().all() == ["ok"]
        events = connection.execute(
            select(t.events.c.incarnation, t.events.c.n, t.events.c.id, t.events.c.h)
        ).all()
        visits = Counter(connection.execute(select(t.visits.c.id)).scalars())
        set_aside = connection.execute(
            select(t.events.c.quarantine).where(t.events.c.quarantine.is_not(None))
        ).all()
    assert set_aside == []
    for name, entries in chains.items():
        report = verify(entries)
        assert report.ok, report.problems[:3]
        told, here = set(acknowledged(town.folder / f"{name}.acked")), {entry.id for entry in entries}
        found.told += len(told)
        found.lost[name] = len(told - here)
    every = [
        (entry.incarnation, entry.n, entry.id, entry.h) for entries in chains.values() for entry in entries
    ]
    found.events = len(every)
    assert sorted((incarnation, n, id, bytes(h)) for incarnation, n, id, h in events) == sorted(every)
    recorded = Counter(
        entry.id for entries in chains.values() for entry in entries if entry.kind == "visit.recorded"
    )
    assert visits == recorded, "a visit is missing or there twice"
    assert set(visits.values()) == {1}
    return found


def cycles_of_kills(town: Town, cycles: int) -> None:
    began = time.monotonic()
    run_and_kill(town, cycles, random.Random(SEED))
    found = judged(town)
    hasty = found.lost.pop(HASTY)
    print(
        f"seed {SEED}: {cycles} cycles, {dict(town.kills)} killed, {town.line.calls} calls, {town.line.cuts} cut, "
        f"{found.told} visits told as saved, {found.events} events; lost {found.lost.total()}, twice 0; "
        f"the hasty laptop lost {hasty}; {time.monotonic() - began:.1f} s"
    )
    assert found.lost.total() == 0
    assert hasty > 0, "the kills never struck between telling and saving: the run proves nothing"
    assert town.line.cuts > 0


def test_kills_and_cut_lines_lose_no_visit_and_make_none_twice(town: Town) -> None:
    cycles_of_kills(town, CYCLES)


@pytest.mark.slow
def test_a_thousand_cycles_of_kills_lose_nothing(town: Town) -> None:
    cycles_of_kills(town, MANY)


def lenders(engine: Engine) -> int:
    with reading(engine) as connection:
        assert connection.exec_driver_sql("PRAGMA integrity_check").scalars().all() == ["ok"]
        return int(connection.execute(text("SELECT count(*) FROM lenders")).scalar_one())


def killed_after(forker: Forker, delay: float, which: str, path: Path) -> None:
    pid = forker.start("tests.faults.migrating", which, str(path))
    time.sleep(delay)  # the moment of the kill is what is tested
    kill(pid)


def how_long(forker: Forker, which: str, path: Path) -> float:
    began, pid = time.monotonic(), forker.start("tests.faults.migrating", which, str(path))
    wait_until_gone(pid)
    return time.monotonic() - began


def killed_at(forker: Forker, statement: int, which: str, path: Path) -> None:
    """The migration kills itself just before this statement, counted from 1."""
    wait_until_gone(forker.start("tests.faults.migrating", which, str(path), statement))


def wait_until_gone(pid: int) -> None:
    wait_for(lambda: not alive(pid), "the migration does not end")


def killed_migrations(forker: Forker, old: Path, path: Path, which: str) -> Iterator[bool]:
    """Begin from `old` and be killed, again and again: after some time, and in the middle for sure.

    Yields whether the kill struck before the end for sure.
    """
    luck = random.Random(SEED)

    def anew() -> None:
        for left in path.parent.glob(f"{path.name}*"):
            left.unlink()
        shutil.copytree(old, path.parent, dirs_exist_ok=True)

    anew()
    statements = migrating.statements(which, path)
    anew()
    longest = how_long(forker, which, path)
    print(f"seed {SEED}: {statements} statements, {longest:.2f} s")
    assert statements > 10
    for _ in range(KILLS_IN_MIGRATION):
        anew()
        killed_after(forker, luck.uniform(0, longest), which, path)
        yield False
    # The control: kills that do not depend on how fast the machine is.
    for _ in range(KILLS_IN_MIGRATION):
        anew()
        killed_at(forker, luck.randint(1, statements), which, path)
        yield True


def test_an_office_killed_in_mid_migration_is_at_the_old_schema_or_the_new(
    forker: Forker, tmp_path: Path
) -> None:
    old, path = tmp_path / "old", tmp_path / "office.db"
    old.mkdir()
    migrating.make_old_office(old / "office.db")
    came = Counter[tuple[bool, str | None]]()
    for struck in killed_migrations(forker, old, path, "office"):
        engine = open_engine(f"sqlite:///{path}")
        came[struck, schema.current(engine)] += 1
        assert lenders(engine) == migrating.ROWS
        schema.upgrade(engine)
        schema.require(engine)
        assert lenders(engine) == migrating.ROWS
        engine.dispose()
    print(dict(came))
    assert {revision for _, revision in came} <= {"0001", schema.newest()}
    assert came[True, "0001"] == KILLS_IN_MIGRATION, "a kill in the middle left the new schema"


def test_a_laptop_killed_in_mid_migration_is_at_the_old_schema_or_the_new(
    forker: Forker, tmp_path: Path
) -> None:
    old, path = tmp_path / "old", tmp_path / "laptop.db"
    old.mkdir()
    migrating.make_old_laptop(old / "laptop.db")
    came = Counter[tuple[bool, int]]()
    for struck in killed_migrations(forker, old, path, "laptop"):
        store = open_store(path, migrating.KEY)
        assert store.pragma("integrity_check") == "ok"
        with store.reading() as db:
            came[struck, len(laptop_schema.migrations.pending(db))] += 1
        laptop_schema.upgrade(store)
        with store.reading() as db:
            assert laptop_schema.migrations.pending(db) == []
            assert db.execute("SELECT count(*) FROM settings").fetchone()[0] == migrating.ROWS
        store.close()
    print(f"steps that were left {dict(came)}")
    [left] = {left for _, left in came} - {0}
    assert came[True, left] == KILLS_IN_MIGRATION, "a kill in the middle left the new schema, or half of it"
