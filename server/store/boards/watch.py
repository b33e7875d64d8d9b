"""What compliance and the manager watch: short lists and counts within a scope. Judges nothing."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, Select, and_, case, func, or_, select

from ..claims import CLOSED
from ..scopes import Scope
from ..tables import (
    accounts,
    agent_days,
    agents,
    claims,
    debtors,
    devices,
    facts,
    findings,
    offers,
    policy_overrides,
    routes,
    stop_states,
    stops,
    visits,
)

Rows = list[dict[str, Any]]
# Facts of data that left the office in a file.
TAKEN = (
    "access.written",
    "case.handed_over",
    "case_file.taken",
    "dossier.written",
    "evidence.written",
    "export.written",
    "figures.saved",
    "letters.taken",
    "log.saved",
    "route.saved",
    "worklist.saved",
)


def stops_standing(connection: Connection, scope: Scope, now: datetime) -> dict[str, int]:
    """By kind, how many stops stand."""
    query = (
        select(stop_states.c.state, func.count())
        .where(
            or_(stop_states.c.until.is_(None), stop_states.c.until > now),
            scope.sees(stop_states.c.debtor_id),
        )
        .group_by(stop_states.c.state)
    )
    return {row[0]: row[1] for row in connection.execute(query)}


def overrides_lately(connection: Connection, scope: Scope, since: date, limit: int = 20) -> Rows:
    """Rules set aside, or asked to be, for a day since then: by name, with the reason."""
    query = (
        select(policy_overrides, debtors.c.name.label("debtor_name"))
        .join(debtors, debtors.c.id == policy_overrides.c.debtor_id)
        .where(policy_overrides.c.day >= since, scope.sees(policy_overrides.c.debtor_id))
        .order_by(policy_overrides.c.day.desc(), policy_overrides.c.id.desc())
        .limit(limit)
    )
    return _rows(connection, query)


def overrides_by_person(connection: Connection, scope: Scope, since: date) -> list[tuple[str, int]]:
    """Who asked for how many since then, the most first."""
    query = (
        select(policy_overrides.c.asked_name, func.count())
        .where(policy_overrides.c.day >= since, scope.sees(policy_overrides.c.debtor_id))
        .group_by(policy_overrides.c.asked_by, policy_overrides.c.asked_name)
        .order_by(func.count().desc(), policy_overrides.c.asked_name)
        .limit(20)
    )
    return [(row[0], row[1]) for row in connection.execute(query)]


def findings_open(
    connection: Connection, scope: Scope, *, severity: str = "", rule: str = "", limit: int = 10
) -> tuple[int, Rows]:
    """How many wait, and the newest of them."""
    where = [findings.c.state == "open", scope.sees(findings.c.debtor_id)]
    where += [findings.c.severity == severity] if severity else []
    where += [findings.c.rule == rule] if rule else []
    count = connection.execute(select(func.count()).select_from(findings).where(*where)).scalar_one()
    query = (
        select(findings, agents.c.name.label("agent_name"), debtors.c.name.label("debtor_name"))
        .join(agents, agents.c.id == findings.c.agent_id)
        .join(debtors, debtors.c.id == findings.c.debtor_id)
        .where(*where)
        .order_by(findings.c.found_at.desc(), findings.c.id)
        .limit(limit)
    )
    return count, _rows(connection, query)


def visits_between(connection: Connection, scope: Scope, start: datetime, end: datetime) -> int:
    """How many visits began in that time. Who sees the whole counts them by their hour alone."""
    query = select(func.count()).select_from(visits).where(visits.c.started >= start, visits.c.started < end)
    if not scope.whole:
        query = query.where(scope.sees(visits.c.debtor_id))
    return connection.execute(query).scalar_one()


def taken(connection: Connection, limit: int = 20) -> Rows:
    """The last files that left the office, and who took each."""
    query = select(facts).where(facts.c.kind.in_(TAKEN)).order_by(facts.c.number.desc()).limit(limit)
    return _rows(connection, query)


def cases_waiting(connection: Connection, scope: Scope, today: date, near: date) -> tuple[int, int, int]:
    """Open cases and requests: all, those that go late, those due by `near`."""
    late = func.sum(_is(claims.c.due < today))
    soon = func.sum(_is(and_(claims.c.due >= today, claims.c.due <= near)))
    query = (
        select(func.count(), late, soon)
        .select_from(claims)
        .where(claims.c.state != CLOSED, scope.sees(claims.c.debtor_id))
    )
    row = connection.execute(query).one()
    return int(row[0]), int(row[1] or 0), int(row[2] or 0)


def day_of(connection: Connection, scope: Scope, day: date) -> dict[str, int]:
    """Agents, those away, published routes and their stops, and how many of those were visited."""
    working = select(func.count()).select_from(agents).where(agents.c.active, scope.agents())
    away = (
        select(func.count(func.distinct(agent_days.c.agent_id)))
        .join(agents, agents.c.id == agent_days.c.agent_id)
        .where(
            agent_days.c.first <= day,
            agent_days.c.last >= day,
            agent_days.c.away,
            agent_days.c.withdrawn_at.is_(None),
            agents.c.active,
            scope.agents(),
        )
    )
    mine = and_(routes.c.date == day, routes.c.state == "published", scope.agents())
    published = (
        select(*(func.count(func.distinct(one)) for one in (routes.c.id, stops.c.id, visits.c.stop_id)))
        .select_from(routes)
        .join(agents, agents.c.id == routes.c.agent_id)
        .outerjoin(stops, and_(stops.c.route_id == routes.c.id, stops.c.sequence.is_not(None)))
        .outerjoin(
            visits,
            and_(
                visits.c.stop_id == stops.c.id,
                visits.c.agent_id == routes.c.agent_id,
                visits.c.started >= routes.c.starts,
            ),
        )
        .where(mine)
    )
    row = connection.execute(published).one()
    return {
        "agents": connection.execute(working).scalar_one(),
        "away": connection.execute(away).scalar_one(),
        "routes": row[0],
        "stops": row[1],
        "done": row[2],
    }


def devices_of(connection: Connection, scope: Scope, since: datetime) -> tuple[int, int]:
    """Laptops in use, and those not heard of since then."""
    query = (
        select(func.count(), func.sum(_is(devices.c.last_seen >= since)))
        .select_from(devices)
        .join(agents, agents.c.id == devices.c.agent_id)
        .where(devices.c.revoked_at.is_(None), scope.agents())
    )
    row = connection.execute(query).one()
    return int(row[0]), int(row[0]) - int(row[1] or 0)


def offers_waiting(connection: Connection, scope: Scope) -> int:
    query = (
        select(func.count())
        .select_from(offers)
        .join(accounts, accounts.c.id == offers.c.account_id)
        .where(offers.c.state == "pending", scope.accounts())
    )
    return connection.execute(query).scalar_one()


def _is(condition: Any) -> Any:
    return case((condition, 1), else_=0)


def _rows(connection: Connection, query: Select[Any]) -> Rows:
    return [dict(row) for row in connection.execute(query).mappings()]
