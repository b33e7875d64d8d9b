"""Collects what should be in each agent's feed now, in bulk. Knows nothing of numbers or of what is there.

A debtor's records are the same for whoever has him, except a colleague's visit, of which an agent reads
only the results of his own accounts.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import Connection

from sync.digest import canonical

from ..packs import at_office
from ..store import (
    case_answers,
    city_maps,
    contact_sources,
    encounters,
    lenders,
    notices,
    objections,
    offices,
    overrides,
    papers,
    scope_records,
    visits,
)
from ..store.agents import Agent, by_ids
from ..store.feeds import Key
from ..store.scope_records import Scope
from . import erasing, letterheads, records, terms

# A route stays on the laptop for a week after its day, so that a late visit can still name its stop.
ROUTES_KEPT = timedelta(days=7)

Wanted = dict[Key, tuple[str, str | None]]  # (kind, id) -> canonical JSON, debtor


@dataclass
class Case:
    """The records about one debtor: his own, by account those that need that account in scope, and
    by visit those that go with what the agent may read of it."""

    own: list[tuple[Key, str]] = field(default_factory=list)
    by_account: dict[str, list[tuple[Key, str]]] = field(default_factory=dict)
    visits: list[records.Payload] = field(default_factory=list)
    attachments: dict[str, list[tuple[Key, str]]] = field(default_factory=dict)


def wanted(
    connection: Connection,
    agent_ids: Sequence[str],
    debtor_ids: Sequence[str] | None,
    now: datetime,
    *,
    of_agent: bool = True,
) -> dict[str, Wanted]:
    """The records of each agent. With `debtor_ids` only theirs, and the agent's policies and routes; not
    these either without `of_agent`."""
    agents = by_ids(connection, agent_ids) if of_agent else {}
    scopes = scope_records.scopes(connection, agent_ids, None if of_agent else debtor_ids)
    concerned = {debtor for scope in scopes.values() for debtor in scope.debtors}
    if debtor_ids is not None:
        concerned &= set(debtor_ids)
    every = {account for scope in scopes.values() for mine in scope.debtors.values() for account in mine}
    cases = _cases(connection, concerned, every, now)
    found: dict[str, Wanted] = {}
    erased = erasing.wanted(connection, agent_ids) if debtor_ids is None else {}
    for agent_id in agent_ids:
        scope = scopes[agent_id]
        mine: Wanted = {}
        if of_agent:
            mine = _of_agent(connection, agents[agent_id], scope, now, whole=debtor_ids is None)
        for debtor in concerned & scope.debtors.keys():
            mine |= _of_case(cases[debtor], debtor, agent_id, scope.debtors[debtor])
        found[agent_id] = mine | erased.get(agent_id, {})
    return found


def _of_agent(connection: Connection, agent: Agent, scope: Scope, now: datetime, *, whole: bool) -> Wanted:
    made: list[tuple[str, str, records.Payload]] = []
    if not agent.active:  # his laptop still knows whose it is, and nothing else
        return {("agent", agent.id): (_text(records.agent(agent)), None)} if whole else {}
    if whole:
        made.append(("agent", agent.id, records.agent(agent)))
        if (city := city_maps.announced(connection)) is not None:
            made.append(("city", city.id, city.record()))
        elif (basemap := offices.get(connection, "basemap")) is not None:
            made.append(("basemap", basemap["id"], basemap))
        if (offered := terms.rules(connection, agent)) is not None:
            made.append(("offers", agent.id, offered))
    packs = at_office(connection)
    for name in sorted(scope.packs):
        if (pack := packs(name)) is not None:
            made.append(("policy", name, records.policy(pack)))
    made += [("lender", lender["id"], lender) for lender in _lenders(connection, scope)]
    made += [("objection", one.code, one.wire()) for one in objections.latest(connection)]
    made += [("stationery", one["id"], one) for one in letterheads.told(connection, scope.lenders)]
    since = now.astimezone(agent.where).date() - ROUTES_KEPT
    made += [("route", route["id"], route) for route in _routes(connection, agent.id, scope, since)]
    return {(kind, record): (_text(payload), None) for kind, record, payload in made}


def _lenders(connection: Connection, scope: Scope) -> list[records.Payload]:
    """Of the lenders in scope, those who declared a source of contacts."""
    declared = contact_sources.of_lenders(connection, scope.lenders)
    names = lenders.names_of(connection, declared)
    return [records.lender(lender, names[lender], declared[lender]) for lender in sorted(declared)]


def _routes(connection: Connection, agent_id: str, scope: Scope, since: date) -> list[records.Payload]:
    rows = scope_records.published_routes(connection, agent_id, since)
    stops = scope_records.stops_of(connection, [row["id"] for row in rows])
    return [
        records.route(row, [stop for stop in stops[row["id"]] if stop["debtor_id"] in scope.debtors])
        for row in rows
    ]


def _of_case(case: Case, debtor: str, agent_id: str, accounts: Collection[str]) -> Wanted:
    found: Wanted = {key: (text, debtor) for key, text in case.own}
    for account in accounts:
        found |= {key: (text, debtor) for key, text in case.by_account.get(account, [])}
    for visit in case.visits:
        seen = visit if visit["agent"] == agent_id else records.within(visit, accounts)
        found["visit", visit["id"]] = (_text(seen), debtor)
        if visit["agent"] == agent_id or seen["results"]:
            found |= {key: (text, debtor) for key, text in case.attachments.get(visit["id"], [])}
    return found


def _cases(
    connection: Connection, debtors: Iterable[str], accounts: Collection[str], now: datetime
) -> dict[str, Case]:
    cases = {debtor: Case() for debtor in debtors}
    held = scope_records.accounts_by_id(connection, accounts if cases else ())
    held = {name: row for name, row in held.items() if row["debtor_id"] in cases}
    people = scope_records.people_of(connection, held)
    reach = {*cases, *(row["debtor_id"] for rows in people.values() for row in rows)}
    addresses = scope_records.addresses_of(connection, reach)
    points = scope_records.contact_points_of(connection, reach)
    stops = scope_records.stop_states_of(connection, cases, now)
    for debtor, row in scope_records.debtors_by_id(connection, cases).items():
        payload = records.debtor(row, addresses[debtor], points[debtor], stops[debtor])
        cases[debtor].own.append((("debtor", debtor), _text(payload)))
    for debtor, rows in scope_records.contacts_of(connection, cases).items():
        cases[debtor].own += [(("contact", row["id"]), _text(records.contact(row))) for row in rows]
    for debtor, rows in overrides.rows_in_force(connection, cases).items():
        cases[debtor].own += [(("override", row["id"]), _text(records.override(row))) for row in rows]
    for debtor, rows in scope_records.skips_of(connection, cases).items():
        cases[debtor].own += [(("skip", row["id"]), _text(records.skip(row))) for row in rows]
    for row in notices.deliveries_of(connection, cases):
        if row["account_id"] is None:
            key = ("delivery", row["id"])
            cases[row["debtor_id"]].own.append((key, _text(records.delivery(row))))
    _add_accounts(connection, cases, held, people, addresses, points)
    _add_visits(connection, cases)
    return cases


def _add_accounts(
    connection: Connection,
    cases: Mapping[str, Case],
    held: Mapping[str, Any],
    people: scope_records.Grouped,
    addresses: scope_records.Grouped,
    points: scope_records.Grouped,
) -> None:
    balances = scope_records.latest_balances(connection, held)
    documents = scope_records.documents_of(connection, held)
    payments = scope_records.payments_of(connection, held)
    promises = scope_records.promises_of(connection, held)
    reported = scope_records.reported_payments_of(connection, held)
    filed = papers.of_accounts(connection, held)
    through = encounters.payments_through(connection)
    delivered = notices.deliveries_for(connection, held)
    agreed = terms.of_accounts(connection, held)
    answered, packs = case_answers.of_accounts(connection, held), at_office(connection)
    for name, row in held.items():
        bound = [
            records.person(one, [], [])
            if one["debtor_id"] == row["debtor_id"]
            else records.person(one, addresses[one["debtor_id"]], points[one["debtor_id"]])
            for one in people[name]
        ]
        payload = records.account(
            row, balances.get(name), bound, documents[name], through.get(row["lender_id"])
        )
        payload |= records.answers(answered.get(name, ()), packs(row["pack"]))
        cases[row["debtor_id"]].by_account[name] = [
            (("account", name), _text(payload)),
            *(
                (("document", one["id"]), _text(records.document(one, row["debtor_id"])))
                for one in filed[name]
            ),
            *((("payment", one["id"]), _text(records.payment(one))) for one in payments[name]),
            *((("promise", one["id"]), _text(records.promise(one))) for one in promises[name]),
            *((("reported", one["id"]), _text(records.reported(one))) for one in reported[name]),
            *((("delivery", one["id"]), _text(records.delivery(one))) for one in delivered[name]),
            *agreed.get(name, ()),
        ]


def _add_visits(connection: Connection, cases: Mapping[str, Case]) -> None:
    by_debtor = visits.of_debtors(connection, cases)
    ids = [row["id"] for rows in by_debtor.values() for row in rows]
    results = visits.results_of(connection, ids)
    amendments = visits.amendments_of(connection, ids)
    attachments = scope_records.attachments_of(connection, ids)
    for debtor, rows in by_debtor.items():
        cases[debtor].attachments = {
            row["id"]: [
                (("attachment", one["id"]), _text(records.attachment(one, debtor)))
                for one in attachments[row["id"]]
            ]
            for row in rows
        }
        cases[debtor].visits = [records.visit(row, results[row["id"]], amendments[row["id"]]) for row in rows]


def _text(payload: records.Payload) -> str:
    return canonical(payload).decode()
