"""A real encrypted laptop and the office in one process: both hold the same when they have spoken."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from field_client import enrolling as field_enrolling
from field_client import folder, syncing
from field_client.store import journal
from field_client.store.db import Store
from server import enrolling, receiving
from server.store import tables as t
from sync.exchange import OfficeSays
from sync.ids import new_id
from sync.ledger import Entry
from sync.wire.errors import Problem, problem_document, told
from tests.laptop.builders import CHEAP, PASSPHRASE, StandingClock

from .builders import NOW, World, promise_body, visit_body


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

    def say(self, kind: str, body: dict[str, Any]) -> Entry:
        with self.open().writing() as db:
            return journal.append(
                db,
                id=new_id(),
                kind=kind,
                body=body,
                clock=self.clock.read().at_event(0, 100),
                policy_version="",
                debtor=body.get("debtor"),
                accounts=(),
            )

    def exchange(self) -> syncing.Exchanged:
        done = syncing.exchange(self.open(), self.clock, self.peer)
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
