"""What the office knows of the things an event may name: is it there, and whose is it. Decides nothing."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Connection, bindparam, select

from sync.records import Address

from . import as_records
from .chunks import among, found
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
    if connection.dialect.name != "sqlite":
        found(connection, _LOCKED, debtor_ids)


_LOCKED = select(debtors.c.id).where(among(debtors.c.id)).order_by(debtors.c.id).with_for_update()
_ZONES = select(debtors.c.id, debtors.c.timezone).where(among(debtors.c.id))


def debtor_zones(connection: Connection, ids: Iterable[str]) -> dict[str, str]:
    """The time zone of each debtor there is."""
    return {row["id"]: row["timezone"] for row in found(connection, _ZONES, ids)}


_ACCOUNTS = select(accounts).where(among(accounts.c.id))


def accounts_named(connection: Connection, ids: Iterable[str]) -> dict[str, Mapping[Any, Any]]:
    return {row["id"]: row for row in found(connection, _ACCOUNTS, ids)}


_ADDRESSES = select(addresses).where(among(addresses.c.id))


def addresses_named(connection: Connection, ids: Iterable[str]) -> dict[str, Address]:
    return {row["id"]: as_records.address(row) for row in found(connection, _ADDRESSES, ids)}


_CITIES = (
    select(addresses.c.debtor_id, addresses.c.city)
    .where(
        among(addresses.c.debtor_id),
        addresses.c.until.is_(None),
        addresses.c.state == "accepted",
        addresses.c.city != "",
    )
    .order_by(addresses.c.since, addresses.c.id)
)


def cities(connection: Connection, debtor_ids: Iterable[str]) -> dict[str, str]:
    """By debtor: the city of his first accepted address that names one."""
    held: dict[str, str] = {}
    for row in found(connection, _CITIES, debtor_ids):
        held.setdefault(row["debtor_id"], row["city"].strip())
    return held


_HOLDINGS = select(assignments.c.debtor_id, assignments.c.since, assignments.c.until).where(
    assignments.c.agent_id == bindparam("agent"), among(assignments.c.debtor_id)
)


def holdings(connection: Connection, agent_id: str, debtor_ids: Iterable[str]) -> dict[str, list[Holding]]:
    """By debtor: when this agent had him."""
    held: dict[str, list[Holding]] = {}
    for row in found(connection, _HOLDINGS, debtor_ids, agent=agent_id):
        held.setdefault(row["debtor_id"], []).append(Holding(row["since"], row["until"]))
    return held
