"""A laptop and a real office in one process: what is said arrives, what is published is received."""

from __future__ import annotations

import shutil
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from field_client import enrolling as laptops
from field_client import folder as folders
from field_client import syncing
from field_client.drafting import Draft
from field_client.store import journal, receipts, records, settings
from field_client.store.side import StoredLaptop
from field_client.visiting import NotSaved, record_visit
from server import enrolling, publishing
from server.store import tables as t
from server.store.engine import writing
from sync.exchange import OfficeSays, Untrusted, push, run
from sync.exchange.sizes import Sizes
from sync.ids import new_id
from sync.keys import new_signing_key
from sync.ledger import verify
from sync.records import Party, Place, Result, VisitResult
from sync.wire.codec import plain
from tests.laptop.builders import CHEAP, PASSPHRASE, StandingClock
from tests.laptop.pairs import InProcessPeer, Pair, laptop_digest, office_digest
from tests.office.builders import NOW, quick_engine


def test_the_first_exchange_brings_the_agents_scope_and_nothing_of_anyone_elses(pair: Pair) -> None:
    with pair.store.reading() as db:
        assert not settings.get(db, "complete", False)
    done = pair.exchange()
    assert done.outcome.received > 0
    assert done.outcome.differed == 0
    with pair.store.reading() as db:
        assert settings.get(db, "complete")
        names = {one["name"] for one in records.all_of(db, "debtor")}
    assert names == {"Rosa", "Luis"}
    assert laptop_digest(pair) == office_digest(pair.world)


def test_a_visit_is_here_before_and_after_it_is_sent_and_its_promise_with_it(pair: Pair) -> None:
    pair.exchange()
    due = {"amount": "100000", "due": "2026-11-27", "channel": "bank", "place": "Banco"}
    saved = pair.visit("Rosa", Result.PROMISE, **due)
    assert pair.visits_here() == [(saved.visit, False)]
    assert pair.counts()["visits_unsent"] == 1
    done = pair.exchange()
    assert done.unsent == 0
    assert done.outcome.sent == 3  # the visit and a promise on each of two accounts
    assert pair.visits_here() == [(saved.visit, True)]
    assert len(pair.world.rows(t.visits)) == 1
    assert len(pair.world.rows(t.promises)) == 2
    assert laptop_digest(pair) == office_digest(pair.world)


def test_the_visit_is_counted_once_while_the_feed_does_not_hold_it_yet(pair: Pair) -> None:
    """Acknowledged but not yet pulled: it must not vanish, and must not be there twice later."""
    pair.exchange()
    saved = pair.visit()
    laptop = StoredLaptop(pair.store)
    reply = pair.peer.sync(
        {
            "hello": {
                "protocol": 1,
                "client": "x",
                "clock": dict(pair.clock.read().at_event(0, 0)),
                "incarnation": laptop.identity().incarnation,
                "policy_versions": {},
                "receipt": None,
            },
            "push": push.batch(laptop, laptop.identity()),
            "pull": None,
            "compare": None,
        }
    )
    laptop.acknowledge(reply["have"]["incarnation"], reply["have"]["n"], None)
    assert pair.counts()["unsent"] == 0
    assert pair.visits_here() == [(saved.visit, False)]
    pair.exchange()
    assert pair.visits_here() == [(saved.visit, True)]


def test_with_the_office_stopped_everything_is_kept_and_says_how_much_waits(pair: Pair) -> None:
    pair.exchange()
    pair.peer.stopped = True
    pair.visit("Rosa")
    pair.visit("Luis")
    result = syncing.exchange(pair.store, pair.clock, pair.peer)
    assert isinstance(result, syncing.NotExchanged)
    assert (result.code, result.visits_unsent) == ("unreachable", 2)
    pair.peer.stopped = False
    assert pair.exchange().unsent == 0
    assert len(pair.world.rows(t.visits)) == 2


def test_an_answer_lost_on_the_way_changes_nothing_when_it_is_asked_again(pair: Pair) -> None:
    pair.exchange()
    pair.visit()
    pair.peer.lose_answers = 1
    assert isinstance(syncing.exchange(pair.store, pair.clock, pair.peer), syncing.NotExchanged)
    assert pair.counts()["unsent"] == 1
    assert pair.exchange().unsent == 0
    assert len(pair.world.rows(t.events)) == 1


