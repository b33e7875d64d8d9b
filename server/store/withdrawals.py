"""Takes out of routes and assignments what may no longer be worked, or by whom. Decides nothing."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable
from datetime import date
from typing import Any

from sqlalchemy import Connection, and_, exists, or_, select, update

from sync.words import Phrase

from . import chunks
from .tables import accounts, assignment_accounts, assignments, routes, stops, visits


def from_routes(connection: Connection, account_ids: Collection[str], because: Phrase, day: date) -> int:
    """Withdraw the stops from `day` on that were for these accounts only; others lose the account.

    A stop that has its visit is history and stays. Answers with how many stops were touched.
    """
    gone = set(account_ids)
    touched = 0
    for stop_id, held in _planned(connection, gone, day):
        left = [account for account in held if account not in gone]
        values: dict[str, Any] = {"accounts": left} if left else {"withdrawn": _stored(because)}
        connection.execute(update(stops).where(stops.c.id == stop_id).values(**values))
        touched += 1
    return touched


def of_agent(connection: Connection, agent_id: str, because: Phrase, day: date) -> int:
    """Of an agent who left: his drafts from `day` on go, and of what was published the stops not visited yet,
    so that they hold nobody's place any more. Answers with how many stops were withdrawn."""
    his = (routes.c.agent_id == agent_id) & (routes.c.date >= day)
    connection.execute(update(routes).where(his, routes.c.state == "draft").values(state="superseded"))
    ahead = (
        select(stops.c.id, stops.c.withdrawn)
        .join(routes, routes.c.id == stops.c.route_id)
        .where(his, routes.c.state == "published", stops.c.sequence.is_not(None))
        .where(~exists().where(visits.c.stop_id == stops.c.id))
    )
    live = [row.id for row in connection.execute(ahead) if row.withdrawn is None]  # as in `_planned`
    for piece in chunks.chunks(live):
        connection.execute(update(stops).where(stops.c.id.in_(piece)).values(withdrawn=_stored(because)))
    return len(live)


def from_assignments(connection: Connection, account_ids: Collection[str], because: Phrase, day: date) -> int:
    """Take the accounts out of open assignments; one left with no account to work is closed on `day`."""
    held = (
        select(assignment_accounts.c.assignment_id, assignment_accounts.c.account_id)
        .join(assignments, assignments.c.id == assignment_accounts.c.assignment_id)
        .where(assignments.c.until.is_(None))
    )
    rows = chunks.fetch(
        connection, account_ids, lambda piece: held.where(assignment_accounts.c.account_id.in_(piece))
    )
    for row in rows:
        connection.execute(
            update(assignment_accounts)
            .where(
                assignment_accounts.c.assignment_id == row["assignment_id"],
                assignment_accounts.c.account_id == row["account_id"],
            )
            .values(outcome="unassigned", because=_stored(because), rule="account.state", rule_source="")
        )
    _close_empty(connection, {row["assignment_id"] for row in rows}, day)
    return len(rows)


def _planned(connection: Connection, gone: set[str], day: date) -> list[tuple[str, list[str]]]:
    """The stops not yet visited nor withdrawn, from `day` on, that name one of these accounts."""
    query = (
        select(stops.c.id, stops.c.accounts, stops.c.withdrawn)
        .join(routes, routes.c.id == stops.c.route_id)
        .where(
            routes.c.state.in_(("draft", "published")),
            routes.c.date >= day,
            ~exists().where(visits.c.stop_id == stops.c.id),
        )
    )
    debtor = select(accounts.c.debtor_id)
    debtor_ids = {
        row["debtor_id"]
        for row in chunks.fetch(connection, gone, lambda piece: debtor.where(accounts.c.id.in_(piece)))
    }
    rows = chunks.fetch(connection, debtor_ids, lambda piece: query.where(stops.c.debtor_id.in_(piece)))
    live = [row for row in rows if row["withdrawn"] is None]  # SQL NULL and JSON null alike
    return [(row["id"], list(row["accounts"])) for row in live if gone & set(row["accounts"])]


def _close_empty(connection: Connection, assignment_ids: Iterable[str], day: date) -> None:
    """Close the agents' assignments with nothing assigned, and nobody's with nothing barred."""
    own = assignment_accounts.c.assignment_id == assignments.c.id
    assigned = exists().where(own, assignment_accounts.c.outcome == "assigned")
    barred = exists().where(own, assignment_accounts.c.outcome == "barred")
    empty = ~or_(assigned, and_(assignments.c.agent_id.is_(None), barred))
    for piece in chunks.chunks(assignment_ids):
        connection.execute(update(assignments).where(assignments.c.id.in_(piece), empty).values(until=day))


def _stored(because: Phrase) -> Any:
    return json.loads(because.to_json())
