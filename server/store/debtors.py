"""People and companies, keyed by country, type and number of their document. Knows no account and no file."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, bindparam, insert, select, update

from . import chunks
from .tables import debtors


@dataclass(frozen=True, slots=True)
class Known:
    """A debtor the office has, as an import compares him."""

    id: str
    name: str
    named_by: str | None


def folded(text: str) -> str:
    """Small letters, no accents, single spaces: how names are searched."""
    plain = unicodedata.normalize("NFKD", text.casefold())
    return " ".join("".join(mark for mark in plain if not unicodedata.combining(mark)).split())


def by_document(
    connection: Connection, country: str, keys: Iterable[tuple[str, str]]
) -> dict[tuple[str, str], Known]:
    """(document type, document) → the debtor held under it, of those asked for."""
    wanted = set(keys)
    query = select(
        debtors.c.id, debtors.c.name, debtors.c.named_by, debtors.c.document_type, debtors.c.document
    ).where(debtors.c.country == country)
    rows = chunks.fetch(
        connection,
        {document for _, document in wanted},
        lambda piece: query.where(debtors.c.document.in_(piece)),
    )
    found = {
        (row["document_type"], row["document"]): Known(row["id"], row["name"], row["named_by"])
        for row in rows
    }
    return {key: known for key, known in found.items() if key in wanted}


def ids_with_documents(connection: Connection, documents: Iterable[str]) -> set[str]:
    """The debtors held under one of these numbers, whatever the document's type."""
    query = select(debtors.c.id)
    rows = chunks.fetch(connection, documents, lambda piece: query.where(debtors.c.document.in_(piece)))
    return {row["id"] for row in rows}


def add(connection: Connection, rows: list[dict[str, Any]]) -> None:
    """Insert the rows; `search_name` is made from `name`."""
    made = [row | {"search_name": folded(row["name"])} for row in rows]
    chunks.write(connection, insert(debtors), made)


def exists(connection: Connection, debtor_id: str) -> bool:
    return connection.execute(select(debtors.c.id).where(debtors.c.id == debtor_id)).first() is not None


def rename(connection: Connection, names: dict[str, str]) -> None:
    """Debtor id → his name from now on."""
    statement = (
        update(debtors)
        .where(debtors.c.id == bindparam("the_id"))
        .values(name=bindparam("new_name"), search_name=bindparam("new_search"))
    )
    rows = [{"the_id": own, "new_name": name, "new_search": folded(name)} for own, name in names.items()]
    chunks.write(connection, statement, rows)


def give_document(connection: Connection, documents: dict[str, tuple[str, str, str]]) -> None:
    """Debtor id → (kind, document type, document) of somebody known by name only until now."""
    statement = (
        update(debtors)
        .where(debtors.c.id == bindparam("the_id"))
        .values(
            kind=bindparam("new_kind"), document_type=bindparam("new_type"), document=bindparam("new_number")
        )
    )
    rows = [
        {"the_id": own, "new_kind": kind, "new_type": type_, "new_number": number}
        for own, (kind, type_, number) in documents.items()
    ]
    chunks.write(connection, statement, rows)
