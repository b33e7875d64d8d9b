"""The office's half of an exchange: what it keeps, what it applies, and what it answers."""

from __future__ import annotations

import json
import shutil
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from server import enrolling, receiving
from server.projecting import rows
from server.store import offices
from server.store import tables as t
from server.store.engine import open_engine, reading, writing
from sync.digest import canonical, overall, scope_digest
from sync.ids import new_id, new_incarnation
from sync.keys import new_signing_key
from sync.ledger import (
    ZERO,
    Checkpoint,
    Entry,
    Head,
    Receipt,
    body_digest,
    chain,
    new_salt,
    reopen,
    sign_receipt,
    verify,
)
from sync.records import EventKind
from sync.wire.errors import Problem
from sync.wire.messages import SyncReply

from .builders import NOW, Laptop, World, enrolled, message, promise_body, small_world, visit_body

Reply = dict[str, Any]


def ask(laptop: Laptop, entries: Sequence[Entry] | None = (), **given: Any) -> Reply:
    now = given.pop("now", NOW)
    world = laptop.world
    reply = receiving.receive(
        world.engine, world.signer, laptop.device, laptop.request(entries, now=now, **given), now
    )
    SyncReply().load(reply)
    return reply


def have(reply: Reply) -> tuple[int, str]:
    return reply["have"]["n"], reply["have"]["h"]


def state(world: World) -> dict[str, Any]:
    """All that events make, without what every request adds."""
    tables = (t.visits, t.visit_results, t.promises, t.applied, t.events, t.incarnations, t.feeds)
    tables += (t.addresses, t.contact_points, t.stop_states, t.amendments, t.findings, t.contacts)
    return {table.name: world.rows(table) for table in tables}


def test_a_visit_with_its_promise_is_stored_verbatim_applied_and_acknowledged(laptop: Laptop) -> None:
    visit = laptop.visit("Rosa", "PTP", note="vuelve el viernes")
    promise = laptop.promise(visit)
    reply = ask(laptop, None)
    assert have(reply) == (2, promise.h.hex())
    assert reply["quarantined"] == []
    world = laptop.world
    held = {row["n"]: row for row in world.rows(t.events)}
    assert (held[1]["header"], held[1]["body"], held[1]["salt"]) == (visit.header, visit.body, visit.salt)
    assert [held[n]["arrival"] for n in (1, 2)] == [1, 2]
    [row] = world.rows(t.visits)
    assert (row["id"], row["agent_id"], row["note"]) == (visit.id, world.agents["Ana"], "vuelve el viernes")
    assert row["out_of_scope"] is False
    assert row["evidence"] == "A"
    assert {result["account_id"] for result in world.rows(t.visit_results)} == set(world.accounts["Rosa"])
    [promised] = world.rows(t.promises)
    assert (promised["id"], promised["amount_minor"]) == (promise.id, 100_000_00)


def test_what_is_acknowledged_is_in_the_feed_at_the_replys_cursor(laptop: Laptop) -> None:
    visit = laptop.visit()
    promise = laptop.promise(visit)
    reply = ask(laptop, None)
    rows = {(row["kind"], row["id"]): row["number"] for row in reply["page"]["rows"]}
    assert rows["visit", visit.id] <= reply["page"]["cursor"]["number"]
    assert ("promise", promise.id) in rows
    assert reply["page"]["reflects"] == reply["have"]


def test_a_replay_is_answered_the_same_and_changes_nothing(laptop: Laptop) -> None:
    visit = laptop.visit()
    laptop.promise(visit)
    first = ask(laptop, None)
    before = state(laptop.world)
    again = ask(laptop, None)
    assert have(again) == have(first)
    assert state(laptop.world) == before


def test_hashes_and_digests_need_not_be_sent(laptop: Laptop) -> None:
    """The signed head vouches for them."""
    laptop.visit()
    laptop.visit("Luis")
    request = laptop.request(None)
    for said in request["push"]["events"]:
        said["h"] = said["body_digest"] = None
    world = laptop.world
    for _ in range(2):
        reply = receiving.receive(world.engine, world.signer, laptop.device, request, NOW)
        assert have(reply) == (2, laptop.entries[-1].h.hex())
    assert verify(entries_held(world)).ok


def entries_held(world: World) -> list[Entry]:
    """The ledger as an export would read it."""
    names = ("incarnation", "n", "id", "kind", "version", "header", "salt", "body", "body_digest", "h")
    rows = sorted(world.rows(t.events), key=lambda row: (row["incarnation"], row["n"]))
    return [Entry(**{name: row[name] for name in names}) for row in rows]


