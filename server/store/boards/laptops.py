"""The fleet within a scope: each laptop, how far it is, what it holds back and what came in wrong."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Connection, func, select

from ..scopes import Scope
from ..tables import agents, attachments, devices, enrolment_codes, events, incarnations, visits

Rows = list[dict[str, Any]]


def fleet(connection: Connection, scope: Scope, *, device_id: str | None = None) -> Rows:
    """Every laptop of the scope's agents, or one of them, in use first; no key and no token."""
    installed = select(func.count()).where(incarnations.c.device_id == devices.c.id).scalar_subquery()
    forks = (
        select(func.count())
        .where(incarnations.c.device_id == devices.c.id, incarnations.c.parent.is_not(None))
        .scalar_subquery()
    )
    query = (
        select(
            devices.c.id,
            devices.c.name,
            devices.c.agent_id,
            devices.c.enrolled_at,
            devices.c.revoked_at,
            devices.c.last_seen,
            devices.c.client,
            devices.c.pending,
            devices.c.offset_ms,
            devices.c.last_sent,
            devices.c.lease_until,
            devices.c.wipe_ordered_at,
            devices.c.wiped_at,
            devices.c.cursor,
            devices.c.sealed_key.is_not(None).label("sealed"),
            agents.c.name.label("agent_name"),
            installed.label("installed"),
            forks.label("forks"),
            _events(events.c.quarantine.is_not(None)).label("quarantined"),
        )
        .join(agents, agents.c.id == devices.c.agent_id)
        .where(scope.agents())
        .order_by(devices.c.revoked_at.is_not(None), agents.c.name, devices.c.enrolled_at.desc())
    )
    if device_id is not None:
        query = query.where(devices.c.id == device_id)
    lacking = _unfinished(connection, device_id)
    return [
        dict(row) | {"attachments": lacking.get(row["id"], 0)} for row in connection.execute(query).mappings()
    ]


def received(connection: Connection, device_id: str) -> int:
    """How many events of one laptop are here: of all of them it would be read in the whole ledger."""
    mine = select(incarnations.c.id).where(incarnations.c.device_id == device_id)
    query = select(func.count()).where(events.c.incarnation.in_(mine), events.c.n > 0)
    return int(connection.execute(query).scalar_one())


def _events(condition: Any) -> Any:
    return (
        select(func.count())
        .select_from(events.join(incarnations, incarnations.c.id == events.c.incarnation))
        .where(incarnations.c.device_id == devices.c.id, condition)
        .correlate(devices)
        .scalar_subquery()
    )


def _unfinished(connection: Connection, device_id: str | None) -> dict[str, int]:
    """By laptop, the pictures its visits announced whose bytes are not here; through the index of what
    lacks."""
    query = (
        select(visits.c.device_id, func.count())
        .select_from(attachments.join(visits, visits.c.id == attachments.c.visit_id))
        .where(attachments.c.stored_at.is_(None))
        .group_by(visits.c.device_id)
    )
    if device_id is not None:
        query = query.where(visits.c.device_id == device_id)
    return {device: int(count) for device, count in connection.execute(query)}


def quarantine(connection: Connection, scope: Scope, limit: int = 50, device_id: str | None = None) -> Rows:
    """The latest events kept without being understood, with why; of one laptop where it is named."""
    query = (
        select(
            events.c.incarnation,
            events.c.n,
            events.c.id,
            events.c.kind,
            events.c.quarantine,
            events.c.received_at,
            incarnations.c.device_id,
            agents.c.name.label("agent_name"),
        )
        .join(incarnations, incarnations.c.id == events.c.incarnation)
        .join(devices, devices.c.id == incarnations.c.device_id)
        .join(agents, agents.c.id == devices.c.agent_id)
        .where(scope.agents(), events.c.quarantine.is_not(None))
        .order_by(events.c.arrival.desc())
        .limit(limit)
    )
    if device_id is not None:
        query = query.where(devices.c.id == device_id)
    return [dict(row) for row in connection.execute(query).mappings()]


def waiting_codes(connection: Connection, scope: Scope, now: datetime) -> dict[str, int]:
    """Agent → enrolment codes that are neither used nor expired."""
    query = (
        select(enrolment_codes.c.agent_id, func.count())
        .join(agents, agents.c.id == enrolment_codes.c.agent_id)
        .where(scope.agents(), enrolment_codes.c.used_at.is_(None), enrolment_codes.c.expires_at > now)
        .group_by(enrolment_codes.c.agent_id)
    )
    return {agent: int(count) for agent, count in connection.execute(query)}
