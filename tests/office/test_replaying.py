"""What waited is applied once it can be: after an upgrade, when what it names arrives, when it is released."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from server import enrolling, erasing
from server.projecting import said as reading_events
from server.receiving import releasing, replaying
from server.store import tables as t
from sync.ids import new_id, new_incarnation
from sync.records import Refused
from sync.wire.errors import Problem
from sync.wire.events import BODIES

from .builders import NOW, Laptop, World, enrolled, visit_body
from .test_receiving import ask, entries_held

LATER = NOW + timedelta(days=3)


def older_program(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    """The office as it was before it knew of promises."""
    known = {name: schema for name, schema in BODIES.items() if name[0] != "promise.made"}
    monkeypatch.setattr(reading_events, "BODIES", known)
    return monkeypatch


def codes(world: World) -> dict[int, str | None]:
    return {row["n"]: row["quarantine"] for row in world.rows(t.events)}


def test_what_an_older_program_set_aside_is_applied_after_the_upgrade_and_the_laptops_list_empties(
    laptop: Laptop,
) -> None:
    world = laptop.world
    with pytest.MonkeyPatch.context() as older:
        older_program(older)
        visit = laptop.visit("Rosa")
        promise = laptop.promise(visit)
        laptop.write("visit.dreamt", {"debtor": world.debtors["Rosa"]})
        reply = ask(laptop, None)
        assert [(one["n"], one["code"]) for one in reply["quarantined"]] == [
            (2, "unknown_kind"),
            (3, "unknown_kind"),
        ]
        # The control: the program that does not know it cannot apply it either.
        assert replaying.replay(world.engine, LATER, "cli").to_json() == {
            "looked_at": 2,
            "applied": 0,
            "waiting": {"unknown_kind": 2},
        }
    done = replaying.replay(world.engine, LATER, "cli")
    assert (done.looked_at, done.applied, done.waiting) == (2, 1, {"unknown_kind": 1})
    assert [row["id"] for row in world.rows(t.promises)] == [promise.id]
    reply = ask(laptop)
    assert [(one["n"], one["code"]) for one in reply["quarantined"]] == [(3, "unknown_kind")]
    assert "promise" in {row["kind"] for row in reply["page"]["rows"]}
    [fact] = world.rows(t.facts, t.facts.c.kind == "event.replayed")
    assert (fact["subject"], fact["payload"]["waited_for"]) == (promise.id, "unknown_kind")


def test_a_replay_repeated_changes_nothing(laptop: Laptop) -> None:
    world = laptop.world
    with pytest.MonkeyPatch.context() as older:
        older_program(older)
        laptop.promise(laptop.visit("Rosa"))
        ask(laptop, None)
    replaying.replay(world.engine, LATER, "cli")
    before = {table.name: world.rows(table) for table in (t.promises, t.applied, t.facts, t.feeds, t.events)}
    assert replaying.replay(world.engine, LATER, "cli").looked_at == 0
    after = {table.name: world.rows(table) for table in (t.promises, t.applied, t.facts, t.feeds, t.events)}
    assert after == before


def test_a_replay_goes_over_any_number_of_events_a_batch_at_a_time(
    laptop: Laptop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(replaying, "BATCH", 3)
    with pytest.MonkeyPatch.context() as older:
        older_program(older)
        visit = laptop.visit("Rosa")
        for _ in range(7):
            laptop.promise(visit)
            laptop.write("visit.dreamt", {})
        ask(laptop, None)
    done = replaying.replay(laptop.world.engine, LATER, "cli")
    assert (done.looked_at, done.applied) == (14, 7)
    assert len(laptop.world.rows(t.promises)) == 7


def test_a_conflict_of_ids_and_a_sealed_event_are_left_to_a_person(world: World, laptop: Laptop) -> None:
    visit = laptop.visit("Rosa", note="la primera")
    laptop.write("visit.recorded", visit_body(world, note="la segunda"), id=visit.id)
    ask(laptop, None)
    other = enrolled(world, "Benito")
    enrolling.revoke(world.engine, other.device.id, actor="clara", now=NOW)
    other.visit("Marta")
    with pytest.raises(Problem):
        ask(other, None)
    assert replaying.replay(world.engine, LATER, "cli").looked_at == 0
    assert [row["note"] for row in world.rows(t.visits)] == ["la primera"]


def test_two_bodies_under_one_id_that_both_waited_leave_one_applied_and_one_in_conflict(
    laptop: Laptop,
) -> None:
    world = laptop.world
    with pytest.MonkeyPatch.context() as older:
        older_program(older)
        visit = laptop.visit("Rosa")
        first = laptop.promise(visit, amount="10.00")
        body = {**_body(first), "amount": "20.00"}
        laptop.write("promise.made", body, id=first.id)
        ask(laptop, None)
    replaying.replay(world.engine, LATER, "cli")
    assert [row["amount_minor"] for row in world.rows(t.promises)] == [10_00]
    assert codes(world) == {1: None, 2: None, 3: "id_conflict"}


def _body(entry: Any) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(entry.body)
    return found


def test_a_visit_that_waited_is_judged_by_the_clock_it_came_with(laptop: Laptop) -> None:
    """A clock six hours fast, measured by the request alone, and applied three days later."""
    world = laptop.world
    with pytest.MonkeyPatch.context() as older:
        older.setattr(reading_events, "BODIES", {})
        laptop.offset_ms = 6 * 3_600_000
        fast = laptop.clock(NOW)
        fast["offset_ms"] = fast["uncertainty_ms"] = None
        start = NOW + timedelta(hours=5, minutes=30)
        laptop.write("visit.recorded", visit_body(world, "Rosa", start=start), clock=fast)
        ask(laptop, None)
    replaying.replay(world.engine, LATER, "cli")
    [row] = world.rows(t.visits)
    assert (row["offset_ms"], row["received_at"]) == (6 * 3_600_000, NOW)
    assert not any(ruling["decision"] == "block" for ruling in row["verdict"]["rulings"])


def test_a_correction_that_came_before_its_visit_is_applied_when_the_visit_comes(laptop: Laptop) -> None:
    """The visit is in another chain of the same collector, which is sent later."""
    world = laptop.world
    visit = laptop.visit("Luis", note="nadie")
    second = replace(enrolled(world), incarnation=new_incarnation())
    amendment = {"visit": visit.id, "why": "era cerrado", "replaces": {"note": "cerrado"}}
    second.write("visit.amended", amendment)
    second.write("visit.amended", amendment | {"visit": new_id()})
    assert [one["code"] for one in ask(second, None)["quarantined"]] == ["unknown_record"] * 2
    page = ask(laptop, None)["page"]
    [told] = [row["payload"] for row in page["rows"] if row["id"] == visit.id]
    assert told["note"] == "cerrado"
    assert [one["n"] for one in ask(second)["quarantined"]] == [2]


def revoked(world: World) -> Laptop:
    """Ana's laptop was lost and revoked; then it was found, and sent its day."""
    laptop = enrolled(world)
    laptop.visit("Rosa", note="antes")
    ask(laptop, None)
    enrolling.revoke(world.engine, laptop.device.id, actor="clara", now=NOW)
    laptop.promise(laptop.visit("Luis", note="después"), "Luis")
    laptop.write("visit.recorded", {"debtor": "nadie"})
    with pytest.raises(Problem) as refused:
        ask(laptop, laptop.entries[1:])
    assert refused.value.code == "revoked"
    return laptop


