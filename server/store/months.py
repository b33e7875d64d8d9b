"""Months that were closed: who asked, who closed, what was frozen and later adjusted. Decides nothing."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, and_, func, insert, or_, select, update

from . import chunks
from .tables import (
    accounts,
    agents,
    commission_lines,
    devices,
    events,
    findings,
    imports,
    incarnations,
    lenders,
    month_adjustments,
    month_closes,
    visits,
)

Row = dict[str, Any]


def add(connection: Connection, row: Mapping[str, Any]) -> None:
    connection.execute(insert(month_closes).values(**row))


def one(connection: Connection, close_id: str, *, lock: bool = False) -> Row | None:
    """The close; with `lock` nobody else decides it before this transaction ends."""
    query = (
        select(month_closes, lenders.c.name.label("lender"))
        .outerjoin(lenders, lenders.c.id == month_closes.c.lender_id)
        .where(month_closes.c.id == close_id)
    )
    if lock:
        query = query.with_for_update(of=month_closes)
    row = connection.execute(query).mappings().first()
    return dict(row) if row is not None else None


def listed(connection: Connection, **equal: Any) -> list[Row]:
    """The closes that stand, asked for or made, newest month first; `equal` narrows by column."""
    query = (
        select(
            month_closes.c.id,
            month_closes.c.month,
            month_closes.c.lender_id,
            month_closes.c.state,
            month_closes.c.asked_at,
            month_closes.c.asked_by,
            month_closes.c.decided_at,
            month_closes.c.decided_by,
            month_closes.c.run_id,
            month_closes.c.digest,
            lenders.c.name.label("lender"),
        )
        .outerjoin(lenders, lenders.c.id == month_closes.c.lender_id)
        .where(month_closes.c.state != "withdrawn")
        .where(*(month_closes.c[name] == value for name, value in equal.items()))
        .order_by(month_closes.c.month.desc(), month_closes.c.asked_at.desc())
    )
    return [dict(row) for row in connection.execute(query).mappings()]


def change(connection: Connection, close_id: str, state: str, **values: Any) -> bool:
    """Move a close on from being asked for; False when somebody did before."""
    waiting = (month_closes.c.id == close_id) & (month_closes.c.state == "asked")
    done = connection.execute(update(month_closes).where(waiting).values(state=state, **values))
    return done.rowcount == 1


def closed_runs(connection: Connection, month: date, lender_ids: Collection[str] | None = None) -> list[Row]:
    """The closes of a month with a run, that cover one of these lenders (all of them by default)."""
    rows = listed(connection, month=month, state="closed")
    if lender_ids is None:
        return rows
    return [row for row in rows if row["lender_id"] is None or row["lender_id"] in lender_ids]


def covered(connection: Connection, month: date) -> set[str]:
    """The lenders whose month is closed."""
    query = (
        select(commission_lines.c.lender_id)
        .join(month_closes, month_closes.c.run_id == commission_lines.c.run_id)
        .where(month_closes.c.month == month, month_closes.c.state == "closed")
        .distinct()
    )
    closed = listed(connection, month=month, state="closed")
    found = {row["lender_id"] for row in closed if row["lender_id"] is not None}
    if any(row["lender_id"] is None for row in closed):
        return found | set(connection.execute(select(lenders.c.id)).scalars())
    return found | set(connection.execute(query).scalars())


def adjust(connection: Connection, rows: list[Row]) -> None:
    chunks.write(connection, insert(month_adjustments), rows)


def adjustments(connection: Connection, **equal: Any) -> list[Row]:
    """The adjustments that one close took, or that changed one; with whose and of which month."""
    original = month_closes.alias("original")
    taking = month_closes.alias("taking")
    query = (
        select(
            month_adjustments,
            original.c.month.label("original_month"),
            taking.c.month.label("taken_month"),
            agents.c.name.label("agent_name"),
            accounts.c.number,
            accounts.c.debtor_id,
            accounts.c.lender_id,
        )
        .join(original, original.c.id == month_adjustments.c.original_id)
        .join(taking, taking.c.id == month_adjustments.c.close_id)
        .outerjoin(agents, agents.c.id == month_adjustments.c.agent_id)
        .outerjoin(accounts, accounts.c.id == month_adjustments.c.account_id)
        .where(*(month_adjustments.c[name] == value for name, value in equal.items()))
        .order_by(original.c.month, month_adjustments.c.key)
    )
    return [dict(row) for row in connection.execute(query).mappings()]


def quarantined(connection: Connection, until: datetime) -> int:
    """Events set aside that came in up to then."""
    query = select(func.count()).where(events.c.quarantine.is_not(None), events.c.received_at < until)
    return connection.execute(query).scalar_one()


def unreviewed(connection: Connection, start: datetime, end: datetime, lender_id: str | None) -> int:
    """Findings open on visits of those days."""
    query = (
        select(func.count(func.distinct(findings.c.id)))
        .join(visits, visits.c.id == findings.c.visit_id)
        .where(findings.c.state == "open", visits.c.started >= start, visits.c.started < end)
    )
    if lender_id is not None:
        query = query.join(accounts, accounts.c.debtor_id == findings.c.debtor_id).where(
            accounts.c.lender_id == lender_id
        )
    return connection.execute(query).scalar_one()


def unsent(connection: Connection, end: datetime) -> list[str]:
    """Whose laptop still holds something back, or has not spoken since the month ended."""
    query = (
        select(agents.c.name)
        .join(devices, devices.c.agent_id == agents.c.id)
        .where(
            devices.c.revoked_at.is_(None),
            devices.c.enrolled_at < end,
            or_(devices.c.pending > 0, devices.c.last_seen.is_(None), devices.c.last_seen < end),
            devices.c.id.in_(select(incarnations.c.device_id)),
        )
        .distinct()
        .order_by(agents.c.name)
    )
    return list(connection.execute(query).scalars())


def paid_through(connection: Connection, lender_id: str | None) -> list[tuple[str, date | None]]:
    """(lender, the day up to which his payments are known)."""
    query = (
        select(lenders.c.name, func.max(imports.c.as_of))
        .outerjoin(imports, and_(imports.c.lender_id == lenders.c.id, imports.c.kind == "payments"))
        .group_by(lenders.c.name)
        .order_by(lenders.c.name)
    )
    if lender_id is not None:
        query = query.where(lenders.c.id == lender_id)
    return [(row[0], row[1]) for row in connection.execute(query)]
