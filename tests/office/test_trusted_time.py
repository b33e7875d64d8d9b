"""Whatever a laptop's clock says: no order, no ageing and no verdict follows it, and its skew is flagged."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from server.store import encounters
from server.store import tables as t
from server.store.engine import reading
from sync.ledger import Entry
from sync.wire.fields import instant

from .builders import NOW, Laptop, World, visit_body
from .test_receiving import ask

YEARS = timedelta(days=3652)
OFFS = [YEARS, -YEARS, timedelta(hours=5), -timedelta(hours=5)]


def said_at(laptop: Laptop, off: timedelta, name: str = "Rosa", **given: Any) -> Entry:
    """A visit that was half an hour ago, by a clock that is off and was never measured."""
    laptop.offset_ms = round(off.total_seconds() * 1000)
    clock = laptop.clock(NOW)
    clock["offset_ms"] = clock["uncertainty_ms"] = None
    clock |= given.pop("clock", {})
    body = visit_body(laptop.world, name, start=NOW - timedelta(minutes=30) + off, **given)
    return laptop.write("visit.recorded", body | {"recorded": instant(NOW + off)}, clock=clock)


def decisions(world: World, visit: str) -> dict[str, str]:
    [row] = world.rows(t.visits, t.visits.c.id == visit)
    return {ruling["rule"]: ruling["decision"] for ruling in row["verdict"]["rulings"]}


@pytest.mark.parametrize("off", OFFS)
def test_a_clock_that_is_off_moves_no_verdict_and_is_flagged(laptop: Laptop, off: timedelta) -> None:
    world = laptop.world
    visit = said_at(laptop, off)
    assert ask(laptop, None)["quarantined"] == []
    assert "block" not in decisions(world, visit.id).values()
    [row] = world.rows(t.visits)
    assert row["out_of_scope"] is False
    assert abs(row["offset_ms"] - off.total_seconds() * 1000) <= row["uncertainty_ms"] < 60_000
    rules = {finding["rule"] for finding in world.rows(t.findings)}
    assert "audit.clock_skew" in rules
    with reading(world.engine) as connection:
        since = NOW - timedelta(days=7)
        history = encounters.history(connection, [world.debtors["Rosa"]], since)
    [counted] = history[world.debtors["Rosa"]]  # the caps count it in its own week
    assert abs(counted.happened.start - (NOW - timedelta(minutes=30))) < timedelta(minutes=1)


@pytest.mark.parametrize("off", OFFS)
def test_a_clock_set_and_no_boot_to_compare_is_uncertain_and_never_a_breach(
    laptop: Laptop, off: timedelta
) -> None:
    """Never measured, started again, and set right before it sent: nobody can know when it was."""
    visit = said_at(laptop, off, clock={"boot": "another"})
    laptop.offset_ms = 0
    ask(laptop, None)
    assert "block" not in decisions(laptop.world, visit.id).values()
    hours = [
        finding
        for finding in laptop.world.rows(t.findings)
        if finding["rule"] == "audit.outside_hours" and finding["severity"] == "serious"
    ]
    assert hours == []


@pytest.mark.parametrize("off", [YEARS, -YEARS])
def test_the_order_of_events_and_the_ageing_of_debts_are_the_offices(laptop: Laptop, off: timedelta) -> None:
    world = laptop.world
    before = {row["record_id"]: row["payload"] for row in world.feed("Ana") if row["kind"] == "account"}
    first = said_at(laptop, off)
    second = said_at(laptop, -off, "Luis")
    ask(laptop, None)
    arrived = sorted(world.rows(t.events), key=lambda row: row["arrival"])
    assert [row["id"] for row in arrived] == [first.id, second.id]
    assert {row["received_at"] for row in arrived} == {NOW}
    after = {row["record_id"]: row["payload"] for row in world.feed("Ana") if row["kind"] == "account"}
    told = [json.loads(payload)["balance"]["oldest_due"] for payload in after.values()]
    assert set(told) == {"2026-08-01"}
    assert not before or before == after


def test_a_clock_set_in_the_middle_of_a_sync_changes_nothing_that_was_said(laptop: Laptop) -> None:
    """The first batch by the right clock, the second an hour later by one ten years off."""
    world = laptop.world
    early = said_at(laptop, timedelta(0))
    late = said_at(laptop, timedelta(0), "Luis")
    ask(laptop, [early])
    jumped = replace(laptop, offset_ms=round(YEARS.total_seconds() * 1000))
    ask(jumped, [late], now=NOW + timedelta(hours=1))
    rows = {row["id"]: row for row in world.rows(t.visits)}
    for entry in (early, late):
        assert abs(rows[entry.id]["offset_ms"]) <= rows[entry.id]["uncertainty_ms"] < 60_000
        assert "block" not in decisions(world, entry.id).values()
