"""The systems that contact a lender's debtors too, and how far each is known. Judges no day."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, func, insert, select, update

from sync.ids import new_id
from sync.rules.freshness import STALE_AFTER_DAYS, OutsideSource

from . import offices
from .chunks import among, found
from .tables import contact_sources, imports, lenders, source_imports

STALE_AFTER = "contacts.stale_after_days"  # the office's own setting


def named(connection: Connection, lender_id: str, name: str) -> dict[str, Any] | None:
    """The source of that name, withdrawn or not."""
    query = select(contact_sources).where(
        contact_sources.c.lender_id == lender_id, contact_sources.c.name == name
    )
    row = connection.execute(query).mappings().first()
    return dict(row) if row else None


def declare(
    connection: Connection,
    lender_id: str,
    name: str,
    *,
    channels: Sequence[str],
    stale_after_days: int | None,
    now: datetime,
    actor: str,
) -> tuple[str, bool]:
    """The source's id, and whether anything about it is new. No channels, no days: as it was."""
    held = named(connection, lender_id, name)
    if held is None:
        made = new_id()
        connection.execute(
            insert(contact_sources).values(
                id=made,
                lender_id=lender_id,
                name=name,
                channels=list(channels),
                stale_after_days=stale_after_days,
                declared_at=now,
                actor=actor,
            )
        )
        return made, True
    values: dict[str, Any] = {}
    if channels and list(channels) != held["channels"]:
        values["channels"] = list(channels)
    if stale_after_days is not None and stale_after_days != held["stale_after_days"]:
        values["stale_after_days"] = stale_after_days
    if held["withdrawn_at"] is not None:
        values["withdrawn_at"] = None
    if values:
        connection.execute(update(contact_sources).where(contact_sources.c.id == held["id"]).values(**values))
    return str(held["id"]), bool(values)


def withdraw(connection: Connection, source_id: str, now: datetime) -> None:
    """Nothing is expected of it any more; what it told stays."""
    connection.execute(
        update(contact_sources).where(contact_sources.c.id == source_id).values(withdrawn_at=now)
    )


def told(connection: Connection, import_id: str, source_id: str) -> None:
    """This import says how far the source is known: to the end of its as-of day."""
    connection.execute(insert(source_imports).values(import_id=import_id, source_id=source_id))


def of_lenders(connection: Connection, lender_ids: Iterable[str]) -> dict[str, tuple[OutsideSource, ...]]:
    """By lender: the sources that stand, by name."""
    usual = offices.get(connection, STALE_AFTER)
    days = usual if isinstance(usual, int) else STALE_AFTER_DAYS
    by_lender: dict[str, list[OutsideSource]] = defaultdict(list)
    for row in found(connection, _STANDING, lender_ids):
        own = row["stale_after_days"]
        by_lender[row["lender_id"]].append(
            OutsideSource(row["name"], row["through"], tuple(row["channels"]), days if own is None else own)
        )
    return {lender: tuple(sources) for lender, sources in by_lender.items()}


_THROUGH = (
    select(source_imports.c.source_id, func.max(imports.c.as_of).label("through"))
    .join(imports, imports.c.id == source_imports.c.import_id)
    .group_by(source_imports.c.source_id)
    .subquery()
)
_STANDING = (
    select(contact_sources, _THROUGH.c.through)
    .outerjoin(_THROUGH, _THROUGH.c.source_id == contact_sources.c.id)
    .where(among(contact_sources.c.lender_id), contact_sources.c.withdrawn_at.is_(None))
    .order_by(contact_sources.c.name)
)


def listed(connection: Connection) -> list[tuple[str, str, OutsideSource]]:
    """(lender's id, his name, source) of every source that stands."""
    names = {row.id: row.name for row in connection.execute(select(lenders.c.id, lenders.c.name))}
    known = of_lenders(connection, names)
    return [
        (lender, names[lender], source)
        for lender in sorted(known, key=lambda one: names[one])
        for source in known[lender]
    ]


def through_of(connection: Connection, source_id: str) -> date | None:
    query = select(_THROUGH.c.through).where(_THROUGH.c.source_id == source_id)
    return connection.execute(query).scalar()
