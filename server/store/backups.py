"""The backups that were read again and found whole, and how far each holds every chain. Knows no file."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, bindparam, insert, select, update

from sync.ledger import Head

from . import chunks, prepared
from .tables import backup_heads, backups


def add(
    connection: Connection,
    *,
    id: str,
    made_at: datetime,
    verified_at: datetime,
    epoch: str,
    place: str,
    sha256: str,
    events: int,
    heads: Iterable[Head],
) -> None:
    """Note a backup that was verified; once, whoever says it again."""
    if connection.execute(select(backups.c.id).where(backups.c.id == id)).first() is not None:
        return
    connection.execute(
        insert(backups).values(
            id=id,
            made_at=made_at,
            verified_at=verified_at,
            epoch=epoch,
            place=place,
            sha256=sha256,
            events=events,
        )
    )
    rows = [{"backup_id": id, "incarnation": head.incarnation, "n": head.n, "h": head.h} for head in heads]
    chunks.write(connection, insert(backup_heads), rows)


def verified_mark(connection: Connection, incarnation: str) -> Head | None:
    """How far the newest verified backup holds a chain: what a laptop need not keep any longer."""
    row = prepared.first(connection, _MARK, {"asked": incarnation})
    return None if row is None else Head(incarnation, row["n"], bytes(row["h"]))


_NEWEST = select(backups.c.id).where(backups.c.gone_at.is_(None)).order_by(backups.c.made_at.desc()).limit(1)
_MARK = select(backup_heads.c.n, backup_heads.c.h).where(
    backup_heads.c.backup_id == _NEWEST.scalar_subquery(), backup_heads.c.incarnation == bindparam("asked")
)


def listed(connection: Connection) -> list[dict[str, Any]]:
    """Every backup ever verified, newest first; those with `gone_at` are there no more."""
    rows = connection.execute(select(backups).order_by(backups.c.made_at.desc(), backups.c.id.desc()))
    return [dict(row) for row in rows.mappings()]


def gone(connection: Connection, id: str, *, now: datetime, why: str) -> None:
    """It was pruned or is broken: from now on it covers nothing."""
    connection.execute(
        update(backups)
        .where(backups.c.id == id, backups.c.gone_at.is_(None))
        .values(gone_at=now, gone_why=why)
    )


def verified_again(connection: Connection, id: str, now: datetime) -> None:
    connection.execute(update(backups).where(backups.c.id == id).values(verified_at=now))
