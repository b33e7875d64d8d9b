"""The rows an open export writes, streamed: accounts as of a day, visits, promises, payments, balances …

Every query answers a row at a time in an order of its own, so that an export of a million visits needs no
more memory than one of ten.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import date
from typing import Any

from sqlalchemy import Connection, Select, and_, exists, func, or_, select

from sync.records import Address
from sync.rules.figures_reading import ABOUT_CONDUCT

from . import as_records
from .chunks import among, found, streamed
from .tables import (
    account_roles,
    accounts,
    addresses,
    agents,
    amendments,
    assignment_accounts,
    assignments,
    balances,
    claims,
    contact_origins,
    contacts,
    debtors,
    events,
    facts,
    findings,
    imports,
    lenders,
    payments,
    promises,
    routes,
    stops,
    visit_results,
    visits,
)

Rows = Iterator[dict[str, Any]]


def accounts_as_of(connection: Connection, day: date) -> Rows:
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
            accounts.c.product,
            accounts.c.branch,
            accounts.c.team,
            accounts.c.debtor_id,
            imports.c.as_of.label("last_file"),
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
            agents.c.id.label("agent_id"),
            assignment_accounts.c.outcome,
            assignment_accounts.c.because,
            assignment_accounts.c.rule,
        )
        .join(lenders, lenders.c.id == accounts.c.lender_id)
        .join(debtors, debtors.c.id == accounts.c.debtor_id)
        .join(imports, imports.c.id == accounts.c.last_import)
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
    return streamed(connection, query)


def addresses_of(connection: Connection, debtor_ids: Iterable[str]) -> dict[str, list[Address]]:
    """The addresses that are accepted now, by debtor."""
    held: defaultdict[str, list[Address]] = defaultdict(list)
    for row in found(connection, _PLACES, debtor_ids):
        held[row["debtor_id"]].append(as_records.address(row))
    return held


_PLACES = (
    select(addresses)
    .where(among(addresses.c.debtor_id), addresses.c.until.is_(None), addresses.c.state == "accepted")
    .order_by(addresses.c.since, addresses.c.id)
)


def visits_told(connection: Connection) -> Rows:
    """A row per visit and account, oldest first."""
    complained = (
        select(claims.c.visit_id, func.count().label("complaints"))
        .where(claims.c.visit_id.is_not(None), claims.c.desk == "claims", claims.c.kind.in_(ABOUT_CONDUCT))
        .group_by(claims.c.visit_id)
        .subquery()
    )
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
            exists().where(amendments.c.visit_id == visits.c.id).label("amended"),
            func.coalesce(complained.c.complaints, 0).label("complaints"),
        )
        .join(visit_results, visit_results.c.visit_id == visits.c.id)
        .join(accounts, accounts.c.id == visit_results.c.account_id)
        .join(lenders, lenders.c.id == accounts.c.lender_id)
        .join(debtors, debtors.c.id == visits.c.debtor_id)
        .join(agents, agents.c.id == visits.c.agent_id)
        .outerjoin(complained, complained.c.visit_id == visits.c.id)
        .order_by(visits.c.started, visits.c.id, accounts.c.number)
    )
    return streamed(connection, query)


def promises_told(connection: Connection) -> Rows:
    """Every promise, those of an account together and in order."""
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
        .join(debtors, debtors.c.id == promises.c.debtor_id)
        .join(lenders, lenders.c.id == accounts.c.lender_id)
        .join(agents, agents.c.id == promises.c.agent_id)
        .order_by(promises.c.account_id, promises.c.made_at, promises.c.id)
    )
    return streamed(connection, query)


def payments_told(connection: Connection) -> Rows:
    return streamed(
        connection,
        _of_account(payments).order_by(payments.c.value_date, payments.c.id),
    )


def balances_told(connection: Connection) -> Rows:
    order = (balances.c.account_id, balances.c.as_of, balances.c.recorded_at, balances.c.id)
    return streamed(connection, _of_account(balances).order_by(*order))


def assignments_told(connection: Connection) -> Rows:
    """What was decided of each account, and until when: the agent where it was given to one."""
    query = (
        select(
            assignments.c.since,
            assignments.c.until,
            assignments.c.decided_at,
            assignment_accounts.c.outcome,
            assignment_accounts.c.rule,
            accounts.c.number.label("account_number"),
            lenders.c.name.label("lender"),
            agents.c.id.label("agent_id"),
            agents.c.name.label("agent"),
        )
        .join(assignments, assignments.c.id == assignment_accounts.c.assignment_id)
        .join(accounts, accounts.c.id == assignment_accounts.c.account_id)
        .join(lenders, lenders.c.id == accounts.c.lender_id)
        .outerjoin(
            agents,
            and_(agents.c.id == assignments.c.agent_id, assignment_accounts.c.outcome == "assigned"),
        )
        .order_by(assignments.c.decided_at, assignments.c.id, accounts.c.id)
    )
    return streamed(connection, query)


def routes_told(connection: Connection) -> Rows:
    """The published routes, whole."""
    query = (
        select(routes, agents.c.name.label("agent"))
        .join(agents, agents.c.id == routes.c.agent_id)
        .where(routes.c.state == "published")
        .order_by(routes.c.date, routes.c.id)
    )
    return streamed(connection, query)


def stops_told(connection: Connection) -> Rows:
    """The stops of published routes, by route and in their order; `accounts` are ids."""
    query = (
        select(
            stops,
            routes.c.date,
            routes.c.agent_id,
            agents.c.name.label("agent"),
            addresses.c.precision,
        )
        .join(routes, routes.c.id == stops.c.route_id)
        .join(agents, agents.c.id == routes.c.agent_id)
        .outerjoin(addresses, addresses.c.id == stops.c.address_id)
        .where(routes.c.state == "published", stops.c.sequence.is_not(None))
        .order_by(routes.c.date, routes.c.id, stops.c.sequence, stops.c.id)
    )
    return streamed(connection, query)


def keys_of(connection: Connection, account_ids: Iterable[str]) -> dict[str, tuple[str, str]]:
    """Account id → (lender, number)."""
    return {row["id"]: (row["lender"], row["number"]) for row in found(connection, _KEYS, account_ids)}


_KEYS = (
    select(accounts.c.id, accounts.c.number, lenders.c.name.label("lender"))
    .join(lenders, lenders.c.id == accounts.c.lender_id)
    .where(among(accounts.c.id))
)


def called(connection: Connection, account_ids: Iterable[str]) -> dict[str, dict[str, Any]]:
    """Account id → its number, lender, debtor and the debtor's name."""
    return {row["id"]: dict(row) for row in found(connection, _CALLED, account_ids)}


