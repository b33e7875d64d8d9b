"""When and how debtors were met: every contact on every channel, and what they promised. Judges nothing."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable
from datetime import date, datetime

from sqlalchemy import Connection, func, select

from sync.records import Contact, Interval, Promise, Result, Visit, VisitResult

from . import as_records
from .chunks import fetch
from .tables import contacts, imports, promises, visit_results, visits


def history(
    connection: Connection, debtor_ids: Collection[str], since: datetime
) -> dict[str, list[Contact | Visit]]:
    """Every contact of these debtors on any channel that began at or after `since`."""
    found: dict[str, list[Contact | Visit]] = defaultdict(list)
    told = fetch(
        connection,
        debtor_ids,
        lambda ids: select(contacts).where(contacts.c.debtor_id.in_(ids), contacts.c.started >= since),
    )
    for row in told:
        found[row["debtor_id"]].append(
            Contact(
                id=row["id"],
                debtor=row["debtor_id"],
                channel=row["channel"],
                happened=Interval(row["started"], row["ended"]),
                effective=bool(row["effective"]),
                source=row["source"],
            )
        )
    for visit in _visits(connection, debtor_ids, since):
        found[visit.debtor].append(visit)
    return dict(found)


def promises_of(connection: Connection, debtor_ids: Collection[str]) -> dict[str, list[Promise]]:
    """Every promise of these debtors, oldest first."""
    rows = fetch(connection, debtor_ids, lambda ids: select(promises).where(promises.c.debtor_id.in_(ids)))
    found: dict[str, list[Promise]] = defaultdict(list)
    for row in sorted(rows, key=lambda row: (row["made_at"], row["id"])):
        found[row["debtor_id"]].append(as_records.promise(row))
    return dict(found)


def payments_through(connection: Connection) -> dict[str, date]:
    """For each lender, the day up to which his payments have been imported."""
    query = (
        select(imports.c.lender_id, func.max(imports.c.as_of))
        .where(imports.c.kind == "payments")
        .group_by(imports.c.lender_id)
    )
    return {row[0]: row[1] for row in connection.execute(query)}


def _visits(connection: Connection, debtor_ids: Iterable[str], since: datetime) -> list[Visit]:
    rows = fetch(
        connection,
        debtor_ids,
        lambda ids: select(visits).where(visits.c.debtor_id.in_(ids), visits.c.started >= since),
    )
    told = fetch(
        connection,
        [row["id"] for row in rows],
        lambda ids: select(visit_results).where(visit_results.c.visit_id.in_(ids)),
    )
    results: dict[str, list[VisitResult]] = defaultdict(list)
    for row in told:
        results[row["visit_id"]].append(VisitResult(row["account_id"], Result(row["result"])))
    return [as_records.visit(row, tuple(results[row["id"]])) for row in rows]
