"""Writes an assignment that was decided: rows, facts, the feeds of the agents touched. Decides nothing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime

from sqlalchemy import Connection

from .. import publishing
from ..store import assignments, facts
from ..store.assignments import Assignment, Decision
from .deciding import Decided
from .reporting import AssignmentReport


def keep(connection: Connection, found: Decided, *, as_of: date, actor: str, now: datetime) -> None:
    """Write what was decided, tell the laptops, and remember it."""
    save(connection, found.changed, found.closed, found.held, as_of, actor, now)
    if found.changed or found.closed:
        _remember(connection, found.report, actor, now)


def save(
    connection: Connection,
    changed: Sequence[Decision],
    closed: Sequence[str],
    held: Mapping[str, Assignment],
    as_of: date,
    actor: str,
    now: datetime,
) -> dict[str, str]:
    """New rows for those decided, by debtor; those of `closed` end; the feeds of everyone touched."""
    made = assignments.decide(connection, changed, since=as_of, now=now, actor=actor)
    assignments.close(connection, closed, until=as_of)
    for decision in changed:
        payload = {
            "agent": decision.agent,
            "because": decision.because.to_json(),
            "accounts": {one.account: [one.outcome, one.rule] for one in decision.outcomes},
        }
        facts.append(
            connection,
            "assignment.decided",
            as_of=as_of,
            now=now,
            actor=actor,
            subject=decision.debtor,
            payload=payload,
        )
    for debtor in closed:
        payload = {"agent": held[debtor].agent}
        facts.append(
            connection,
            "assignment.closed",
            as_of=as_of,
            now=now,
            actor=actor,
            subject=debtor,
            payload=payload,
        )
    before = {held[debtor].agent for debtor in (*closed, *(one.debtor for one in changed)) if debtor in held}
    touched = {agent for agent in (*before, *(one.agent for one in changed)) if agent is not None}
    if touched:
        publishing.refresh_agents(connection, sorted(touched), now)
    return made


def _remember(connection: Connection, report: AssignmentReport, actor: str, now: datetime) -> None:
    facts.append(
        connection, "assignment.finished", as_of=report.as_of, now=now, actor=actor, payload=report.to_json()
    )
