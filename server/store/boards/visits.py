"""Visits within a scope: the history, and everything that was told of one. Judges nothing.

A visit is in scope with its debtor; its results only with their account.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, exists, func, select

from .. import reviews
from ..chunks import fetch
from ..scopes import Scope
from ..tables import (
    accounts,
    addresses,
    agents,
    amendments,
    attachments,
    debtors,
    devices,
    events,
    findings,
    lenders,
    promises,
    receipts,
    reported_payments,
    visit_results,
    visits,
)

Rows = list[dict[str, Any]]
MOST_COUNTED = 5_000


@dataclass(frozen=True)
class Wanted:
    """What the history is narrowed to; None and "" narrow nothing."""

    agent: str = ""
    debtor: str = ""
    account: str = ""
    result: str = ""
    evidence: str = ""
    start: datetime | None = None
    end: datetime | None = None


def found(connection: Connection, scope: Scope, wanted: Wanted) -> list[str]:
    """The ids, newest first; no more than MOST_COUNTED: who looks for more narrows by day."""
    query = (
        select(visits.c.id)
        .where(*_conditions(scope, wanted))
        .order_by(visits.c.started.desc(), visits.c.id)
        .limit(MOST_COUNTED)
    )
    return list(connection.execute(query).scalars())


def listed(connection: Connection, scope: Scope, visit_ids: Collection[str]) -> Rows:
    """These visits, newest first, with results of accounts in scope and how many findings are open."""
    open_findings = (
        select(func.count())
        .where(findings.c.visit_id == visits.c.id, findings.c.state == "open")
        .scalar_subquery()
    )
    query = (
        select(
            visits,
            agents.c.name.label("agent_name"),
            debtors.c.name.label("debtor_name"),
            open_findings.label("open_findings"),
        )
        .join(agents, agents.c.id == visits.c.agent_id)
        .join(debtors, debtors.c.id == visits.c.debtor_id)
        .where(visits.c.id.in_(list(visit_ids)))
        .order_by(visits.c.started.desc(), visits.c.id)
    )
    return with_results(connection, scope, _rows(connection, query))


def one(connection: Connection, scope: Scope, visit_id: str) -> dict[str, Any] | None:
    """A visit with its people, address and laptop, or None: outside the scope it does not exist."""
    query = (
        select(
            visits,
            agents.c.name.label("agent_name"),
            debtors.c.name.label("debtor_name"),
            devices.c.name.label("device_name"),
            addresses.c.text.label("address_text"),
            addresses.c.kind.label("address_kind"),
            addresses.c.lat.label("address_lat"),
            addresses.c.lon.label("address_lon"),
            addresses.c.precision.label("address_precision"),
        )
        .join(agents, agents.c.id == visits.c.agent_id)
        .join(debtors, debtors.c.id == visits.c.debtor_id)
        .join(devices, devices.c.id == visits.c.device_id)
        .outerjoin(addresses, addresses.c.id == visits.c.address_id)
        .where(visits.c.id == visit_id, *_seen(scope))
    )
    found = with_results(connection, scope, _rows(connection, query))
    return found[0] if found else None


def with_results(connection: Connection, scope: Scope, told: Rows) -> Rows:
    """The rows with `results`, those of accounts in scope, by account number."""
    query = (
        select(visit_results, accounts.c.number, accounts.c.currency, lenders.c.name.label("lender"))
        .join(accounts, accounts.c.id == visit_results.c.account_id)
        .join(lenders, lenders.c.id == accounts.c.lender_id)
        .where(visit_results.c.visit_id.in_([row["id"] for row in told]), scope.accounts())
        .order_by(accounts.c.number)
    )
    held: dict[str, Rows] = {}
    for row in _rows(connection, query):
        held.setdefault(row["visit_id"], []).append(row)
    return [row | {"results": held.get(row["id"], [])} for row in told]


def promises_of(connection: Connection, scope: Scope, visit_id: str) -> Rows:
    query = (
        select(promises, accounts.c.number)
        .join(accounts, accounts.c.id == promises.c.account_id)
        .where(promises.c.visit_id == visit_id, scope.accounts())
        .order_by(accounts.c.number)
    )
    return _rows(connection, query)


def payments_of(connection: Connection, scope: Scope, visit_id: str) -> Rows:
    """What the collector said was paid; the lender's files say what was."""
    query = (
        select(reported_payments, accounts.c.number)
        .join(accounts, accounts.c.id == reported_payments.c.account_id)
        .where(reported_payments.c.visit_id == visit_id, scope.accounts())
        .order_by(reported_payments.c.paid_on)
    )
    return _rows(connection, query)


def amendments_of(connection: Connection, visit_id: str) -> Rows:
    """What was said later, in the order it came; the visit itself stays as it was."""
    query = (
        select(amendments, agents.c.name.label("agent_name"))
        .join(agents, agents.c.id == amendments.c.agent_id)
        .where(amendments.c.visit_id == visit_id)
        .order_by(amendments.c.received_at, amendments.c.id)
    )
    return _rows(connection, query)


