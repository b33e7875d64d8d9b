"""A real encrypted laptop and the office in one process: both hold the same when they have spoken."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from field_client import correcting, folder, syncing
from field_client import enrolling as field_enrolling
from field_client.store import cases, journal, records
from field_client.store.db import Store
from field_client.today import Day, day_of
from field_client.visiting import Saved
from server import enrolling, publishing, receiving
from server.store import tables as t
from server.store.engine import writing
from sync.digest import scope_digest
from sync.exchange import OfficeSays
from sync.fold import DebtorState
from sync.ids import new_id
from sync.ledger import Entry
from sync.wire.errors import Problem, problem_document, told
from tests.laptop.builders import CHEAP, PASSPHRASE, StandingClock

from .builders import NOW, TODAY, World, promise_body, visit_body
from .test_publishing import add_route


@dataclass
class InProcess:
    """`sync.exchange.Peer` without a wire: what HTTP would carry goes straight in."""

    world: World
    authorization: str = ""

    def enrol(self, request: dict[str, Any]) -> dict[str, Any]:
        world = self.world
        reply = enrolling.enrol(world.engine, world.signer, world.recovery_public, request, NOW)
        self.authorization = f"Bearer {reply['device']}.{reply['token']}"
        return reply

    def seal(self, request: dict[str, Any]) -> dict[str, Any]:
        return enrolling.seal(self.world.engine, self._device(), request, NOW)

    def sync(self, request: dict[str, Any]) -> dict[str, Any]:
        try:
            return receiving.receive(self.world.engine, self.world.signer, self._device(), request, NOW)
        except Problem as problem:
            said = told(problem_document(problem))
            assert said is not None
            raise OfficeSays(said) from problem

    def _device(self) -> Any:
        return enrolling.authenticate(self.world.engine, self.authorization)


@dataclass
class Carried:
    """Ana's laptop, in its folder."""

    folder: Path
    peer: InProcess
    clock: StandingClock = field(default_factory=lambda: StandingClock(NOW))
    store: Store | None = None

    def open(self) -> Store:
        if self.store is None:
            self.store = folder.open_laptop(self.folder, PASSPHRASE)
        return self.store

    def close(self) -> None:
        if self.store is not None:
            self.store.close()
            self.store = None

    def say(self, kind: str, body: dict[str, Any], debtor: str | None = None) -> Entry:
        with self.open().writing() as db:
            return journal.append(
                db,
                id=new_id(),
                kind=kind,
                body=body,
                clock=self.clock.read().at_event(0, 100),
                policy_version="",
                debtor=debtor or body.get("debtor"),
                accounts=(),
            )

    def state(self, debtor: str) -> DebtorState:
        with self.open().reading() as db:
            return cases.state_of(db, self.peer.world.debtors[debtor])

    def own_words(self, debtor: str) -> list[str]:
        """Kinds of what was said here that the feed as pulled does not hold yet."""
        with self.open().reading() as db:
            rows = journal.said_about(db, [self.peer.world.debtors[debtor]])
        return [row.entry.kind for row in rows]

    def exchange(self) -> syncing.Exchanged:
        done = syncing.exchange(self.open(), self.clock, self.peer, check=True)
        assert isinstance(done, syncing.Exchanged), done
        assert done.unsent == 0
        assert done.outcome.differed == 0
        return done


@pytest.fixture
def carried(world: World, tmp_path: Path) -> Iterator[Carried]:
    peer = InProcess(world)
    code = enrolling.issue_code(world.engine, world.agents["Ana"], actor="cli", now=NOW)
    made = Carried(tmp_path / "laptop", peer)
    field_enrolling.enrol_with(
        made.folder, peer, server="http://x", code=code, passphrase=PASSPHRASE, clock=made.clock, cost=CHEAP
    )
    yield made
    made.close()


def test_a_day_of_visits_leaves_both_sides_equal(carried: Carried) -> None:
    world = carried.peer.world
    assert carried.exchange().outcome.received == len(world.feed("Ana"))
    visit = carried.say("visit.recorded", visit_body(world, "Rosa", "DIS"))
    carried.say("promise.made", promise_body(world, visit.id))
    carried.say("visit.amended", {"visit": visit.id, "why": "error", "replaces": {"note": "otra"}})
    home = {"debtor": world.debtors["Rosa"], "kind": "home", "text": "otra calle"}
    carried.say("address.proposed", home)
    carried.say("visit.recorded", visit_body(world, "Marta"))
    carried.say("visit.recorded", visit_body(world, "Rosa") | {"debtor": new_id()})
    outcome = carried.exchange().outcome
    assert (outcome.sent, outcome.quarantined, outcome.reopened) == (6, 1, 0)
    assert len(world.rows(t.visits)) == 2
    assert carried.exchange().outcome.sent == 0


def test_the_office_knows_how_much_a_laptop_still_holds_back(
    carried: Carried, monkeypatch: pytest.MonkeyPatch
) -> None:
    world, heard = carried.peer.world, []
    carried.exchange()
    for _visit in range(5):
        carried.say("visit.recorded", visit_body(world, "Rosa"))
    answer = carried.peer.sync

    def listen(request: dict[str, Any]) -> dict[str, Any]:
        reply = answer(request)
        heard.append(world.rows(t.devices)[0]["pending"])
        return reply

    monkeypatch.setattr("sync.exchange.push.BATCH_LIMIT", 2)
    monkeypatch.setattr(carried.peer, "sync", listen)
    carried.exchange()
    assert heard[:3] == [3, 1, 0]
    assert heard[-1] == 0


