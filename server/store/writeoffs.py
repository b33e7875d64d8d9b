"""Debts proposed for writing off, and a person's word on each. Reckons nothing."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, func, select, update

from .chunks import append, fetch
from .scopes import Scope
from .tables import accounts, debtors, lenders, writeoffs

STATES = ("open", "accepted", "rejected", "withdrawn")


def add(connection: Connection, rows: Sequence[Mapping[str, Any]]) -> None:
    append(connection, writeoffs, rows)


def decided(connection: Connection, account_ids: Iterable[str]) -> dict[str, dict[str, Any]]:
    """By account, its newest proposal, whatever became of it."""
    rows = fetch(
        connection, account_ids, lambda piece: select(writeoffs).where(writeoffs.c.account_id.in_(piece))
    )
    newest: dict[str, dict[str, Any]] = {}
    for row in sorted(rows, key=lambda row: (row["made_at"], row["id"])):
        newest[row["account_id"]] = dict(row)
    return newest


def waiting(connection: Connection) -> dict[str, str]:
    """Account → the proposal that waits for a person."""
    query = select(writeoffs.c.account_id, writeoffs.c.id).where(writeoffs.c.state == "open")
    return {row.account_id: row.id for row in connection.execute(query)}


def replace(connection: Connection, proposal_id: str, values: Mapping[str, Any]) -> None:
    """New figures for one that still waits."""
    connection.execute(
        update(writeoffs).where(writeoffs.c.id == proposal_id, writeoffs.c.state == "open").values(**values)
    )


def put(connection: Connection, proposal_id: str, state: str, *, why: str, actor: str, now: datetime) -> bool:
    """A person's word, given once: True when it was still waiting."""
    statement = (
        update(writeoffs)
        .where(writeoffs.c.id == proposal_id, writeoffs.c.state == "open")
        .values(state=state, decided_at=now, decided_by=actor, decided_why=why)
        .returning(writeoffs.c.id)
    )
    return connection.execute(statement).first() is not None


def one(connection: Connection, scope: Scope, proposal_id: str) -> dict[str, Any] | None:
    rows = listed(connection, scope, proposal_id=proposal_id, limit=1)
    return rows[0] if rows else None


def listed(
    connection: Connection,
    scope: Scope,
    *,
    state: str = "",
    proposal_id: str = "",
    limit: int | None = None,
    offset: int = 0,
) -> list[dict[str, Any]]:
    """Proposals of the scope's accounts, those that lose the most first."""
    query = (
        select(
            writeoffs,
            accounts.c.number,
            accounts.c.zone,
            debtors.c.name.label("debtor_name"),
            lenders.c.name.label("lender"),
        )
        .join(accounts, accounts.c.id == writeoffs.c.account_id)
        .join(debtors, debtors.c.id == writeoffs.c.debtor_id)
        .join(lenders, lenders.c.id == accounts.c.lender_id)
        .where(scope.accounts())
        .order_by(writeoffs.c.net_minor, debtors.c.search_name, writeoffs.c.id)
        .offset(offset)
    )
    if state:
        query = query.where(writeoffs.c.state == state)
    if proposal_id:
        query = query.where(writeoffs.c.id == proposal_id)
    if limit is not None:
        query = query.limit(limit)
    return [dict(row) for row in connection.execute(query).mappings()]


def counted(connection: Connection, scope: Scope) -> dict[str, int]:
    """How many of the scope's proposals are in each state."""
    query = (
        select(writeoffs.c.state, func.count())
        .join(accounts, accounts.c.id == writeoffs.c.account_id)
        .where(scope.accounts())
        .group_by(writeoffs.c.state)
    )
    return {row[0]: row[1] for row in connection.execute(query)}
