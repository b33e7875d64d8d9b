"""The power goes at any moment: what was answered as kept is on the disk, and the database opens whole.

The writes and syncs of the real programs are logged by a shim and played back as disks on which what was
not synced is there, torn, or gone. With synchronous=NORMAL the same playback loses answered events: that is
what shows that it would see a loss. RONDA_POWER_STATES asks for another number of states.
"""

from __future__ import annotations

import os
import random
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
import sqlcipher3
from sqlalchemy import select

from field_client.store.db import WrongDatabase, open_store
from server.store import tables as t
from server.store.engine import open_engine, reading

from . import laptop_at_work, office_at_work
from .power import State, states
from .shim import Op, preloaded, read_log
from .working import said_of

SEED = 20261122
STATES = int(os.environ.get("RONDA_POWER_STATES", "1000"))
CONTROL_STATES = 150
PUSHES, VISITS = 40, 60

Check = Callable[[Path], set[str]]


@dataclass
class Toll:
    """What the power cuts did."""

    states: int = 0
    acked: int = 0
    lost: int = 0  # states in which something answered as kept was gone
    worst: int = 0
    broken: list[str] = field(default_factory=list)


@pytest.fixture
def memory(tmp_path: Path) -> Iterator[Path]:
    """A folder that costs no disk where the system has one: the shim notes syncs wherever they go."""
    fast = Path("/dev/shm")
    folder = Path(tempfile.mkdtemp(prefix="ronda-", dir=fast)) if os.access(fast, os.W_OK) else tmp_path
    yield folder
    if folder != tmp_path:
        shutil.rmtree(folder)


def recorded(shim: Path, which: str, base: Path, folder: Path, synchronous: str, count: int) -> list[Op]:
    """Run a program in a copy of `base` under the shim; what it asked of its disk."""
    shutil.copytree(base, folder)
    log = folder.with_suffix(".log")
    subprocess.run(
        [sys.executable, "-m", f"tests.faults.{which}_at_work", str(folder), synchronous, str(count)],
        env=preloaded(shim, folder, log=log),
        check=True,
    )
    ops = list(read_log(log))
    assert sum(op.kind == "W" for op in ops) > count, "the shim did not see the database's writes"
    return ops


def office_holds(folder: Path) -> set[str]:
    """The ids of a sound office's events. Raises ValueError for one that is not sound."""
    engine = open_engine(f"sqlite:///{folder / 'office.db'}")
    try:
        with reading(engine) as connection:
            told = connection.exec_driver_sql("PRAGMA integrity_check").scalars().all()
            if told != ["ok"]:
                raise ValueError(f"integrity_check: {told[:3]}")
            held = connection.execute(select(t.events.c.n, t.events.c.id).order_by(t.events.c.n)).all()
            heads = connection.execute(select(t.incarnations.c.n)).scalars().all()
            applied = set(connection.execute(select(t.applied.c.event_id)).scalars())
    finally:
        engine.dispose()
    ids = {id for _n, id in held}
    if [n for n, _id in held] != list(range(1, len(held) + 1)) or max(heads) != len(held) or ids != applied:
        raise ValueError("half a push is there")
    return ids


def laptop_holds(key: bytes) -> Check:
    def holds(folder: Path) -> set[str]:
        """The ids of a sound laptop's events. Raises ValueError for one that is not sound."""
        store = open_store(folder / "laptop.db", key)
        try:
            store.pragma("wal_checkpoint(TRUNCATE)")  # the pages' own seals are looked at in the file alone
            with store.reading() as db:
                told = [row[0] for row in db.execute("PRAGMA integrity_check").fetchall()]
                sealed = db.execute("PRAGMA cipher_integrity_check").fetchall()
                held = db.execute("SELECT n, id, kind FROM journal ORDER BY n").fetchall()
        finally:
            store.close()
        if told != ["ok"] or sealed:
            raise ValueError(f"integrity_check: {told[:3]} {sealed[:3]}")
        kinds = [kind for _n, _id, kind in held]
        if [n for n, *_ in held] != list(range(1, len(held) + 1)) or kinds.count("visit.recorded") * 2 != len(
            held
        ):
            raise ValueError("half a visit is there")
        return {id for _n, id, _kind in held}

    return holds


def toll(base: Path, ops: list[Op], count: int, check: Check, folder: Path) -> Toll:
    """Cut the power `count` times and look at what is left each time."""
    came = Toll()
    for number, state in enumerate(states(base, ops, count, random.Random(SEED))):
        came.states += 1
        came.acked = max(came.acked, len(state.acked))
        disk = folder / str(number)
        missing = _missing(state, disk, check, came)
        came.lost += missing > 0
        came.worst = max(came.worst, missing)
        shutil.rmtree(disk)
    return came


def _missing(state: State, disk: Path, check: Check, came: Toll) -> int:
    """How many answered events this disk does not hold; a disk that is not sound is noted."""
    disk.mkdir(parents=True)
    state.lay_out(disk)
    try:
        return len(set(state.acked) - check(disk))
    except (ValueError, WrongDatabase, sqlcipher3.DatabaseError) as wrong:
        came.broken.append(f"{state.told}: {wrong}")
        return 0


def assert_nothing_answered_is_lost(full: Toll, normal: Toll, what: str, began: float) -> None:
    print(
        f"{what}, seed {SEED}: FULL lost in {full.lost} and broke {len(full.broken)} of {full.states} states "
        f"({full.acked} events answered); NORMAL lost in {normal.lost} of {normal.states}, at worst "
        f"{normal.worst} events; {time.monotonic() - began:.1f} s"
    )
    assert full.broken == []
    assert full.lost == 0
    assert full.states == STATES
    assert normal.lost > 0, "the playback cannot see a loss: the run proves nothing"


def test_an_office_without_power_keeps_what_it_acknowledged(
    shim: Path, empty_office: Path, memory: Path
) -> None:
    began, base = time.monotonic(), memory / "base"
    office_at_work.prepare(base, empty_office)
    tolls = []
    for synchronous, count in (("full", STATES), ("normal", CONTROL_STATES)):
        ops = recorded(shim, "office", base, memory / synchronous, synchronous, PUSHES)
        tolls.append(toll(base, ops, count, office_holds, memory / "disks"))
    assert_nothing_answered_is_lost(*tolls, "office (plain)", began)


def test_a_laptop_without_power_keeps_what_it_said_was_saved(shim: Path, memory: Path) -> None:
    began, base = time.monotonic(), memory / "base"
    base.mkdir()
    laptop_at_work.prepare(base)
    key = bytes.fromhex(said_of(base)["key"])
    tolls = []
    for synchronous, count in (("full", STATES), ("normal", CONTROL_STATES)):
        ops = recorded(shim, "laptop", base, memory / synchronous, synchronous, VISITS)
        tolls.append(toll(base, ops, count, laptop_holds(key), memory / "disks"))
    assert_nothing_answered_is_lost(*tolls, "laptop (SQLCipher)", began)
