"""Laptops and the one-time codes that let them in. Knows no token and no code, only their hashes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any

from sqlalchemy import Connection, Update, bindparam, insert, select, update

from . import prepared
from .tables import agents, devices, enrolment_codes


@dataclass(frozen=True)
class Device:
    """A laptop as the office knows it."""

    id: str
    agent_id: str
    name: str
    public_key: bytes
    token_sha256: str
    enrolled_at: datetime
    revoked_at: datetime | None
    cursor: int = 0  # up to which number of its feed it had read when it last asked


_BY_ID = select(devices).where(devices.c.id == bindparam("asked"))


def by_id(connection: Connection, device_id: str) -> Device | None:
    row = prepared.first(connection, _BY_ID, {"asked": device_id})
    if row is None:
        return None
    return Device(
        id=row["id"],
        agent_id=row["agent_id"],
        name=row["name"],
        public_key=bytes(row["public_key"]),
        token_sha256=row["token_sha256"],
        enrolled_at=row["enrolled_at"],
        revoked_at=row["revoked_at"],
        cursor=row["cursor"],
    )


def add(connection: Connection, **row: Any) -> None:
    connection.execute(insert(devices).values(**row))


def touch(
    connection: Connection, device_id: str, *, now: datetime, client: str, seen: dict[str, Any]
) -> None:
    """Remember when a laptop was last here; its row stays locked, so that its requests queue up.

    `seen` may hold `cursor` (how far it had read), `pending` (events it still held back), `offset_ms`
    (its clock minus ours), `last_sent` and `lease_until`.
    """
    values: dict[str, Any] = {"last_seen": now, "client": client, **seen}
    prepared.run(connection, _touching(*sorted(values)), {"asked": device_id, **values})


@lru_cache(maxsize=64)
def _touching(*names: str) -> Update:
    """One statement for each set of columns: which are known of a request differs little."""
    values = {name: bindparam(name, type_=devices.c[name].type) for name in names}
    return update(devices).where(devices.c.id == bindparam("asked")).values(values)


def note(connection: Connection, device_id: str, **values: Any) -> None:
    connection.execute(update(devices).where(devices.c.id == device_id).values(**values))


def seal(connection: Connection, device_id: str, sealed_key: bytes) -> None:
    connection.execute(update(devices).where(devices.c.id == device_id).values(sealed_key=sealed_key))


def revoke(connection: Connection, device_id: str, now: datetime) -> bool:
    """True when it was not revoked before. The first moment stays."""
    statement = (
        update(devices)
        .where(devices.c.id == device_id, devices.c.revoked_at.is_(None))
        .values(revoked_at=now)
        .returning(devices.c.id)
    )
    return connection.execute(statement).first() is not None


def listed(connection: Connection) -> list[dict[str, Any]]:
    """Every laptop with its agent's name, newest first; no key and no token."""
    query = (
        select(
            devices.c.id,
            devices.c.name,
            devices.c.agent_id,
            agents.c.name.label("agent_name"),
            devices.c.enrolled_at,
            devices.c.revoked_at,
            devices.c.last_seen,
            devices.c.client,
            devices.c.cursor,
            devices.c.pending,
            devices.c.sealed_key.is_not(None).label("sealed"),
        )
        .join(agents, agents.c.id == devices.c.agent_id)
        .order_by(devices.c.enrolled_at.desc(), devices.c.id)
    )
    return [dict(row) for row in connection.execute(query).mappings()]


def add_code(connection: Connection, **row: Any) -> None:
    connection.execute(insert(enrolment_codes).values(**row))


def use_code(connection: Connection, code_sha256: str, now: datetime) -> str | None:
    """The agent a code is for, once: of two laptops with one code only the first gets an answer."""
    statement = (
        update(enrolment_codes)
        .where(
            enrolment_codes.c.code_sha256 == code_sha256,
            enrolment_codes.c.used_at.is_(None),
            enrolment_codes.c.expires_at > now,
        )
        .values(used_at=now)
        .returning(enrolment_codes.c.agent_id)
    )
    return connection.execute(statement).scalar()


def code(connection: Connection, code_sha256: str) -> dict[str, Any] | None:
    query = select(enrolment_codes).where(enrolment_codes.c.code_sha256 == code_sha256)
    row = connection.execute(query).mappings().first()
    return None if row is None else dict(row)
