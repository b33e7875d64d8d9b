"""The accounts of a scope with their debtor, latest balance and who has them. Ages nothing."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Connection, Subquery, and_, func, select

from ..scopes import Scope
from ..tables import (
    accounts,
    agents,
    assignment_accounts,
    assignments,
    balances,
    debtors,
    facts,
    lenders,
    payments,
)

MONEY = ("principal_minor", "interest_minor", "late_interest_minor", "fees_minor", "overdue_minor")


def latest_balances(day: date, only: Sequence[ColumnElement[bool]] = ()) -> Subquery:
    """Each account's balances up to `day`, `rank` 1 the one that counts; of the accounts of `only` alone."""
    newest = (balances.c.as_of.desc(), balances.c.recorded_at.desc(), balances.c.id.desc())
    rank = func.row_number().over(partition_by=balances.c.account_id, order_by=newest)
    query = select(balances, rank.label("rank")).where(balances.c.as_of <= day)
    if only:
        # Said here too: no engine sees from outside that it need not rank the balances of all.
        query = query.where(balances.c.account_id.in_(select(accounts.c.id).where(*only)))
    return query.subquery()


def _only(debtor_id: str | None, account_ids: Collection[str] | None) -> list[ColumnElement[bool]]:
    parts = [accounts.c.debtor_id == debtor_id] if debtor_id is not None else []
    return [*parts, accounts.c.id.in_(list(account_ids))] if account_ids is not None else parts


def in_scope(
    connection: Connection,
    scope: Scope,
    day: date,
    *,
    debtor_id: str | None = None,
    account_ids: Collection[str] | None = None,
) -> list[dict[str, Any]]:
    """Every account of the scope, or one debtor's, or these, with what a list shows of it."""
    only = _only(debtor_id, account_ids)
    latest = latest_balances(day, only)
    open_one = and_(assignments.c.debtor_id == accounts.c.debtor_id, assignments.c.until.is_(None))
    said = and_(
        assignment_accounts.c.assignment_id == assignments.c.id,
        assignment_accounts.c.account_id == accounts.c.id,
    )
    query = (
        select(
            accounts,
            lenders.c.name.label("lender"),
            debtors.c.name.label("debtor_name"),
            debtors.c.search_name,
            debtors.c.document_type,
            debtors.c.document,
            latest.c.as_of,
            *[latest.c[name] for name in MONEY],
            latest.c.oldest_due,
            latest.c.instalments_overdue,
            assignment_accounts.c.outcome,
            assignment_accounts.c.because,
            assignment_accounts.c.rule,
            assignment_accounts.c.rule_source,
            assignments.c.agent_id,
            agents.c.name.label("agent_name"),
        )
        .join(lenders, lenders.c.id == accounts.c.lender_id)
        .join(debtors, debtors.c.id == accounts.c.debtor_id)
        .outerjoin(latest, and_(latest.c.account_id == accounts.c.id, latest.c.rank == 1))
        .outerjoin(assignments, open_one)
        .outerjoin(assignment_accounts, said)
        .outerjoin(agents, agents.c.id == assignments.c.agent_id)
        .where(scope.accounts(), *only)
        .order_by(debtors.c.search_name, accounts.c.number, accounts.c.id)
    )
    return [dict(row) for row in connection.execute(query).mappings()]


def moved_since(
    connection: Connection,
    scope: Scope,
    day: date,
    *,
    debtor_id: str | None = None,
    account_ids: Collection[str] | None = None,
) -> list[dict[str, Any]]:
    """Every payment of the accounts that had one valued after their balance: the others need none."""
    only = _only(debtor_id, account_ids)
    latest = latest_balances(day, only)
    moved = (
        select(payments.c.account_id)
        .join(latest, and_(latest.c.account_id == payments.c.account_id, latest.c.rank == 1))
        .where(payments.c.value_date > latest.c.as_of)
    )
    query = (
        select(payments)
        .join(accounts, accounts.c.id == payments.c.account_id)
        .where(scope.accounts(), payments.c.account_id.in_(moved), *only)
        .order_by(payments.c.value_date, payments.c.id)
    )
    return [dict(row) for row in connection.execute(query).mappings()]


def packs_in_use(connection: Connection) -> list[str]:
    return list(connection.execute(select(accounts.c.pack).distinct()).scalars())


def latest_fact(connection: Connection) -> int:
    """The number of the office's last fact: while it stands, nothing the office decides has changed."""
    return connection.execute(select(func.max(facts.c.number))).scalar() or 0
