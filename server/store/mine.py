"""All that the office holds about one agent, for him to see. Judges nothing.

A debtor is named only where he is in the reader's scope: what an agent did is his to see, whom he visited
once and has no longer is not.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, func, literal, select

from . import reviews as queue
from .said import phrase_of
from .scopes import Scope
from .tables import (
    agent_days,
    commission_lines,
    commission_runs,
    debtors,
    devices,
    facts,
    findings,
    review_decisions,
    reviews,
    visit_results,
    visits,
)

Rows = list[dict[str, Any]]
MOST_COUNTED = 10_000
MOST = 100
LEFT = ("export.written", "route.saved")  # files that may carry what an agent did, whoever they are about


def counted(connection: Connection, agent_id: str) -> int:
    """How many visits of his there are; no more than MOST_COUNTED are counted."""
    some = select(visits.c.id).where(visits.c.agent_id == agent_id).limit(MOST_COUNTED).subquery()
    return connection.execute(select(func.count()).select_from(some)).scalar_one()


def visits_of(connection: Connection, scope: Scope, agent_id: str, *, limit: int, offset: int) -> Rows:
    """His visits, newest first: when, where as far as that is kept, and how each stands."""
    seen = _seen(scope, visits.c.debtor_id)
    query = (
        select(
            visits.c.id,
            visits.c.started,
            visits.c.ended,
            visits.c.timezone,
            visits.c.known,
            visits.c.location_source,
            visits.c.lat,
            visits.c.lon,
            visits.c.accuracy_m,
            visits.c.evidence,
            visits.c.offset_ms,
            debtors.c.name.label("debtor_name"),
            seen.label("seen"),
            reviews.c.state.label("review"),
        )
        .join(debtors, debtors.c.id == visits.c.debtor_id)
        .outerjoin(reviews, reviews.c.visit_id == visits.c.id)
        .where(visits.c.agent_id == agent_id)
        .order_by(visits.c.started.desc(), visits.c.id.desc())
        .limit(limit)
        .offset(offset)
    )
    rows = _rows(connection, query)
    told = select(visit_results.c.visit_id, visit_results.c.result).where(
        visit_results.c.visit_id.in_([row["id"] for row in rows])
    )
    results: dict[str, list[str]] = {}
    for visit_id, result in connection.execute(told):
        results.setdefault(visit_id, []).append(result)
    return [
        row
        | {"debtor_name": row["debtor_name"] if row["seen"] else "", "results": results.get(row["id"], [])}
        for row in rows
    ]


def finding(connection: Connection, agent_id: str, finding_id: str) -> dict[str, Any] | None:
    """One finding about this agent."""
    query = select(findings).where(findings.c.id == finding_id, findings.c.agent_id == agent_id)
    row = connection.execute(query).mappings().first()
    return dict(row) if row else None


def findings_of(connection: Connection, scope: Scope, agent_id: str, limit: int = MOST) -> Rows:
    """What was noticed of his visits, the open ones first, newest first, with his answers."""
    seen = _seen(scope, findings.c.debtor_id)
    query = (
        select(
            findings,
            visits.c.started,
            visits.c.timezone,
            debtors.c.name.label("debtor_name"),
            seen.label("seen"),
        )
        .join(visits, visits.c.id == findings.c.visit_id)
        .join(debtors, debtors.c.id == findings.c.debtor_id)
        .where(findings.c.agent_id == agent_id)
        .order_by(findings.c.state, findings.c.found_at.desc(), findings.c.id)
        .limit(limit)
    )
    rows = _rows(connection, query)
    answers = queue.answers_of(connection, [row["id"] for row in rows])
    return [
        row
        | {
            "because": phrase_of(row["because"]),
            "debtor_name": row["debtor_name"] if row["seen"] else "",
            "answers": answers.get(row["id"], []),
        }
        for row in rows
    ]


def decisions_of(connection: Connection, agent_id: str, limit: int = MOST) -> Rows:
    """What supervisors decided of his visits, newest first."""
    query = (
        select(review_decisions, visits.c.started, visits.c.timezone)
        .join(visits, visits.c.id == review_decisions.c.visit_id)
        .where(review_decisions.c.agent_id == agent_id)
        .order_by(review_decisions.c.decided_at.desc(), review_decisions.c.id)
        .limit(limit)
    )
    return _rows(connection, query)


def devices_of(connection: Connection, agent_id: str) -> Rows:
    query = select(
        devices.c.id,
        devices.c.name,
        devices.c.enrolled_at,
        devices.c.revoked_at,
        devices.c.last_seen,
        devices.c.client,
    ).where(devices.c.agent_id == agent_id)
    return _rows(connection, query.order_by(devices.c.enrolled_at.desc()))


def days_of(connection: Connection, agent_id: str) -> Rows:
    """Days away and other hours that were recorded of him."""
    query = select(agent_days).where(agent_days.c.agent_id == agent_id, agent_days.c.withdrawn_at.is_(None))
    return _rows(connection, query.order_by(agent_days.c.first.desc()).limit(MOST))


def left_in_files(connection: Connection, agent_id: str, limit: int = 20) -> Rows:
    """Files that left the office and may tell of him: exports of everything, evidence of his own visits."""
    whole = _rows(
        connection,
        select(facts.c.kind, facts.c.recorded_at, facts.c.actor)
        .where(facts.c.kind.in_(LEFT))
        .order_by(facts.c.number.desc())
        .limit(limit),
    )
    own = _rows(
        connection,
        select(facts.c.kind, facts.c.recorded_at, facts.c.actor)
        .join(visits, visits.c.id == facts.c.subject)
        .where(facts.c.kind == "evidence.written", visits.c.agent_id == agent_id)
        .order_by(facts.c.number.desc())
        .limit(limit),
    )
    return sorted([*whole, *own], key=lambda row: row["recorded_at"], reverse=True)[:limit]


def commissions_of(connection: Connection, agent_id: str, months: int = 6) -> Rows:
    """His commissions by month and currency, of the last runs that are closed."""
    runs = select(commission_runs.c.id).where(commission_runs.c.state == "closed")
    last = list(connection.execute(runs.order_by(commission_runs.c.month.desc()).limit(months)).scalars())
    query = (
        select(
            commission_runs.c.month,
            commission_lines.c.currency,
            func.count().label("lines"),
            func.sum(commission_lines.c.amount_minor).label("amount_minor"),
        )
        .join(commission_runs, commission_runs.c.id == commission_lines.c.run_id)
        .where(commission_lines.c.run_id.in_(last), commission_lines.c.agent_id == agent_id)
        .group_by(commission_runs.c.month, commission_lines.c.currency)
        .order_by(commission_runs.c.month.desc(), commission_lines.c.currency)
    )
    return [row | {"amount_minor": int(row["amount_minor"])} for row in _rows(connection, query)]


def _seen(scope: Scope, debtor: ColumnElement[str]) -> ColumnElement[bool]:
    mine = queue.seen(scope, debtor)
    return literal(True) if mine is None else mine


def _rows(connection: Connection, query: Select[Any]) -> Rows:
    return [dict(row) for row in connection.execute(query).mappings()]