def shown(day: Day | None) -> list[tuple[Any, ...]]:
    """What the day's screen says of each stop."""
    assert day is not None
    return [(stop.id, stop.state, stop.skipped, stop.done) for stop in day.stops]


def attached(state: DebtorState) -> list[tuple[Any, ...]]:
    names = ("visit", "sha256", "media_type", "size", "role")
    return [(fact.id, *(fact.body[name] for name in names)) for fact in state.of("attachment")]


def test_a_skipped_stop_a_reported_payment_and_a_photo_stay_on_the_screen_when_synced(
    carried: Carried,
) -> None:
    world = carried.peer.world
    add_route(world, "Ana", ["Rosa", "Luis"])
    with writing(world.engine) as connection:
        publishing.refresh_agents(connection, [world.agents["Ana"]], NOW)
    carried.exchange()
    first = shown(day_of(carried.open(), NOW))[0][0]
    skipped = correcting.skip_stop(carried.open(), first, "lluvia", carried.clock.read())
    assert isinstance(skipped, Saved), skipped
    rosa = world.debtors["Rosa"]
    visit = carried.say("visit.recorded", visit_body(world, "Luis"))
    paid = {"debtor": rosa, "account": world.accounts["Rosa"][0], "amount": "5000.50", "currency": "COP"}
    carried.say("payment.reported", paid | {"paid_on": "2026-11-19", "channel": "banco", "receipt": "T-9"})
    photo = {"visit": visit.id, "sha256": "ab" * 32, "media_type": "image/jpeg", "size": 10}
    carried.say("attachment.added", photo | {"role": "photo"}, world.debtors["Luis"])
    before = shown(day_of(carried.open(), NOW)), carried.state("Rosa").reported
    photos = attached(carried.state("Luis"))
    assert before[0][0][2] == "lluvia"
    assert [(one.amount, one.receipt) for one in before[1]] == [("5000.50", "T-9")]
    assert len(photos) == 1
    carried.exchange()
    assert (carried.own_words("Rosa"), carried.own_words("Luis")) == ([], [])
    assert (shown(day_of(carried.open(), NOW)), carried.state("Rosa").reported) == before
    assert attached(carried.state("Luis")) == photos
    held = {(row["kind"], row["record_id"]): row["payload"] for row in world.feed("Ana")}
    with carried.open().reading() as db:
        mine = records.digest(db)
    assert {"skip", "reported", "attachment"} <= mine.keys()
    assert mine == scope_digest((kind, id, text.encode()) for (kind, id), text in held.items())


def test_a_promise_taken_back_in_the_evening_is_cancelled_on_the_same_day_when_synced(
    carried: Carried,
) -> None:
    """19:30 in Bogotá is already tomorrow in UTC."""
    world = carried.peer.world
    carried.exchange()
    visit = carried.say("visit.recorded", visit_body(world, "Rosa", "PTP"))
    promise = carried.say("promise.made", promise_body(world, visit.id))
    carried.clock.forward(hours=4, minutes=30)
    results = [{"account": account, "result": "NEG", "detail": {}} for account in world.accounts["Rosa"]]
    body = {"visit": visit.id, "why": "se retractó", "replaces": {"results": results}}
    carried.say("visit.amended", body, world.debtors["Rosa"])
    before = dict(carried.state("Rosa").cancelled)
    assert before == {promise.id: TODAY}
    carried.exchange()
    assert carried.own_words("Rosa") == []
    assert carried.state("Rosa").cancelled == before


def test_the_office_holds_the_key_only_sealed(carried: Carried) -> None:
    [row] = carried.peer.world.rows(t.devices)
    assert len(row["sealed_key"]) > 32


def test_a_copied_laptop_opens_a_new_incarnation_and_nothing_is_lost(
    carried: Carried, tmp_path: Path
) -> None:
    world = carried.peer.world
    carried.say("visit.recorded", visit_body(world, "Rosa"))
    carried.exchange()
    carried.close()
    shutil.copytree(carried.folder, tmp_path / "copy")
    copy = Carried(tmp_path / "copy", carried.peer)
    carried.say("visit.recorded", visit_body(world, "Luis", note="original"))
    copy.say("visit.recorded", visit_body(world, "Rosa", note="copia"))
    assert carried.exchange().outcome.reopened == 0
    assert copy.exchange().outcome.reopened == 1
    copy.close()
    assert {row["note"] for row in world.rows(t.visits)} == {"", "original", "copia"}
    assert len(world.rows(t.facts, t.facts.c.kind == "ledger.fork")) == 1


def test_a_revoked_laptop_is_told_and_keeps_what_it_has(carried: Carried) -> None:
    world = carried.peer.world
    carried.exchange()
    [device] = world.rows(t.devices)
    enrolling.revoke(world.engine, device["id"], actor="clara", now=NOW)
    carried.say("visit.recorded", visit_body(world, "Rosa"))
    done = syncing.exchange(carried.open(), carried.clock, carried.peer)
    assert isinstance(done, syncing.NotExchanged)
    assert (done.code, done.unsent) == ("revoked", 1)
    assert [row["sealed"] for row in world.rows(t.events)] == [True]