@settings(max_examples=12, deadline=None, derandomize=True)
@given(
    st.lists(st.tuples(st.integers(0, 5), st.integers(1, 6), st.randoms(use_true_random=False)), max_size=7)
)
def test_any_batches_in_any_order_end_in_the_same_state(
    tmp_path_factory: pytest.TempPathFactory, empty_office: Any, batches: list[tuple[int, int, Any]]
) -> None:
    """Prefixes, repeats, gaps and shuffles before the whole: the state is that of the whole alone."""
    folder = tmp_path_factory.mktemp("batches")
    shutil.copytree(empty_office, folder, dirs_exist_ok=True)
    world = small_world(open_engine(f"sqlite:///{folder / 'office.db'}"))
    laptop = enrolled(world)
    visit = laptop.visit("Rosa", "PTP")
    laptop.promise(visit)
    laptop.visit("Luis", "DIS")
    laptop.write("visit.recorded", {"debtor": "not an id"})
    laptop.write("visit.amended", {"visit": visit.id, "why": "error", "replaces": {"note": "otra"}})
    laptop.write("visit.recorded", visit_body(world), id=visit.id)
    known = 0
    for first, count, random in batches:
        entries = laptop.entries[first : first + count]
        if not entries:
            continue
        random.shuffle(entries)
        reply = ask(laptop, entries)
        known = max(known, entries_end(entries) if first <= known else 0)
        assert reply["have"]["n"] == known
    reply = ask(laptop, None)
    assert reply["have"]["n"] == 6
    assert reply["page"]["reflects"]["n"] == 6
    assert {(one["n"], one["code"]) for one in reply["quarantined"]} == {
        (4, "validation_failed"),
        (6, "id_conflict"),
    }
    held = state(world)
    assert {row["id"] for row in held["visits"]} == {laptop.entries[0].id, laptop.entries[2].id}
    assert len(held["events"]) == 6
    assert len(held["promises"]) == len(held["amendments"]) == len(held["stop_states"]) == 1
    assert verify(entries_held(world)).ok
    world.engine.dispose()


def entries_end(entries: Sequence[Entry]) -> int:
    return max(entry.n for entry in entries)


def test_one_bad_event_is_kept_and_does_not_block_the_rest(laptop: Laptop) -> None:
    good = laptop.visit("Luis")
    laptop.write("visit.recorded", visit_body(laptop.world) | {"place": "LUNA"})
    laptop.write("visit.dreamt", {"debtor": laptop.world.debtors["Rosa"]})
    laptop.write("visit.recorded", visit_body(laptop.world), version=9)
    laptop.write("visit.recorded", visit_body(laptop.world) | {"debtor": new_id()})
    laptop.write("promise.made", promise_body(laptop.world, new_id()))
    last = laptop.visit("Rosa")
    reply = ask(laptop, None)
    assert have(reply) == (7, last.h.hex())
    codes = {one["n"]: one["code"] for one in reply["quarantined"]}
    assert codes == {
        2: "validation_failed",
        3: "unknown_kind",
        4: "unknown_version",
        5: "unknown_record",
        6: "unknown_record",
    }
    assert all(one["detail"]["msgid"] for one in reply["quarantined"])
    assert {row["id"] for row in laptop.world.rows(t.visits)} == {good.id, last.id}
    assert len(laptop.world.rows(t.events)) == 7


@pytest.mark.parametrize(
    "change",
    [
        {"happened": {"start": "2026-11-20T15:00:00Z", "end": "2026-11-20T14:00:00Z", "known": "live"}},
        {"happened": {"start": "0001-01-01T00:00:00Z", "end": "0001-01-01T00:00:00Z", "known": "live"}},
        {"happened": {"start": "2026-11-20T15:00:00Z", "end": "2026-11-20T15:01:00Z", "known": "paper", "line": 2**40}},
        {"recorded": "9999-12-31T23:59:59Z"},
        {"results": []},
        {"note": "x" * 4001},
        {"location": {"source": "gnss", "lat": 95}},
        {"debtor": "a" * 36},
    ],
)  # fmt: skip
def test_a_visit_that_cannot_be_is_quarantined(laptop: Laptop, change: dict[str, Any]) -> None:
    laptop.write("visit.recorded", visit_body(laptop.world) | change)
    reply = ask(laptop, None)
    assert [one["code"] for one in reply["quarantined"]] == ["validation_failed"]
    assert laptop.world.rows(t.visits) == []


@pytest.mark.parametrize(
    "change",
    [
        {"amount": "0"},
        {"amount": "-5"},
        {"amount": "10.239"},
        {"amount": 5},
        {"window_start": "99:99"},
        {"due": "9999-12-31"},
    ],
)
def test_a_promise_that_cannot_be_is_quarantined(laptop: Laptop, change: dict[str, Any]) -> None:
    visit = laptop.visit()
    laptop.write("promise.made", promise_body(laptop.world, visit.id) | change)
    reply = ask(laptop, None)
    assert [(one["n"], one["code"]) for one in reply["quarantined"]] == [(2, "validation_failed")]


