"""Overwrites what the tables know of a person, and leaves the figures. Knows no ledger and decides nothing.

What stays is what the accounts and the audit need and says nothing personal: who visited when, codes of
what came of it, amounts and dates. Names, documents, addresses, telephones, places and free text go.
Every column of every table that may hold words about him is in this module; a new one belongs here too.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Engine, Table, Text, cast, insert, or_, select, update
from sqlalchemy.exc import DBAPIError

from sync.ids import new_id

from . import (
    change_rows,
    overwriting_claims,
    overwriting_month,
    overwriting_outside,
    overwriting_reviewing,
    overwriting_strategy,
)
from .chunks import chunks
from .tables import (
    account_roles,
    accounts,
    addresses,
    agreements,
    amendments,
    asset_notes,
    assignments,
    case_answers,
    contact_points,
    contacts,
    debtors,
    deliveries,
    documents,
    events,
    facts,
    feeds,
    findings,
    import_remarks,
    notices,
    offers,
    placings,
    policy_overrides,
    promises,
    reported_payments,
    routes,
    skips,
    stop_states,
    stops,
    suggestions,
    visit_results,
    visits,
)

NAMELESS = "Suprimido"
BUSY_TIMEOUT_MS = 15_000  # as the engine opens its connections
SCRUB_WAITS_MS = 3_000
SUPPRESSED: Mapping[str, Any] = {"msgid": "El contenido fue suprimido", "values": {}}
NOWHERE = {
    "text": NAMELESS,
    "district": "",
    "city": "",
    "lat": None,
    "lon": None,
    "precision": "none",
    "error_m": None,
}
UNPLACED = {"lat": None, "lon": None, "precision": "none", "error_m": None, "why": dict(SUPPRESSED)}
UNREACHABLE = {"value": "", "e164": "", "relation": ""}
CODES = ("place", "party", "happened")  # of a correction: what is code or time, and names nobody
WORDS = ("why", "reason", "note", "text", "name")  # what a fact may quote
TOUCHED: tuple[Table, ...] = (
    events,
    debtors,
    addresses,
    contact_points,
    account_roles,
    visits,
    visit_results,
    amendments,
    promises,
    offers,
    agreements,
    suggestions,
    contacts,
    skips,
    reported_payments,
    deliveries,
    notices,
    stop_states,
    stops,
    findings,
    feeds,
    facts,
    import_remarks,
    documents,
    placings,
    case_answers,
    asset_notes,
    *overwriting_outside.TOUCHED,
    *overwriting_reviewing.TOUCHED,
    *overwriting_strategy.TOUCHED,
    *overwriting_month.TOUCHED,
    *overwriting_claims.TOUCHED,
)


def overwrite_person(
    connection: Connection, debtor_id: str, request_id: str, now: datetime, today: date
) -> None:
    """Who he is and where he may be found; and he is left in peace from now on."""
    prepare(connection)
    person = connection.execute(select(debtors).where(debtors.c.id == debtor_id)).mappings().one()
    mine = connection.execute(select(accounts).where(accounts.c.debtor_id == debtor_id)).mappings().all()
    roles = select(account_roles.c.name_as_given).where(account_roles.c.debtor_id == debtor_id)
    names = {person["name"], *connection.execute(roles).scalars()} - {NAMELESS}
    marks = {person["document"] or "", *(row["number"] for row in mine), *names} - {""}
    _person(connection, debtor_id, today)
    connection.execute(update(contacts).where(contacts.c.debtor_id == debtor_id).values(note=""))
    connection.execute(update(deliveries).where(deliveries.c.debtor_id == debtor_id).values(note=""))
    connection.execute(update(notices).where(notices.c.debtor_id == debtor_id).values(said={}))
    connection.execute(
        update(policy_overrides)
        .where(policy_overrides.c.debtor_id == debtor_id)
        .values(why=NAMELESS, ended_why="")
    )
    _planned(connection, debtor_id, today)
    _remarks(connection, marks)
    _facts(connection, debtor_id)
    overwriting_outside.overwrite(connection, debtor_id)
    overwriting_strategy.overwrite(connection, debtor_id)
    overwriting_month.overwrite(connection, debtor_id)
    overwriting_reviewing.overwrite(connection, debtor_id, NAMELESS)
    overwriting_claims.overwrite(connection, debtor_id)
    change_rows.forget(connection, debtor_id)
    _no_more_contact(connection, debtor_id, request_id, now)


def overwrite_events(connection: Connection, event_ids: Iterable[str]) -> None:
    """What these events became in the tables: codes, times and amounts stay."""
    prepare(connection)
    for ids in chunks(event_ids):
        _visits(connection, ids)
        _corrections(connection, ids)
        overwriting_reviewing.overwrite_visits(connection, ids, NAMELESS)
        changes: Sequence[tuple[Table, ColumnElement[bool], dict[str, Any]]] = (
            (visit_results, visit_results.c.visit_id.in_(ids), {"reason": None, "detail": {}}),
            (promises, promises.c.id.in_(ids), {"place": "", "cancelled_because": ""}),
            (offers, offers.c.id.in_(ids), {"why": NAMELESS, "because": ""}),
            (agreements, agreements.c.id.in_(ids), {"agreed_by": "", "approver": ""}),
            (suggestions, suggestions.c.id.in_(ids), {"text": NAMELESS, "said_by": ""}),
            (contacts, contacts.c.id.in_(ids), {"note": ""}),
            (skips, skips.c.id.in_(ids), {"cause": NAMELESS}),
            (reported_payments, reported_payments.c.id.in_(ids), {"receipt": ""}),
            (deliveries, deliveries.c.id.in_(ids), {"note": ""}),
            (stop_states, stop_states.c.source.in_(ids), {"detail": {}}),
            (findings, findings.c.visit_id.in_(ids), {"because": dict(SUPPRESSED), "resolved_why": ""}),
            (addresses, addresses.c.event_id.in_(ids), NOWHERE),
            (contact_points, contact_points.c.event_id.in_(ids), UNREACHABLE),
            (placings, _placed(addresses.c.event_id.in_(ids)), UNPLACED),
        )
        for table, which, values in changes:
            connection.execute(update(table).where(which).values(**values))


def prepare(connection: Connection) -> None:
    """SQLite then overwrites what it frees with zeros."""
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql("PRAGMA secure_delete=ON")


def _person(connection: Connection, debtor_id: str, today: date) -> None:
    connection.execute(
        update(debtors)
        .where(debtors.c.id == debtor_id)
        .values(name=NAMELESS, search_name="", document=None, document_type="", named_by=None)
    )
    connection.execute(
        update(account_roles).where(account_roles.c.debtor_id == debtor_id).values(name_as_given="")
    )
    for table, blank in ((addresses, NOWHERE), (contact_points, UNREACHABLE)):
        connection.execute(update(table).where(table.c.debtor_id == debtor_id).values(**blank, until=today))
    connection.execute(update(placings).where(_placed(addresses.c.debtor_id == debtor_id)).values(**UNPLACED))
    held = select(accounts.c.id).where(accounts.c.debtor_id == debtor_id)
    connection.execute(
        update(documents).where(documents.c.account_id.in_(held)).values(name=NAMELESS, until=today)
    )
    connection.execute(update(case_answers).where(case_answers.c.account_id.in_(held)).values(text=NAMELESS))
    connection.execute(
        update(asset_notes).where(asset_notes.c.debtor_id == debtor_id).values(text=NAMELESS, source="")
    )


def _placed(which: ColumnElement[bool]) -> ColumnElement[bool]:
    """The placings of these addresses."""
    return placings.c.address_id.in_(select(addresses.c.id).where(which))


def _visits(connection: Connection, ids: list[str]) -> None:
    blank = {"lat": None, "lon": None, "accuracy_m": None, "location_reason": "", "note": ""}
    for row in connection.execute(
        select(visits.c.id, visits.c.verdict, visits.c.conduct).where(visits.c.id.in_(ids))
    ):
        rulings = [
            {name: one.get(name) for name in ("rule", "decision", "because", "source")}
            for one in (row.verdict or {}).get("rulings", [])
        ]
        connection.execute(
            update(visits)
            .where(visits.c.id == row.id)
            .values(**blank, verdict={"rulings": rulings}, conduct=_conducted(row.conduct))
        )


def _conducted(told: Mapping[str, Any] | None) -> dict[str, Any] | None:
    """Codes of how a visit was conducted; not what was said in words or amounts."""
    if not told:
        return None
    steps = [{name: one[name] for name in ("step", "answer")} for one in told.get("steps", ())]
    kept = {name: told[name] for name in ("objections", "alarms", "reviewed") if name in told}
    return kept | ({"steps": steps} if steps else {})


def _corrections(connection: Connection, ids: list[str]) -> None:
    """A correction keeps the codes it put in the place of others, so that every count stays what it was."""
    for row in connection.execute(select(amendments).where(amendments.c.id.in_(ids))).mappings():
        replaced = row["replaces"] if isinstance(row["replaces"], dict) else {}
        kept = {name: replaced[name] for name in CODES if name in replaced}
        if isinstance(replaced.get("results"), list):
            kept["results"] = [
                {"account": one.get("account"), "result": one.get("result"), "reason": None, "detail": {}}
                for one in replaced["results"]
                if isinstance(one, dict)
            ]
        connection.execute(
            update(amendments).where(amendments.c.id == row["id"]).values(why=NAMELESS, replaces=kept)
        )


def _planned(connection: Connection, debtor_id: str, today: date) -> None:
    """Nobody is sent to him any more; where he lived leaves the routes of the past too."""
    connection.execute(
        update(assignments)
        .where(assignments.c.debtor_id == debtor_id, assignments.c.until.is_(None))
        .values(until=today)
    )
    mine = stops.c.debtor_id == debtor_id
    connection.execute(update(stops).where(mine).values(lat=None, lon=None))
    coming = select(routes.c.id).where(routes.c.date >= today)
    connection.execute(
        update(stops)
        .where(mine, stops.c.route_id.in_(coming), stops.c.withdrawn.is_(None))
        .values(withdrawn=dict(SUPPRESSED))
    )


def _remarks(connection: Connection, marks: set[str]) -> None:
    """The lines of lenders' files that were kept for their warnings, wherever one of these marks stands."""
    text = cast(import_remarks.c.raw, Text)
    for mark in marks:
        if len(mark) < 4:  # too short to say whose line it is
            continue
        written = {mark, json.dumps(mark)[1:-1]}
        which = or_(*(text.contains(one, autoescape=True) for one in sorted(written)))
        connection.execute(update(import_remarks).where(which).values(raw={}, because=dict(SUPPRESSED)))


