"""What the office answered to an account's five questions. Appended only; the latest of each counts."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, insert, select

from sync.ids import new_id

from . import chunks
from .scopes import Scope
from .tables import accounts, case_answers, contacts


def add(
    connection: Connection, account_id: str, question: str, text: str, *, at: datetime, actor: str
) -> str:
    made = new_id()
    connection.execute(
        insert(case_answers).values(
            id=made, account_id=account_id, question=question, text=text, at=at, actor=actor
        )
    )
    return made


def of_accounts(connection: Connection, ids: Iterable[str]) -> dict[str, list[Mapping[Any, Any]]]:
    """By account, every answer, the newest first."""
    found: dict[str, list[Mapping[Any, Any]]] = defaultdict(list)
    for row in chunks.found(connection, _OF_ACCOUNTS, ids):
        found[row["account_id"]].append(row)
    return found


_OF_ACCOUNTS = (
    select(case_answers)
    .where(chunks.among(case_answers.c.account_id))
    .order_by(case_answers.c.at.desc(), case_answers.c.id.desc())
)


def debtor_of(connection: Connection, scope: Scope, account_id: str) -> str | None:
    """Whose the account is and by which pack, or None: outside the scope it does not exist."""
    query = select(accounts.c.debtor_id).where(accounts.c.id == account_id, scope.accounts())
    return connection.execute(query).scalar_one_or_none()


def pack_of_account(connection: Connection, account_id: str) -> str:
    pack: str = connection.execute(select(accounts.c.pack).where(accounts.c.id == account_id)).scalar_one()
    return pack


def contacts_of(connection: Connection, debtor_id: str) -> list[dict[str, Any]]:
    """Every contact of the debtor that is not a visit, by whomever."""
    query = select(contacts).where(contacts.c.debtor_id == debtor_id).order_by(contacts.c.started)
    return [dict(row) for row in connection.execute(query).mappings()]
