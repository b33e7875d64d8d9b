"""Keeps what is printed on the office's papers, and sends it to the laptops. Knows no page."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Engine

from sync.stationery import Stationery, over, stationery_from

from .. import publishing
from ..store import agents, facts, stationeries
from ..store.engine import writing


def letterhead(connection: Connection, lender_id: str | None, lender: str = "") -> Stationery:
    """The lender's letterhead over the office's; what nobody said is empty. Raises WrongStationery."""
    held = stationeries.latest(connection)
    base = held.get(None, {})
    whole = stationery_from(over(base, held.get(lender_id, {}) if lender_id else {}), strict=False)
    if whole.creditor.name or not lender:
        return whole
    return replace(whole, creditor=replace(whole.creditor, name=lender))


def tables(connection: Connection, lender_id: str | None) -> Mapping[str, Any]:
    """As it was written for exactly this lender, or for the office (None)."""
    return stationeries.latest(connection).get(lender_id, {})


def write(
    engine: Engine, lender_id: str | None, said: Mapping[str, Any], *, actor: str, now: datetime
) -> Stationery:
    """Keep a letterhead as the new one and send it out; what it reads as. Raises WrongStationery."""
    own = stationery_from(said)
    with writing(engine) as connection:
        held = stationeries.latest(connection)
        base = said if lender_id is None else held.get(None, {})
        others = [one for one in held if one is not None] if lender_id is None else [lender_id]
        for lender in others:  # a change of the office's must leave every lender's readable
            stationery_from(over(base, said if lender == lender_id else held[lender]), strict=False)
        made = stationeries.add(connection, lender_id, said, actor, now)
        facts.append(
            connection,
            "stationery.written",
            as_of=now.date(),
            now=now,
            actor=actor,
            subject=lender_id or "",
            payload={"stationery": made},
        )
        everyone = [agent.id for agent in agents.all_active(connection)]
        publishing.refresh_agents(connection, everyone, now)
    return own
