"""An office put back from before a laptop was enrolled, or before its key changed: nothing is lost by it."""

from __future__ import annotations

import shutil
import threading
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from field_client import syncing
from field_client.cli import field
from field_client.enrolling import again_with
from field_client.store import keyring, receipts, records, settings
from field_client.store.side import StoredLaptop
from server import enrolling
from server.app import create_app
from server.serving import Serving
from server.store import offices
from server.store import tables as t
from server.store.engine import reading, writing
from sync.exchange import OfficeSays, Unreachable, Untrusted
from sync.keys import OFFICE, PublicKey, endorse, new_signing_key
from tests.laptop.builders import PASSPHRASE, StandingClock
from tests.laptop.pairs import Pair, enrolled_pair, laptop_digest, office_digest
from tests.office.builders import NOW, quick_engine, small_world
from tests.office.test_backups import office_in


@pytest.fixture
def early(tmp_path: Path, office_template: Path) -> Iterator[tuple[Pair, Path]]:
    """Ana's laptop and her office; and a backup of the office from before the laptop was enrolled."""
    shutil.copytree(office_template, tmp_path / "office")
    world = small_world(quick_engine(tmp_path / "office"))
    world.engine.dispose()
    copy = tmp_path / "before"
    shutil.copytree(tmp_path / "office", copy)
    world.engine = quick_engine(tmp_path / "office")
    pair = enrolled_pair(tmp_path / "laptop", world, StandingClock(now=NOW), "Ana")
    yield pair, copy
    pair.store.close()
    pair.world.engine.dispose()


def code_for(pair: Pair, agent: str = "Ana") -> str:
    world = pair.world
    return enrolling.issue_code(world.engine, world.agents[agent], actor="cli", now=pair.clock.now)


def again(pair: Pair, code: str) -> None:
    key = keyring.load(pair.folder, PASSPHRASE)
    done = again_with(pair.store, pair.peer, key, server="http://127.0.0.1:9", code=code, clock=pair.clock)
    assert done.sealed


def epoch(pair: Pair) -> Any:
    with reading(pair.world.engine) as connection:
        return offices.get(connection, "epoch")


def test_a_laptop_of_which_the_backup_knows_nothing_is_enrolled_again_and_sends_everything(
    early: tuple[Pair, Path],
) -> None:
    pair, copy = early
    pair.exchange()
    sent = {pair.visit(name).visit for name in ("Rosa", "Luis")}
    pair.exchange()
    waits = pair.visit("Rosa").visit
    pair.office_restored(copy)
    refused = syncing.exchange(pair.store, pair.clock, pair.peer)
    assert isinstance(refused, syncing.NotExchanged)
    assert refused.code == "not_enrolled"
    before = epoch(pair)
    again(pair, code_for(pair))
    assert pair.counts()["unsent"] == 3, "what the lost office had confirmed waits again"
    with pair.store.reading() as db:
        assert records.counts(db) == {}
        assert settings.get(db, "sealed")
        assert settings.get(db, "database_key") is None
    done = pair.exchange()
    assert done.outcome.differed == 0
    assert pair.held() == {*sent, waits}
    assert pair.counts()["unsent"] == 0
    assert laptop_digest(pair) == office_digest(pair.world)
    assert epoch(pair) != before, "its receipt, of a device nobody knows here, proves the restore"
    with pair.store.reading() as db:
        last = receipts.last(db)
    assert last is not None
    [device] = pair.world.rows(t.devices)
    assert last["device"] == device["id"]
    after = epoch(pair)
    pair.exchange()
    assert epoch(pair) == after


def test_a_code_for_somebody_else_is_refused_and_stays_good(early: tuple[Pair, Path]) -> None:
    """What Ana said would be told as Benito's."""
    pair, copy = early
    pair.exchange()
    pair.office_restored(copy)
    code = code_for(pair, "Benito")
    with pytest.raises(OfficeSays) as refused:
        again(pair, code)
    assert refused.value.told.code == "conflict"
    assert "Ana" in str(refused.value.told.detail)
    [row] = pair.world.rows(t.enrolment_codes)
    assert row["used_at"] is None
    assert pair.world.rows(t.devices) == []


def test_an_answer_that_is_lost_does_not_lock_the_laptop_out(early: tuple[Pair, Path]) -> None:
    pair, copy = early
    pair.exchange()
    pair.visit()
    pair.office_restored(copy)
    whole = pair.peer.enrol

    def lost(request: dict[str, Any]) -> dict[str, Any]:
        whole(request)
        raise Unreachable("the answer was lost on the way")

    pair.peer.enrol = lost  # type: ignore[method-assign]
    with pytest.raises(Unreachable):
        again(pair, code_for(pair))
    pair.peer.enrol = whole  # type: ignore[method-assign]
    assert pair.counts()["unsent"] == 1
    again(pair, code_for(pair))
    pair.exchange()
    assert len(pair.held()) == 1
    [first, second] = sorted(pair.world.rows(t.devices), key=lambda row: row["revoked_at"] is None)
    assert first["revoked_at"] is not None
    assert second["revoked_at"] is None


