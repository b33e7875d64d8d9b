"""What the collector hands over is whole, whatever stands in the journal."""

from __future__ import annotations

import csv
from pathlib import Path

from field_client.handing_over import hand_over
from field_client.store import journal
from sync.ids import new_id
from sync.ledger import new_salt, write_entry
from sync.ledger_folder import read_export
from sync.verifying import verdict_on
from tests.laptop.pairs import Pair


def of_a_newer_program(pair: Pair) -> str:
    """A visit of a version that this program does not know, in its own chain."""
    with pair.store.writing() as db:
        last = journal.head(db, journal.current(db))
        entry = write_entry(
            incarnation=last.incarnation,
            n=last.n + 1,
            previous=last.h,
            id=new_id(),
            kind="visit.recorded",
            version=9,
            clock=pair.clock.read().at_event(0, 100),
            policy_version="",
            debtor=None,
            accounts=(),
            body={"debtor": "x"},
            salt=new_salt(),
        )
        journal.add(db, entry, None, pair.clock.now)
    return entry.id


def test_a_visit_this_program_cannot_read_is_handed_over_by_its_id_and_stops_nothing(
    pair: Pair, tmp_path: Path
) -> None:
    """An event of another version of the program is the journal's like any other."""
    pair.exchange()
    good = pair.visit("Rosa")
    odd = of_a_newer_program(pair)
    pair.exchange()
    handed = hand_over(pair.store, tmp_path / "out", pair.clock.now)
    with (tmp_path / "out" / "visits.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert handed.visits == 2
    assert {row["visit"]: row["result"] for row in rows} == {good.visit: "NAD", odd: ""}
    assert verdict_on(read_export(tmp_path / "out" / "ledger")).ok
