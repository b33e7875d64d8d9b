"""What the office knows of itself: id, name, epoch, base map, signing keys."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Connection, bindparam, insert, select, update

from . import prepared
from .tables import office, signing_keys


def get(connection: Connection, name: str) -> Any:
    """A setting's value, or None."""
    return prepared.scalar(connection, _VALUE, {"asked": name})


_VALUE = select(office.c.value).where(office.c.name == bindparam("asked"))


def put(connection: Connection, name: str, value: Any) -> None:
    changed = connection.execute(update(office).where(office.c.name == name).values(value=value))
    if changed.rowcount == 0:
        connection.execute(insert(office).values(name=name, value=value))


def add_signing_key(
    connection: Connection,
    key_id: str,
    public: bytes,
    valid_from: datetime,
    *,
    endorsed_by: str | None = None,
    endorsement: bytes | None = None,
) -> None:
    known = connection.execute(select(signing_keys.c.key_id).where(signing_keys.c.key_id == key_id)).scalar()
    if known is None:
        connection.execute(
            insert(signing_keys).values(
                key_id=key_id,
                public_key=public,
                valid_from=valid_from,
                endorsed_by=endorsed_by,
                endorsement=endorsement,
            )
        )


def retire_signing_key(connection: Connection, key_id: str, at: datetime) -> None:
    """From then on it signs no more; what it signed before still holds. An end once said stays."""
    statement = update(signing_keys).where(
        signing_keys.c.key_id == key_id, signing_keys.c.retired_at.is_(None)
    )
    connection.execute(statement.values(retired_at=at))


def signing_keys_held(connection: Connection) -> list[dict[str, Any]]:
    return prepared.rows(connection, _KEYS_HELD)


_KEYS_HELD = select(signing_keys).order_by(signing_keys.c.valid_from)
