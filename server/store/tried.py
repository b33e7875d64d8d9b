"""Past visits that met the debtor or his guarantor, and what was paid after them. Scores nothing."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import Connection, select

from sync.records import Payment, Result
from sync.rules.caps import REACHED

from . import as_records
from .chunks import fetch
from .tables import accounts, debtors, payments, visit_results, visits


@dataclass(frozen=True)
class MadeVisit:
    """One visit that met him; `started` by the office's clock."""

    id: str
    debtor: str
    started: datetime
    zone: str


def effective(connection: Connection, since: datetime, until: datetime, most: int) -> list[MadeVisit]:
    """The newest `most` of them that began in this stretch of time, oldest first."""
    not_made = (
        select(visit_results.c.visit_id)
        .where(visit_results.c.visit_id == visits.c.id, visit_results.c.result == Result.NOT_MADE.value)
        .exists()
    )
    query = (
        select(
            visits.c.id,
            visits.c.debtor_id,
            visits.c.started,
            visits.c.ended,
            visits.c.known,
            visits.c.offset_ms,
            debtors.c.timezone,
        )
        .join(debtors, debtors.c.id == visits.c.debtor_id)
        .where(
            visits.c.party.in_([party.value for party in REACHED]),
            visits.c.started >= since,
            visits.c.started < until,
            ~not_made,
        )
        .order_by(visits.c.started.desc(), visits.c.id)
        .limit(most)
    )
    rows = list(connection.execute(query).mappings())
    found = [
        MadeVisit(row["id"], row["debtor_id"], as_records.corrected_times(row)[0], row["timezone"])
        for row in rows
    ]
    return sorted(found, key=lambda one: (one.started, one.id))


def paid_by(connection: Connection, debtor_ids: Iterable[str], since: date) -> dict[str, list[Payment]]:
    """By debtor, the payments valued since a day, reversals included."""
    query = (
        select(payments, accounts.c.debtor_id)
        .join(accounts, accounts.c.id == payments.c.account_id)
        .where(payments.c.value_date >= since)
        .order_by(payments.c.value_date, payments.c.id)
    )
    rows = fetch(connection, debtor_ids, lambda piece: query.where(accounts.c.debtor_id.in_(piece)))
    found: dict[str, list[Payment]] = {}
    for row in rows:
        found.setdefault(row["debtor_id"], []).append(as_records.payment(row))
    return found