def test_a_supervisor_releases_with_a_reason_what_a_revoked_laptop_sent(world: World) -> None:
    laptop = revoked(world)
    assert [row["note"] for row in world.rows(t.visits)] == ["antes"]
    engine, device = world.engine, laptop.device.id
    refused = releasing.release(engine, device, why=" ", actor="clara", now=LATER)
    assert isinstance(refused, Refused)
    done = releasing.release(engine, device, why="apareció en su casa", actor="clara", now=LATER)
    assert not isinstance(done, Refused)
    assert (done.looked_at, done.applied, done.waiting) == (3, 2, {"validation_failed": 1})
    assert {row["note"] for row in world.rows(t.visits)} == {"antes", "después"}
    assert not any(row["sealed"] for row in world.rows(t.events))
    assert len(entries_held(world)) == 4
    [fact] = world.rows(t.facts, t.facts.c.kind == "device.released")
    assert (fact["actor"], fact["payload"]["why"]) == ("clara", "apareció en su casa")
    assert len(world.rows(t.facts, t.facts.c.kind == "event.released")) == 2
    again = releasing.release(engine, device, why="otra vez, por si acaso", actor="clara", now=LATER)
    assert not isinstance(again, Refused)
    assert again.looked_at == 0
    with pytest.raises(Problem):
        releasing.release(engine, new_id(), why="no existe", actor="clara", now=LATER)


def test_a_released_laptop_is_still_shut_out(world: World) -> None:
    laptop = revoked(world)
    releasing.release(world.engine, laptop.device.id, why="apareció", actor="clara", now=LATER)
    laptop.visit("Rosa", note="otra")
    with pytest.raises(Problem) as refused:
        ask(laptop, laptop.entries[4:])
    assert refused.value.code == "revoked"
    assert [row["n"] for row in world.rows(t.events) if row["sealed"]] == [5]


def test_what_was_erased_while_it_waited_is_not_tried_again(laptop: Laptop) -> None:
    world = laptop.world
    with pytest.MonkeyPatch.context() as older:
        older_program(older)
        laptop.promise(laptop.visit("Rosa"))
        ask(laptop, None)
    asked = {"asked_by": "holder", "channel": "letter", "basis": "Ley 1581", "received_on": None}
    rosa, who = world.debtors["Rosa"], {"actor": "carla", "now": LATER}
    erasing.receive_request(world.engine, rosa, **asked, **who)  # type: ignore[arg-type]
    done = erasing.carry_out(world.engine, world.signer, "1", why="Procede", despite_open=True, **who)  # type: ignore[arg-type]
    assert isinstance(done, erasing.CarriedOut)
    assert codes(world) == {1: None, 2: "unknown_kind"}
    assert replaying.replay(world.engine, LATER, "cli").looked_at == 0
    ask(laptop, None)
    assert codes(world) == {1: None, 2: "unknown_kind"}
