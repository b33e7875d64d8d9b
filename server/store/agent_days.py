"""Days on which agents are away, keep other hours or ride something else. Decides nothing."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime

from sqlalchemy import Connection, RowMapping, insert, select, update

from sync.ids import new_id

from . import agents as workforce
from .agents import Agent
from .tables import agent_days


@dataclass(frozen=True)
class AgentDays:
    """From `first` to `last`, both in: away, or with these hours and vehicle ("" and None: as always)."""

    id: str
    agent: str
    first: date
    last: date
    away: bool
    shift_start: str | None
    shift_end: str | None
    vehicle: str
    because: str


@dataclass(frozen=True)
class Workforce:
    """The active agents on a day: who works, with that day's hours and vehicle, and who is away."""

    present: tuple[Agent, ...]
    away: tuple[tuple[Agent, AgentDays], ...]


def add(
    connection: Connection,
    agent_id: str,
    first: date,
    last: date,
    *,
    away: bool,
    shift: tuple[str, str] | None = None,
    vehicle: str = "",
    because: str = "",
    actor: str,
    now: datetime,
) -> str:
    row = {
        "id": new_id(),
        "agent_id": agent_id,
        "first": first,
        "last": last,
        "away": away,
        "shift_start": shift[0] if shift else None,
        "shift_end": shift[1] if shift else None,
        "vehicle": vehicle,
        "because": because,
        "recorded_at": now,
        "actor": actor,
    }
    connection.execute(insert(agent_days).values(row))
    return str(row["id"])


def withdraw(connection: Connection, days_id: str, now: datetime) -> bool:
    """Take them back; False when there are none such, or they were taken back before."""
    live = (agent_days.c.id == days_id) & agent_days.c.withdrawn_at.is_(None)
    return connection.execute(update(agent_days).where(live).values(withdrawn_at=now)).rowcount == 1


def between(connection: Connection, first: date, last: date) -> list[AgentDays]:
    """Those that touch these days, in the order they were recorded."""
    query = (
        select(agent_days)
        .where(agent_days.c.withdrawn_at.is_(None), agent_days.c.first <= last, agent_days.c.last >= first)
        .order_by(agent_days.c.recorded_at, agent_days.c.id)
    )
    return [_days(row) for row in connection.execute(query).mappings()]


def on(connection: Connection, day: date) -> Workforce:
    """The active agents by name as they work that day. Of two records for a day the later one holds."""
    said = {one.agent: one for one in between(connection, day, day)}
    active = workforce.all_active(connection)
    return Workforce(
        tuple(as_that_day(agent, said.get(agent.id)) for agent in active if not _away(said.get(agent.id))),
        tuple((agent, said[agent.id]) for agent in active if _away(said.get(agent.id))),
    )


def _away(days: AgentDays | None) -> bool:
    return days is not None and days.away


def as_that_day(agent: Agent, days: AgentDays | None) -> Agent:
    """The agent with the hours and the vehicle of a day on which he keeps others."""
    if days is None:
        return agent
    return replace(
        agent,
        shift_start=days.shift_start or agent.shift_start,
        shift_end=days.shift_end or agent.shift_end,
        vehicle=days.vehicle or agent.vehicle,
    )


def _days(row: RowMapping) -> AgentDays:
    return AgentDays(
        id=row["id"],
        agent=row["agent_id"],
        first=row["first"],
        last=row["last"],
        away=bool(row["away"]),
        shift_start=row["shift_start"],
        shift_end=row["shift_end"],
        vehicle=row["vehicle"],
        because=row["because"],
    )
