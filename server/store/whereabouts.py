"""Where a debtor is and how he is reached, in a lender's own words. Knows no proposal from the field.

Every row belongs to one lender: another lender's file never sees it.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any

from sqlalchemy import Connection, RowMapping, Table, insert, update

from . import chunks
from .tables import addresses, contact_points


def addresses_of(connection: Connection, debtor_ids: Iterable[str], lender_id: str) -> list[RowMapping]:
    """The open addresses this lender's files gave for these debtors."""
    return _open(connection, addresses, debtor_ids, lender_id)


def contact_points_of(connection: Connection, debtor_ids: Iterable[str], lender_id: str) -> list[RowMapping]:
    """The open telephones and e-mails this lender's files gave for these debtors."""
    return _open(connection, contact_points, debtor_ids, lender_id)


def add_addresses(connection: Connection, rows: list[dict[str, Any]]) -> None:
    chunks.write(connection, insert(addresses), rows)


def add_contact_points(connection: Connection, rows: list[dict[str, Any]]) -> None:
    chunks.write(connection, insert(contact_points), rows)


def close_addresses(connection: Connection, ids: Iterable[str], day: date) -> None:
    _close(connection, addresses, ids, day)


def close_contact_points(connection: Connection, ids: Iterable[str], day: date) -> None:
    _close(connection, contact_points, ids, day)


def _open(
    connection: Connection, table: Table, debtor_ids: Iterable[str], lender_id: str
) -> list[RowMapping]:
    query = table.select().where(table.c.until.is_(None), table.c.origin == "lender")
    rows = chunks.fetch(
        connection, debtor_ids, lambda piece: query.where(table.c.debtor_id.in_(piece)).order_by(table.c.id)
    )
    # Asked of the database, the lender would tempt SQLite to walk all his rows for every piece.
    return [row for row in rows if row["lender_id"] == lender_id]


def _close(connection: Connection, table: Table, ids: Iterable[str], day: date) -> None:
    for piece in chunks.chunks(ids):
        connection.execute(update(table).where(table.c.id.in_(piece)).values(until=day))
