"""What is printed on papers, by lender, every version kept. Knows what none of it means."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, insert, select

from sync.ids import new_id

from .tables import stationeries

Tables = Mapping[str, Any]


def add(connection: Connection, lender_id: str | None, tables: Tables, actor: str, now: datetime) -> str:
    made = new_id()
    connection.execute(
        insert(stationeries).values(
            id=made, lender_id=lender_id, tables=dict(tables), recorded_at=now, actor=actor
        )
    )
    return made


def latest(connection: Connection) -> dict[str | None, Tables]:
    """By lender (None: the office's own) the last tables recorded."""
    query = select(stationeries).order_by(stationeries.c.recorded_at, stationeries.c.id)
    return {row["lender_id"]: row["tables"] for row in connection.execute(query).mappings()}
