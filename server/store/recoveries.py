"""Openings of a laptop's sealed key, and orders to wipe one. Knows no key and no rule."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, insert, select, update

from .tables import agents, devices, recoveries


@dataclass(frozen=True)
class Recovery:
    """One opening: who asked and why, who agreed, until when, and what came of it."""

    id: str
    device_id: str
    reason: str
    started_by: str
    started_at: datetime
    expires_at: datetime
    approved_by: str
    approved_at: datetime | None
    packaged_at: datetime | None
    closed_at: datetime | None
    closed_by: str

    def state(self, now: datetime) -> str:
        """closed, packaged, expired, approved or waiting."""
        if self.closed_at is not None:
            return "closed"
        if self.packaged_at is not None:
            return "packaged"
        if self.expires_at <= now:
            return "expired"
        return "waiting" if self.approved_at is None else "approved"


def add(connection: Connection, **row: Any) -> None:
    connection.execute(insert(recoveries).values(**row))


def by_id(connection: Connection, recovery_id: str, *, lock: bool = False) -> Recovery | None:
    query = select(recoveries).where(recoveries.c.id == recovery_id)
    row = connection.execute(query.with_for_update() if lock else query).mappings().first()
    return None if row is None else Recovery(**row)


def change(connection: Connection, recovery_id: str, **values: Any) -> None:
    connection.execute(update(recoveries).where(recoveries.c.id == recovery_id).values(**values))


def listed(connection: Connection, limit: int = 100) -> list[dict[str, Any]]:
    """The latest openings with their laptop and its collector, newest first."""
    query = (
        select(recoveries, devices.c.name.label("device_name"), agents.c.name.label("agent_name"))
        .join(devices, devices.c.id == recoveries.c.device_id)
        .join(agents, agents.c.id == devices.c.agent_id)
        .order_by(recoveries.c.started_at.desc(), recoveries.c.id)
        .limit(limit)
    )
    return [dict(row) for row in connection.execute(query).mappings()]


def sealed_key(connection: Connection, device_id: str) -> bytes | None:
    """The laptop's database key, sealed to the recovery key; None when it never sent it."""
    sealed = connection.execute(select(devices.c.sealed_key).where(devices.c.id == device_id)).scalar()
    return None if sealed is None else bytes(sealed)


def order_wipe(connection: Connection, device_id: str, actor: str, now: datetime) -> bool:
    """True when it was not ordered before. The first moment stays."""
    statement = (
        update(devices)
        .where(devices.c.id == device_id, devices.c.wipe_ordered_at.is_(None))
        .values(wipe_ordered_at=now, wipe_ordered_by=actor)
        .returning(devices.c.id)
    )
    return connection.execute(statement).first() is not None


def wipe_ordered_at(connection: Connection, device_id: str) -> datetime | None:
    query = select(devices.c.wipe_ordered_at).where(devices.c.id == device_id)
    ordered: datetime | None = connection.execute(query).scalar()
    return ordered


def wiped(connection: Connection, device_id: str, now: datetime) -> None:
    """The laptop's hand-over file came in: it holds nothing any more."""
    connection.execute(
        update(devices).where(devices.c.id == device_id, devices.c.wiped_at.is_(None)).values(wiped_at=now)
    )