def test_two_results_for_one_account_are_quarantined(laptop: Laptop) -> None:
    twice = [{"account": laptop.world.accounts["Rosa"][0], "result": "NAD", "detail": {}}] * 2
    laptop.visit("Rosa", results=twice)
    assert [one["code"] for one in ask(laptop, None)["quarantined"]] == ["validation_failed"]


def test_a_header_that_is_not_one_is_kept_verbatim(laptop: Laptop) -> None:
    """What a damaged laptop writes: odd JSON, another place, an id as long as a book, a huge version."""
    previous = ZERO
    headers = [b"not json", b"[]", b'{"n": 7}', canonical({"id": "x" * 9000, "version": 2**62, "kind": "k"})]
    for n, header in enumerate(headers, 1):
        salt, body = new_salt(), b"{}"
        digest = body_digest(salt, body)
        h = chain(laptop.incarnation, n, previous, header, digest)
        laptop.entries.append(Entry(laptop.incarnation, n, "", "", 0, header, salt, body, digest, h))
        previous = h
    good = laptop.visit()
    reply = ask(laptop, None)
    assert have(reply) == (5, good.h.hex())
    assert {one["code"] for one in reply["quarantined"]} == {"validation_failed"}
    assert [row["header"] for row in laptop.world.rows(t.events)][:4] == headers


def test_an_id_said_again_under_a_new_incarnation_is_applied_once(laptop: Laptop) -> None:
    visit = laptop.visit()
    laptop.promise(visit)
    ask(laptop, None)
    child = continued(laptop)
    reply = ask(child, None)
    assert have(reply) == (3, child.entries[-1].h.hex())
    assert reply["quarantined"] == []
    assert len(laptop.world.rows(t.visits)) == len(laptop.world.rows(t.promises)) == 1
    [opened] = laptop.world.rows(t.incarnations, t.incarnations.c.id == child.incarnation)
    assert (opened["parent"], opened["parent_n"]) == (laptop.incarnation, 1)
    assert len(laptop.world.rows(t.facts, t.facts.c.kind == "ledger.incarnation_opened")) == 1


def continued(laptop: Laptop) -> Laptop:
    """A restored laptop: a new incarnation that says all of its events again."""
    parent = laptop.entries[0].head
    child = replace(laptop, incarnation=new_incarnation(), entries=[])
    child.parent = {"incarnation": parent.incarnation, "n": parent.n, "h": parent.h.hex()}
    opening = {"parent": parent.incarnation, "parent_n": parent.n, "parent_h": parent.h.hex()}
    child.write("incarnation.opened", opening)
    for entry in laptop.entries:
        last = child.entries[-1]
        child.entries.append(reopen(entry, incarnation=child.incarnation, n=last.n + 1, previous=last.h))
    return child


def test_the_same_id_with_another_body_is_a_conflict_and_the_first_word_stands(laptop: Laptop) -> None:
    visit = laptop.visit("Rosa", note="la primera")
    laptop.write("visit.recorded", visit_body(laptop.world, "Rosa", note="la segunda"), id=visit.id)
    reply = ask(laptop, None)
    assert [(one["n"], one["code"]) for one in reply["quarantined"]] == [(2, "id_conflict")]
    assert [row["note"] for row in laptop.world.rows(t.visits)] == ["la primera"]


def test_another_laptop_cannot_say_a_known_id_with_another_body(world: World, laptop: Laptop) -> None:
    visit = laptop.visit()
    ask(laptop, None)
    other = enrolled(world, "Benito")
    other.write("visit.recorded", visit_body(world, note="mía"), id=visit.id)
    assert [one["code"] for one in ask(other, None)["quarantined"]] == ["id_conflict"]


def test_a_fork_is_found_noted_once_and_never_stored_over(laptop: Laptop) -> None:
    laptop.visit("Rosa", note="original")
    laptop.visit("Luis")
    first = ask(laptop, None)
    clone = replace(laptop, entries=[])
    clone.visit("Rosa", note="clon")
    clone.visit("Luis")
    clone.visit("Rosa")
    before = state(laptop.world)
    for _ in range(2):
        reply = ask(clone, None)
        assert have(reply) == have(first)
        assert reply["receipt"] is None
        assert [notice["code"] for notice in reply["notices"]] == ["fork"]
    assert state(laptop.world) == before
    [fact] = laptop.world.rows(t.facts, t.facts.c.kind == "ledger.fork")
    assert fact["payload"]["n"] == 1


