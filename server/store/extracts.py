"""The rows an export writes, as of a day: what was known of accounts, visits, promises and payments."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

from sqlalchemy import Connection, and_, func, or_, select

from .tables import (
    account_roles,
    accounts,
    addresses,
    agents,
    assignment_accounts,
    assignments,
    balances,
    debtors,
    lenders,
    payments,
    promises,
    visit_results,
    visits,
)


def accounts_as_of(connection: Connection, day: date) -> list[dict[str, Any]]:
    """Every account with its debtor, its latest balance at `day`, and who had it that day."""
    ranked = (
        select(
            balances,
            func.row_number()
            .over(
                partition_by=balances.c.account_id,
                order_by=(balances.c.as_of.desc(), balances.c.recorded_at.desc()),
            )
            .label("rank"),
        )
        .where(balances.c.as_of <= day)
        .subquery()
    )
    held = and_(assignments.c.since <= day, or_(assignments.c.until.is_(None), assignments.c.until > day))
    query = (
        select(
            accounts.c.id,
            accounts.c.number,
            accounts.c.currency,
            accounts.c.state,
            accounts.c.pack,
            accounts.c.credit_type,
            accounts.c.debtor_id,
            lenders.c.name.label("lender"),
            debtors.c.name.label("debtor_name"),
            debtors.c.document,
            ranked.c.as_of,
            ranked.c.principal_minor,
            ranked.c.interest_minor,
            ranked.c.late_interest_minor,
            ranked.c.fees_minor,
            ranked.c.overdue_minor,
            ranked.c.oldest_due,
            ranked.c.instalments_overdue,
            agents.c.name.label("agent"),
            assignment_accounts.c.outcome,
            assignment_accounts.c.because,
            assignment_accounts.c.rule,
        )
        .join(lenders, lenders.c.id == accounts.c.lender_id)
        .join(debtors, debtors.c.id == accounts.c.debtor_id)
        .outerjoin(ranked, and_(ranked.c.account_id == accounts.c.id, ranked.c.rank == 1))
        .outerjoin(assignments, and_(assignments.c.debtor_id == accounts.c.debtor_id, held))
        .outerjoin(
            assignment_accounts,
            and_(
                assignment_accounts.c.assignment_id == assignments.c.id,
                assignment_accounts.c.account_id == accounts.c.id,
            ),
        )
        .outerjoin(
            agents,
            and_(agents.c.id == assignments.c.agent_id, assignment_accounts.c.outcome == "assigned"),
        )
        .order_by(lenders.c.name, accounts.c.number)
    )
    return [dict(row) for row in connection.execute(query).mappings()]


def payments_by_account(connection: Connection) -> dict[str, list[dict[str, Any]]]:
    """Every payment, by the id of its account, oldest first."""
    found: dict[str, list[dict[str, Any]]] = {}
    query = select(payments).order_by(payments.c.value_date, payments.c.id)
    for row in connection.execute(query).mappings():
        found.setdefault(row["account_id"], []).append(dict(row))
    return found


def best_places(connection: Connection) -> dict[str, dict[str, Any]]:
    """The address a visit would go to, by debtor: accepted, located first, home first."""
    order = {"door": 0, "block": 1, "street": 2, "zone": 3, "none": 4}
    kinds = {"home": 0, "business": 1, "work": 2, "guarantor_home": 3, "other": 4}
    best: dict[str, dict[str, Any]] = {}
    query = select(addresses).where(addresses.c.until.is_(None), addresses.c.state == "accepted")
    for row in connection.execute(query.order_by(addresses.c.since, addresses.c.id)).mappings():
        rank = (row["lat"] is None, kinds.get(row["kind"], 9), order.get(row["precision"], 9))
        held = best.get(row["debtor_id"])
        if held is None or rank < held["rank"]:
            best[row["debtor_id"]] = {**row, "rank": rank}
    return best


def visits_told(connection: Connection) -> Iterator[dict[str, Any]]:
    """A row per visit and account, oldest first."""
    query = (
        select(
            visits,
            visit_results.c.account_id,
            visit_results.c.result,
            visit_results.c.reason,
            accounts.c.number.label("account_number"),
            lenders.c.name.label("lender"),
            debtors.c.name.label("debtor_name"),
            debtors.c.document,
            agents.c.name.label("agent"),
        )
        .join(visit_results, visit_results.c.visit_id == visits.c.id)
        .join(accounts, accounts.c.id == visit_results.c.account_id)
        .join(lenders, lenders.c.id == accounts.c.lender_id)
        .join(debtors, debtors.c.id == visits.c.debtor_id)
        .join(agents, agents.c.id == visits.c.agent_id)
        .order_by(visits.c.started, visits.c.id, accounts.c.number)
    )
    for row in connection.execute(query).mappings():
        yield dict(row)


def promises_told(connection: Connection) -> list[dict[str, Any]]:
    query = (
        select(
            promises,
            accounts.c.number.label("account_number"),
            accounts.c.pack,
            accounts.c.lender_id,
            debtors.c.timezone,
            lenders.c.name.label("lender"),
            debtors.c.name.label("debtor_name"),
            debtors.c.document,
            agents.c.name.label("agent"),
        )
        .join(accounts, accounts.c.id == promises.c.account_id)
        .join(lenders, lenders.c.id == accounts.c.lender_id)
        .join(debtors, debtors.c.id == promises.c.debtor_id)
        .join(agents, agents.c.id == promises.c.agent_id)
        .order_by(promises.c.made_at, promises.c.id)
    )
    return [dict(row) for row in connection.execute(query).mappings()]


def payments_told(connection: Connection) -> list[dict[str, Any]]:
    query = (
        select(payments, accounts.c.number.label("account_number"), lenders.c.name.label("lender"))
        .join(accounts, accounts.c.id == payments.c.account_id)
        .join(lenders, lenders.c.id == accounts.c.lender_id)
        .order_by(payments.c.value_date, payments.c.id)
    )
    return [dict(row) for row in connection.execute(query).mappings()]


def guarantors(connection: Connection) -> dict[str, int]:
    """How many people other than the holder are bound to each account."""
    query = (
        select(account_roles.c.account_id, func.count())
        .where(account_roles.c.role != "holder", account_roles.c.until.is_(None))
        .group_by(account_roles.c.account_id)
    )
    return {account: int(count) for account, count in connection.execute(query)}
