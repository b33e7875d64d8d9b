"""What was kept without being applied, within a scope: counted by reason, listed, and one event whole."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, Select, func, select

from ..scopes import Scope
from ..tables import agents, debtors, devices, events, incarnations

Rows = list[dict[str, Any]]


def counted(connection: Connection, scope: Scope) -> dict[str, int]:
    """Reason → events that wait for it; what a revoked laptop sent is counted as `revoked`."""
    query = _joined(select(events.c.quarantine, func.count()), scope).group_by(events.c.quarantine)
    return {str(code): int(count) for code, count in connection.execute(query)}


def listed(
    connection: Connection,
    scope: Scope,
    *,
    code: str = "",
    device_id: str = "",
    before: int | None = None,
    limit: int = 50,
) -> Rows:
    """The events set aside that arrived before `before`, newest first."""
    query = _joined(_COLUMNS, scope).order_by(events.c.arrival.desc()).limit(limit)
    if code:
        query = query.where(events.c.quarantine == code)
    if device_id:
        query = query.where(incarnations.c.device_id == device_id)
    if before is not None:
        query = query.where(events.c.arrival < before)
    return [dict(row) for row in connection.execute(query).mappings()]


def one(connection: Connection, scope: Scope, incarnation: str, n: int) -> dict[str, Any] | None:
    """One event set aside, with its exact header and body; None outside the scope."""
    whole = _COLUMNS.add_columns(
        events.c.header, events.c.body, events.c.body_digest, events.c.h, events.c.quarantine_detail
    )
    query = _joined(whole, scope).where(events.c.incarnation == incarnation, events.c.n == n)
    row = connection.execute(query).mappings().first()
    return dict(row) if row else None


def sealed(connection: Connection, scope: Scope) -> Rows:
    """The revoked laptops with something kept sealed, and how much."""
    query = _joined(
        select(
            incarnations.c.device_id,
            devices.c.name,
            agents.c.name.label("agent_name"),
            func.count().label("events"),
        ),
        scope,
    )
    query = query.where(events.c.sealed.is_(True)).group_by(
        incarnations.c.device_id, devices.c.name, agents.c.name
    )
    return [dict(row) for row in connection.execute(query).mappings()]


def names_others(connection: Connection, scope: Scope, debtor_id: str) -> bool:
    """True when the event is about a debtor that this scope does not see."""
    known = connection.execute(select(debtors.c.id).where(debtors.c.id == debtor_id)).first() is not None
    if not known:
        return False
    seen = scope.debtors().subquery()
    return connection.execute(select(seen.c.debtor_id).where(seen.c.debtor_id == debtor_id)).first() is None


_COLUMNS = select(
    events.c.incarnation,
    events.c.n,
    events.c.id,
    events.c.kind,
    events.c.version,
    events.c.received_at,
    events.c.arrival,
    events.c.sealed,
    events.c.quarantine,
    events.c.body.is_not(None).label("readable"),
    incarnations.c.device_id,
    devices.c.name.label("device_name"),
    agents.c.name.label("agent_name"),
)


def _joined(query: Select[Any], scope: Scope) -> Select[Any]:
    return query.select_from(
        events.join(incarnations, incarnations.c.id == events.c.incarnation)
        .join(devices, devices.c.id == incarnations.c.device_id)
        .join(agents, agents.c.id == devices.c.agent_id)
    ).where(scope.agents(), events.c.quarantine.is_not(None))
