"""Contacts on every channel but our own visits: calls, messages, letters. Every one counts in the caps."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from sqlalchemy import Connection, RowMapping, select

from .chunks import append, fetch
from .tables import contacts


def add(connection: Connection, rows: list[dict[str, Any]]) -> None:
    append(connection, contacts, rows)


def of_debtors(connection: Connection, debtor_ids: Iterable[str]) -> list[RowMapping]:
    return fetch(
        connection, debtor_ids, lambda piece: select(contacts).where(contacts.c.debtor_id.in_(piece))
    )
