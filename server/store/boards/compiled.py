"""What is known of one debtor, to be written into a folder: by account, within a scope. Judges nothing."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, Table, func, or_, select

from ..scopes import Scope
from ..tables import (
    accounts,
    agents,
    agreements,
    amendments,
    asset_notes,
    attachments,
    balances,
    claims,
    contact_origins,
    contact_points,
    contacts,
    findings,
    lenders,
    notices,
    papers,
    payments,
    policy_overrides,
    review_decisions,
    stop_states,
    visit_results,
    visits,
)

Rows = list[dict[str, Any]]


def accounts_of(connection: Connection, scope: Scope, debtor_id: str, lender_id: str | None) -> Rows:
    """His accounts in scope, of one lender where one is named, with the lender's name."""
    query = (
        select(accounts, lenders.c.name.label("lender"))
        .join(lenders, lenders.c.id == accounts.c.lender_id)
        .where(accounts.c.debtor_id == debtor_id, scope.accounts())
        .order_by(lenders.c.name, accounts.c.number)
    )
    if lender_id is not None:
        query = query.where(accounts.c.lender_id == lender_id)
    return _rows(connection, query)


def other_accounts(connection: Connection, debtor_id: str, ids: Collection[str]) -> int:
    """How many accounts he has besides these."""
    query = select(func.count()).where(accounts.c.debtor_id == debtor_id, accounts.c.id.not_in(list(ids)))
    return connection.execute(query).scalar_one()


def balances_of(connection: Connection, ids: Collection[str]) -> Rows:
    query = _of_accounts(balances, ids)
    return _rows(connection, query.order_by(accounts.c.number, balances.c.as_of, balances.c.recorded_at))


def payments_of(connection: Connection, ids: Collection[str]) -> Rows:
    query = _of_accounts(payments, ids)
    return _rows(connection, query.order_by(payments.c.value_date, payments.c.id))


def agreements_of(connection: Connection, ids: Collection[str]) -> Rows:
    query = _of_accounts(agreements, ids)
    return _rows(connection, query.order_by(agreements.c.made_at))


def contacts_of(connection: Connection, debtor_id: str, until: datetime | None = None) -> Rows:
    """Every contact that is no visit of ours, with where it comes from; oldest first."""
    query = (
        select(
            contacts,
            contact_origins.c.lender_id,
            contact_origins.c.account_id,
            contact_origins.c.who,
            contact_origins.c.party,
            contact_origins.c.told,
            contact_origins.c.verdict,
            agents.c.name.label("agent_name"),
        )
        .outerjoin(contact_origins, contact_origins.c.contact_id == contacts.c.id)
        .outerjoin(agents, agents.c.id == contacts.c.agent_id)
        .where(contacts.c.debtor_id == debtor_id)
        .order_by(contacts.c.started, contacts.c.id)
    )
    if until is not None:
        query = query.where(contacts.c.started < until)
    return _rows(connection, query)


def results_elsewhere(connection: Connection, visit_ids: Collection[str], ids: Collection[str]) -> set[str]:
    """Of these visits, those that speak of an account not among `ids` too."""
    query = select(visit_results.c.visit_id).where(
        visit_results.c.visit_id.in_(list(visit_ids)), visit_results.c.account_id.not_in(list(ids))
    )
    return set(connection.execute(query.distinct()).scalars())


def strangers_phones(connection: Connection, debtor_id: str) -> int:
    """How many telephones and addresses of others are held for him."""
    query = select(func.count()).where(
        contact_points.c.debtor_id == debtor_id, contact_points.c.holder.not_in(["debtor"])
    )
    return connection.execute(query).scalar_one()


def pictures_of(connection: Connection, visit_ids: Collection[str]) -> Rows:
    query = (
        select(attachments, visits.c.started)
        .join(visits, visits.c.id == attachments.c.visit_id)
        .where(attachments.c.visit_id.in_(list(visit_ids)))
        .order_by(visits.c.started, attachments.c.id)
    )
    return _rows(connection, query)


def papers_of(connection: Connection, ids: Collection[str]) -> Rows:
    query = _of_accounts(papers, ids).where(papers.c.withdrawn_at.is_(None))
    return _rows(connection, query.order_by(papers.c.added_at, papers.c.id))


def notices_of(connection: Connection, debtor_id: str, ids: Collection[str]) -> Rows:
    query = (
        select(notices)
        .where(
            notices.c.debtor_id == debtor_id,
            or_(notices.c.account_id.is_(None), notices.c.account_id.in_(list(ids))),
        )
        .order_by(notices.c.made_at)
    )
    return _rows(connection, query)


def findings_of(connection: Connection, visit_ids: Collection[str]) -> Rows:
    query = select(findings).where(findings.c.visit_id.in_(list(visit_ids)))
    return _rows(connection, query.order_by(findings.c.found_at, findings.c.id))


def decisions_of(connection: Connection, visit_id: str) -> Rows:
    """What supervisors decided about a visit, in order."""
    query = select(review_decisions).where(review_decisions.c.visit_id == visit_id)
    return _rows(connection, query.order_by(review_decisions.c.decided_at, review_decisions.c.id))


def amendments_of(connection: Connection, visit_ids: Collection[str]) -> Rows:
    query = select(amendments).where(amendments.c.visit_id.in_(list(visit_ids)))
    return _rows(connection, query.order_by(amendments.c.received_at, amendments.c.id))


def overrides_of(connection: Connection, debtor_id: str) -> Rows:
    query = select(policy_overrides).where(policy_overrides.c.debtor_id == debtor_id)
    return _rows(connection, query.order_by(policy_overrides.c.asked_at))


def stops_of(connection: Connection, debtor_id: str, ids: Collection[str]) -> Rows:
    mine = _about(stop_states, ids)
    query = select(stop_states).where(stop_states.c.debtor_id == debtor_id, mine)
    return _rows(connection, query.order_by(stop_states.c.since, stop_states.c.id))


def claims_of(connection: Connection, debtor_id: str, ids: Collection[str]) -> Rows:
    query = select(claims).where(claims.c.debtor_id == debtor_id, _about(claims, ids))
    return _rows(connection, query.order_by(claims.c.number))


def asset_notes_of(connection: Connection, debtor_id: str) -> int:
    query = select(func.count()).where(
        asset_notes.c.debtor_id == debtor_id, asset_notes.c.withdrawn_at.is_(None)
    )
    return connection.execute(query).scalar_one()


def debtor_numbered(
    connection: Connection, scope: Scope, number: str, lender: str | None
) -> list[tuple[str, str, str]]:
    """(debtor, lender's id, lender's name) of the accounts in scope with this number."""
    query = (
        select(accounts.c.debtor_id, accounts.c.lender_id, lenders.c.name)
        .join(lenders, lenders.c.id == accounts.c.lender_id)
        .where(or_(accounts.c.number == number, accounts.c.id == number), scope.accounts())
    )
    if lender is not None:
        query = query.where(func.lower(lenders.c.name) == lender.lower())
    return [(row[0], row[1], row[2]) for row in connection.execute(query)]


def _of_accounts(table: Table, ids: Collection[str]) -> Select[Any]:
    """The rows of these accounts, with the account's number."""
    query = select(table, accounts.c.number).join(accounts, accounts.c.id == table.c.account_id)
    return query.where(table.c.account_id.in_(list(ids)))


def _about(table: Table, ids: Collection[str]) -> ColumnElement[bool]:
    return or_(table.c.account_id.is_(None), table.c.account_id.in_(list(ids)))


def _rows(connection: Connection, query: Select[Any]) -> Rows:
    return [dict(row) for row in connection.execute(query).mappings()]
