"""When and how debtors were met: every contact on every channel, and what they promised. Judges nothing."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, RowMapping, bindparam, func, or_, select

from sync.records import Contact, Interval, Party, Promise, Result, Visit, VisitResult, changed
from sync.rules.agreement import still_promised
from sync.rules.caps import REACHED
from sync.wire.fields import parse_instant

from . import as_records, prepared
from . import visits as visits_store
from .chunks import among, fetch, found
from .tables import amendments, contacts, imports, promises, visit_results, visits


def history(
    connection: Connection, debtor_ids: Collection[str], since: datetime
) -> dict[str, list[Contact | Visit]]:
    """Every contact of these debtors on any channel that began at or after `since`."""
    held: dict[str, list[Contact | Visit]] = defaultdict(list)
    told = fetch(
        connection,
        debtor_ids,
        lambda ids: select(contacts).where(contacts.c.debtor_id.in_(ids), contacts.c.started >= since),
    )
    for row in told:
        held[row["debtor_id"]].append(_contact(row))
    for visit in _visits(connection, debtor_ids, since):
        held[visit.debtor].append(visit)
    return dict(held)


def _contact(row: Mapping[Any, Any]) -> Contact:
    return Contact(
        id=row["id"],
        debtor=row["debtor_id"],
        channel=row["channel"],
        happened=Interval(row["started"], row["ended"]),
        effective=bool(row["effective"]),
        source=row["source"],
    )


_NOT_MADE = Result.NOT_MADE.value
_MET = select(contacts).where(among(contacts.c.debtor_id), contacts.c.started >= bindparam("since"))
_VISITED = (
    select(
        visits.c.id,
        visits.c.debtor_id,
        visits.c.party,
        visits.c.started,
        visits.c.ended,
        visits.c.known,
        visits.c.offset_ms,
        visit_results.c.result,
    )
    .outerjoin(visit_results, visit_results.c.visit_id == visits.c.id)
    .where(
        among(visits.c.debtor_id),
        or_(visits.c.started >= bindparam("since"), visits.c.received_at >= bindparam("since")),
    )
)


def met(
    connection: Connection, debtor_ids: Iterable[str], since: datetime
) -> dict[str, list[Contact | Visit]]:
    """What `history` holds as the caps count it: every contact, and each visit that was made as the contact
    it counts for. For many debtors at once: a visit is not read whole."""
    debtors = set(debtor_ids)
    counted: dict[str, Contact] = {}
    for row in found(connection, _MET, debtors, since=since):
        counted[row["id"]] = _contact(row)
    for row in found(connection, _VISITED, debtors, since=since):
        if row["result"] == _NOT_MADE or row["id"] in counted:
            continue
        start, end = as_records.corrected_times(row)
        if start >= since:
            happened, reached = Interval(start, end), row["party"] in REACHED
            counted[row["id"]] = Contact(row["id"], row["debtor_id"], "visit", happened, reached)
    by_debtor: dict[str, list[Contact | Visit]] = {}
    for contact in counted.values():
        by_debtor.setdefault(contact.debtor, []).append(contact)
    return by_debtor


def promises_of(connection: Connection, debtor_ids: Collection[str]) -> dict[str, list[Promise]]:
    """Every promise of these debtors that no correction took back, oldest first."""
    rows = fetch(connection, debtor_ids, lambda ids: select(promises).where(promises.c.debtor_id.in_(ids)))
    gone = cancelled(connection, debtor_ids)
    rows = [row for row in rows if row["id"] not in gone]
    held: dict[str, list[Promise]] = defaultdict(list)
    for row in sorted(rows, key=lambda row: (row["made_at"], row["id"])):
        held[row["debtor_id"]].append(as_records.promise(row))
    return dict(held)


def cancelled(connection: Connection, debtor_ids: Collection[str]) -> dict[str, datetime]:
    """Promise id → when the office cancelled it, or a correction of its visit took it back (the last one
    deciding), whichever came first."""
    made = fetch(connection, debtor_ids, lambda ids: select(promises).where(promises.c.debtor_id.in_(ids)))
    told = fetch(
        connection,
        {row["visit_id"] for row in made},
        lambda ids: select(amendments).where(amendments.c.visit_id.in_(ids)),
    )
    last: dict[str, RowMapping] = {}
    for row in sorted(told, key=lambda row: (row["recorded_at"], row["id"])):
        if "results" in row["replaces"]:
            last[row["visit_id"]] = row
    found: dict[str, datetime] = {}
    for row in made:
        when = [row["cancelled_at"]] if row["cancelled_at"] is not None else []
        if row["visit_id"] in last and not _still_promised(row, last[row["visit_id"]]):
            when.append(last[row["visit_id"]]["recorded_at"])
        if when:
            found[row["id"]] = min(when)
    return found


def _still_promised(promise: RowMapping, amendment: RowMapping) -> bool:
    return any(
        result["account"] == promise["account_id"]
        and still_promised(
            VisitResult(result["account"], Result(result["result"]), None, dict(result.get("detail") or {})),
            as_records.promise(promise),
        )
        for result in amendment["replaces"]["results"]
    )


def payments_through(connection: Connection) -> dict[str, date]:
    """For each lender, the day up to which his payments have been imported."""
    return {row["lender_id"]: row["last"] for row in prepared.rows(connection, _PAID_THROUGH)}


_PAID_THROUGH = (
    select(imports.c.lender_id, func.max(imports.c.as_of).label("last"))
    .where(imports.c.kind == "payments")
    .group_by(imports.c.lender_id)
)


def _visits(connection: Connection, debtor_ids: Iterable[str], since: datetime) -> list[Visit]:
    rows = fetch(
        connection,
        debtor_ids,
        # By a laptop's clock a visit may have begun years ago, or years from now.
        lambda ids: select(visits).where(
            visits.c.debtor_id.in_(ids), or_(visits.c.started >= since, visits.c.received_at >= since)
        ),
    )
    told = fetch(
        connection,
        [row["id"] for row in rows],
        lambda ids: select(visit_results).where(visit_results.c.visit_id.in_(ids)),
    )
    results: dict[str, list[VisitResult]] = defaultdict(list)
    for row in told:
        results[row["visit_id"]].append(VisitResult(row["account_id"], Result(row["result"])))
    made = [as_records.corrected(row, tuple(results[row["id"]])) for row in rows]
    said = visits_store.amendments_of(connection, [visit.id for visit in made])
    made = [_amended(visit, said[visit.id]) if visit.id in said else visit for visit in made]
    return [visit for visit in made if visit.happened.start >= since]


def _amended(visit: Visit, said: Sequence[Mapping[Any, Any]]) -> Visit:
    """As its corrections leave it, so far as caps count it. A time corrected was read off a watch."""
    for row in said:
        new = row["replaces"]
        if "party" in new:
            visit = changed(visit, party=Party(new["party"]))
        if "happened" in new:
            span = (parse_instant(new["happened"][end]) for end in ("start", "end"))
            visit = changed(visit, happened=Interval(*span))
        if "results" in new:
            told = tuple(VisitResult(one["account"], Result(one["result"])) for one in new["results"])
            visit = changed(visit, results=told)
    return visit