def _facts(connection: Connection, debtor_id: str) -> None:
    """What the office wrote down in words when it decided about him: that it decided stays."""
    about = select(findings.c.id).where(findings.c.debtor_id == debtor_id)
    visited = select(visits.c.id).where(visits.c.debtor_id == debtor_id)
    query = select(facts.c.number, facts.c.payload).where(
        or_(facts.c.subject == debtor_id, facts.c.subject.in_(about), facts.c.subject.in_(visited))
    )
    for number, payload in connection.execute(query).all():
        blank = {name: "" for name in WORDS if isinstance(payload.get(name), str)}
        if blank:
            connection.execute(update(facts).where(facts.c.number == number).values(payload=payload | blank))


def _no_more_contact(connection: Connection, debtor_id: str, request_id: str, now: datetime) -> None:
    """Without this the next assignment would send someone to a person of whom nothing may be known."""
    stands = select(stop_states.c.id).where(
        stop_states.c.debtor_id == debtor_id,
        stop_states.c.state == "cease",
        stop_states.c.until.is_(None),
        # What a lender's file set, the same lender's next file may lift.
        stop_states.c.id.not_in(overwriting_outside.of_lenders()),
    )
    if connection.execute(stands.limit(1)).first() is None:
        connection.execute(
            insert(stop_states).values(
                id=new_id(), debtor_id=debtor_id, state="cease", since=now, source=request_id, detail={}
            )
        )


