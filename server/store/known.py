"""What the office knows of the things an event may name: is it there, and whose is it. Decides nothing."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from sqlalchemy import Connection, RowMapping, select

from .chunks import chunks, fetch
from .tables import accounts, addresses, assignments, debtors


@dataclass(frozen=True)
class Holding:
    """A stretch of days in which an agent had a debtor; `until` is the first day he had him no more."""

    since: date
    until: date | None

    def covers(self, day: date) -> bool:
        return self.since <= day and (self.until is None or day < self.until)


def lock_debtors(connection: Connection, debtor_ids: Iterable[str]) -> None:
    """Hold these debtors' rows, so that nobody visits one or gives him to another agent meanwhile.

    Before anything that refers to them is written: PostgreSQL lets two writers share a row and then
    wait for each other. SQLite has one writer at a time.
    """
    for piece in chunks(debtor_ids):
        query = select(debtors.c.id).where(debtors.c.id.in_(piece)).order_by(debtors.c.id)
        connection.execute(query.with_for_update()).all()


def debtor_zones(connection: Connection, ids: Iterable[str]) -> dict[str, str]:
    """The time zone of each debtor there is."""
    rows = fetch(
        connection,
        ids,
        lambda piece: select(debtors.c.id, debtors.c.timezone).where(debtors.c.id.in_(piece)),
    )
    return {row["id"]: row["timezone"] for row in rows}


def accounts_named(connection: Connection, ids: Iterable[str]) -> dict[str, RowMapping]:
    rows = fetch(connection, ids, lambda piece: select(accounts).where(accounts.c.id.in_(piece)))
    return {row["id"]: row for row in rows}


def address_states(connection: Connection, ids: Iterable[str]) -> dict[str, str]:
    rows = fetch(
        connection,
        ids,
        lambda piece: select(addresses.c.id, addresses.c.state).where(addresses.c.id.in_(piece)),
    )
    return {row["id"]: row["state"] for row in rows}


def holdings(connection: Connection, agent_id: str, debtor_ids: Iterable[str]) -> dict[str, list[Holding]]:
    """By debtor: when this agent had him."""
    rows = fetch(
        connection,
        debtor_ids,
        lambda piece: select(assignments.c.debtor_id, assignments.c.since, assignments.c.until).where(
            assignments.c.agent_id == agent_id, assignments.c.debtor_id.in_(piece)
        ),
    )
    found: dict[str, list[Holding]] = {}
    for row in rows:
        found.setdefault(row["debtor_id"], []).append(Holding(row["since"], row["until"]))
    return found
