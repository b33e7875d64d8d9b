"""Counts of what the office holds, for the demo's own check and for boards. Filters nothing."""

from __future__ import annotations

from sqlalchemy import Connection, func, select

from .tables import accounts, assignments, events, findings, promises, visits


def branches(connection: Connection) -> list[str]:
    """The branches that accounts name, in order."""
    query = select(accounts.c.branch).distinct().order_by(accounts.c.branch)
    return [branch for branch in connection.execute(query).scalars() if branch]


def debtors_by_agent(connection: Connection) -> dict[str, int]:
    """How many debtors each agent has today."""
    query = (
        select(assignments.c.agent_id, func.count())
        .where(assignments.c.until.is_(None), assignments.c.agent_id.is_not(None))
        .group_by(assignments.c.agent_id)
    )
    return {agent: int(count) for agent, count in connection.execute(query)}


def received(connection: Connection) -> dict[str, int]:
    """Events stored, of those quarantined, and the visits, promises and findings that came of them."""
    counts = {
        "events": select(func.count()).select_from(events),
        "quarantined": select(func.count()).select_from(events).where(events.c.quarantine.is_not(None)),
        "visits": select(func.count()).select_from(visits),
        "promises": select(func.count()).select_from(promises),
        "findings": select(func.count()).select_from(findings),
    }
    return {name: int(connection.execute(query).scalar_one()) for name, query in counts.items()}