def scrub(engine: Engine) -> bool:
    """Write the database's files anew, so that nothing of what was overwritten is left in free space.

    False when somebody else holds the database just now: then it is to be run again. On SQLite the
    write-ahead log is emptied too; PostgreSQL's own log and any backup are for who keeps them.
    """
    connection = engine.raw_connection()
    try:
        cursor = connection.cursor()
        if engine.dialect.name == "sqlite":
            # Someone who reads just now is not waited for as long as a writer is.
            cursor.execute(f"PRAGMA busy_timeout={SCRUB_WAITS_MS}")
            try:
                cursor.execute("VACUUM")
                cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
                busy = cursor.fetchone()
            finally:
                cursor.execute(f"PRAGMA busy_timeout={BUSY_TIMEOUT_MS}")
            return busy is not None and busy[0] == 0
        connection.dbapi_connection.autocommit = True  # type: ignore[union-attr]  # psycopg's own switch
        try:
            for table in TOUCHED:
                cursor.execute(f"VACUUM (FULL) {table.name}")
        finally:
            connection.dbapi_connection.autocommit = False  # type: ignore[union-attr]  # as the pool expects it
        return True
    except (engine.dialect.loaded_dbapi.OperationalError, DBAPIError):
        return False
    finally:
        connection.close()