_CALLED = (
    select(
        accounts.c.id,
        accounts.c.number.label("account"),
        accounts.c.debtor_id,
        lenders.c.name.label("lender"),
        debtors.c.name.label("debtor_name"),
    )
    .join(lenders, lenders.c.id == accounts.c.lender_id)
    .join(debtors, debtors.c.id == accounts.c.debtor_id)
    .where(among(accounts.c.id))
)


def amended(connection: Connection, visit_ids: Iterable[str]) -> set[str]:
    """Those of these visits that were corrected later."""
    return {row["visit_id"] for row in found(connection, _AMENDED, visit_ids)}


_AMENDED = select(amendments.c.visit_id).where(among(amendments.c.visit_id))


def verdicts(connection: Connection, visit_ids: Iterable[str]) -> dict[str, str]:
    """Visit → the worst that a rule said of it at receipt: block, warn or allow."""
    made = {}
    for row in found(connection, _VERDICTS, visit_ids):
        said = {ruling["decision"] for ruling in (row["verdict"] or {}).get("rulings", ())}
        made[row["id"]] = next((one for one in ("block", "warn") if one in said), "allow")
    return made


_VERDICTS = select(visits.c.id, visits.c.verdict).where(among(visits.c.id))


def contacts_told(connection: Connection) -> Rows:
    """A row per contact and account: the one it was about where that was told, else each of the debtor's."""
    mine = and_(
        accounts.c.debtor_id == contacts.c.debtor_id,
        or_(contact_origins.c.account_id.is_(None), contact_origins.c.account_id == accounts.c.id),
    )
    query = (
        select(
            contacts,
            debtors.c.timezone,
            debtors.c.document,
            accounts.c.number.label("account_number"),
            lenders.c.name.label("lender"),
        )
        .join(debtors, debtors.c.id == contacts.c.debtor_id)
        .outerjoin(contact_origins, contact_origins.c.contact_id == contacts.c.id)
        .join(accounts, mine)
        .join(lenders, lenders.c.id == accounts.c.lender_id)
        .order_by(contacts.c.started, contacts.c.id, accounts.c.id)
    )
    return streamed(connection, query)


def agents_told(connection: Connection) -> Rows:
    query = select(agents.c.id, agents.c.name, agents.c.branch, agents.c.team)
    return streamed(connection, query.order_by(agents.c.name, agents.c.id))


def lenders_told(connection: Connection) -> Rows:
    """Every lender, with the day up to which his payments are known."""
    through = (
        select(imports.c.lender_id, func.max(imports.c.as_of).label("through"))
        .where(imports.c.kind == "payments")
        .group_by(imports.c.lender_id)
        .subquery()
    )
    query = select(lenders.c.name, lenders.c.country, through.c.through).outerjoin(
        through, through.c.lender_id == lenders.c.id
    )
    return streamed(connection, query.order_by(lenders.c.name))


def findings_told(connection: Connection) -> Rows:
    return streamed(connection, select(findings).order_by(findings.c.found_at, findings.c.id))


def facts_told(connection: Connection) -> Rows:
    """The office's log without what each entry quotes."""
    told = (facts.c.number, facts.c.kind, facts.c.as_of, facts.c.recorded_at, facts.c.actor, facts.c.subject)
    return streamed(connection, select(*told).order_by(facts.c.number))


def events_told(connection: Connection) -> Rows:
    """The ledger's events without their bodies."""
    query = select(
        events.c.id,
        events.c.incarnation,
        events.c.n,
        events.c.kind,
        events.c.received_at,
        events.c.h,
        events.c.body.is_(None).label("erased"),
        events.c.quarantine,
    )
    return streamed(connection, query.order_by(events.c.arrival))


def guarantors(connection: Connection) -> dict[str, int]:
    """How many people other than the holder are bound to each account."""
    query = (
        select(account_roles.c.account_id, func.count())
        .where(account_roles.c.role != "holder", account_roles.c.until.is_(None))
        .group_by(account_roles.c.account_id)
    )
    return {account: int(count) for account, count in connection.execute(query)}


def _of_account(table: Any) -> Select[Any]:
    return (
        select(table, accounts.c.number.label("account_number"), lenders.c.name.label("lender"))
        .join(accounts, accounts.c.id == table.c.account_id)
        .join(lenders, lenders.c.id == accounts.c.lender_id)
    )
