"""One debtor's whole file within a scope: what his lenders said and what was done. Ages and judges nothing.

A lender's addresses, phones and documents are shown only to who may see an account of that lender.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, Table, or_, select

from ..scopes import Scope
from ..tables import (
    account_roles,
    accounts,
    addresses,
    agents,
    assignments,
    contact_points,
    debtors,
    documents,
    imports,
    lenders,
    promises,
    stop_states,
    visit_results,
    visits,
)

Rows = list[dict[str, Any]]


def debtor(connection: Connection, scope: Scope, debtor_id: str) -> dict[str, Any] | None:
    """The person, or None: outside the scope he does not exist."""
    query = select(debtors).where(debtors.c.id == debtor_id, scope.sees(debtors.c.id))
    row = connection.execute(query).mappings().first()
    return dict(row) if row else None


def addresses_of(connection: Connection, scope: Scope, debtor_id: str) -> Rows:
    """Addresses in force and rejected proposals, proposals first."""
    query = (
        select(addresses, lenders.c.name.label("lender"))
        .outerjoin(lenders, lenders.c.id == addresses.c.lender_id)
        .where(*_theirs(addresses, scope, debtor_id))
        .order_by(addresses.c.state.desc(), addresses.c.kind, addresses.c.since.desc(), addresses.c.id)
    )
    return _rows(connection, query)


def contact_points_of(connection: Connection, scope: Scope, debtor_id: str) -> Rows:
    query = (
        select(contact_points, lenders.c.name.label("lender"))
        .outerjoin(lenders, lenders.c.id == contact_points.c.lender_id)
        .where(*_theirs(contact_points, scope, debtor_id))
        .order_by(contact_points.c.holder, contact_points.c.kind, contact_points.c.id)
    )
    return _rows(connection, query)


def bonds_of(connection: Connection, account_ids: Collection[str]) -> Rows:
    """Who answers for these accounts besides their debtor, and how."""
    query = (
        select(account_roles, debtors.c.name, debtors.c.document_type, debtors.c.document)
        .join(debtors, debtors.c.id == account_roles.c.debtor_id)
        .where(account_roles.c.account_id.in_(list(account_ids)), account_roles.c.until.is_(None))
        .order_by(account_roles.c.role, debtors.c.name)
    )
    return _rows(connection, query)


def documents_of(connection: Connection, account_ids: Collection[str]) -> Rows:
    query = (
        select(documents)
        .where(documents.c.account_id.in_(list(account_ids)), documents.c.until.is_(None))
        .order_by(documents.c.account_id, documents.c.name)
    )
    return _rows(connection, query)


def promises_of(connection: Connection, account_ids: Collection[str]) -> Rows:
    """Promises on these accounts, newest first, with who took them."""
    query = (
        select(promises, agents.c.name.label("agent_name"), accounts.c.number, accounts.c.pack)
        .join(agents, agents.c.id == promises.c.agent_id)
        .join(accounts, accounts.c.id == promises.c.account_id)
        .where(promises.c.account_id.in_(list(account_ids)))
        .order_by(promises.c.made_at.desc(), promises.c.id)
    )
    return _rows(connection, query)


def visits_to(connection: Connection, debtor_id: str, account_ids: Collection[str]) -> Rows:
    """Visits to a debtor, newest first, with their results for these accounts only."""
    query = (
        select(visits, agents.c.name.label("agent_name"))
        .join(agents, agents.c.id == visits.c.agent_id)
        .where(visits.c.debtor_id == debtor_id)
        .order_by(visits.c.started.desc(), visits.c.id)
    )
    told = _rows(connection, query)
    results = (
        select(visit_results, accounts.c.number, accounts.c.currency)
        .join(accounts, accounts.c.id == visit_results.c.account_id)
        .where(
            visit_results.c.visit_id.in_([row["id"] for row in told]),
            visit_results.c.account_id.in_(list(account_ids)),
        )
        .order_by(accounts.c.number)
    )
    by_visit: dict[str, Rows] = {}
    for row in _rows(connection, results):
        by_visit.setdefault(row["visit_id"], []).append(row)
    return [row | {"results": by_visit.get(row["id"], [])} for row in told]


def assignments_of(connection: Connection, debtor_id: str) -> Rows:
    """Who has had the debtor, newest first."""
    query = (
        select(assignments, agents.c.name.label("agent_name"))
        .outerjoin(agents, agents.c.id == assignments.c.agent_id)
        .where(assignments.c.debtor_id == debtor_id)
        .order_by(assignments.c.since.desc(), assignments.c.decided_at.desc())
    )
    return _rows(connection, query)


def stops_of(connection: Connection, debtor_id: str, now: datetime) -> Rows:
    """What stops collection from him now, with the number of the account where it is of one alone."""
    query = (
        select(stop_states, accounts.c.number)
        .outerjoin(accounts, accounts.c.id == stop_states.c.account_id)
        .where(
            stop_states.c.debtor_id == debtor_id,
            or_(stop_states.c.until.is_(None), stop_states.c.until > now),
        )
    )
    return _rows(connection, query.order_by(stop_states.c.since, stop_states.c.id))


def payments_through(connection: Connection, lender_names: Collection[str]) -> dict[str, date]:
    """By lender's name, the day up to which his payments are known."""
    query = (
        select(lenders.c.name, imports.c.as_of)
        .join(imports, imports.c.lender_id == lenders.c.id)
        .where(imports.c.kind == "payments", lenders.c.name.in_(list(lender_names)))
        .order_by(imports.c.as_of)
    )
    return {row.name: row.as_of for row in connection.execute(query)}


def _theirs(table: Table, scope: Scope, debtor_id: str) -> tuple[ColumnElement[bool], ...]:
    seen = select(accounts.c.lender_id).where(scope.accounts(), accounts.c.debtor_id == debtor_id)
    return (
        table.c.debtor_id == debtor_id,
        table.c.until.is_(None),
        or_(table.c.lender_id.is_(None), table.c.lender_id.in_(seen)),
    )


def _rows(connection: Connection, query: Select[Any]) -> Rows:
    return [dict(row) for row in connection.execute(query).mappings()]
