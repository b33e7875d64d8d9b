"""What commissions are reckoned from, account by account, and the runs that are kept. Reckons nothing."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import ColumnElement, Connection, and_, delete, exists, func, insert, or_, select

from sync.records import Result, ResultClass
from sync.rules.results import RESULTS

from . import chunks
from .scopes import Scope
from .tables import (
    accounts,
    agents,
    commission_lines,
    commission_runs,
    debtors,
    findings,
    lenders,
    payments,
    promises,
    visit_results,
    visits,
)

Row = dict[str, Any]


@dataclass(frozen=True)
class Which:
    """The runs that say what a month is: those closed, and of a draft the lenders that are still open."""

    closed: tuple[str, ...] = ()
    draft: str | None = None
    but: frozenset[str] = frozenset()

    def condition(self) -> ColumnElement[bool]:
        c = commission_lines.c
        found = c.run_id.in_(self.closed)
        if self.draft is None:
            return found
        return or_(found, and_(c.run_id == self.draft, c.lender_id.not_in(sorted(self.but))))


VOID = [code.value for code in Result if RESULTS[code].cls is ResultClass.VOID]


def paid_accounts(connection: Connection, first: date, last: date, lender_id: str | None = None) -> list[str]:
    """The accounts with a payment valued in those days."""
    query = (
        select(payments.c.account_id)
        .where(payments.c.value_date >= first, payments.c.value_date <= last, payments.c.reverses.is_(None))
        .distinct()
        .order_by(payments.c.account_id)
    )
    if lender_id is not None:
        query = query.join(accounts, accounts.c.id == payments.c.account_id).where(
            accounts.c.lender_id == lender_id
        )
    return list(connection.execute(query).scalars())


def visited_accounts(
    connection: Connection, agent_id: str, since: datetime, until: datetime, first: date, last: date
) -> list[str]:
    """The accounts that an agent visited between two instants and that were paid in those days."""
    paid = exists().where(
        payments.c.account_id == visit_results.c.account_id,
        payments.c.value_date >= first,
        payments.c.value_date <= last,
    )
    query = (
        select(visit_results.c.account_id)
        .join(visits, visits.c.id == visit_results.c.visit_id)
        .where(visits.c.agent_id == agent_id, visits.c.started >= since, visits.c.started < until, paid)
        .distinct()
    )
    return sorted(connection.execute(query).scalars())


def promised_accounts(connection: Connection, agent_id: str, first: date, last: date) -> list[str]:
    """The accounts of which an agent has a promise, and that were paid in those days."""
    paid = exists().where(
        payments.c.account_id == promises.c.account_id,
        payments.c.value_date >= first,
        payments.c.value_date <= last,
    )
    query = select(promises.c.account_id).where(promises.c.agent_id == agent_id, paid).distinct()
    return sorted(connection.execute(query).scalars())


def promisers(connection: Connection, promise_ids: Iterable[str]) -> dict[str, str]:
    """Promise → the agent to whom it was made."""
    query = select(promises.c.id, promises.c.agent_id)
    rows = chunks.fetch(connection, promise_ids, lambda ids: query.where(promises.c.id.in_(ids)))
    return {row["id"]: row["agent_id"] for row in rows}


def described(connection: Connection, account_ids: Sequence[str]) -> dict[str, Row]:
    """The accounts by id, with what rates ask of them."""
    query = (
        select(
            accounts.c.id,
            accounts.c.number,
            accounts.c.lender_id,
            accounts.c.debtor_id,
            accounts.c.branch,
            accounts.c.team,
            accounts.c.zone,
            accounts.c.product,
            accounts.c.pack,
            lenders.c.name.label("lender"),
            debtors.c.timezone,
        )
        .join(lenders, lenders.c.id == accounts.c.lender_id)
        .join(debtors, debtors.c.id == accounts.c.debtor_id)
    )
    rows = chunks.fetch(connection, account_ids, lambda ids: query.where(accounts.c.id.in_(ids)))
    return {row["id"]: dict(row) for row in rows}


def valid_visits(
    connection: Connection, account_ids: Sequence[str], since: datetime, until: datetime
) -> dict[str, list[Row]]:
    """Account → its visits between two instants; not those that were not made, nor a proven misconduct."""
    guilty = exists().where(findings.c.visit_id == visits.c.id, findings.c.resolution == "misconduct")
    query = (
        select(
            visit_results.c.account_id,
            visits.c.id,
            visits.c.agent_id,
            visits.c.started,
            visits.c.party,
        )
        .join(visits, visits.c.id == visit_results.c.visit_id)
        .where(
            visits.c.started >= since,
            visits.c.started < until,
            visit_results.c.result.not_in(VOID),
            ~guilty,
        )
    )
    found: dict[str, list[Row]] = {}
    for row in chunks.fetch(
        connection, account_ids, lambda ids: query.where(visit_results.c.account_id.in_(ids))
    ):
        found.setdefault(row["account_id"], []).append(dict(row))
    return found


def start_run(connection: Connection, row: Mapping[str, Any]) -> None:
    """A run of a month; the drafts of that month before it go."""
    old = select(commission_runs.c.id).where(
        commission_runs.c.month == row["month"], commission_runs.c.state == "draft"
    )
    connection.execute(delete(commission_lines).where(commission_lines.c.run_id.in_(old)))
    gone = (commission_runs.c.month == row["month"]) & (commission_runs.c.state == "draft")
    connection.execute(delete(commission_runs).where(gone))
    connection.execute(insert(commission_runs).values(**row))


def add_run(connection: Connection, row: Mapping[str, Any]) -> None:
    connection.execute(insert(commission_runs).values(**row))


def add_lines(connection: Connection, rows: Sequence[Row]) -> None:
    chunks.write(connection, insert(commission_lines), list(rows))


def draft(connection: Connection, month: date) -> Row | None:
    """The last reckoning of a month that is open."""
    query = select(commission_runs).where(
        commission_runs.c.month == month, commission_runs.c.state == "draft"
    )
    row = connection.execute(query).mappings().first()
    return dict(row) if row is not None else None


def run(connection: Connection, run_id: str) -> Row | None:
    row = connection.execute(select(commission_runs).where(commission_runs.c.id == run_id)).mappings().first()
    return dict(row) if row is not None else None


def lines_of(
    connection: Connection,
    run_ids: Iterable[str],
    *,
    agent_id: str | None = None,
    account_ids: Sequence[str] | None = None,
) -> list[Row]:
    """The lines of these runs; of one agent, or of some accounts, when they are given."""
    where: list[ColumnElement[bool]] = [commission_lines.c.run_id.in_(list(run_ids))]
    if agent_id is not None:
        where.append(commission_lines.c.agent_id == agent_id)
    query = select(commission_lines).where(*where).order_by(commission_lines.c.on, commission_lines.c.key)
    if account_ids is None:
        return [dict(row) for row in connection.execute(query).mappings()]
    rows = chunks.fetch(
        connection, account_ids, lambda ids: query.where(commission_lines.c.account_id.in_(ids))
    )
    return [dict(row) for row in rows]


def totals(connection: Connection, which: Which) -> list[Row]:
    """By agent and currency: lines, recovered, recovered weighed by its difficulty in the amount, earned."""
    c = commission_lines.c
    query = (
        select(
            c.agent_id,
            agents.c.name.label("agent_name"),
            agents.c.branch,
            agents.c.team,
            c.currency,
            func.count().label("lines"),
            func.sum(c.base_minor).label("base_minor"),
            func.sum(c.amount_minor).label("amount_minor"),
        )
        .join(agents, agents.c.id == c.agent_id)
        .where(which.condition())
        .group_by(c.agent_id, agents.c.name, agents.c.branch, agents.c.team, c.currency)
        .order_by(agents.c.name, c.agent_id, c.currency)
    )
    return [dict(row) for row in connection.execute(query).mappings()]


def weighed(connection: Connection, which: Which) -> dict[tuple[str, str], int]:
    """(agent, currency) → what was recovered, each payment times the difficulty of its case."""
    c = commission_lines.c
    query = (
        select(c.agent_id, c.currency, c.factor, func.sum(c.base_minor).label("base"))
        .where(which.condition(), c.agent_id.is_not(None))
        .group_by(c.agent_id, c.currency, c.factor)
    )
    found: dict[tuple[str, str], int] = {}
    for row in connection.execute(query):
        key = (row.agent_id, row.currency)
        found[key] = found.get(key, 0) + int(Decimal(int(row.base)) * Decimal(row.factor))
    return found


def fees(connection: Connection, which: Which) -> list[Row]:
    """What the agency bills: by lender, bucket and currency."""
    c = commission_lines.c
    query = (
        select(
            c.lender_id,
            lenders.c.name.label("lender"),
            c.bucket,
            c.currency,
            func.count().label("lines"),
            func.sum(c.base_minor).label("base_minor"),
            func.sum(c.amount_minor).label("amount_minor"),
        )
        .join(lenders, lenders.c.id == c.lender_id)
        .where(which.condition(), c.kind.in_(("fee", "feeback")))
        .group_by(c.lender_id, lenders.c.name, c.bucket, c.currency)
        .order_by(lenders.c.name, c.currency, c.bucket)
    )
    return [dict(row) for row in connection.execute(query).mappings()]


def numbers_of(connection: Connection, account_ids: Iterable[str]) -> dict[str, Row]:
    """Account → its number, its debtor and his name, for a statement's lines."""
    query = select(
        accounts.c.id, accounts.c.number, accounts.c.debtor_id, debtors.c.name.label("debtor_name")
    ).join(debtors, debtors.c.id == accounts.c.debtor_id)
    rows = chunks.fetch(connection, account_ids, lambda ids: query.where(accounts.c.id.in_(ids)))
    return {row["id"]: dict(row) for row in rows}


def seen(connection: Connection, scope: Scope, account_ids: Sequence[str]) -> set[str]:
    """Those of these accounts that are in scope."""
    query = select(accounts.c.id).where(scope.accounts())
    rows = chunks.fetch(connection, account_ids, lambda ids: query.where(accounts.c.id.in_(ids)))
    return {row["id"] for row in rows}