def propose_phones(pair: Pair, many: int) -> None:
    rosa = pair.world.debtors["Rosa"]
    for count in range(many):
        pair.say("phone.proposed", {"debtor": rosa, "value": f"30012{count:05d}", "holder": "debtor"})


def batches(pair: Pair, since: int = 0) -> list[int]:
    return [len(r["push"]["events"]) for r in pair.peer.requests[since:] if r["push"]]


def test_batches_grow_while_they_come_through_and_begin_small_again_after_a_failure(pair: Pair) -> None:
    pair.exchange()
    propose_phones(pair, 400)
    assert pair.exchange().outcome.sent == 400
    assert batches(pair) == [25, 50, 100, 200, 25]
    propose_phones(pair, 201)
    pair.exchange()
    assert batches(pair)[5:] == [201]  # of the 400 it had come to
    pair.peer.stopped = True
    propose_phones(pair, 30)
    assert isinstance(syncing.exchange(pair.store, pair.clock, pair.peer), syncing.NotExchanged)
    pair.peer.stopped = False
    before = len(pair.peer.requests)
    pair.exchange()
    assert batches(pair, before) == [25, 5]
    assert pair.peer.requests[before]["pull"]["limit"] == 25
    assert len(pair.world.rows(t.events)) == 631


def test_a_batch_is_never_more_than_the_office_reads_at_once(pair: Pair) -> None:
    """Notes of nothing but commas, and of nothing but quotes: no event holds up those after it."""
    pair.exchange()
    rosa = pair.world.debtors["Rosa"]
    happened = {"start": "2026-11-19T15:00:00.000Z", "end": "2026-11-19T15:05:00.000Z", "known": "live"}
    for mark in (",", '"', "\\"):
        for _ in range(130):
            call = {"debtor": rosa, "channel": "call", "happened": happened, "effective": True}
            pair.say("contact.recorded", call | {"note": mark * 4000})
    StoredLaptop(pair.store).resize(Sizes(500, 500))
    assert pair.exchange().outcome.sent == 390
    for request in pair.peer.requests:
        data = plain(request)
        assert len(data) < 2 * 1024 * 1024
        assert sum(data.count(part) for part in (b",", b"[", b"{")) < 90_000
    assert len(batches(pair)) > 2


def test_the_receipt_is_kept_and_the_ledger_verifies_with_it(pair: Pair) -> None:
    pair.exchange()
    pair.visit()
    pair.exchange()
    with pair.store.reading() as db:
        entries, signed = journal.chains(db), receipts.all_of(db)
    keys = StoredLaptop(pair.store).identity().office_keys
    assert [receipt.n for receipt in signed] == [1]
    report = verify(entries, receipts=signed, keys=keys)
    assert report.ok
    assert report.notes == ()


def test_a_reply_signed_by_another_office_acknowledges_nothing(pair: Pair) -> None:
    pair.exchange()
    pair.visit()
    pair.world.signer = new_signing_key()
    result = syncing.exchange(pair.store, pair.clock, pair.peer)
    assert isinstance(result, syncing.NotExchanged)
    assert result.code == "untrusted"
    assert pair.counts()["unsent"] == 1


def test_a_debtor_given_to_a_colleague_disappears_with_his_accounts(pair: Pair) -> None:
    pair.exchange()
    pair.visit("Rosa")
    pair.exchange()
    pair.world.assign("Rosa", "Benito", since=date(2026, 11, 20))
    with writing(pair.world.engine) as connection:
        publishing.refresh_agents(connection, list(pair.world.agents.values()), NOW)
    pair.exchange()
    with pair.store.reading() as db:
        assert {one["name"] for one in records.all_of(db, "debtor")} == {"Luis"}
        assert journal.counts(db)["acknowledged"] == 1
        held = db.execute("SELECT count(*) FROM records WHERE gone = 1").fetchone()[0]
    assert held == 0  # nothing of hers waited, so nothing of hers is kept
    assert laptop_digest(pair) == office_digest(pair.world)


