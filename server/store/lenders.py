"""The lenders whose accounts the office works. Knows no file."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from sqlalchemy import Connection, insert, select

from sync.ids import new_id

from .chunks import among, found
from .tables import lenders


def id_of(connection: Connection, name: str) -> str | None:
    """The id of the lender of that name, or None. Names are compared as they are written."""
    return connection.execute(select(lenders.c.id).where(lenders.c.name == name.strip())).scalar()


def named(connection: Connection, name: str, country: str = "CO") -> str:
    """The id of the lender of that name, added when the office did not know it."""
    held = id_of(connection, name)
    if held is not None:
        return held
    made = new_id()
    connection.execute(insert(lenders).values(id=made, name=name.strip(), country=country))
    return made


def listed(connection: Connection) -> list[dict[str, Any]]:
    """Every lender, by name."""
    return [dict(row) for row in connection.execute(select(lenders).order_by(lenders.c.name)).mappings()]


def country_of(connection: Connection, lender_id: str) -> str:
    return connection.execute(select(lenders.c.country).where(lenders.c.id == lender_id)).scalar() or "CO"


def names_of(connection: Connection, lender_ids: Iterable[str]) -> dict[str, str]:
    return {row["id"]: row["name"] for row in found(connection, _NAMES, lender_ids)}


_NAMES = select(lenders.c.id, lenders.c.name).where(among(lenders.c.id))