def test_a_clone_that_goes_on_from_another_past_is_not_believed(laptop: Laptop) -> None:
    laptop.visit()
    first = ask(laptop, None)
    clone = replace(laptop, entries=[])
    clone.visit("Luis")
    clone.visit("Luis")
    reply = ask(clone, clone.entries[1:])
    assert have(reply) == have(first)
    assert [notice["code"] for notice in reply["notices"]] == ["chain_broken"]
    assert len(laptop.world.rows(t.events)) == 1


def test_a_gap_is_answered_with_what_is_held(laptop: Laptop) -> None:
    for _ in range(3):
        laptop.visit()
    reply = ask(laptop, laptop.entries[2:])
    assert have(reply) == (0, ZERO.hex())
    assert [notice["code"] for notice in reply["notices"]] == ["gap"]
    assert have(ask(laptop, None))[0] == 3


@pytest.mark.parametrize("place", ["header", "body", "salt", "h", "body_digest"])
def test_a_changed_byte_is_not_stored(laptop: Laptop, place: str) -> None:
    laptop.visit()
    request = laptop.request(None)
    said = request["push"]["events"][0]
    said[place] = said[place][:-1] + ("0" if said[place][-1] != "0" else "1")
    reply = receiving.receive(laptop.world.engine, laptop.world.signer, laptop.device, request, NOW)
    assert have(reply) == (0, ZERO.hex())
    assert laptop.world.rows(t.events) == []


def test_a_head_signed_by_another_key_is_refused(laptop: Laptop) -> None:
    laptop.visit()
    forged = replace(laptop, key=new_signing_key())
    with pytest.raises(Problem) as refused:
        ask(forged, None)
    assert refused.value.code == "bad_signature"
    assert laptop.world.rows(t.events) == []


def test_a_laptop_cannot_speak_for_anothers_incarnation(world: World, laptop: Laptop) -> None:
    laptop.visit()
    ask(laptop, None)
    other = enrolled(world, "Benito")
    posing = replace(other, incarnation=laptop.incarnation, entries=laptop.entries)
    for entries in (None, ()):
        with pytest.raises(Problem) as refused:
            ask(posing, entries)
        assert refused.value.code == "unknown_incarnation"


def test_a_revoked_laptop_is_refused_and_what_it_sent_is_kept_sealed(laptop: Laptop) -> None:
    world = laptop.world
    enrolling.revoke(world.engine, laptop.device.id, actor="clara", now=NOW)
    laptop.visit()
    for entries in (None, ()):
        with pytest.raises(Problem) as refused:
            ask(laptop, entries)
        assert refused.value.code == "revoked"
    [row] = world.rows(t.events)
    assert (row["sealed"], row["quarantine"], row["body"]) == (True, "revoked", laptop.entries[0].body)
    assert world.rows(t.visits) == []
    assert world.rows(t.receipts) == []


def test_scope_never_rejects_a_visit_it_is_flagged(laptop: Laptop) -> None:
    visit = laptop.visit("Marta")
    reply = ask(laptop, None)
    assert reply["quarantined"] == []
    [row] = laptop.world.rows(t.visits)
    assert row["out_of_scope"] is True
    assert {finding["rule"] for finding in laptop.world.rows(t.findings)} >= {"audit.out_of_scope"}
    assert ("visit", visit.id) in laptop.world.kinds("Benito")
    assert ("visit", visit.id) not in laptop.world.kinds("Ana")


def test_a_visit_made_while_the_debtor_was_his_is_in_scope_after_he_was_given_away(laptop: Laptop) -> None:
    laptop.visit("Rosa", start=NOW - timedelta(days=2))
    laptop.world.assign("Rosa", "Benito", date(2026, 11, 19))
    laptop.visit("Rosa")
    ask(laptop, None)
    flags = {row["n"]: row["out_of_scope"] for row in laptop.world.rows(t.visits)}
    assert flags == {1: False, 2: True}


def test_a_live_visit_is_judged_at_its_corrected_time_and_stored_as_told(laptop: Laptop) -> None:
    """A clock six hours fast: typed as 20:00 in Duitama, it happened at 14:00 and is within the hours."""
    laptop.offset_ms = 6 * 3_600_000
    told = NOW.replace(hour=1) + timedelta(days=1)
    laptop.visit("Rosa", start=told)
    laptop.offset_ms = 0
    laptop.visit("Luis", start=told)
    ask(laptop, None)
    rows = {row["n"]: row for row in laptop.world.rows(t.visits)}
    assert rows[1]["started"] == told
    assert rows[1]["offset_ms"] == 6 * 3_600_000
    blocked = {
        n: {ruling["rule"] for ruling in row["verdict"]["rulings"] if ruling["decision"] == "block"}
        for n, row in rows.items()
    }
    assert "demo.hours" not in blocked[1]
    assert "demo.hours" in blocked[2]


