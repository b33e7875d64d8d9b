"""The office of the model: a real one on SQLite in a folder, its clock moved by hand, its disk copied back.

Knows no laptop's inside and no network.
"""

from __future__ import annotations

import copy
import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, select

from server import attaching, backing_up, enrolling, publishing, receiving, restoring
from server.config import Config
from server.office import Office as OpenOffice
from server.receiving import answering, replaying
from server.shelf import Shelf
from server.store import ledgers, settling
from server.store import tables as t
from server.store.engine import reading, writing
from sync.ledger import Erasure
from tests.office.builders import NOW, World

Place = tuple[str, int]
Said = tuple[str, str]  # event id, body digest in hex: one thing that was said
# As text: this is asked after every step, and putting it together took longer than answering it.
STANDING = (
    "SELECT count(*), count(quarantine), count(body), max(arrival), (SELECT count(*) FROM erasures), "
    "(SELECT count(*) FROM applied) FROM events"
)
LEDGER = (
    "SELECT incarnation, n, id, kind, lower(hex(body_digest)), lower(hex(h)), quarantine, sealed, "
    "body IS NOT NULL FROM events"
)


@dataclass(frozen=True)
class Held:
    """One event as the office's ledger holds it."""

    id: str
    kind: str
    digest: str
    h: str
    quarantine: str | None
    sealed: bool
    whole: bool  # its body is here

    @property
    def said(self) -> Said:
        return self.id, self.digest


@dataclass
class Copy:
    """A copy of the office's disk, and what the world called things when it was made."""

    folder: Path
    names: dict[str, Any]
    line: int


@dataclass
class Proved(Copy):
    """A verified backup, and what was said that it holds the words of."""

    bodies: frozenset[Said]


NAMES = ("agents", "debtors", "accounts", "addresses", "assignments")