def test_a_revoked_record_stays_sealed_while_an_own_visit_about_it_waits(pair: Pair) -> None:
    pair.exchange()
    pair.visit("Rosa")
    rosa = pair.world.debtors["Rosa"]
    laptop = StoredLaptop(pair.store)
    cursor = laptop.cursor()
    assert cursor is not None
    mark = {"incarnation": laptop.identity().incarnation, "n": 0, "h": bytes(32)}
    gone = {"number": cursor["number"] + 1, "kind": "debtor", "id": rosa, "gone": True, "payload": None}
    page = {
        "cursor": {"epoch": cursor["epoch"], "number": cursor["number"] + 1},
        "rows": [gone],
        "more": False,
        "reset": False,
        "reflects": mark,
    }
    assert laptop.take_page(cursor, page)
    with pair.store.reading() as db:
        assert records.get(db, "debtor", rosa) is None  # hidden at once
        assert db.execute("SELECT gone FROM records WHERE id = ?", [rosa]).fetchone()[0] == 1
    laptop.acknowledge(mark["incarnation"], 1, None)
    with pair.store.reading() as db:
        assert db.execute("SELECT count(*) FROM records WHERE id = ?", [rosa]).fetchone()[0] == 0


def test_a_page_and_its_cursor_come_together_or_not_at_all(pair: Pair) -> None:
    pair.exchange()
    laptop = StoredLaptop(pair.store)
    before, digest = laptop.cursor(), laptop_digest(pair)
    assert before is not None
    broken = {
        "cursor": {"epoch": before["epoch"], "number": before["number"] + 2},
        "rows": [
            {"number": 1, "kind": "contact", "id": new_id(), "gone": False, "payload": {"debtor": "x"}},
            {"number": 2, "kind": "contact", "id": new_id(), "gone": False, "payload": {"bad": float("nan")}},
        ],
        "more": False,
        "reset": False,
        "reflects": {"incarnation": laptop.identity().incarnation, "n": 0, "h": bytes(32)},
    }
    with pytest.raises(ValueError, match="JSON"):
        laptop.take_page(before, broken)
    assert (laptop.cursor(), laptop_digest(pair)) == (before, digest)


def test_a_page_asked_for_from_an_older_cursor_is_not_applied(pair: Pair) -> None:
    pair.exchange()
    assert not StoredLaptop(pair.store).take_page(None, {})


def test_a_bucket_that_was_lost_here_is_fetched_again(pair: Pair) -> None:
    pair.exchange()
    with pair.store.writing() as db:
        db.execute("DELETE FROM records WHERE kind = 'account' AND debtor = ?", [pair.world.debtors["Rosa"]])
    done = pair.exchange()
    assert done.outcome.differed
    assert laptop_digest(pair) == office_digest(pair.world)
    assert pair.exchange().outcome.differed == 0


def test_a_laptop_put_back_from_a_copy_opens_a_new_chain_and_loses_nothing(pair: Pair) -> None:
    """Ana works, her folder is copied, she works on and syncs; then the copy is put back and used."""
    pair.exchange()
    first = pair.visit("Rosa")
    pair.exchange()
    pair.store.close()
    copy = pair.folder.parent / "copy"
    shutil.copytree(pair.folder, copy)
    pair.store = folders.open_laptop(pair.folder, PASSPHRASE)
    pair.clock.forward(hours=1)
    second = pair.visit("Luis")
    pair.exchange()
    pair.store.close()
    pair.store = folders.open_laptop(copy, PASSPHRASE)
    pair.clock.forward(hours=1)
    third = pair.visit("Rosa")
    done = pair.exchange()
    assert done.outcome.reopened == 1
    assert done.unsent == 0
    assert {row["id"] for row in pair.world.rows(t.visits)} == {first.visit, second.visit, third.visit}
    assert len(pair.world.rows(t.incarnations)) == 2
    assert pair.visits_here("Luis") == [(second.visit, True)]
    with pair.store.reading() as db:
        parent = journal.parent(db, journal.current(db))
        moved = journal.find(db, third.visit)
    assert parent is not None
    assert parent.n == 1
    assert moved is not None
    assert moved.acknowledged
    with pair.store.reading() as db:
        assert verify(journal.chains(db), receipts=receipts.all_of(db)).ok


def test_an_office_that_lost_its_last_days_gets_them_again(pair: Pair, tmp_path: Path) -> None:
    pair.exchange()
    pair.visit("Rosa")
    pair.exchange()
    pair.world.engine.dispose()
    shutil.copytree(tmp_path / "office", tmp_path / "backup")
    pair.world.engine = quick_engine(tmp_path / "office")
    pair.clock.forward(hours=1)
    second = pair.visit("Luis")
    pair.exchange()
    assert pair.counts()["unsent"] == 0
    pair.world.engine.dispose()
    pair.world.engine = quick_engine(tmp_path / "backup")
    done = pair.exchange()
    assert done.unsent == 0
    assert second.visit in {row["id"] for row in pair.world.rows(t.visits)}
    assert laptop_digest(pair) == office_digest(pair.world)
    with pair.store.reading() as db:
        assert settings.get(db, "complete")


