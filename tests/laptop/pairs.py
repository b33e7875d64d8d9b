"""Ana's encrypted laptop and a real office in one process, with no HTTP between them."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

from field_client import enrolling as laptops
from field_client import folder as folders
from field_client import syncing
from field_client.drafting import Draft
from field_client.store import cases, journal, settings
from field_client.store.db import Store
from field_client.store.side import StoredLaptop
from field_client.visiting import Saved, record_visit
from server import enrolling, receiving
from server.store import tables as t
from sync.digest import overall, scope_digest
from sync.exchange import OfficeSays, Unreachable
from sync.ids import new_id
from sync.ledger import Entry
from sync.records import Location, LocationSource, Party, Place, Result, VisitResult
from sync.wire.errors import Problem, problem_document, told
from tests.laptop.builders import CHEAP, PASSPHRASE, StandingClock
from tests.office.builders import NOW, World, quick_engine, small_world


class InProcessPeer:
    """The office without HTTP: the same calls its API makes. It can be stopped, or lose an answer."""

    def __init__(self, world: World, clock: StandingClock) -> None:
        self.world, self.clock = world, clock
        self.authorization = ""
        self.stopped = False
        self.lose_answers = 0
        self.requests: list[dict[str, Any]] = []

    def sync(self, request: dict[str, Any]) -> dict[str, Any]:
        self.requests.append(request)
        world = self.world
        device = self._ask(enrolling.authenticate, world.engine, self.authorization)
        reply = self._ask(receiving.receive, world.engine, world.signer, device, request, self.clock.now)
        if self.lose_answers:
            self.lose_answers -= 1
            raise Unreachable("the answer was lost on the way")
        return dict(reply)

    def enrol(self, request: dict[str, Any]) -> dict[str, Any]:
        world = self.world
        reply: dict[str, Any] = self._ask(
            enrolling.enrol, world.engine, world.signer, world.recovery_public, request, self.clock.now
        )
        self.authorization = f"Bearer {reply['device']}.{reply['token']}"
        return reply

    def seal(self, request: dict[str, Any]) -> dict[str, Any]:
        device = self._ask(enrolling.authenticate, self.world.engine, self.authorization)
        return dict(self._ask(enrolling.seal, self.world.engine, device, request, self.clock.now))

    def attachment(self, sha256: str) -> dict[str, Any]:
        return self._no_files()

    def put_chunk(self, sha256: str, offset: int, chunk: bytes) -> dict[str, Any]:
        return self._no_files()

    def document(self, sha256: str, offset: int, limit: int) -> bytes:
        raise Unreachable("this office keeps no papers")

    def _no_files(self) -> dict[str, Any]:
        """These tests are about events; files have tests of their own."""
        raise Unreachable("this office takes no files")

    def _ask(self, act: Any, *arguments: Any) -> Any:
        if self.stopped:
            raise Unreachable("the office is stopped")
        try:
            return act(*arguments)
        except Problem as problem:
            said = told(problem_document(problem))
            assert said is not None
            raise OfficeSays(said) from problem


@dataclass
class Pair:
    """Ana's laptop and her office."""

    world: World
    peer: InProcessPeer
    folder: Path
    store: Store
    clock: StandingClock

    def exchange(self) -> syncing.Exchanged:
        result = syncing.exchange(self.store, self.clock, self.peer, check=True)
        assert isinstance(result, syncing.Exchanged), result
        return result

    def visit(self, name: str = "Rosa", result: Result = Result.NOBODY_HOME, **detail: str) -> Saved:
        party = Party.NOBODY if result is Result.NOBODY_HOME else Party.HOLDER
        accounts = tuple(self.world.accounts[name])
        draft = Draft(
            id=new_id(),
            debtor=self.world.debtors[name],
            accounts=accounts,
            place=Place.HOME,
            party=party,
            start=self.clock.now - timedelta(minutes=8),
            end=self.clock.now,
            results=tuple(VisitResult(account, result, None, dict(detail)) for account in accounts),
            location=Location(LocationSource.NONE, reason="sin GPS"),
            address=self.world.addresses[name],
            override_reason="lo pidió el deudor",
        )
        saved = record_visit(self.store, draft, self.clock.read())
        assert isinstance(saved, Saved), saved
        return saved

    def visits_here(self, name: str = "Rosa") -> list[tuple[str, bool]]:
        with self.store.reading() as db:
            state = cases.state_of(db, self.world.debtors[name])
        return [(known.visit.id, known.in_office) for known in state.visits]

    def counts(self) -> dict[str, int]:
        with self.store.reading() as db:
            return journal.counts(db)

    def say(self, kind: str, body: dict[str, Any], debtor: str | None = None, id: str | None = None) -> Entry:
        """An event as a page of the laptop would write it."""
        with self.store.reading() as db:
            measured = settings.get(db, "offset_ms"), settings.get(db, "uncertainty_ms")
        with self.store.writing() as db:
            return journal.append(
                db,
                id=id or new_id(),
                kind=kind,
                body=body,
                clock=self.clock.read().at_event(*measured),
                policy_version="",
                debtor=debtor or body.get("debtor"),
                accounts=(),
            )

    def copied(self, name: str) -> Path:
        """A copy of the laptop's folder, as a disk image would keep it."""
        self.store.close()
        copy = self.folder.parent / name
        shutil.copytree(self.folder, copy)
        self.store = folders.open_laptop(self.folder, PASSPHRASE)
        return copy

    def put_back(self, copy: Path) -> None:
        """The laptop goes on from a copy."""
        self.store.close()
        self.folder = copy
        self.store = folders.open_laptop(copy, PASSPHRASE)

    def office_copied(self, name: str) -> Path:
        """A backup of the office."""
        url = self.world.engine.url.database
        assert url is not None
        self.world.engine.dispose()
        copy = self.folder.parent / name
        shutil.copytree(Path(url).parent, copy)
        self.world.engine = quick_engine(Path(url).parent)
        return copy

    def office_restored(self, copy: Path) -> None:
        """The office goes on from a backup; the backup itself stays as it is."""
        self.world.engine.dispose()
        work = copy.with_name(f"{copy.name}-{new_id()[-6:]}")
        shutil.copytree(copy, work)
        self.world.engine = quick_engine(work)

    def held(self) -> set[str]:
        """The ids of the visits the office has applied."""
        return {row["id"] for row in self.world.rows(t.visits)}

    def chains(self) -> dict[str, list[bool]]:
        """Of each chain, oldest first, which places are confirmed."""
        with self.store.reading() as db:
            found = list(
                db.query(
                    "SELECT incarnation, acknowledged FROM said JOIN incarnations "
                    "ON incarnations.id = said.incarnation ORDER BY incarnations.rowid, n"
                )
            )
        made: dict[str, list[bool]] = {}
        for row in found:
            made.setdefault(row["incarnation"], []).append(bool(row["acknowledged"]))
        return made


def office_digest(world: World, agent: str = "Ana") -> str:
    rows = world.feed(agent)
    return overall(scope_digest((r["kind"], r["record_id"], r["payload"].encode()) for r in rows))


def laptop_digest(pair: Pair) -> str:
    return overall(dict(StoredLaptop(pair.store).scope_digest()))


def new_pair(folder: Path, office_template: Path, agent: str = "Ana") -> Pair:
    """An office with its small world, and a laptop let in by a code."""
    shutil.copytree(office_template, folder / "office")
    engine = quick_engine(folder / "office")
    world = small_world(engine)
    return enrolled_pair(folder / "laptop", world, StandingClock(now=NOW), agent)


def enrolled_pair(folder: Path, world: World, clock: StandingClock, agent: str) -> Pair:
    """Another laptop of the same office."""
    peer = InProcessPeer(world, clock)
    code = enrolling.issue_code(world.engine, world.agents[agent], actor="cli", now=NOW)
    server = "http://127.0.0.1:9"
    done = laptops.enrol_with(
        folder, peer, server=server, code=code, passphrase=PASSPHRASE, clock=clock, cost=CHEAP
    )
    assert done.sealed
    return Pair(world, peer, folder, folders.open_laptop(folder, PASSPHRASE), clock)
