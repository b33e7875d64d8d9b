"""How long worklists, segments, scores and next actions of all accounts take, and whether that stays linear.

    python -m bench.strategy --json                    3,000, 30,000 and 300,000 accounts, in one run
    python -m bench.strategy --sizes 3000,30000        smaller
    python -m bench.strategy --cache DIR               keep the databases (else a temporary folder)

The real portfolio is imported as an office would; the larger ones are its own accounts many times, under
other ids and numbers, so that every amount, age, payday and product keeps its share. Over it lies a history
of visits, promises and calls of a part of the accounts.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from statistics import median
from typing import Any

from sqlalchemy import Connection, Engine, func, insert, select, text

from server.importing import import_payments, import_portfolio
from server.store import schema
from server.store import tables as t
from server.store.chunks import append
from server.store.engine import checkpoint, open_engine, writing
from server.strategy import listing
from sync.ids import new_id

from .figures import Figure, at_most
from .peak import peak

SHARED = Path(__file__).resolve().parents[2] / "shared" / "data" / "portfolio"
DAY = date(2026, 11, 28)  # paydays are near: all four lists have rows
CUT_OFF = date(2026, 11, 20)
NOW = datetime(2026, 11, 28, 15, 0, tzinfo=UTC)
IMPORTED = datetime(2026, 11, 20, 15, 0, tzinfo=UTC)
SIZES = (3_000, 30_000, 300_000)
WITHIN_S, LINEAR = 5.0, 1.2
SEED = 26
LENDER = "Cartera Duitama"


def main() -> None:
    asked = _arguments()
    if asked.measure is not None:
        print(json.dumps(_measured(asked.measure, asked.runs)))
        return
    if not (SHARED / "duitama_cartera.csv").exists():
        sys.exit(f"the real portfolio is not at {SHARED}")
    with tempfile.TemporaryDirectory(prefix="ronda-strategy-") as scratch:
        folder = asked.cache or Path(scratch)
        folder.mkdir(parents=True, exist_ok=True)
        found = _all([int(size) for size in asked.sizes.split(",")], folder)
    if asked.json:
        print(json.dumps({"figures": [one.to_json() for one in found]}, indent=1))
        return
    for one in found:
        print(one.line())


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench.strategy", description=__doc__)
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    parser.add_argument("--sizes", default=",".join(map(str, SIZES)), help="accounts, about")
    parser.add_argument("--cache", type=Path, help="where the databases are kept")
    parser.add_argument("--measure", type=Path, help=argparse.SUPPRESS)
    parser.add_argument("--runs", type=int, default=1, help=argparse.SUPPRESS)
    return parser.parse_args()


def _all(sizes: list[int], folder: Path) -> list[Figure]:
    """Each size in a process of its own, so that its memory is its own too; the small ones several times."""
    real = _real(folder)
    seen: dict[int, dict[str, Any]] = {}
    for size in sizes:
        copies = max(1, round(size / sizes[0]))
        database = real if copies == 1 else _grown(real, folder, copies)
        runs = 5 if copies == 1 else 3 if copies <= 10 else 1
        seen[size] = _in_a_process(database, runs)
        _say(f"{seen[size]['accounts']} accounts: {json.dumps(seen[size])}")
    return _figures(seen)


def _figures(seen: dict[int, dict[str, Any]]) -> list[Figure]:
    small, large = min(seen), max(seen)
    runs = {str(one["accounts"]): one["wall_s"] for one in seen.values()}
    found = [
        at_most("strategy_all_accounts", "s", median(seen[small]["wall_s"]), WITHIN_S,
                f"{seen[small]['accounts']} accounts, wall; lists: {seen[small]['lists']}"),
    ]  # fmt: skip
    for size, one in seen.items():
        each = 1000 * median(one["processor_s"]) / one["accounts"]
        wall = 1000 * median(one["wall_s"]) / one["accounts"]
        note = f"processor; wall {wall:.4f} ms; peak {one['peak_mb']:.0f} MB"
        found.append(Figure(f"strategy_per_account_{size}", "ms", round(each, 4), note=note))
    each = {size: median(one["processor_s"]) / one["accounts"] for size, one in seen.items()}
    walls = {size: median(one["wall_s"]) / one["accounts"] for size, one in seen.items()}
    beside = seen[large]["beside_ms"]
    turns = 1000 * each[large] / beside if beside else each[large] / each[small]
    most, least = seen[large]["accounts"], seen[small]["accounts"]
    note = (
        f"of the processor's time for one account of {most} and of {least}, in turns; "
        f"by itself {each[large] / each[small]:.3f}, of the wall's {walls[large] / walls[small]:.3f}"
    )
    found.append(at_most("strategy_linear", "x", turns, LINEAR, note, runs=runs))
    return found


def _real(folder: Path) -> Path:
    """An office with the real portfolio and its payments, and a history laid over it."""
    database = folder / "strategy-real.db"
    if database.exists():
        return database
    engine = open_engine(f"sqlite:///{database}")
    schema.upgrade(engine)
    import_portfolio(
        engine,
        SHARED / "duitama_cartera.csv",
        lender=LENDER,
        as_of=CUT_OFF,
        pack="demo",
        actor="bench",
        now=IMPORTED,
        report=folder / "rejected-accounts.csv",
    )
    import_payments(
        engine,
        SHARED / "duitama_pagos.csv",
        lender=LENDER,
        as_of=DAY,
        actor="bench",
        now=NOW - timedelta(hours=1),
        report=folder / "rejected-payments.csv",
        agreed=True,
    )
    with writing(engine) as connection:
        _lay_a_history(connection)
    checkpoint(engine)
    engine.dispose()
    _say("the real portfolio imported")
    return database


def _lay_a_history(connection: Connection) -> None:
    """Agents with a laptop; of those in the field two in three are somebody's and half of these were visited,
    every third visit with a promise; of those 30 to 89 days late a third was called."""
    draw = random.Random(SEED)
    agent, device, incarnation = new_id(), new_id(), new_id()
    connection.execute(insert(t.agents).values(id=agent, name="Ana", shift_start="08:00", shift_end="17:00"))
    connection.execute(
        insert(t.devices).values(
            id=device, agent_id=agent, token_sha256="0" * 64, public_key=b"k" * 32, enrolled_at=IMPORTED
        )
    )
    held = connection.execute(
        select(t.accounts.c.id, t.accounts.c.debtor_id, t.balances.c.oldest_due, t.balances.c.overdue_minor)
        .join(t.balances, t.balances.c.account_id == t.accounts.c.id)
        .order_by(t.accounts.c.id)
    ).all()
    made = _History(agent, device, incarnation, draw)
    for account, debtor, oldest, overdue in held:
        if oldest is None or not overdue:
            continue
        made.add(account, debtor, (DAY - oldest).days, overdue)
    for table, rows in made.rows():
        append(connection, table, rows)


class _History:
    """The rows of what happened, drawn."""

    def __init__(self, agent: str, device: str, incarnation: str, draw: random.Random) -> None:
        self.agent, self.device, self.incarnation, self.draw = agent, device, incarnation, draw
        self.visits: list[dict[str, Any]] = []
        self.results: list[dict[str, Any]] = []
        self.promises: list[dict[str, Any]] = []
        self.contacts: list[dict[str, Any]] = []
        self.assignments: dict[str, dict[str, Any]] = {}

    def rows(self) -> list[tuple[Any, list[dict[str, Any]]]]:
        return [
            (t.assignments, list(self.assignments.values())),
            (t.visits, self.visits),
            (t.visit_results, self.results),
            (t.promises, self.promises),
            (t.contacts, self.contacts),
        ]

    def add(self, account: str, debtor: str, late: int, overdue: int) -> None:
        if late >= 90 and self.draw.random() < 0.67:
            since = DAY - timedelta(days=min(late - 89, 200))
            self.assignments.setdefault(debtor, _assignment(debtor, self.agent, since))
            if self.draw.random() < 0.5:
                self._visit(account, debtor, overdue)
        elif 30 <= late < 90 and self.draw.random() < 0.33:
            at = NOW - timedelta(days=self.draw.randint(1, 25))
            self.contacts.append(_contact(debtor, at, self.draw.random() < 0.5))

    def _visit(self, account: str, debtor: str, overdue: int) -> None:
        visit, promised = new_id(), self.draw.random() < 0.33
        at = NOW - timedelta(days=self.draw.randint(2, 90), hours=self.draw.randint(0, 6))
        party = "TIT" if promised else self.draw.choice(("TIT", "FAM", "NAD"))
        n = len(self.visits) + 1
        self.visits.append(_visit(visit, debtor, (self.agent, self.device, self.incarnation, n), at, party))
        said = "PTP" if promised else {"TIT": "NEG", "FAM": "TEM", "NAD": "NAD"}[party]
        self.results.append(
            {"visit_id": visit, "account_id": account, "result": said, "reason": None, "detail": {}}
        )
        if promised:
            due = (at + timedelta(days=self.draw.randint(3, 25))).date()
            self.promises.append(_promise(visit, account, debtor, self.agent, (overdue, due, at)))


def _assignment(debtor: str, agent: str, since: date) -> dict[str, Any]:
    return {
        "id": new_id(),
        "debtor_id": debtor,
        "agent_id": agent,
        "since": since,
        "until": None,
        "because": {"msgid": "zona", "values": {}},
        "decided_at": IMPORTED,
        "actor": "bench",
        "weighed": None,
    }


def _visit(
    visit: str, debtor: str, whose: tuple[str, str, str, int], at: datetime, party: str
) -> dict[str, Any]:
    agent, device, incarnation, n = whose
    return {
        "id": visit,
        "debtor_id": debtor,
        "agent_id": agent,
        "device_id": device,
        "incarnation": incarnation,
        "n": n,
        "place": "DOM",
        "party": party,
        "started": at,
        "ended": at + timedelta(minutes=12),
        "known": "live",
        "recorded_at": at,
        "received_at": at + timedelta(hours=2),
        "timezone": "America/Bogota",
        "location_source": "none",
        "evidence": "C",
        "verdict": {},
        "out_of_scope": False,
    }


def _promise(
    visit: str, account: str, debtor: str, agent: str, what: tuple[int, date, datetime]
) -> dict[str, Any]:
    overdue, due, at = what
    return {
        "id": new_id(),
        "visit_id": visit,
        "account_id": account,
        "debtor_id": debtor,
        "agent_id": agent,
        "amount_minor": max(1, overdue // 2),
        "currency": "COP",
        "due": due,
        "channel": "office",
        "made_at": at,
    }


def _contact(debtor: str, at: datetime, effective: bool) -> dict[str, Any]:
    return {
        "id": new_id(),
        "debtor_id": debtor,
        "agent_id": None,
        "channel": "call",
        "started": at,
        "ended": at,
        "effective": effective,
        "source": "ronda",
        "note": "",
    }


# What of a row names another row, and what must stay unique; everything else is copied as it is.
COPIED = (
    (t.debtors, ("id",), ("document",)),
    (t.accounts, ("id", "debtor_id", "predecessor_id"), ("number",)),
    (t.account_traits, ("account_id",), ()),
    (t.balances, ("id", "account_id"), ()),
    (t.payments, ("id", "account_id", "reverses"), ("identity",)),
    (t.addresses, ("id", "debtor_id"), ()),
    (t.contact_points, ("id", "debtor_id"), ()),
    (t.assignments, ("id", "debtor_id"), ()),
    (t.visits, ("id", "debtor_id"), ()),
    (t.visit_results, ("visit_id", "account_id"), ()),
    (t.promises, ("id", "visit_id", "account_id", "debtor_id"), ()),
    (t.contacts, ("id", "debtor_id"), ()),
)


def _grown(real: Path, folder: Path, copies: int) -> Path:
    """The same accounts `copies` times, each copy under ids of a later moment, as later imports would be."""
    database = folder / f"strategy-{copies}.db"
    if database.exists():
        return database
    part = database.with_suffix(".part")
    part.write_bytes(real.read_bytes())
    engine = open_engine(f"sqlite:///{part}")
    first = _first_ids(engine)
    for copy in range(1, copies):
        with writing(engine) as connection:
            for table, ids, unique in COPIED:
                connection.execute(text(_copying(table, ids, unique, first, copy)))
    with engine.connect() as connection:
        connection.execute(text("ANALYZE"))
        connection.commit()
    checkpoint(engine)
    engine.dispose()
    part.rename(database)
    _say(f"{copies} times the real portfolio made")
    return database


def _first_ids(engine: Engine) -> str:
    """The newest moment in the office's ids: copies come after it."""
    with engine.connect() as connection:
        newest = connection.execute(text("SELECT max(substr(id, 1, 8)) FROM visits")).scalar_one()
    return str(newest)


