"""Everything an agent's scope is made of, in bulk: a fixed number of statements however many debtors.

Rows as the tables hold them; `server.publishing` gives them the shape of the wire.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, bindparam, func, or_, select

from .chunks import among, fetch
from .chunks import found as found_among
from .tables import (
    account_roles,
    accounts,
    addresses,
    agents,
    assignment_accounts,
    assignments,
    attachments,
    balances,
    contact_points,
    contacts,
    debtors,
    documents,
    lenders,
    payments,
    promises,
    reported_payments,
    routes,
    skips,
    stop_states,
    stops,
)

Grouped = dict[str, list[Mapping[Any, Any]]]


@dataclass
class Scope:
    """What an agent has: each debtor with his accounts that were assigned for visits."""

    debtors: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    packs: set[str] = field(default_factory=set)
    lenders: set[str] = field(default_factory=set)


def scopes(
    connection: Connection, agent_ids: Sequence[str], debtor_ids: Sequence[str] | None = None
) -> dict[str, Scope]:
    """The scope of each agent today: open assignments, and of their accounts those not barred; with
    `debtor_ids` only that part of it. Who no longer works here has none."""
    if debtor_ids is not None:
        found = {agent: Scope() for agent in agent_ids}
        for debtor, holder in holders(connection, debtor_ids).items():
            if holder.agent in found:
                found[holder.agent].debtors[debtor] = holder.accounts
        return found
    rows = fetch(
        connection,
        agent_ids,
        lambda piece: (
            select(
                assignments.c.agent_id,
                assignments.c.debtor_id,
                assignment_accounts.c.account_id,
                assignment_accounts.c.outcome,
                accounts.c.pack,
                accounts.c.lender_id,
            )
            .join(agents, agents.c.id == assignments.c.agent_id)
            .outerjoin(assignment_accounts, assignment_accounts.c.assignment_id == assignments.c.id)
            .outerjoin(accounts, accounts.c.id == assignment_accounts.c.account_id)
            .where(
                assignments.c.agent_id.in_(piece), assignments.c.until.is_(None), agents.c.active.is_(True)
            )
        ),
    )
    found = {agent: Scope() for agent in agent_ids}
    for row in rows:
        scope = found[row["agent_id"]]
        mine = scope.debtors[row["debtor_id"]]
        if row["outcome"] == "assigned":
            mine.add(row["account_id"])
            scope.packs.add(row["pack"])
            scope.lenders.add(row["lender_id"])
    return found


@dataclass(frozen=True)
class Holder:
    """Who has a debtor today, and for which of his accounts he may visit."""

    agent: str
    accounts: set[str]


_HOLDERS = (
    select(
        assignments.c.debtor_id,
        assignments.c.agent_id,
        assignment_accounts.c.account_id,
        assignment_accounts.c.outcome,
    )
    .join(agents, agents.c.id == assignments.c.agent_id)
    .outerjoin(assignment_accounts, assignment_accounts.c.assignment_id == assignments.c.id)
    .where(among(assignments.c.debtor_id), assignments.c.until.is_(None), agents.c.active.is_(True))
)


def holders(connection: Connection, debtor_ids: Iterable[str]) -> dict[str, Holder]:
    """By debtor, for those that somebody has who works here."""
    found: dict[str, Holder] = {}
    for row in found_among(connection, _HOLDERS, debtor_ids):
        holder = found.setdefault(row["debtor_id"], Holder(row["agent_id"], set()))
        if row["outcome"] == "assigned":
            holder.accounts.add(row["account_id"])
    return found


def debtors_by_id(connection: Connection, ids: Iterable[str]) -> dict[str, Mapping[Any, Any]]:
    return {row["id"]: row for row in found_among(connection, _DEBTORS, ids)}


_DEBTORS = select(debtors).where(among(debtors.c.id))


def addresses_of(connection: Connection, ids: Iterable[str]) -> Grouped:
    """By debtor: addresses in force, accepted or proposed."""
    return _grouped(found_among(connection, _ADDRESSES, ids), "debtor_id")


_ADDRESSES = (
    select(addresses)
    .where(
        among(addresses.c.debtor_id),
        addresses.c.until.is_(None),
        addresses.c.state != "rejected",
    )
    .order_by(addresses.c.since, addresses.c.id)
)


def contact_points_of(connection: Connection, ids: Iterable[str]) -> Grouped:
    return _grouped(found_among(connection, _CONTACT_POINTS, ids), "debtor_id")


_CONTACT_POINTS = (
    select(contact_points)
    .where(
        among(contact_points.c.debtor_id),
        contact_points.c.until.is_(None),
        contact_points.c.state != "rejected",
    )
    .order_by(contact_points.c.since, contact_points.c.id)
)


def stop_states_of(connection: Connection, ids: Iterable[str], now: datetime) -> Grouped:
    """By debtor: what stops collection and is not over."""
    return _grouped(found_among(connection, _STOP_STATES, ids, now=now), "debtor_id")


_STOP_STATES = (
    select(stop_states)
    .where(
        among(stop_states.c.debtor_id),
        or_(stop_states.c.until.is_(None), stop_states.c.until > bindparam("now")),
    )
    .order_by(stop_states.c.since, stop_states.c.id)
)


def accounts_by_id(connection: Connection, ids: Iterable[str]) -> dict[str, Mapping[Any, Any]]:
    """Accounts with their lender's name."""
    return {row["id"]: row for row in found_among(connection, _ACCOUNTS, ids)}