def test_a_visit_typed_later_is_judged_when_it_happened_with_weaker_evidence(laptop: Laptop) -> None:
    laptop.visit("Rosa", start=NOW - timedelta(hours=4), known="later")
    ask(laptop, None)
    [row] = laptop.world.rows(t.visits)
    assert row["started"] == NOW - timedelta(hours=4)
    assert row["evidence"] > "A"
    assert not any(ruling["decision"] == "block" for ruling in row["verdict"]["rulings"])


def test_cease_stops_the_person_a_dispute_its_account_and_only_once(laptop: Laptop) -> None:
    world = laptop.world
    first, second = world.accounts["Rosa"]
    results = [
        {"account": first, "result": "DIS", "detail": {"dispute": "no es mío"}},
        {"account": second, "result": "CES", "detail": {}},
    ]
    visit = laptop.visit("Rosa", results=results)
    laptop.visit("Rosa", results=results[:1])
    reply = ask(laptop, None)
    stops = {row["state"]: row for row in world.rows(t.stop_states)}
    assert len(world.rows(t.stop_states)) == 2
    assert stops["dispute"]["account_id"] == first
    assert stops["cease"]["account_id"] is None
    assert stops["cease"]["source"] == visit.id
    assert stops["dispute"]["until"] is None
    [debtor] = [row for row in reply["page"]["rows"] if row["id"] == world.debtors["Rosa"]]
    assert {stop["state"] for stop in debtor["payload"]["stops"]} == {"dispute", "cease"}


def test_who_is_held_is_stopped_until_the_end_of_the_day_that_was_told(laptop: Laptop) -> None:
    world = laptop.world
    for until in ("2026-11-25", "2026-11-24", "9999-12-31", "2026-11-30"):
        detail = {"hold_until": until}
        results = [{"account": world.accounts["Luis"][0], "result": "PRI", "detail": detail}]
        laptop.visit("Luis", results=results)
    assert ask(laptop, None)["quarantined"] == []
    stops = sorted(world.rows(t.stop_states), key=lambda row: row["until"] or NOW)
    assert [row["until"] and row["until"].date().isoformat() for row in stops] == [None, "2026-11-26"]
    [debtor] = [
        json.loads(row["payload"]) for row in world.feed("Ana") if row["record_id"] == world.debtors["Luis"]
    ]
    assert {stop["state"] for stop in debtor["stops"]} == {"held"}


def test_a_visit_after_a_cease_is_in_breach_and_the_one_that_heard_it_is_not(laptop: Laptop) -> None:
    world = laptop.world
    laptop.visit("Luis", "CES", start=NOW - timedelta(hours=3))
    laptop.visit("Luis", "NEG", start=NOW - timedelta(hours=1))
    ask(laptop, None)
    blocked = {
        row["n"]: {r["rule"] for r in row["verdict"]["rulings"] if r["decision"] == "block"}
        for row in world.rows(t.visits)
    }
    assert not any("stop" in rule for rule in blocked[1])
    assert any("stop" in rule for rule in blocked[2])


def test_an_amendment_leaves_the_original_and_shows_in_the_feed(laptop: Laptop) -> None:
    world = laptop.world
    visit = laptop.visit("Luis", "NAD", note="nadie")
    changed = [{"account": world.accounts["Luis"][0], "result": "CER", "reason": None, "detail": {}}]
    amendment = laptop.write(
        "visit.amended",
        {"visit": visit.id, "why": "era cerrado", "replaces": {"note": "cerrado", "results": changed}},
    )
    reply = ask(laptop, None)
    assert reply["quarantined"] == []
    assert [row["note"] for row in world.rows(t.visits)] == ["nadie"]
    assert [row["result"] for row in world.rows(t.visit_results)] == ["NAD"]
    [sent] = [row["payload"] for row in reply["page"]["rows"] if row["id"] == visit.id]
    assert (sent["note"], sent["results"], sent["amended_by"]) == ("cerrado", changed, [amendment.id])


