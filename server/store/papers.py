"""Papers of accounts (promissory notes, contracts) that travel to whoever has the account. Holds no bytes."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, RowMapping, func, insert, select, update

from . import chunks
from .scopes import Scope
from .tables import accounts, feeds, lenders, papers


def add(connection: Connection, **row: Any) -> None:
    connection.execute(insert(papers).values(**row))


def held(connection: Connection, account_id: str, sha256: str) -> RowMapping | None:
    """The same bytes under the same account, not withdrawn."""
    query = select(papers).where(
        papers.c.account_id == account_id, papers.c.sha256 == sha256, papers.c.withdrawn_at.is_(None)
    )
    return connection.execute(query).mappings().first()


def of_accounts(connection: Connection, ids: Iterable[str]) -> dict[str, list[Mapping[Any, Any]]]:
    """By account: its papers, the oldest first."""
    found: dict[str, list[Mapping[Any, Any]]] = defaultdict(list)
    for row in chunks.found(connection, _OF_ACCOUNTS, ids):
        found[row["account_id"]].append(row)
    return found


_OF_ACCOUNTS = (
    select(papers)
    .where(chunks.among(papers.c.account_id), papers.c.withdrawn_at.is_(None))
    .order_by(papers.c.added_at, papers.c.id)
)


def one(connection: Connection, scope: Scope, paper_id: str) -> dict[str, Any] | None:
    """A paper with its debtor, or None: outside the scope it does not exist."""
    query = (
        select(papers, accounts.c.debtor_id, accounts.c.number)
        .join(accounts, accounts.c.id == papers.c.account_id)
        .where(papers.c.id == paper_id, papers.c.withdrawn_at.is_(None), scope.accounts())
    )
    row = connection.execute(query).mappings().first()
    return None if row is None else dict(row)


def account(connection: Connection, scope: Scope, account_id: str) -> dict[str, Any] | None:
    query = select(accounts).where(accounts.c.id == account_id, scope.accounts())
    row = connection.execute(query).mappings().first()
    return None if row is None else dict(row)


def accounts_numbered(connection: Connection, number: str, lender: str | None) -> list[dict[str, Any]]:
    """Accounts of this number, of any lender unless one is named."""
    query = (
        select(accounts.c.id, accounts.c.debtor_id, lenders.c.name.label("lender"))
        .join(lenders, lenders.c.id == accounts.c.lender_id)
        .where(accounts.c.number == number)
    )
    if lender is not None:
        query = query.where(func.lower(lenders.c.name) == lender.lower())
    return [dict(row) for row in connection.execute(query).mappings()]


def carried_by(connection: Connection, agent_id: str, ids: Iterable[str]) -> set[str]:
    """Those of these papers that are in an agent's feed now."""
    rows = chunks.fetch(
        connection,
        ids,
        lambda piece: select(feeds.c.record_id).where(
            feeds.c.agent_id == agent_id,
            feeds.c.kind == "document",
            feeds.c.record_id.in_(piece),
            feeds.c.gone.is_(False),
        ),
    )
    return {row["record_id"] for row in rows}


def with_bytes(connection: Connection, sha256: str) -> list[RowMapping]:
    query = select(papers).where(papers.c.sha256 == sha256, papers.c.withdrawn_at.is_(None))
    return list(connection.execute(query).mappings())


def names_of(connection: Connection, debtor_id: str) -> set[str]:
    """The hashes of the papers of a debtor's accounts, withdrawn or not."""
    query = select(papers.c.sha256).join(accounts, accounts.c.id == papers.c.account_id)
    return set(connection.execute(query.where(accounts.c.debtor_id == debtor_id)).scalars())


def debtors_of(connection: Connection, sha256: str) -> set[str]:
    """Whose accounts hold a paper of these bytes."""
    query = select(accounts.c.debtor_id).join(papers, papers.c.account_id == accounts.c.id)
    return set(
        connection.execute(query.where(papers.c.sha256 == sha256, papers.c.withdrawn_at.is_(None))).scalars()
    )


def withdraw(connection: Connection, debtor_id: str, names: Collection[str], now: datetime) -> None:
    """Take back a debtor's papers of these hashes: the laptops drop them."""
    own = select(accounts.c.id).where(accounts.c.debtor_id == debtor_id)
    for piece in chunks.chunks(names):
        connection.execute(
            update(papers)
            .where(papers.c.sha256.in_(piece), papers.c.account_id.in_(own), papers.c.withdrawn_at.is_(None))
            .values(withdrawn_at=now)
        )
