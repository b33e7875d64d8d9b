"""Money received by the lenders, as their files say, reversals included. Rows are only added."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from sqlalchemy import Connection, insert, select

from sync.records import Payment

from . import as_records, chunks
from .tables import payments


def add(connection: Connection, rows: list[dict[str, Any]]) -> None:
    """Insert the rows; reversals come after what they reverse."""
    chunks.write(connection, insert(payments), rows)


def known(connection: Connection, identities: Iterable[str]) -> dict[str, str]:
    """Identity → id of the payments already held."""
    query = select(payments.c.identity, payments.c.id)
    rows = chunks.fetch(connection, identities, lambda piece: query.where(payments.c.identity.in_(piece)))
    return {row["identity"]: row["id"] for row in rows}


def rows_of(connection: Connection, account_ids: Iterable[str]) -> dict[str, list[dict[str, Any]]]:
    """The rows of each account, by value date."""
    query = select(payments).order_by(payments.c.value_date, payments.c.id)
    found: dict[str, list[dict[str, Any]]] = {}
    pieces = chunks.fetch(
        connection, account_ids, lambda piece: query.where(payments.c.account_id.in_(piece))
    )
    for row in pieces:
        found.setdefault(row["account_id"], []).append(dict(row))
    return found


def of_accounts(connection: Connection, account_ids: Iterable[str]) -> dict[str, list[Payment]]:
    """The payments of each account as the rules hold them, by value date."""
    held = rows_of(connection, account_ids)
    return {account: [as_records.payment(row) for row in rows] for account, rows in held.items()}