def test_a_laptop_the_office_knows_is_not_enrolled_twice(pair: Pair) -> None:
    pair.exchange()
    pair.visit()
    pair.exchange()
    with pytest.raises(OfficeSays) as refused:
        again(pair, code_for(pair))
    assert refused.value.told.code == "conflict"
    pair.exchange()


def test_another_office_is_told_nothing(early: tuple[Pair, Path]) -> None:
    pair, copy = early
    pair.exchange()
    pair.visit()
    pair.office_restored(copy)
    with writing(pair.world.engine) as connection:
        offices.put(connection, "id", "01a20000-0000-7000-8000-000000000001")
    device = StoredLaptop(pair.store).identity().device
    with pytest.raises(Untrusted):
        again(pair, code_for(pair))
    assert StoredLaptop(pair.store).identity().device == device
    assert pair.counts()["unsent"] == 1


def test_by_the_command_over_http(tmp_path: Path, early: tuple[Pair, Path]) -> None:
    pair, copy = early
    pair.exchange()
    pair.visit()
    pair.office_restored(copy)
    pair.store.close()
    (tmp_path / "data").mkdir(exist_ok=True)
    office = office_in(tmp_path / "data", pair.world)
    serving = Serving(create_app(office, testing=True, clock=lambda: pair.clock.now), "127.0.0.1", 0, 2)
    thread = threading.Thread(target=serving.run)
    thread.start()
    try:
        address = f"http://127.0.0.1:{serving.port}"
        words = ["enrol", "--again", "--data", str(pair.folder), "--server", address]
        words += ["--code", code_for(pair)]
        done = CliRunner().invoke(field, words, env={"RONDA_FIELD_PASSPHRASE": PASSPHRASE})
        assert done.exit_code == 0, done.output
        assert "Enrolled again for Ana" in done.output
        bare = CliRunner().invoke(field, ["enrol", "--code", "X" * 20, "--data", str(tmp_path / "none")])
        assert bare.exit_code == 2
        assert "--server" in bare.output
    finally:
        serving.stop()
        thread.join(30)
    [device] = pair.world.rows(t.devices)
    assert device["sealed_key"] is not None


def rotated(pair: Pair) -> None:
    """The office signs with another key, which the one before vouches for."""
    old, newer = pair.world.signer, new_signing_key()
    with writing(pair.world.engine) as connection:
        owner = str(offices.get(connection, "id"))
        made = endorse(old, PublicKey(newer.public, OFFICE, owner, pair.clock.now))
        word: dict[str, Any] = {"endorsed_by": made.endorsed_by, "endorsement": made.endorsement}
        offices.add_signing_key(connection, made.id, made.public, made.valid_from, **word)
        offices.retire_signing_key(connection, old.id, pair.clock.now + timedelta(days=1))
    pair.world.signer = newer


@pytest.mark.parametrize("shown", [True, False])
def test_a_receipt_of_a_key_that_came_after_the_backup_proves_the_restore(
    pair: Pair, monkeypatch: pytest.MonkeyPatch, shown: bool
) -> None:
    """The control does not show the keys: then nothing can be proved, and the office goes on in its epoch."""
    pair.exchange()
    copy, old = pair.office_copied("backup"), pair.world.signer
    rotated(pair)
    pair.visit()
    pair.exchange()
    pair.exchange()
    with pair.store.reading() as db:
        last = receipts.last(db)
    assert last is not None
    assert last["key_id"] == pair.world.signer.id
    pair.office_restored(copy)
    pair.world.signer = old
    before = epoch(pair)
    if not shown:
        whole = pair.peer.sync

        def silent(request: dict[str, Any]) -> dict[str, Any]:
            hello = {name: said for name, said in request["hello"].items() if name != "keys"}
            return whole(request | {"hello": hello})

        monkeypatch.setattr(pair.peer, "sync", silent)
    pair.exchange()
    assert (epoch(pair) != before) is shown
    known = {row["key_id"] for row in pair.world.rows(t.signing_keys)}
    assert (last["key_id"] in known) is shown
    assert len(pair.held()) == 1, "and what was said is there either way"


def test_keys_that_nobody_of_ours_vouches_for_are_not_learned(pair: Pair) -> None:
    pair.exchange()
    copy, old = pair.office_copied("backup"), pair.world.signer
    rotated(pair)
    pair.visit()
    pair.exchange()
    with pair.store.writing() as db:
        ring = settings.get(db, "office_keys")
        for key in ring["keys"]:
            key["endorsement"] = None if key["endorsement"] is None else "00" * 64
        settings.put(db, "office_keys", ring)
    pair.office_restored(copy)
    pair.world.signer = old
    before = epoch(pair)
    pair.exchange()
    assert epoch(pair) == before
    assert len(pair.world.rows(t.signing_keys)) == 1
