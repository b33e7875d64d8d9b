"""Shows the requests to be erased, and how each stands. Decides nothing. No SQL."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Engine

from ..store import erasures, facts, holds
from ..store.engine import reading
from ..store.erasures import RECEIVED
from ..store.scopes import Scope
from .request import found, open_of, today_at


def listed(engine: Engine, now: datetime, scope: Scope | None = None) -> list[dict[str, Any]]:
    """The requests, those that wait first, each with the holds that stand and the days that are left."""
    with reading(engine) as connection:
        rows = erasures.requests(connection, scope=scope)
        today = today_at(connection, now)
        standing = holds.standing(connection, {row["debtor_id"] for row in rows}, today)
    return [
        row
        | {
            "holds": standing.get(row["debtor_id"], []) if row["state"] == RECEIVED else [],
            "days_left": (row["due"] - today).days if row["state"] == RECEIVED else None,
        }
        for row in rows
    ]


def told(engine: Engine, request: str, now: datetime, scope: Scope | None = None) -> dict[str, Any]:
    """One request with every hold there was, its facts, and his open accounts. LookupError."""
    with reading(engine) as connection:
        held = found(connection, request, scope)
        today = today_at(connection, now)
        person = erasures.debtor(connection, held["debtor_id"])
        return {
            **held,
            "debtor_name": person["name"] if person else "",
            "holds": holds.standing(connection, [held["debtor_id"]], today).get(held["debtor_id"], []),
            "every_hold": holds.of_debtor(connection, held["debtor_id"]),
            "facts": facts.listed(connection, subject=held["id"]),
            "open_accounts": open_of(connection, held["debtor_id"]),
            "days_left": (held["due"] - today).days,
        }


def debtor_named(engine: Engine, text: str) -> str:
    """The id of the debtor with this id or document number. LookupError when no one, or more than one, is."""
    with reading(engine) as connection:
        name = erasures.named(connection, text.strip())
    if name is None:
        raise LookupError(text)
    return name