@dataclass
class Office:
    """`line` counts the histories this office has had: a restore begins another one."""

    folder: Path
    world: World
    now: datetime = NOW
    line: int = 0
    copies: list[Copy] = field(default_factory=list)
    backups: list[Proved] = field(default_factory=list)
    _still: object = None
    _held: tuple[object, dict[Place, Held]] | None = None

    @property
    def engine(self) -> Engine:
        return self.world.engine

    def close(self) -> None:
        """No connection has the file open and nothing is remembered of it; the next use opens it again."""
        self.world.engine.dispose()
        # Another file takes its place under one engine, which no office does while it runs.
        vars(answering).get("_UNSEEN", {}).clear()

    def forward(self, **by: float) -> None:
        self.now += timedelta(**by)

    def receive(self, authorization: str, request: Any) -> dict[str, Any]:
        """What `/v1/sync` does once the body is decoded. Raises Problem."""
        device = enrolling.authenticate(self.engine, authorization)
        return receiving.receive(self.engine, self.world.signer, device, request, self.now)

    def context(self, authorization: str, n: int, number: int) -> bytes | None:
        """What a packed message was packed against."""
        device = enrolling.authenticate(self.engine, authorization)
        return receiving.context_of(self.engine, device, n, number)

    @property
    def shelf(self) -> Shelf:
        return Shelf(self.config.shelf)

    @property
    def config(self) -> Config:
        return Config(self.folder, f"sqlite:///{self.folder / 'office.db'}")

    def opened(self) -> OpenOffice:
        """As its commands open it."""
        world = self.world
        return OpenOffice(self.config, world.engine, world.signer, world.recovery_public, "secret")

    def take_chunk(
        self, authorization: str, sha256: str, offset: int, chunk: bytes, digest: str
    ) -> dict[str, Any]:
        """A chunk of a picture. Raises Problem."""
        device = enrolling.authenticate(self.engine, authorization)
        return attaching.take(
            self.engine, self.shelf, device, sha256, offset=offset, digest=digest, chunk=chunk, now=self.now
        )

    def holds_picture(self, authorization: str, sha256: str) -> dict[str, Any]:
        return attaching.held(self.engine, enrolling.authenticate(self.engine, authorization), sha256)

    def refresh(self, *debtors: str) -> None:
        with writing(self.engine) as connection:
            publishing.refresh_debtors(connection, [self.world.debtors[name] for name in debtors], self.now)

    # Disks

    def keep_copy(self, folder: Path) -> None:
        self.close()
        shutil.copytree(self.folder, folder)
        self.copies.append(Copy(folder, self._names(), self.line))

    def _names(self) -> dict[str, Any]:
        return {name: copy.deepcopy(getattr(self.world, name)) for name in NAMES}

    def put_back(self, held: Copy) -> None:
        """This disk becomes a copy of the other; a history of its own begins."""
        self.close()
        shutil.rmtree(self.folder)
        shutil.copytree(held.folder, self.folder)
        self._lives_on(held)

    def _lives_on(self, held: Copy) -> None:
        for name, value in held.names.items():
            setattr(self.world, name, copy.deepcopy(value))
        self.line += 1

    def back_up(self, place: Path) -> Proved:
        """A backup made and verified as `ronda backup` does."""
        made = backing_up.back_up(self.opened(), place, lambda: self.now)
        self.backups.append(Proved(made.folder, self._names(), self.line, frozenset(self.bodies())))
        return self.backups[-1]

    def restore(self, held: Proved, erasures: Sequence[Erasure]) -> int:
        """As `ronda restore` does, in this office's place; answers how many erasures it did again."""
        self.close()
        shutil.rmtree(self.folder)
        done = restoring.restore(held.folder, self.config, lambda: self.now, erasures=erasures)
        self._lives_on(held)
        return done.erased_again

    def start(self) -> replaying.Replayed:
        """What it does whenever it starts to serve."""
        return replaying.replay(self.engine, self.now, "cli")

    # What it holds

    def standing(self) -> object:
        """The same as long as nothing came into the ledger, was applied, set aside or erased."""
        if self._still is not None:
            return self._still
        with reading(self.engine) as connection:
            return self.line, *connection.exec_driver_sql(STANDING).one()

    @contextmanager
    def unchanged(self) -> Iterator[object]:
        """Nothing happens to it within the block: what it holds is read once."""
        self._still = self.standing()
        try:
            yield self._still
        finally:
            self._still = None

    def ledger(self) -> dict[Place, Held]:
        standing = self.standing()
        if self._held is None or self._held[0] != standing:
            with reading(self.engine) as connection:
                rows = connection.exec_driver_sql(LEDGER).all()
            found = {(row[0], row[1]): Held(*row[2:7], bool(row[7]), bool(row[8])) for row in rows}
            self._held = standing, found
        return self._held[1]

    def said(self) -> set[Said]:
        """Everything that has arrived here, applied, quarantined or sealed."""
        return {held.said for held in self.ledger().values()}

    def bodies(self) -> set[Said]:
        """What was said and whose words are here."""
        return {held.said for held in self.ledger().values() if held.whole}

    def erasures(self) -> list[Erasure]:
        """The words it signed of what it erased."""
        with reading(self.engine) as connection:
            return list(ledgers.all_erasures(connection))

    def column(self, column: Any, *where: Any) -> list[Any]:
        with reading(self.engine) as connection:
            return list(connection.execute(select(column).where(*where)).scalars())

    def feed(self, agent: str) -> list[tuple[str, str, bytes]]:
        """The live rows of an agent's feed, as a digest reads them."""
        query = select(t.feeds.c.kind, t.feeds.c.record_id, t.feeds.c.payload).where(
            t.feeds.c.agent_id == self.world.agents[agent], t.feeds.c.gone.is_(False)
        )
        with reading(self.engine) as connection:
            return [(kind, id, payload.encode()) for kind, id, payload in connection.execute(query)]

    def portfolio(self, agent: str) -> set[str]:
        """The accounts an agent has now, straight from the assignments."""
        query = (
            select(t.assignment_accounts.c.account_id)
            .join(t.assignments, t.assignments.c.id == t.assignment_accounts.c.assignment_id)
            .where(
                t.assignments.c.agent_id == self.world.agents[agent],
                t.assignments.c.until.is_(None),
                t.assignment_accounts.c.outcome == "assigned",
            )
        )
        with reading(self.engine) as connection:
            return set(connection.execute(query).scalars())

    def revoked(self, device: str) -> bool:
        return self.column(t.devices.c.revoked_at, t.devices.c.id == device) != [None]

    def all_rows(self) -> dict[str, list[Any]]:
        """Everything the office knows, but for what a repeated request may rightly add: receipts, when a
        laptop was last seen, what it said of its own backlog, and the version of a cache that was made anew."""
        found: dict[str, list[Any]] = {}
        with reading(self.engine) as connection:
            for table in t.metadata.sorted_tables:
                if table.name in ("receipts", "devices", "checkpoints"):
                    continue
                query = select(table)
                if table is t.counters:
                    query = query.where(t.counters.c.name != settling.VERSION)
                rows = connection.execute(query)
                found[table.name] = sorted(map(repr, rows))
        return found