@pytest.mark.parametrize(
    ("replaces", "code"),
    [
        ({"debtor": "x"}, "validation_failed"),
        ({"recorded": "2026-11-20T15:00:00Z"}, "validation_failed"),
        ({"party": "PERRO"}, "validation_failed"),
        ({"results": "todos"}, "validation_failed"),
        (
            {"results": [{"account": "01926e3a-0000-7000-8000-000000000000", "result": "NAD"}]},
            "unknown_record",
        ),
    ],
)
def test_an_amendment_that_makes_no_visit_is_quarantined(
    laptop: Laptop, replaces: dict[str, Any], code: str
) -> None:
    visit = laptop.visit("Luis")
    laptop.write("visit.amended", {"visit": visit.id, "why": "probar", "replaces": replaces})
    assert [(one["n"], one["code"]) for one in ask(laptop, None)["quarantined"]] == [(2, code)]
    assert laptop.world.rows(t.amendments) == []


def test_only_who_made_a_visit_amends_it(world: World, laptop: Laptop) -> None:
    visit = laptop.visit()
    ask(laptop, None)
    other = enrolled(world, "Benito")
    other.write("visit.amended", {"visit": visit.id, "why": "probar", "replaces": {"note": "mía"}})
    assert [one["code"] for one in ask(other, None)["quarantined"]] == ["not_allowed"]


def test_what_is_found_in_the_field_is_a_proposal(laptop: Laptop) -> None:
    world = laptop.world
    rosa = world.debtors["Rosa"]
    place = {"source": "gnss", "lat": 5.83, "lon": -73.02, "accuracy_m": 12.0}
    home = {"debtor": rosa, "kind": "work", "text": "Carrera 9 # 1-1", "location": place}
    address = laptop.write("address.proposed", home)
    phone = laptop.write("phone.proposed", {"debtor": rosa, "value": "311 222 3344", "holder": "relative"})
    laptop.write("address.proposed", home | {"kind": "moon"})
    reply = ask(laptop, None)
    assert [(one["n"], one["code"]) for one in reply["quarantined"]] == [(3, "validation_failed")]
    [kept] = world.rows(t.addresses, t.addresses.c.id == address.id)
    assert (kept["state"], kept["precision"], kept["lat"]) == ("proposed", "door", 5.83)
    [debtor] = [row["payload"] for row in reply["page"]["rows"] if row["id"] == rosa]
    assert {a["id"]: a["state"] for a in debtor["addresses"]}[address.id] == "proposed"
    assert [(p["id"], p["state"], p["kind"]) for p in debtor["contact_points"]] == [
        (phone.id, "proposed", "mobile")
    ]


def test_the_other_kinds_have_their_rows(laptop: Laptop) -> None:
    world = laptop.world
    rosa, account = world.debtors["Rosa"], world.accounts["Rosa"][0]
    happened = {"start": "2026-11-19T15:00:00Z", "end": "2026-11-19T15:05:00Z", "known": "live"}
    visit = laptop.visit()
    call = {"debtor": rosa, "channel": "call", "happened": happened, "effective": True}
    contact = laptop.write("contact.recorded", call)
    laptop.write("stop.skipped", {"debtor": rosa, "stop": new_id(), "happened": happened, "cause": "lluvia"})
    paid = {"debtor": rosa, "account": account, "amount": "5000.50", "currency": "COP"}
    laptop.write("payment.reported", paid | {"paid_on": "2026-11-19", "channel": "banco"})
    photo = {"visit": visit.id, "sha256": "ab" * 32, "media_type": "image/jpeg", "size": 10}
    laptop.write("attachment.added", photo)
    reply = ask(laptop, None)
    assert reply["quarantined"] == []
    assert [row["id"] for row in world.rows(t.contacts)] == [contact.id]
    assert [row["cause"] for row in world.rows(t.skips)] == ["lluvia"]
    assert [row["amount_minor"] for row in world.rows(t.reported_payments)] == [5000_50]
    assert [row["stored_at"] for row in world.rows(t.attachments)] == [None]


def test_the_receipt_and_the_checkpoint_hold_under_the_offices_key(laptop: Laptop) -> None:
    world = laptop.world
    laptop.visit()
    first = ask(laptop, None)
    laptop.visit("Luis")
    second = ask(laptop, None, now=NOW + timedelta(days=1))
    with reading(world.engine) as connection:
        keys = enrolling.keyring(connection, world.signer, NOW)
    receipts = [Receipt.from_json(reply["receipt"]) for reply in (first, second)]
    assert [receipt.n for receipt in receipts] == [1, 2]
    checkpoints = [Checkpoint.from_json(reply["checkpoint"]) for reply in (first, second)]
    assert checkpoints[1].previous == checkpoints[0].mark
    inside = [Checkpoint.from_json(row["heads"]) for row in world.rows(t.checkpoints)]
    report = verify(
        entries_held(world), receipts=receipts, checkpoints=inside, outside=checkpoints, keys=keys
    )
    assert report.problems == ()
    cut = verify(entries_held(world)[:1], receipts=receipts, keys=keys)
    assert not cut.ok


