"""How visits were conducted, after their corrections, and who looked at a debtor's file. Knows no page."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, Engine

from sync.wire.fields import parse_instant

from .publishing.records import TALK
from .store import facts, visits
from .store.engine import writing

REVIEWED = "file.reviewed"


@dataclass(frozen=True)
class Look:
    """Somebody looked at the file; `visit` when it was before one of these visits, on a laptop."""

    by: str
    at: datetime
    visit: str | None = None


def as_amended(connection: Connection, rows: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """The visits with `conduct` as their corrections left it."""
    held = [dict(row) for row in rows]
    made = visits.amendments_of(connection, [row["id"] for row in held])
    return [row | {"conduct": _laid(row["conduct"], made.get(row["id"], ()))} for row in held]


def _laid(told: Mapping[str, Any] | None, amendments: Sequence[Mapping[Any, Any]]) -> dict[str, Any] | None:
    now = dict(told or {})
    for one in amendments:
        now |= {name: one["replaces"][name] for name in TALK if name in one["replaces"]}
    return {name: value for name, value in now.items() if value} or None


def looked(engine: Engine, debtor_id: str, *, actor: str, now: datetime, today: date) -> None:
    """Remember that somebody of the office went through the file before acting."""
    with writing(engine) as connection:
        facts.append(connection, REVIEWED, as_of=today, now=now, actor=actor, subject=debtor_id, payload={})


def looks(connection: Connection, debtor_id: str, rows: Iterable[Mapping[str, Any]]) -> list[Look]:
    """Who looked at the file and when, the last first: at the office, and before each of these visits."""
    office = [
        Look(row["actor"], row["recorded_at"])
        for row in facts.listed(connection, kind=REVIEWED, subject=debtor_id, limit=20)
    ]
    field = [
        Look(row["agent_name"], parse_instant(row["conduct"]["reviewed"]), row["id"])
        for row in rows
        if row["conduct"] and "reviewed" in row["conduct"]
    ]
    return sorted([*office, *field], key=lambda one: one.at, reverse=True)
