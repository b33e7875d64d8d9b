"""What the audit notices of real visits, and how a supervisor closes it."""

from __future__ import annotations

from datetime import timedelta

import pytest

from server import auditing, auditing_all, receiving
from server.store import findings
from server.store import tables as t
from server.store.engine import reading, writing
from server.store.scopes import Scope, Share
from sync.records import Refused

from .builders import NOW, Laptop, World, visit_body

EVERYTHING = Scope.everything()


def say(world: World, laptop: Laptop) -> None:
    receiving.receive(world.engine, world.signer, laptop.device, laptop.request(None), NOW)


def far_visit(world: World, laptop: Laptop) -> str:
    body = visit_body(world)
    body["location"] |= {"lat": 5.85}  # about 3.3 km north of the door
    return laptop.write("visit.recorded", body).id


def rules_of(world: World) -> set[str]:
    with reading(world.engine) as connection:
        return {row["rule"] for row in findings.listed(connection, EVERYTHING)}


def test_a_visit_measured_far_from_its_address_is_found_when_it_arrives(world: World, laptop: Laptop) -> None:
    far_visit(world, laptop)
    say(world, laptop)
    assert "audit.far_from_address" in rules_of(world)


def test_a_visit_at_the_door_in_good_hours_has_no_finding(world: World, laptop: Laptop) -> None:
    laptop.visit(party="NAD")
    say(world, laptop)
    assert rules_of(world) == set()


def test_auditing_again_finds_nothing_new(world: World, laptop: Laptop) -> None:
    far_visit(world, laptop)
    say(world, laptop)
    before = world.rows(t.findings)
    report = auditing_all.audit_all(world.engine, actor="carla", now=NOW + timedelta(days=1))
    assert (report.visits, report.new) == (1, 0)
    assert report.by_rule["audit.far_from_address"] == 1
    assert world.rows(t.findings) == before


def test_a_visit_typed_four_hours_later_is_judged_when_it_happened(world: World, laptop: Laptop) -> None:
    """The demo pack closes at 20:00: 18:00 typed at 22:00 is lawful, 22:00 itself is not."""
    six_in_the_evening = NOW.replace(hour=23)  # 18:00 in Bogotá
    typed = six_in_the_evening + timedelta(hours=4)
    laptop.write(
        "visit.recorded", visit_body(world, start=six_in_the_evening, known="later", party="NAD"), now=typed
    )
    receiving.receive(
        world.engine, world.signer, laptop.device, laptop.request(None), typed + timedelta(minutes=1)
    )
    assert "audit.outside_hours" not in rules_of(world)
    late = visit_body(world, "Luis", start=typed - timedelta(minutes=20), known="later", party="NAD")
    laptop.write("visit.recorded", late, now=typed)
    receiving.receive(
        world.engine, world.signer, laptop.device, laptop.request(None), typed + timedelta(minutes=2)
    )
    assert "audit.outside_hours" in rules_of(world)


def test_the_later_of_two_overlapping_visits_carries_the_finding_with_its_own_debtor(
    world: World, laptop: Laptop
) -> None:
    start = NOW - timedelta(hours=2)
    laptop.visit("Rosa", start=start, minutes=20, party="NAD")
    body = visit_body(world, "Luis", start=start + timedelta(minutes=5), minutes=20, party="NAD")
    body["location"] |= {"lat": 5.822}  # two hundred metres up the street, where he lives
    with writing(world.engine) as connection:
        there = t.addresses.c.id == world.addresses["Luis"]
        connection.execute(t.addresses.update().where(there).values(lat=5.822))
    later = laptop.write("visit.recorded", body)
    say(world, laptop)
    [found] = world.rows(t.findings, t.findings.c.rule == "audit.overlap")
    assert (found["visit_id"], found["debtor_id"]) == (later.id, world.debtors["Luis"])


def test_a_supervisor_resolves_a_finding_once_with_a_reason(world: World, laptop: Laptop) -> None:
    far_visit(world, laptop)
    say(world, laptop)
    [found] = world.rows(t.findings, t.findings.c.rule == "audit.far_from_address")

    def resolve(why: str, resolution: str = "justified") -> Refused | None:
        return auditing.resolve(
            world.engine,
            found["id"],
            resolution=resolution,
            why=why,
            actor="carla",
            now=NOW,
            scope=EVERYTHING,
        )

    assert isinstance(resolve("no"), Refused), "a reason nobody can understand later"
    assert isinstance(resolve("El GPS del celular falló", "perhaps"), Refused)
    assert resolve("El GPS del celular falló ese día") is None
    again = resolve("Otra cosa distinta")
    assert isinstance(again, Refused)
    assert "carla" in str(again.reason)
    [kept] = world.rows(t.findings, t.findings.c.id == found["id"])
    assert (kept["state"], kept["resolved_why"]) == ("resolved", "El GPS del celular falló ese día")
    assert [row["kind"] for row in world.rows(t.facts)].count("finding.resolved") == 1


def test_a_finding_outside_the_scope_does_not_exist(world: World, laptop: Laptop) -> None:
    far_visit(world, laptop)
    say(world, laptop)
    [found] = world.rows(t.findings, t.findings.c.rule == "audit.far_from_address")
    elsewhere = Scope((Share(branch="Otra sucursal"),))
    with reading(world.engine) as connection:
        assert findings.listed(connection, elsewhere) == []
    with pytest.raises(LookupError):
        auditing.resolve(
            world.engine,
            found["id"],
            resolution="justified",
            why="No es de mi sucursal",
            actor="bruno",
            now=NOW,
            scope=elsewhere,
        )


def test_a_visit_to_a_debtor_who_passed_to_another_agent_is_kept_and_flagged(
    world: World, laptop: Laptop
) -> None:
    world.assign("Luis", "Benito")
    laptop.visit("Luis", party="NAD")
    say(world, laptop)
    assert len(world.rows(t.visits)) == 1
    assert "audit.out_of_scope" in rules_of(world)


def test_nothing_in_the_history_changes_when_a_visit_is_audited(world: World, laptop: Laptop) -> None:
    far_visit(world, laptop)
    say(world, laptop)
    before = world.rows(t.visits), world.rows(t.visit_results), world.rows(t.events)
    with writing(world.engine) as connection:
        auditing.audit(connection, [row["id"] for row in before[0]], NOW)
    assert (world.rows(t.visits), world.rows(t.visit_results), world.rows(t.events)) == before
