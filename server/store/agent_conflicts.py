"""Conflicts of interest that somebody declared between an agent and a debtor. Judges nothing."""

from __future__ import annotations

from collections import defaultdict
from datetime import datetime

from sqlalchemy import Connection, insert, select, update

from sync.ids import new_id

from .tables import agent_conflicts


def declare(
    connection: Connection, agent_id: str, debtor_id: str, *, because: str, actor: str, now: datetime
) -> None:
    """Record that the agent must not visit the debtor; declared twice it stays one."""
    if debtor_id in standing(connection).get(agent_id, ()):
        return
    row = {
        "id": new_id(),
        "agent_id": agent_id,
        "debtor_id": debtor_id,
        "because": because,
        "declared_at": now,
        "actor": actor,
    }
    connection.execute(insert(agent_conflicts).values(row))


def withdraw(connection: Connection, agent_id: str, debtor_id: str, now: datetime) -> bool:
    live = (
        (agent_conflicts.c.agent_id == agent_id)
        & (agent_conflicts.c.debtor_id == debtor_id)
        & agent_conflicts.c.withdrawn_at.is_(None)
    )
    return connection.execute(update(agent_conflicts).where(live).values(withdrawn_at=now)).rowcount > 0


def standing(connection: Connection) -> dict[str, frozenset[str]]:
    """The debtors each agent must not visit, by agent."""
    found: dict[str, set[str]] = defaultdict(set)
    query = select(agent_conflicts.c.agent_id, agent_conflicts.c.debtor_id)
    for agent, debtor in connection.execute(query.where(agent_conflicts.c.withdrawn_at.is_(None))):
        found[agent].add(debtor)
    return {agent: frozenset(debtors) for agent, debtors in found.items()}
