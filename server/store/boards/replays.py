"""What one agent did on one day, as it was told: visits, skips, when his laptop spoke. Judges nothing.

An agent is in scope by himself; the name of a debtor only where the debtor is in scope too.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, and_, func, literal, select

from .. import reviews as queue
from ..scopes import Scope
from ..tables import (
    agents,
    debtors,
    devices,
    findings,
    receipts,
    reviews,
    routes,
    skips,
    stops,
    visit_results,
    visits,
)

Rows = list[dict[str, Any]]


def visits_between(
    connection: Connection, scope: Scope, agent_id: str, start: datetime, end: datetime
) -> Rows:
    """His visits told to have begun in this stretch, with results and how each stands in the queue."""
    seen = _seen(scope, visits.c.debtor_id)
    query = (
        select(
            *(column for column in visits.c if column.name not in ("verdict", "conduct", "note")),
            debtors.c.name.label("debtor_name"),
            seen.label("seen"),
            reviews.c.state.label("review"),
        )
        .join(debtors, debtors.c.id == visits.c.debtor_id)
        .outerjoin(reviews, reviews.c.visit_id == visits.c.id)
        .where(visits.c.agent_id == agent_id, visits.c.started >= start, visits.c.started < end)
        .order_by(visits.c.started, visits.c.id)
    )
    rows = _rows(connection, query)
    told = select(visit_results.c.visit_id, visit_results.c.result).where(
        visit_results.c.visit_id.in_([row["id"] for row in rows])
    )
    results: dict[str, list[str]] = {}
    for visit_id, result in connection.execute(told.order_by(visit_results.c.account_id)):
        results.setdefault(visit_id, []).append(result)
    return [
        row
        | {"results": results.get(row["id"], []), "debtor_name": row["debtor_name"] if row["seen"] else ""}
        for row in rows
    ]


def skips_between(
    connection: Connection, scope: Scope, agent_id: str, start: datetime, end: datetime
) -> Rows:
    seen = _seen(scope, skips.c.debtor_id)
    query = (
        select(skips, debtors.c.name.label("debtor_name"), seen.label("seen"))
        .join(debtors, debtors.c.id == skips.c.debtor_id)
        .where(skips.c.agent_id == agent_id, skips.c.happened >= start, skips.c.happened < end)
        .order_by(skips.c.happened, skips.c.id)
    )
    rows = _rows(connection, query)
    return [row | ({} if row["seen"] else {"debtor_name": "", "cause": ""}) for row in rows]


def names_of(connection: Connection, scope: Scope, debtor_ids: Collection[str]) -> dict[str, str]:
    """Debtor → name, of those in scope."""
    query = select(debtors.c.id, debtors.c.name).where(
        debtors.c.id.in_(list(debtor_ids)), _seen(scope, debtors.c.id)
    )
    return {row.id: row.name for row in connection.execute(query)}


def syncs_between(connection: Connection, agent_id: str, start: datetime, end: datetime) -> list[datetime]:
    """When the office signed for what his laptops sent."""
    query = (
        select(receipts.c.server_time)
        .join(devices, devices.c.id == receipts.c.device_id)
        .where(devices.c.agent_id == agent_id, receipts.c.server_time >= start, receipts.c.server_time < end)
        .order_by(receipts.c.server_time)
    )
    return list(connection.execute(query).scalars())


def days_of(
    connection: Connection,
    scope: Scope,
    day: date,
    start: datetime,
    end: datetime,
    *,
    limit: int,
    offset: int,
) -> Rows:
    """Each agent of the scope on a day: what he had planned, what he did, what was noticed; by name."""
    page = (
        select(agents.c.id, agents.c.name, agents.c.team)
        .where(scope.agents(), agents.c.active.is_(True))
        .order_by(agents.c.name, agents.c.id)
        .limit(limit)
        .offset(offset)
    )
    rows = _rows(connection, page)
    ids = [row["id"] for row in rows]
    during = and_(visits.c.agent_id.in_(ids), visits.c.started >= start, visits.c.started < end)
    made = (
        select(
            visits.c.agent_id,
            func.count().label("visits"),
            func.min(visits.c.started).label("first"),
            func.max(visits.c.ended).label("last"),
        )
        .where(during)
        .group_by(visits.c.agent_id)
    )
    noticed = (
        select(visits.c.agent_id, func.count().label("findings"))
        .join(findings, findings.c.visit_id == visits.c.id)
        .where(during, findings.c.state == "open")
        .group_by(visits.c.agent_id)
    )
    planned = (
        select(routes.c.agent_id, func.count().label("planned"))
        .join(stops, stops.c.route_id == routes.c.id)
        .where(
            routes.c.agent_id.in_(ids),
            routes.c.date == day,
            routes.c.state == "published",
            stops.c.sequence.is_not(None),
        )
        .group_by(routes.c.agent_id)
    )
    told: dict[str, dict[str, Any]] = {}
    for query in (made, noticed, planned):
        for row in _rows(connection, query):
            told.setdefault(row["agent_id"], {}).update(row)
    nothing = {"visits": 0, "first": None, "last": None, "findings": 0, "planned": 0}
    return [row | nothing | told.get(row["id"], {}) for row in rows]


def agents_counted(connection: Connection, scope: Scope) -> int:
    query = select(func.count()).select_from(agents).where(scope.agents(), agents.c.active.is_(True))
    return connection.execute(query).scalar_one()


def _seen(scope: Scope, debtor: ColumnElement[str]) -> ColumnElement[bool]:
    mine = queue.seen(scope, debtor)
    return literal(True) if mine is None else mine


def _rows(connection: Connection, query: Select[Any]) -> Rows:
    return [dict(row) for row in connection.execute(query).mappings()]
