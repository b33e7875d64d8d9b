"""Shows cases: how urgent each is, and one with all that belongs to it. Decides nothing. No SQL."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import Engine

from ..erasing.request import today_at
from ..store import claims, erasures, holds
from ..store.claims import CLOSED
from ..store.engine import reading
from ..store.scopes import Scope
from .correcting import standing_of
from .handling import found

NEAR = timedelta(days=3)


@dataclass(frozen=True)
class Urgency:
    """How a deadline stands: `code` is late | near | calm | done; `days` until it, negative after it."""

    code: str
    days: int


def urgency(state: str, due: date, today: date) -> Urgency:
    days = (due - today).days
    if state == CLOSED:
        return Urgency("done", days)
    if days < 0:
        return Urgency("late", days)
    return Urgency("near" if timedelta(days=days) <= NEAR else "calm", days)


def told(engine: Engine, claim: str, now: datetime, scope: Scope) -> dict[str, Any]:
    """One case with its log, corrections, person, holds and what stops collection. LookupError."""
    with reading(engine) as connection:
        held = found(connection, scope, claim)
        today = today_at(connection, now)
        stop = held["stop_id"]
        return {
            **held,
            "urgency": urgency(held["state"], held["due"], today),
            "log": claims.log_of(connection, held["id"]),
            "corrections": standing_of(connection, scope, held["id"]),
            "person": dict(erasures.debtor(connection, held["debtor_id"]) or {}),
            "holds": holds.standing(connection, [held["debtor_id"]], today).get(held["debtor_id"], []),
            "stops_now": stop is not None and claims.stands(connection, stop, now),
            "others": claims.others_on(connection, stop, held["id"]) if stop is not None else [],
        }
