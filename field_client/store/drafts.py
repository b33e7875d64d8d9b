"""Visits begun and not yet saved: the form's answers by debtor. A draft is not a visit and is never sent."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

from sqlite_utils import Database

from sync.wire.fields import instant


def save(db: Database, debtor: str, answers: dict[str, Any], now: datetime) -> None:
    db.table("drafts").upsert(
        {"debtor": debtor, "saved_at": instant(now), "answers": json.dumps(answers, ensure_ascii=False)},
        pk="debtor",
    )


def get(db: Database, debtor: str) -> dict[str, Any] | None:
    found = db.query("SELECT answers FROM drafts WHERE debtor = ?", [debtor])
    return next((json.loads(row["answers"]) for row in found), None)


def saved_at(db: Database, debtor: str) -> str | None:
    """When a draft was last written, by this laptop's clock."""
    found = db.query("SELECT saved_at FROM drafts WHERE debtor = ?", [debtor])
    return next((str(row["saved_at"]) for row in found), None)


def drop(db: Database, debtor: str) -> None:
    db.execute("DELETE FROM drafts WHERE debtor = ?", [debtor])


def all_of(db: Database) -> list[dict[str, Any]]:
    """(debtor, saved_at) of every draft, oldest first."""
    return list(db.query("SELECT debtor, saved_at FROM drafts ORDER BY saved_at"))
