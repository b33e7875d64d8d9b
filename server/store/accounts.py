"""Accounts keyed (lender, number), the people bound to them, and the documents held. Knows no file."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Connection, RowMapping, bindparam, insert, or_, select, update

from . import chunks
from .tables import account_roles, accounts, debtors, documents


@dataclass(frozen=True, slots=True)
class Held:
    """What an import must know of an account before it touches it."""

    id: str
    number: str
    debtor: str
    state: str
    content: str
    pack: str
    pack_reason: str
    credit_type: str
    evidence: str


def of_lender(connection: Connection, lender_id: str) -> dict[str, Held]:
    """Every account of a lender, by number."""
    query = select(
        accounts.c.id,
        accounts.c.number,
        accounts.c.debtor_id,
        accounts.c.state,
        accounts.c.content_sha256,
        accounts.c.pack,
        accounts.c.pack_reason,
        accounts.c.credit_type,
        accounts.c.exception_evidence,
    ).where(accounts.c.lender_id == lender_id)
    return {row[1]: Held(*row) for row in connection.execute(query)}


def ids_by_number(connection: Connection, lender_id: str) -> dict[str, tuple[str, str, str]]:
    """Number → (account id, debtor id, currency) of a lender's accounts."""
    query = select(accounts.c.number, accounts.c.id, accounts.c.debtor_id, accounts.c.currency).where(
        accounts.c.lender_id == lender_id
    )
    return {number: (own, debtor, currency) for number, own, debtor, currency in connection.execute(query)}


def named(connection: Connection, text: str) -> dict[str, str]:
    """Account id → debtor id of those with that id or number, whoever the lender."""
    query = select(accounts.c.id, accounts.c.debtor_id).where(
        or_(accounts.c.id == text, accounts.c.number == text)
    )
    return {row[0]: row[1] for row in connection.execute(query)}


def of_debtors(connection: Connection, debtor_ids: Iterable[str]) -> dict[str, str]:
    """Account id → debtor id of all the accounts of which these are the principal holders."""
    rows = chunks.fetch(
        connection,
        list(debtor_ids),
        lambda ids: select(accounts.c.id, accounts.c.debtor_id).where(accounts.c.debtor_id.in_(ids)),
    )
    return {row["id"]: row["debtor_id"] for row in rows}


def add(connection: Connection, rows: list[dict[str, Any]]) -> None:
    chunks.write(connection, insert(accounts), rows)


def change(connection: Connection, rows: list[dict[str, Any]]) -> None:
    """Write the given columns of each account; every row names `id` and the same columns."""
    if not rows:
        return
    names = [name for name in rows[0] if name != "id"]
    statement = (
        update(accounts)
        .where(accounts.c.id == bindparam("the_id"))
        .values({name: bindparam(f"new_{name}", type_=accounts.c[name].type) for name in names})
    )
    values = [{"the_id": row["id"], **{f"new_{name}": row[name] for name in names}} for row in rows]
    chunks.write(connection, statement, values)


def put_in_state(connection: Connection, account_ids: Iterable[str], state: str, import_id: str) -> None:
    for piece in chunks.chunks(account_ids):
        connection.execute(
            update(accounts).where(accounts.c.id.in_(piece)).values(state=state, last_import=import_id)
        )


def roles_of(connection: Connection, account_ids: Iterable[str], day: date) -> list[RowMapping]:
    """Who is bound to these accounts, each with his document: open roles, and those that began on `day`."""
    query = select(account_roles, debtors.c.document, debtors.c.name, debtors.c.named_by).join(
        debtors, debtors.c.id == account_roles.c.debtor_id
    )
    living = or_(account_roles.c.until.is_(None), account_roles.c.since == day)
    return chunks.fetch(
        connection,
        account_ids,
        lambda piece: query.where(account_roles.c.account_id.in_(piece), living).order_by(account_roles.c.id),
    )


def open_accounts_of(
    connection: Connection, debtor_ids: Iterable[str], lender_id: str
) -> dict[str, set[str]]:
    """Debtor id → numbers of the lender's open accounts he is bound to in any role."""
    query = (
        select(account_roles.c.debtor_id, accounts.c.number, accounts.c.lender_id, accounts.c.state)
        .join(accounts, accounts.c.id == account_roles.c.account_id)
        .where(account_roles.c.until.is_(None))
    )
    found: dict[str, set[str]] = {}
    for row in chunks.fetch(
        connection, debtor_ids, lambda piece: query.where(account_roles.c.debtor_id.in_(piece))
    ):
        # Asked of the database, the lender would tempt SQLite to walk all his accounts for every piece.
        if row["lender_id"] == lender_id and row["state"] == "open":
            found.setdefault(row["debtor_id"], set()).add(row["number"])
    return found


def add_roles(connection: Connection, rows: list[dict[str, Any]]) -> None:
    chunks.write(connection, insert(account_roles), rows)


def reopen_roles(connection: Connection, rows: list[tuple[str, str]]) -> None:
    """(role id, name as given): a role closed on the day it began is open again."""
    statement = (
        update(account_roles)
        .where(account_roles.c.id == bindparam("the_id"))
        .values(until=None, name_as_given=bindparam("given"))
    )
    chunks.write(connection, statement, [{"the_id": own, "given": given} for own, given in rows])


def close_roles(connection: Connection, role_ids: Iterable[str], day: date) -> None:
    for piece in chunks.chunks(role_ids):
        connection.execute(update(account_roles).where(account_roles.c.id.in_(piece)).values(until=day))


def documents_of(connection: Connection, account_ids: Iterable[str]) -> dict[str, dict[str, str]]:
    """Account id → document's name → row id, of the documents held now."""
    query = select(documents).where(documents.c.until.is_(None))
    found: dict[str, dict[str, str]] = {}
    for row in chunks.fetch(
        connection, account_ids, lambda piece: query.where(documents.c.account_id.in_(piece))
    ):
        found.setdefault(row["account_id"], {})[row["name"]] = row["id"]
    return found


def add_documents(connection: Connection, rows: list[dict[str, Any]]) -> None:
    chunks.write(connection, insert(documents), rows)


def close_documents(connection: Connection, document_ids: Iterable[str], day: date) -> None:
    for piece in chunks.chunks(document_ids):
        connection.execute(update(documents).where(documents.c.id.in_(piece)).values(until=day))