def _copying(table: Any, ids: tuple[str, ...], unique: tuple[str, ...], first: str, copy: int) -> str:
    """Ids keep what follows their first eight letters, which are the moment; those of copies rise."""
    own = f"{int(first, 16) + copy:08x}"
    columns = []
    for column in table.c:
        if column.name in ids:
            columns.append(f"'{own}' || substr({column.name}, 9)")
        elif column.name in unique:
            columns.append(f"{column.name} || '-{copy}'")
        else:
            columns.append(column.name)
    names = ", ".join(column.name for column in table.c)
    key = ids[0]
    older = f"substr({key}, 1, 8) <= '{first}'"
    said = ", ".join(columns)
    return f"INSERT INTO {table.name} ({names}) SELECT {said} FROM {table.name} WHERE {older} ORDER BY rowid"


def _in_a_process(database: Path, runs: int) -> dict[str, Any]:
    asked = [sys.executable, "-m", "bench.strategy", "--measure", str(database), "--runs", str(runs)]
    done = subprocess.run(asked, check=True, capture_output=True, text=True, cwd=Path(__file__).parents[1])
    return dict(json.loads(done.stdout))


def _measured(database: Path, runs: int) -> dict[str, Any]:
    """Times of whole runs. While one goes on, the real portfolio is worked out ten times in between, and that
    time is taken out again: what one account costs in each is so compared under the same load."""
    small = database.parent / "strategy-real.db"
    walls, processors, beside = [], [], []
    counts: dict[str, Any] = {}
    warm, _, _ = _run(small)
    for _ in range(runs):
        between: list[tuple[float, float]] = []
        steps = max(1, _accounts(database) // TURNS // listing.PIECE)

        def turn(done: int, between: list[tuple[float, float]] = between, steps: int = steps) -> None:
            if done // listing.PIECE % steps == 0:
                between.append(_run(small)[1:])

        counts, wall, processor = _run(database, turn if database != small else None)
        walls.append(round(wall - sum(one[0] for one in between), 4))
        processors.append(round(processor - sum(one[1] for one in between), 4))
        beside += [one[1] / warm["accounts"] for one in between]
    return {
        "accounts": counts["accounts"],
        "lists": counts["lists"],
        "wall_s": walls,
        "processor_s": processors,
        "beside_ms": round(1000 * sum(beside) / len(beside), 4) if beside else None,
        "peak_mb": round(peak()[1], 1),
        "load": round(os.getloadavg()[0], 1),
    }


TURNS = 10


def _accounts(database: Path) -> int:
    engine = open_engine(f"sqlite:///{database}")
    with engine.connect() as connection:
        count = connection.execute(select(func.count()).select_from(t.accounts)).scalar_one()
    engine.dispose()
    return int(count)


def _run(database: Path, turn: Callable[[int], None] | None = None) -> tuple[dict[str, Any], float, float]:
    engine = open_engine(f"sqlite:///{database}")
    wall, processor = time.perf_counter(), time.process_time()
    made = listing.make(engine, DAY, now=NOW, actor="bench", progress=turn)
    took = time.perf_counter() - wall, time.process_time() - processor
    engine.dispose()
    return made.counts, *took


def _say(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


if __name__ == "__main__":
    main()
