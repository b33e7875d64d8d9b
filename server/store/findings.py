"""What the audit noticed, and how a supervisor resolved it. A finding is never edited or deleted."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, select, update
from sqlalchemy.dialects import postgresql, sqlite

from sync.ids import new_id
from sync.records import Finding, Visit

from . import chunks, reviews
from .said import phrase_of
from .scopes import Scope
from .tables import agents, debtors, findings, visits


def add(connection: Connection, found: Iterable[tuple[Visit, Finding]], now: datetime) -> int:
    """Keep new findings; one that stands (same visit, same rule) is left alone. Answers how many are new."""
    rows: dict[tuple[str, str], dict[str, Any]] = {}
    for visit, finding in found:
        row = {
            "id": new_id(),
            "visit_id": finding.visit,
            "agent_id": visit.agent,
            "debtor_id": visit.debtor,
            "rule": finding.rule,
            "severity": finding.severity,
            "because": finding.because.to_json(),
            "other_visit_id": finding.other_visit,
            "found_at": now,
        }
        rows.setdefault((finding.visit, finding.rule), row)
    if connection.dialect.name == "sqlite":
        return chunks.append(connection, _ONCE["sqlite"], list(rows.values()))
    # PostgreSQL's driver does not say of many rows how many were new: it is asked for them.
    told = _ONCE["postgresql"].returning(findings.c.id)
    pieces = chunks.batches(rows.values())
    return sum(len(connection.execute(told, piece).all()) for piece in pieces)


_ONCE = {
    name: make(findings).on_conflict_do_nothing(index_elements=["visit_id", "rule"])
    for name, make in (("postgresql", postgresql.insert), ("sqlite", sqlite.insert))
}


def by_id(connection: Connection, finding_id: str, scope: Scope) -> dict[str, Any] | None:
    """One finding within the scope, or None: outside the scope it does not exist."""
    query = select(findings).where(findings.c.id == finding_id, *_seen(scope))
    row = connection.execute(query).mappings().first()
    return dict(row) if row else None


def listed(
    connection: Connection,
    scope: Scope,
    *,
    state: str | None = "open",
    agent_id: str | None = None,
    rule: str | None = None,
    visit_id: str | None = None,
    limit: int = 200,
    offset: int = 0,
) -> list[dict[str, Any]]:
    """Findings within the scope, newest first, with the names a page shows."""
    query = (
        select(
            findings,
            agents.c.name.label("agent_name"),
            debtors.c.name.label("debtor_name"),
            debtors.c.timezone.label("timezone"),
            visits.c.started.label("visit_started"),
        )
        .join(agents, agents.c.id == findings.c.agent_id)
        .join(debtors, debtors.c.id == findings.c.debtor_id)
        .join(visits, visits.c.id == findings.c.visit_id)
        .where(*_seen(scope))
        .order_by(findings.c.found_at.desc(), findings.c.id)
        .limit(limit)
        .offset(offset)
    )
    for column, wanted in (
        (findings.c.state, state),
        (findings.c.agent_id, agent_id),
        (findings.c.rule, rule),
        (findings.c.visit_id, visit_id),
    ):
        if wanted is not None:
            query = query.where(column == wanted)
    rows = [dict(row) for row in connection.execute(query).mappings()]
    return [row | {"because": phrase_of(row["because"])} for row in rows]


def resolve(
    connection: Connection, finding_id: str, *, resolution: str, why: str, actor: str, now: datetime
) -> None:
    """Close an open finding with a person's word for it."""
    connection.execute(
        update(findings)
        .where(findings.c.id == finding_id, findings.c.state == "open")
        .values(
            state="resolved",
            resolution=resolution,
            resolved_by=actor,
            resolved_why=why,
            resolved_at=now,
        )
    )


def _seen(scope: Scope) -> list[ColumnElement[bool]]:
    mine = reviews.seen(scope, findings.c.debtor_id)
    return [] if mine is None else [mine]
