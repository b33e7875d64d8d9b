"""The slips this laptop printed: their codes, so that what is handed over can be named. Knows no meaning."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlite_utils import Database

from sync.wire.fields import instant, parse_instant

# Also those of debtors who are no longer on this laptop.
FORGET = """
DELETE FROM printed WHERE made_at < ?
    OR debtor NOT IN (SELECT id FROM records WHERE kind = 'debtor' AND gone = 0)
"""


@dataclass(frozen=True)
class Printed:
    """A slip. `said` is what a payment slip asks for: amount and due day, as text."""

    code: str
    token: str
    paper: str
    debtor: str
    account: str | None
    said: Mapping[str, str]
    made: datetime


def add(db: Database, printed: Printed) -> None:
    row: dict[str, Any] = {
        "code": printed.code,
        "token": printed.token,
        "paper": printed.paper,
        "debtor": printed.debtor,
        "account": printed.account,
        "amount": printed.said.get("amount"),
        "due": printed.said.get("due"),
        "made_at": instant(printed.made),
    }
    db.table("printed").insert(row)


def get(db: Database, code: str) -> Printed | None:
    return next((_printed(row) for row in db.query("SELECT * FROM printed WHERE code = ?", [code])), None)


def of_debtor(db: Database, debtor: str) -> list[Printed]:
    """The newest first."""
    query = "SELECT * FROM printed WHERE debtor = ? ORDER BY made_at DESC, code"
    return [_printed(row) for row in db.query(query, [debtor])]


def forget(db: Database, before: datetime) -> None:
    """Drop what is older, and what is of debtors who left."""
    db.execute(FORGET, [instant(before)])


def _printed(row: Mapping[str, Any]) -> Printed:
    said = {name: row[name] for name in ("amount", "due") if row[name] is not None}
    return Printed(
        row["code"],
        row["token"],
        row["paper"],
        row["debtor"],
        row["account"],
        said,
        parse_instant(row["made_at"]),
    )
