"""What the office did, read from its log a page at a time, newest first. Changes nothing."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, func, or_, select

from ..tables import facts

# As many lines as a file of the log may have: a spreadsheet holds no more.
MOST = 1_000_000


@dataclass(frozen=True)
class Wanted:
    """Which acts: of some areas (the first word of their kind), by somebody, about something, in a span."""

    areas: Collection[str] = ()
    kind: str = ""
    actor: str = ""
    subject: str = ""
    start: datetime | None = None
    end: datetime | None = None


def listed(
    connection: Connection, wanted: Wanted, *, before: int | None = None, limit: int = 50
) -> list[dict[str, Any]]:
    """The acts older than number `before`, newest first."""
    query = select(facts).where(*_conditions(wanted)).order_by(facts.c.number.desc()).limit(limit)
    if before is not None:
        query = query.where(facts.c.number < before)
    return [dict(row) for row in connection.execute(query).mappings()]


def kinds(connection: Connection) -> list[str]:
    """Every kind of act that the log holds."""
    # One step of the index per kind: a DISTINCT would read every line.
    found: list[str] = []
    last = ""
    while True:
        kind = connection.execute(select(func.min(facts.c.kind)).where(facts.c.kind > last)).scalar()
        if kind is None:
            return found
        found.append(last := str(kind))


def _conditions(wanted: Wanted) -> list[ColumnElement[bool]]:
    exact = {"kind": wanted.kind, "actor": wanted.actor, "subject": wanted.subject}
    conditions = [facts.c[name] == value for name, value in exact.items() if value]
    if wanted.areas and not wanted.kind:
        # A range instead of LIKE: it uses the index on both engines.
        conditions.append(
            or_(*(facts.c.kind.between(f"{area}.", f"{area}.\uffff") for area in sorted(wanted.areas)))
        )
    if wanted.start is not None:
        conditions.append(facts.c.recorded_at >= wanted.start)
    if wanted.end is not None:
        conditions.append(facts.c.recorded_at < wanted.end)
    return conditions