def test_one_checkpoint_a_day(laptop: Laptop) -> None:
    marks = {ask(laptop, now=NOW + timedelta(minutes=m))["checkpoint"]["signature"] for m in (0, 5, 90)}
    assert len(marks) == 1
    assert len(laptop.world.rows(t.checkpoints)) == 1


def test_reflects_never_promises_what_a_page_does_not_show(laptop: Laptop) -> None:
    """Whatever the page size: every effect of an event up to `reflects` is in the pages read so far."""
    for debtor in ("Rosa", "Luis", "Rosa"):
        laptop.promise(laptop.visit(debtor), debtor)
    laptop.write(
        "visit.amended", {"visit": laptop.entries[0].id, "why": "error", "replaces": {"note": "nueva"}}
    )
    rosa = laptop.world.debtors["Rosa"]
    laptop.write("address.proposed", {"debtor": rosa, "kind": "home", "text": "otra calle"})
    ask(laptop, None)
    for limit in (1, 2, 3, 7):
        cursor, more, seen = None, True, {}
        while more:
            page = ask(laptop, cursor=cursor, limit=limit)["page"]
            seen |= {row["id"]: row["payload"] for row in page["rows"]}
            cursor, more = page["cursor"], page["more"]
            n = page["reflects"]["n"]
            assert page["reflects"]["h"] == (laptop.entries[n - 1].h.hex() if n else ZERO.hex())
            for entry in laptop.entries[:n]:
                if entry.kind in ("visit.recorded", "promise.made"):
                    assert entry.id in seen
            if n >= 7:
                assert seen[laptop.entries[0].id]["note"] == "nueva"
            if n >= 8:
                assert laptop.entries[7].id in {a["id"] for a in seen[rosa]["addresses"]}
        assert n == 8


def test_an_unknown_epoch_or_a_cursor_ahead_begins_again(laptop: Laptop) -> None:
    fresh = ask(laptop)["page"]
    assert fresh["reset"] is False
    epoch = fresh["cursor"]["epoch"]
    behind = ask(laptop, cursor={"epoch": epoch, "number": 2})["page"]
    assert (behind["reset"], behind["rows"][0]["number"]) == (False, 3)
    for cursor in ({"epoch": new_id(), "number": 2}, {"epoch": epoch, "number": 10_000}):
        page = ask(laptop, cursor=cursor)["page"]
        assert (page["reset"], page["rows"][0]["number"]) == (True, 1)


def test_a_receipt_ahead_of_the_office_proves_a_restore_and_opens_an_epoch(laptop: Laptop) -> None:
    laptop.visit()
    told = ask(laptop, None)
    world = laptop.world
    with writing(world.engine) as connection:  # the backup knew nothing of this chain
        for table in (t.reviews, t.visit_results, t.findings, t.visits, t.applied, t.events):
            connection.execute(table.delete())
        connection.execute(t.incarnations.update().values(n=0, h=ZERO))
    forged = told["receipt"] | {"n": 9}
    assert ask(laptop, receipt=forged)["epoch"] == told["epoch"]
    restored = ask(laptop, receipt=told["receipt"], cursor=told["page"]["cursor"])
    assert restored["epoch"] != told["epoch"]
    assert restored["page"]["reset"] is True
    assert have(restored) == (0, ZERO.hex())
    with reading(world.engine) as connection:
        assert offices.get(connection, "epoch") == restored["epoch"]
    again = ask(laptop, None, receipt=told["receipt"])
    assert again["epoch"] == restored["epoch"]
    assert have(again)[0] == 1
    assert len(world.rows(t.facts, t.facts.c.kind == "office.restored")) == 1


def test_an_epoch_that_ended_is_over_for_all_who_have_a_receipt_of_it(laptop: Laptop, world: World) -> None:
    """The receipt of an epoch unknown here ends the one in which the others got theirs, and no more."""
    benito = enrolled(world, "Benito")
    benito.visit("Marta")
    own = ask(benito, None)
    unknown = sign_receipt(
        world.signer,
        device=laptop.device.id,
        head=Head(laptop.incarnation, 1, bytes(32)),
        feed_number=1,
        epoch=new_id(),
        server_time=NOW,
    ).to_json()
    restored = ask(laptop, receipt=unknown)
    assert restored["epoch"] != own["epoch"]
    benito.visit("Marta")
    laptop.visit()
    later = [ask(benito, None, receipt=own["receipt"]), ask(laptop, None, receipt=unknown)]
    later += [ask(benito, receipt=later[0]["receipt"]), ask(laptop, receipt=later[1]["receipt"])]
    assert {told["epoch"] for told in later} == {restored["epoch"]}
    assert have(later[2])[0] == 2