def test_an_event_the_office_cannot_apply_is_shown_and_stops_nothing(pair: Pair) -> None:
    pair.exchange()
    with pair.store.writing() as db:
        journal.append(
            db,
            id=new_id(),
            kind="phone.proposed",
            body={"debtor": new_id(), "value": "3001234567", "holder": "debtor"},
            clock=pair.clock.read().at_event(0, 0),
            policy_version="",
            debtor=None,
            accounts=(),
        )
    after = pair.visit("Rosa")
    done = pair.exchange()
    assert (done.unsent, done.outcome.quarantined) == (0, 1)
    assert after.visit in {row["id"] for row in pair.world.rows(t.visits)}
    with pair.store.reading() as db:
        [held] = journal.quarantined(db)
    assert held["code"] == "unknown_record"
    assert pair.counts()["quarantined"] == 1


def test_the_clocks_offset_is_measured_and_written_into_the_next_event(pair: Pair) -> None:
    pair.exchange()
    pair.clock.forward(minutes=7)
    office = StandingClock(now=NOW)
    pair.peer.clock = office
    pair.exchange()
    saved = pair.visit()
    with pair.store.reading() as db:
        row = journal.find(db, saved.visit)
    assert row is not None
    assert row.header["clock"]["offset_ms"] == 7 * 60 * 1000
    assert row.header["clock"]["uncertainty_ms"] == 1


def test_a_revoked_laptop_is_told_so_and_keeps_its_visits(pair: Pair) -> None:
    pair.exchange()
    pair.visit()
    device = StoredLaptop(pair.store).identity().device
    enrolling.revoke(pair.world.engine, device, actor="cli", now=NOW)
    result = syncing.exchange(pair.store, pair.clock, pair.peer)
    assert isinstance(result, syncing.NotExchanged)
    assert (result.code, result.unsent) == ("revoked", 1)


def test_a_used_code_enrols_no_second_laptop_and_leaves_no_folder_behind(pair: Pair, tmp_path: Path) -> None:
    code = enrolling.issue_code(pair.world.engine, pair.world.agents["Ana"], actor="cli", now=NOW)
    second, third = tmp_path / "second", tmp_path / "third"
    make = {"server": "http://127.0.0.1:9", "passphrase": PASSPHRASE, "clock": pair.clock, "cost": CHEAP}
    laptops.enrol_with(second, pair.peer, code=code, **make)
    with pytest.raises(OfficeSays) as refused:
        laptops.enrol_with(third, pair.peer, code=code, **make)
    assert refused.value.told.code == "code_used"
    assert not folders.is_enrolled(third)
    with pytest.raises(folders.AlreadyEnrolled):
        laptops.enrol_with(second, pair.peer, code=code, **make)


def test_the_office_can_open_the_laptops_key_with_its_recovery_key(pair: Pair) -> None:
    [device] = pair.world.rows(t.devices)
    assert device["sealed_key"] is not None
    with pair.store.reading() as db:
        assert settings.get(db, "database_key") is None  # not kept once the office has it


def test_a_reply_that_makes_no_sense_is_untrusted(pair: Pair) -> None:
    class Mute(InProcessPeer):
        def sync(self, request: dict[str, Any]) -> dict[str, Any]:
            return {"hello": "there"}

    with pytest.raises(Untrusted):
        run(StoredLaptop(pair.store), Mute(pair.world, pair.clock), pair.clock)


def test_a_visit_to_someone_not_on_the_laptop_is_not_saved(pair: Pair) -> None:
    pair.exchange()
    draft = Draft(
        id=new_id(),
        debtor=pair.world.debtors["Marta"],
        accounts=(pair.world.accounts["Marta"][0],),
        place=Place.HOME,
        party=Party.NOBODY,
        start=NOW,
        end=NOW,
        results=(VisitResult(pair.world.accounts["Marta"][0], Result.NOBODY_HOME),),
    )
    result = record_visit(pair.store, draft, pair.clock.read())
    assert isinstance(result, NotSaved)
    assert pair.counts()["unsent"] == 0
