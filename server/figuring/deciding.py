"""Keeps what the office decides about its figures: what a day costs, how long a visit is credited. No SQL."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import Engine

from ..store import facts, offices
from ..store.engine import writing
from . import keeping


def decide(
    engine: Engine,
    day_costs: Mapping[str, int] | None,
    attribution_days: int | None,
    *,
    actor: str,
    now: datetime,
) -> None:
    """What is None stays as it is. Attribution changes every day: the fact makes the cache start again."""
    with writing(engine) as connection:
        held = keeping.settings(connection)
        said = {
            "day_costs": dict(held.day_costs if day_costs is None else day_costs),
            "attribution_days": held.attribution_days if attribution_days is None else attribution_days,
        }
        offices.put(connection, keeping.SETTING, said)
        today = keeping.today_at(connection, now)
        facts.append(connection, "figures.decided", as_of=today, now=now, actor=actor, payload=said)