def test_both_sides_compare_and_only_what_differs_comes_again(laptop: Laptop) -> None:
    laptop.visit()
    page = ask(laptop, None)["page"]
    held = [(row["kind"], row["id"], canonical(row["payload"])) for row in page["rows"]]
    asked = {"cursor": page["cursor"], "scope": scope_digest(held)}
    same = ask(laptop, compare=asked)["compare"]
    assert same["differing"] == []
    assert same["scope"] == overall(asked["scope"])
    without = scope_digest(held[1:])
    told = ask(laptop, compare=asked | {"scope": without})["compare"]
    assert len(told["differing"]) == 1
    assert held[0][1] in {row["id"] for row in told["rows"]}
    elsewhere = {"epoch": page["cursor"]["epoch"], "number": 1}
    assert ask(laptop, compare=asked | {"cursor": elsewhere})["compare"] is None


@pytest.mark.parametrize("scope", [5, {"visit": 5}, {"visit": {"count": 1, "buckets": ["a"]}}])
def test_a_comparison_that_is_none_is_told_so(laptop: Laptop, scope: Any) -> None:
    cursor = ask(laptop)["page"]["cursor"]
    with pytest.raises(Problem) as refused:
        ask(laptop, compare={"cursor": cursor, "scope": scope})
    assert refused.value.code == "validation_failed"


def test_nothing_is_acknowledged_when_the_commit_fails(
    laptop: Laptop, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An error after the events were written, before the commit: no answer, and nothing was kept."""

    def broken(*_: Any, **__: Any) -> Any:
        raise RuntimeError("power cut")

    laptop.visit()
    before = state(laptop.world)
    with monkeypatch.context() as patch:
        patch.setattr("server.receiving.checkpoint", broken)
        with pytest.raises(RuntimeError):
            ask(laptop, None)
    assert state(laptop.world) == before
    assert have(ask(laptop, None))[0] == 1


def test_rows_no_check_foresaw_are_set_aside_alone(laptop: Laptop, monkeypatch: pytest.MonkeyPatch) -> None:
    """A table's own constraint refuses one promise: the other events of the batch are applied."""

    def colliding(said: Any, around: Any, sender: Any) -> Any:
        made = honest(said, around, sender)
        if said.body["amount"] == 7:
            made[0].row["visit_id"] = new_id()
        return made

    honest = rows.ROWS[EventKind.PROMISE_MADE]
    monkeypatch.setattr(rows, "ROWS", {**rows.ROWS, EventKind.PROMISE_MADE: colliding})
    visit = laptop.visit()
    laptop.promise(visit, amount="7.00")
    laptop.promise(visit, amount="8.00")
    reply = ask(laptop, None)
    assert [(one["n"], one["code"]) for one in reply["quarantined"]] == [(2, "validation_failed")]
    assert [row["amount_minor"] for row in laptop.world.rows(t.promises)] == [8_00]
    assert len(laptop.world.rows(t.visits)) == 1


def test_a_push_that_contradicts_itself_is_refused(laptop: Laptop) -> None:
    laptop.visit()
    laptop.visit()
    for change in (
        {"incarnation": new_id()},
        {"head": {"incarnation": laptop.incarnation, "n": 1, "h": laptop.entries[0].h.hex()}},
        {"events": [message(laptop.entries[1]) | {"salt": None, "body": None, "body_digest": None}]},
        {"signature": "00"},
        {"events": "none"},
    ):
        request = laptop.request(None)
        request["push"] |= change
        with pytest.raises(Problem) as refused:
            receiving.receive(laptop.world.engine, laptop.world.signer, laptop.device, request, NOW)
        assert refused.value.code == "validation_failed"
    assert laptop.world.rows(t.events) == []


@pytest.mark.parametrize(
    "unknown",
    [
        {"recorded": "2026-11-24T20:00:00.000Z"},
        {"happened": "ayer"},
        {"amount": "mil", "currency": 7},
        {"due": "2026-13-40", "paid_on": [], "window_start": {}},
        {"results": "todos"},
    ],
)
def test_fields_that_a_kind_does_not_have_are_kept_as_they_came_and_judged_by_nobody(
    laptop: Laptop, world: World, unknown: dict[str, Any]
) -> None:
    visit = laptop.visit()
    body = {"visit": visit.id, "why": "error", "replaces": {"note": "otra"}} | unknown
    amended = laptop.write("visit.amended", body)
    reply = receiving.receive(world.engine, world.signer, laptop.device, laptop.request(None), NOW)
    assert reply["have"]["n"] == amended.n
    [held] = world.rows(t.events, t.events.c.id == amended.id)
    assert held["quarantine"] is None
    assert json.loads(held["body"]) == body
