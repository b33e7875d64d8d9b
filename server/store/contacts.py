"""Contacts on every channel but our own visits: calls, messages, letters. Every one counts in the caps."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from sqlalchemy import Connection, RowMapping, insert, select

from .chunks import append, fetch, write
from .tables import contact_origins, contacts


def add(connection: Connection, rows: list[dict[str, Any]]) -> None:
    append(connection, contacts, rows)


def of_debtors(connection: Connection, debtor_ids: Iterable[str]) -> list[RowMapping]:
    return fetch(
        connection, debtor_ids, lambda piece: select(contacts).where(contacts.c.debtor_id.in_(piece))
    )


def add_origins(connection: Connection, rows: list[dict[str, Any]]) -> None:
    """Where contacts that no laptop recorded come from; each after its contact."""
    write(connection, insert(contact_origins), rows)


def known(connection: Connection, identities: Iterable[str]) -> dict[str, RowMapping]:
    """Identity → the contact held under it, of those asked for."""
    query = select(contact_origins.c.identity, contacts).join(
        contacts, contacts.c.id == contact_origins.c.contact_id
    )
    rows = fetch(connection, identities, lambda piece: query.where(contact_origins.c.identity.in_(piece)))
    return {row["identity"]: row for row in rows}


def origins_of(connection: Connection, contact_ids: Iterable[str]) -> dict[str, RowMapping]:
    """Contact → where it comes from, of those that no laptop recorded."""
    rows = fetch(
        connection,
        contact_ids,
        lambda piece: select(contact_origins).where(contact_origins.c.contact_id.in_(piece)),
    )
    return {row["contact_id"]: row for row in rows}
