"""Applies accepted events to the office's tables, in bulk; one that does not fit blocks no other.

Knows no chain, no feed and no HTTP.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from sqlalchemy import Connection

from sync.records import EventKind
from sync.rules.clauses import StopKind
from sync.words import N_, Phrase

from ..stopping import freeze_co_held
from ..store import contacts, notices, promises, proposals, stop_states, terms, visits
from ..store.histories import HeldVisit, as_held
from ..store.trouble import Unstorable, attempt
from .rows import Made, Row, Sender, rows_of
from .said import Said, Unfit, quarantined
from .surroundings import Surroundings

__all__ = ["Projected", "Sender", "project"]

# Parents before children, so that every reference finds its row.
TABLES: Mapping[str, Callable[[Connection, list[Row]], None]] = {
    "visits": visits.add,
    "visit_results": visits.add_results,
    "amendments": visits.add_amendments,
    "offers": terms.add_offers,
    "agreements": terms.add_agreements,
    "promises": promises.add,
    "suggestions": terms.add_suggestions,
    "contacts": contacts.add,
    "addresses": proposals.add_addresses,
    "contact_points": proposals.add_contact_points,
    "skips": visits.add_skips,
    "reported_payments": visits.add_reported_payments,
    "attachments": visits.add_attachments,
    "deliveries": notices.add_deliveries,
    "stop_states": stop_states.add,
}


@dataclass
class Projected:
    """What became of a batch: the events applied with their rows by table, those set aside, the debtors
    and visits that have to be looked at again, and all that was known around them."""

    applied: list[Said] = field(default_factory=list)
    set_aside: list[Said] = field(default_factory=list)
    debtors: set[str] = field(default_factory=set)
    visits: set[str] = field(default_factory=set)
    made: dict[str, list[Row]] = field(default_factory=dict)
    around: Surroundings = field(default_factory=Surroundings.nothing)

    def held(self) -> dict[str, HeldVisit]:
        """The visits applied, as the audit reads them."""
        return {row["id"]: self._held(row) for row in self.made.get("visits", ())}

    def _held(self, row: Row) -> HeldVisit:
        results = self.around.results[row["id"]]
        first = min(result["account_id"] for result in results)
        visit, verdict = self.around.judged[row["id"]]
        return as_held(row, visit, verdict, self.around.accounts[first]["pack"])


def project(connection: Connection, events: Sequence[Said], sender: Sender) -> Projected:
    """Apply these events, in order. One that cannot be applied is set aside and blocks no other."""
    around = Surroundings.of(connection, sender.device.agent_id, events)
    done = Projected(around=around)
    made: list[tuple[Said, list[Made]]] = []
    for said in events:
        try:
            made.append((said, rows_of(said, around, sender)))
        except Unfit as unfit:
            done.set_aside.append(quarantined(said, unfit))
    try:
        with attempt(connection):
            _store(connection, [row for _, rows in made for row in rows])
        done.applied = [said for said, _ in made]
        done.made = _by_table(row for _, rows in made for row in rows)
    except Unstorable:
        _store_one_by_one(connection, made, done)
    for said in done.applied:
        _touch(done, said, around)
    _freeze(connection, done, sender)
    return done


def _freeze(connection: Connection, done: Projected, sender: Sender) -> None:
    """A death told at the door freezes also what the dead held together with others."""
    dead = {
        row["debtor_id"]
        for row in done.made.get("stop_states", ())
        if row["state"] == StopKind.DECEASED.value
    }
    if dead:
        done.made["stop_states"] += freeze_co_held(connection, sender.now, dead)


def _store(connection: Connection, made: Iterable[Made]) -> None:
    for table, rows in _by_table(made).items():
        TABLES[table](connection, rows)


def _by_table(made: Iterable[Made]) -> dict[str, list[Row]]:
    by_table: dict[str, list[Row]] = {table: [] for table in TABLES}
    for table, row in made:
        by_table[table].append(row)
    return {table: rows for table, rows in by_table.items() if rows}


def _store_one_by_one(
    connection: Connection, made: Iterable[tuple[Said, list[Made]]], done: Projected
) -> None:
    """What no check foresaw: keep every event that fits, set aside the one that does not."""
    for said, rows in made:
        try:
            with attempt(connection):
                _store(connection, rows)
            done.applied.append(said)
            for table, stored in _by_table(rows).items():
                done.made.setdefault(table, []).extend(stored)
        except Unstorable:
            because = Phrase(N_("El evento no cabe en las tablas de la oficina; se guardó tal como llegó"))
            done.set_aside.append(quarantined(said, Unfit("validation_failed", because)))


def _touch(done: Projected, said: Said, around: Surroundings) -> None:
    kind, body = said.entry.kind, said.body
    debtor = body.get("debtor")
    if kind == EventKind.VISIT_RECORDED:
        done.visits.add(said.entry.id)
    elif kind == EventKind.VISIT_AMENDED:
        done.visits.add(body["visit"])
        debtor = around.visits[body["visit"]]["debtor_id"]
    elif kind == EventKind.ATTACHMENT_ADDED:
        debtor = around.visits[body["visit"]]["debtor_id"]
    if debtor is not None:
        done.debtors.add(debtor)