def attachments_of(connection: Connection, visit_id: str) -> Rows:
    return _rows(connection, select(attachments).where(attachments.c.visit_id == visit_id))


def ledger_place(connection: Connection, visit: dict[str, Any]) -> dict[str, Any] | None:
    """The event's link in its laptop's chain, and the first receipt the office signed over it."""
    link = select(events.c.n, events.c.h, events.c.arrival, events.c.received_at).where(
        events.c.incarnation == visit["incarnation"], events.c.n == visit["n"]
    )
    row = connection.execute(link).mappings().first()
    if row is None:
        return None
    receipt = (
        select(receipts.c.n, receipts.c.server_time, receipts.c.key_id)
        .where(receipts.c.incarnation == visit["incarnation"], receipts.c.n >= visit["n"])
        .order_by(receipts.c.n, receipts.c.server_time)
        .limit(1)
    )
    signed = connection.execute(receipt).mappings().first()
    return dict(row) | {"receipt": dict(signed) if signed else None}


def results_of_stops(connection: Connection, stop_ids: Collection[str]) -> dict[str, list[str]]:
    """Stop → the result codes of the visits made to it."""
    query = (
        select(visits.c.stop_id, visit_results.c.result)
        .join(visit_results, visit_results.c.visit_id == visits.c.id)
        .where(visits.c.stop_id.in_(list(stop_ids)))
    )
    found: dict[str, list[str]] = {}
    for stop_id, result in connection.execute(query):
        found.setdefault(stop_id, []).append(result)
    return found


def last_results(connection: Connection, scope: Scope, debtor_ids: Collection[str]) -> dict[str, list[str]]:
    """Of these debtors: debtor → the result codes of his last visit, of accounts in scope."""
    columns = select(visits.c.debtor_id, visits.c.started, visits.c.id)
    made = fetch(connection, debtor_ids, lambda ids: columns.where(visits.c.debtor_id.in_(ids)))
    newest: dict[str, list[str]] = {}
    for row in sorted(made, key=lambda row: (row["started"], row["id"]), reverse=True):
        newest.setdefault(row["debtor_id"], []).append(row["id"])
    # Nearly always the last visit tells; the earlier ones are asked only of whom it told nothing in scope.
    told = _results_in_scope(connection, scope, [each[0] for each in newest.values()])
    rest = [one for each in newest.values() if each[0] not in told for one in each[1:]]
    told |= _results_in_scope(connection, scope, rest)
    found: dict[str, list[str]] = {}
    for debtor, each in newest.items():
        last = next((one for one in each if one in told), None)
        if last is not None:
            found[debtor] = told[last]
    return found


def _results_in_scope(
    connection: Connection, scope: Scope, visit_ids: Collection[str]
) -> dict[str, list[str]]:
    query = select(visit_results.c.visit_id, visit_results.c.result).join(
        accounts, accounts.c.id == visit_results.c.account_id
    )
    told: dict[str, list[str]] = {}
    for row in fetch(
        connection, visit_ids, lambda ids: query.where(visit_results.c.visit_id.in_(ids), scope.accounts())
    ):
        told.setdefault(row["visit_id"], []).append(row["result"])
    return told


def agents_seen(connection: Connection, scope: Scope) -> Rows:
    """The agents that a filter may name."""
    query = (
        select(agents.c.id, agents.c.name, agents.c.team)
        .where(scope.agents())
        .order_by(agents.c.name, agents.c.id)
    )
    return _rows(connection, query)


def _seen(scope: Scope) -> list[ColumnElement[bool]]:
    """The visit's debtor is in scope, asked row by row: a page of a million visits reads a page's rows.

    A collector or a team has few debtors among all: theirs are looked up instead.
    """
    if scope.agent_id is not None or (scope.shares and all(one.team is not None for one in scope.shares)):
        return [visits.c.debtor_id.in_(scope.debtors())]
    mine = reviews.seen(scope, visits.c.debtor_id)
    return [] if mine is None else [mine]


def _conditions(scope: Scope, wanted: Wanted) -> list[ColumnElement[bool]]:
    conditions = _seen(scope)
    for column, value in (
        (visits.c.agent_id, wanted.agent),
        (visits.c.debtor_id, wanted.debtor),
        (visits.c.evidence, wanted.evidence),
    ):
        if value:
            conditions.append(column == value)
    told = visit_results.c.visit_id == visits.c.id
    if wanted.result:
        conditions.append(exists().where(told, visit_results.c.result == wanted.result))
    if wanted.account:
        conditions.append(exists().where(told, visit_results.c.account_id == wanted.account))
    if wanted.start is not None:
        conditions.append(visits.c.started >= wanted.start)
    if wanted.end is not None:
        conditions.append(visits.c.started < wanted.end)
    return conditions


def _rows(connection: Connection, query: Select[Any]) -> Rows:
    return [dict(row) for row in connection.execute(query).mappings()]
