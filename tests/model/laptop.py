"""A laptop of the model: a real encrypted store in a folder, its clock moved by hand, its disk copied.

Knows no office's inside and no network.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from field_client.folder import DATABASE
from field_client.store import cases, context, journal, records
from field_client.store.db import Store, open_store
from field_client.store.side import StoredLaptop
from sync.exchange import Reading
from sync.ledger import Entry
from sync.wire.packing import Context

from .office import Said

CENTURY = (datetime(2005, 1, 1, tzinfo=UTC), datetime(2050, 1, 1, tzinfo=UTC))


@dataclass
class WildClock:
    """A laptop's clocks: they go with the office's, but for a wall set wrong and boots in between."""

    now: datetime
    off: timedelta = timedelta(0)
    mono_ms: int = 1_000_000
    boot: str = "boot-0"

    def read(self) -> Reading:
        wall = min(max(self.now + self.off, CENTURY[0]), CENTURY[1])
        return Reading(wall, self.mono_ms, self.boot)

    def follow(self, now: datetime) -> None:
        """The time that passes passes on every clock alike."""
        self.mono_ms += max(round((now - self.now).total_seconds() * 1000), 0)
        self.now = now


@dataclass
class Disk:
    """A copy of a laptop's folder, with what the person had been told was saved on it."""

    folder: Path
    saved: dict[Said, str]
    visits: dict[str, str]
    line: int | None
    drawn: list[str]


@dataclass
class Laptop:
    """`saved` is what the person was told was saved, by (id, digest) → kind; `visits` by id → debtor."""

    name: str
    agent: str
    folder: Path
    key: bytes
    device: str
    authorization: str
    clock: WildClock
    saved: dict[Said, str] = field(default_factory=dict)
    visits: dict[str, str] = field(default_factory=dict)  # also contacts: what the screen must show
    store: Store | None = None
    copies: list[Disk] = field(default_factory=list)
    line: int | None = None  # the office's history this laptop has last spoken with, whole
    drawn: list[str] = field(default_factory=list)  # ids drawn when a form opened, not yet saved
    old: bool = False  # the program of the version before speaks for it
    page: int = 500
    batch: int = 500

    @property
    def side(self) -> StoredLaptop:
        return StoredLaptop(self.open())

    def open(self) -> Store:
        if self.store is None:
            self.store = open_store(self.folder / DATABASE, self.key)
        return self.store

    def close(self) -> None:
        if self.store is not None:
            self.store.close()
            self.store = None

    @contextmanager
    def reading(self) -> Iterator[Any]:
        with self.open().reading() as db:
            yield db

    # Disks

    def keep_copy(self, folder: Path) -> Disk:
        self.close()
        shutil.copytree(self.folder, folder)
        self.copies.append(Disk(folder, dict(self.saved), dict(self.visits), self.line, list(self.drawn)))
        return self.copies[-1]

    def put_back(self, disk: Disk) -> None:
        self.close()
        shutil.rmtree(self.folder)
        shutil.copytree(disk.folder, self.folder)
        self.saved, self.visits, self.line = dict(disk.saved), dict(disk.visits), disk.line
        self.drawn = list(disk.drawn)

    def cloned(self, name: str, folder: Path) -> Laptop:
        """A second laptop with the same disk: the same installation, the same keys, the same open form."""
        self.close()
        shutil.copytree(self.folder, folder)
        clock = WildClock(self.clock.now, self.clock.off, self.clock.mono_ms, self.clock.boot)
        twin = Laptop(name, self.agent, folder, self.key, self.device, self.authorization, clock)
        twin.saved, twin.visits, twin.line = dict(self.saved), dict(self.visits), self.line
        twin.drawn, twin.old, twin.page, twin.batch = list(self.drawn), self.old, self.page, self.batch
        return twin

    # What is on it

    def rows(self) -> list[dict[str, Any]]:
        """The journal of every installation, without bodies."""
        with self.reading() as db:
            return list(
                db.query(
                    "SELECT incarnation, n, id, kind, hex(body_digest) AS digest, hex(h) AS h, acknowledged, "
                    "body IS NOT NULL AS whole "
                    "FROM journal ORDER BY incarnation, n"
                )
            )

    def bodies(self) -> set[Said]:
        """What it said and still has the words of."""
        return {(row["id"], row["digest"].lower()) for row in self.rows() if row["whole"]}

    def context(self) -> Context | None:
        """What the office is known to hold, to make messages shorter."""
        with self.reading() as db:
            return context.context(db)

    def unsent(self) -> int:
        with self.reading() as db:
            return journal.counts(db)["unsent"]

    def debtors(self) -> list[str]:
        """Those the person can open, by id."""
        with self.reading() as db:
            return sorted(one["id"] for one in records.all_of(db, "debtor"))

    def note_saved(self, entries: list[Entry], debtor: str | None = None) -> None:
        """The person was told that these are saved."""
        for entry in entries:
            self.saved[entry.id, entry.body_digest.hex()] = entry.kind
            if debtor is not None and entry.kind in ("visit.recorded", "contact.recorded"):
                self.visits[entry.id] = debtor

    def entry(self, id: str) -> Entry:
        with self.reading() as db:
            row = journal.find(db, id)
        assert row is not None, f"{self.name} does not hold {id}, just saved"
        return row.entry

    def shown(self, debtor: str) -> list[str]:
        """The ids of the visits and contacts the debtor's page shows."""
        with self.reading() as db:
            state = cases.state_of(db, debtor)
        return [*(known.visit.id for known in state.visits), *(one.id for one in state.contacts)]
