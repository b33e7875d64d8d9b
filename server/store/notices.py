"""Papers the office made and papers handed over, whoever did. Holds no bytes and judges nothing."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, insert, select

from .chunks import among, append, found
from .scopes import Scope
from .tables import accounts, agents, deliveries, devices, lenders, notices

Rows = list[dict[str, Any]]


def add(connection: Connection, **row: Any) -> None:
    connection.execute(insert(notices).values(**row))


def add_deliveries(connection: Connection, rows: list[dict[str, Any]]) -> None:
    append(connection, deliveries, rows)


def made_for(connection: Connection, debtor_id: str, account_ids: Collection[str]) -> Rows:
    """The papers made for these accounts of a debtor, or about none, newest first."""
    query = select(notices).where(notices.c.debtor_id == debtor_id).order_by(notices.c.made_at.desc())
    rows = [dict(row) for row in connection.execute(query).mappings()]
    return [row for row in rows if row["account_id"] is None or row["account_id"] in account_ids]


def delivered_to(connection: Connection, debtor_id: str, account_ids: Collection[str]) -> Rows:
    """The papers handed over for these accounts of a debtor, or about none, newest first."""
    query = (
        select(deliveries, agents.c.name.label("agent_name"))
        .outerjoin(agents, agents.c.id == deliveries.c.agent_id)
        .where(deliveries.c.debtor_id == debtor_id)
        .order_by(deliveries.c.started.desc(), deliveries.c.id)
    )
    rows = [dict(row) for row in connection.execute(query).mappings()]
    return [row for row in rows if row["account_id"] is None or row["account_id"] in account_ids]


def one(connection: Connection, scope: Scope, notice_id: str) -> dict[str, Any] | None:
    """A paper made, or None: outside the scope it does not exist."""
    query = select(notices).where(
        notices.c.id == notice_id,
        notices.c.account_id.in_(select(accounts.c.id).where(scope.accounts()))
        | (notices.c.account_id.is_(None) & scope.sees(notices.c.debtor_id)),
    )
    row = connection.execute(query).mappings().first()
    return None if row is None else dict(row)


def token_of(connection: Connection, code: str) -> str | None:
    """The token whose short code this is, among the papers the office made or has heard of."""
    for table in (notices, deliveries):
        query = select(table.c.token).where(table.c.code == code, table.c.token != "").limit(1)
        held = connection.execute(query).scalar()
        if held:
            return str(held)
    return None


def handed_over(connection: Connection, code: str) -> datetime | None:
    """When a paper of this code was handed over, as first told."""
    query = select(deliveries.c.started).where(deliveries.c.code == code).order_by(deliveries.c.started)
    return connection.execute(query.limit(1)).scalar()


def public_keys(connection: Connection) -> list[Mapping[Any, Any]]:
    """Of every laptop ever enrolled: its key, its agent, and until when it was trusted."""
    query = select(
        devices.c.id, devices.c.agent_id, devices.c.public_key, devices.c.enrolled_at, devices.c.revoked_at
    )
    return list(connection.execute(query).mappings())


def deliveries_of(connection: Connection, debtor_ids: Iterable[str]) -> list[Mapping[Any, Any]]:
    """Every delivery to these debtors."""
    return list(found(connection, _OF_DEBTORS, debtor_ids))


_OF_DEBTORS = select(deliveries).where(among(deliveries.c.debtor_id)).order_by(deliveries.c.id)


def deliveries_for(connection: Connection, account_ids: Iterable[str]) -> dict[str, list[Mapping[Any, Any]]]:
    """By account the papers handed over for it."""
    groups: dict[str, list[Mapping[Any, Any]]] = defaultdict(list)
    for row in found(connection, _FOR_ACCOUNTS, account_ids):
        groups[row["account_id"]].append(row)
    return groups


_FOR_ACCOUNTS = select(deliveries).where(among(deliveries.c.account_id)).order_by(deliveries.c.id)


def accounts_of(connection: Connection, debtor_id: str) -> tuple[str, ...]:
    """The ids of a debtor's accounts."""
    query = select(accounts.c.id).where(accounts.c.debtor_id == debtor_id).order_by(accounts.c.id)
    return tuple(connection.execute(query).scalars())


def account(connection: Connection, scope: Scope, account_id: str) -> dict[str, Any] | None:
    """An account with its lender's name, or None: outside the scope it does not exist."""
    query = (
        select(accounts, lenders.c.name.label("lender"))
        .join(lenders, lenders.c.id == accounts.c.lender_id)
        .where(accounts.c.id == account_id, scope.accounts())
    )
    row = connection.execute(query).mappings().first()
    return None if row is None else dict(row)