_ACCOUNTS = (
    select(accounts, lenders.c.name.label("lender"))
    .join(lenders, lenders.c.id == accounts.c.lender_id)
    .where(among(accounts.c.id))
)


def latest_balances(connection: Connection, ids: Iterable[str]) -> dict[str, Mapping[Any, Any]]:
    """By account: the balance of the latest as-of date, of the last import that said it."""
    return {row["account_id"]: row for row in found_among(connection, _LATEST_BALANCES, ids)}


_PLACE = func.row_number().over(
    partition_by=balances.c.account_id,
    order_by=(balances.c.as_of.desc(), balances.c.recorded_at.desc(), balances.c.id.desc()),
)
_RANKED = select(balances, _PLACE.label("place")).where(among(balances.c.account_id)).subquery()
_LATEST_BALANCES = select(_RANKED).where(_RANKED.c.place == 1)


def people_of(connection: Connection, ids: Iterable[str]) -> Grouped:
    """By account: who is bound to it today."""
    return _grouped(found_among(connection, _PEOPLE, ids), "account_id")


_PEOPLE = (
    select(account_roles, debtors.c.name.label("debtor_name"))
    .join(debtors, debtors.c.id == account_roles.c.debtor_id)
    .where(among(account_roles.c.account_id), account_roles.c.until.is_(None))
    .order_by(account_roles.c.role, account_roles.c.since, account_roles.c.id)
)


def documents_of(connection: Connection, ids: Iterable[str]) -> Grouped:
    return _grouped(found_among(connection, _DOCUMENTS, ids), "account_id")


_DOCUMENTS = (
    select(documents)
    .where(among(documents.c.account_id), documents.c.until.is_(None))
    .order_by(documents.c.name, documents.c.id)
)


def payments_of(connection: Connection, ids: Iterable[str]) -> Grouped:
    return _grouped(found_among(connection, _PAYMENTS, ids), "account_id")


_PAYMENTS = select(payments).where(among(payments.c.account_id))


def promises_of(connection: Connection, ids: Iterable[str]) -> Grouped:
    """By account."""
    return _grouped(found_among(connection, _PROMISES, ids), "account_id")


_PROMISES = (
    select(promises, debtors.c.timezone)
    .join(debtors, debtors.c.id == promises.c.debtor_id)
    .where(among(promises.c.account_id))
)


def contacts_of(connection: Connection, ids: Iterable[str]) -> Grouped:
    """By debtor."""
    return _grouped(found_among(connection, _CONTACTS, ids), "debtor_id")


_CONTACTS = select(contacts).where(among(contacts.c.debtor_id))


def skips_of(connection: Connection, ids: Iterable[str]) -> Grouped:
    """By debtor: planned stops that were not attempted."""
    return _grouped(found_among(connection, _SKIPS, ids), "debtor_id")


_SKIPS = select(skips).where(among(skips.c.debtor_id))


def reported_payments_of(connection: Connection, ids: Iterable[str]) -> Grouped:
    """By account: what was said to be paid."""

    return _grouped(found_among(connection, _REPORTED_PAYMENTS, ids), "account_id")


_REPORTED_PAYMENTS = select(reported_payments).where(among(reported_payments.c.account_id))


def attachments_of(connection: Connection, ids: Iterable[str]) -> Grouped:
    """By visit: photos and papers announced, with or without their bytes."""
    return _grouped(found_among(connection, _ATTACHMENTS, ids), "visit_id")


_ATTACHMENTS = select(attachments).where(among(attachments.c.visit_id))


def published_routes(connection: Connection, agent_id: str, since: date) -> list[Mapping[Any, Any]]:
    """An agent's published days from `since` on, the newest version of each."""
    query = (
        select(routes)
        .where(routes.c.agent_id == agent_id, routes.c.state == "published", routes.c.date >= since)
        .order_by(routes.c.date, routes.c.version)
    )
    newest = {row["date"]: row for row in connection.execute(query).mappings()}
    return list(newest.values())


def stops_of(connection: Connection, route_ids: Iterable[str]) -> Grouped:
    """By route, in the order of the day; those left out come last."""
    return _grouped(found_among(connection, _STOPS, route_ids), "route_id")


_STOPS = (
    select(stops)
    .where(among(stops.c.route_id))
    .order_by(stops.c.sequence.is_(None), stops.c.sequence, stops.c.id)
)


def _grouped(rows: Iterable[Mapping[Any, Any]], by: str) -> Grouped:
    groups: Grouped = defaultdict(list)
    for row in rows:
        groups[row[by]].append(row)
    return groups
