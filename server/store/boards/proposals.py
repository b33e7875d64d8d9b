"""Addresses and phones found in the field, open or decided, with who proposed them. Decides nothing."""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import ColumnElement, Connection, Table, func, literal_column, select

from ..chunks import fetch
from ..scopes import Scope
from ..tables import (
    accounts,
    addresses,
    agents,
    contact_points,
    debtors,
    devices,
    events,
    incarnations,
    lenders,
    proposal_decisions,
    visits,
)

Rows = list[dict[str, Any]]


KINDS: tuple[tuple[str, Table], ...] = (("address", addresses), ("phone", contact_points))


STATES = ("proposed", "accepted", "rejected")


def counted(connection: Connection, scope: Scope, state: str = "proposed") -> int:
    queries = (
        select(func.count()).select_from(table).where(*_found(scope, table, state)) for _kind, table in KINDS
    )
    return sum(int(connection.execute(query).scalar_one()) for query in queries)


def listed(
    connection: Connection, scope: Scope, state: str = "proposed", *, limit: int = -1, offset: int = 0
) -> Rows:
    """What the field found of debtors in scope, oldest first; with the accounts that it would serve.

    `said` holds what the event told (informant, visit) where its body was not erased.
    """
    places = sorted(
        (row.since, row.id)
        for _kind, table in KINDS
        for row in connection.execute(select(table.c.since, table.c.id).where(*_found(scope, table, state)))
    )
    wanted = [id for _since, id in places[offset : offset + limit if limit >= 0 else None]]
    found = [row | {"proposal": kind} for kind, table in KINDS for row in _rows(connection, table, wanted)]
    bodies = _bodies(connection, [row["event_id"] for row in found])
    made = _makers(connection, [row["event_id"] for row in found])
    seen = _visits(connection, [body["visit"] for body in bodies.values() if body.get("visit")])
    held = _accounts(connection, scope, {row["debtor_id"] for row in found})
    decided = _decisions(connection, [row["id"] for row in found])
    alike = _alike(connection, {row["debtor_id"] for row in found})
    for row in found:
        body = bodies.get(row["event_id"], {})
        visit = seen.get(body.get("visit") or "")
        row |= {
            "said": body,
            "agent_name": made.get(row["event_id"], ""),
            "visit": visit,
            "accounts": held.get(row["debtor_id"], []),
            "decision": decided.get(row["id"]),
            "same_as": alike[_plain(row)] - 1,
        }
    return sorted(found, key=lambda row: (row["since"], row["id"]))


def _found(scope: Scope, table: Table, state: str) -> list[ColumnElement[bool]]:
    # Written out, not bound: so SQLite sees that the index of what is proposed alone will do.
    if state not in STATES:
        raise ValueError(f"no proposal is {state}")
    same = table.c.state == literal_column(f"'{state}'")
    return [table.c.event_id.is_not(None), same, table.c.until.is_(None), scope.sees(table.c.debtor_id)]


def _rows(connection: Connection, table: Table, ids: Iterable[str]) -> Rows:
    query = select(table, debtors.c.name.label("debtor_name"), debtors.c.timezone).join(
        debtors, debtors.c.id == table.c.debtor_id
    )
    return [dict(row) for row in fetch(connection, ids, lambda piece: query.where(table.c.id.in_(piece)))]


def _bodies(connection: Connection, event_ids: Iterable[str]) -> dict[str, dict[str, Any]]:
    rows = fetch(
        connection, event_ids, lambda ids: select(events.c.id, events.c.body).where(events.c.id.in_(ids))
    )
    return {row["id"]: json.loads(bytes(row["body"])) for row in rows if row["body"] is not None}


def _makers(connection: Connection, event_ids: Iterable[str]) -> dict[str, str]:
    query = (
        select(events.c.id, agents.c.name)
        .join(incarnations, incarnations.c.id == events.c.incarnation)
        .join(devices, devices.c.id == incarnations.c.device_id)
        .join(agents, agents.c.id == devices.c.agent_id)
    )
    rows = fetch(connection, event_ids, lambda ids: query.where(events.c.id.in_(ids)))
    return {row["id"]: row["name"] for row in rows}


def _visits(connection: Connection, visit_ids: Iterable[str]) -> dict[str, Mapping[Any, Any]]:
    rows = fetch(connection, visit_ids, lambda ids: select(visits).where(visits.c.id.in_(ids)))
    return {row["id"]: row for row in rows}


def _accounts(connection: Connection, scope: Scope, debtor_ids: Iterable[str]) -> dict[str, Rows]:
    query = (
        select(accounts, lenders.c.name.label("lender"))
        .join(lenders, lenders.c.id == accounts.c.lender_id)
        .where(scope.accounts(), accounts.c.state == "open")
        .order_by(accounts.c.number)
    )
    rows = fetch(connection, debtor_ids, lambda ids: query.where(accounts.c.debtor_id.in_(ids)))
    found: dict[str, Rows] = defaultdict(list)
    for row in rows:
        found[row["debtor_id"]].append(dict(row))
    return found


def _decisions(connection: Connection, proposal_ids: Iterable[str]) -> dict[str, Mapping[Any, Any]]:
    rows = fetch(
        connection,
        proposal_ids,
        lambda ids: select(proposal_decisions).where(proposal_decisions.c.proposal_id.in_(ids)),
    )
    return {row["proposal_id"]: row for row in rows}


def _alike(connection: Connection, debtor_ids: Iterable[str]) -> Counter[tuple[str, str]]:
    """How often the same was said of a debtor, by the field or his lenders."""
    counted: Counter[tuple[str, str]] = Counter()
    for table, column in ((addresses, "text"), (contact_points, "value")):
        rows = fetch(
            connection,
            debtor_ids,
            lambda ids, table=table, column=column: (  # type: ignore[misc]  # bound now, run now
                select(table.c.debtor_id, table.c[column].label("words")).where(table.c.debtor_id.in_(ids))
            ),
        )
        counted.update((row["debtor_id"], _key(row["words"])) for row in rows)
    return counted


def _plain(row: Mapping[str, Any]) -> tuple[str, str]:
    return row["debtor_id"], _key(row.get("text") or row.get("value") or "")


def _key(words: str) -> str:
    return "".join(mark for mark in words.casefold() if mark.isalnum())
