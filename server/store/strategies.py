"""The strategy files an office worked by, runs of saved segments, accounts' traits as they changed."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import Connection, and_, func, insert, literal, or_, select

from sync.ids import new_id

from .tables import account_traits, accounts, segment_runs, strategies
from .types import UTCDateTime

TRAITS = ("state", "credit_type", "product", "branch", "zone", "pack", "payday", "last_payment_on")


def in_force(connection: Connection) -> dict[str, Any] | None:
    """The file used last; None while the office works by the one that comes with Ronda."""
    query = select(strategies).order_by(strategies.c.used_at.desc(), strategies.c.id.desc()).limit(1)
    row = connection.execute(query).mappings().first()
    return dict(row) if row else None


def text_of_version(connection: Connection, version: str) -> str | None:
    """The text of an exact version that was used once."""
    return connection.execute(
        select(strategies.c.text).where(strategies.c.version == version).limit(1)
    ).scalar()


def use(connection: Connection, *, name: str, version: str, text: str, now: datetime, actor: str) -> None:
    connection.execute(
        insert(strategies).values(
            id=new_id(), name=name, version=version, text=text, used_at=now, actor=actor
        )
    )


def segment_run(connection: Connection, segment: str, version: str, as_of: date) -> dict[str, Any] | None:
    query = select(segment_runs).where(
        segment_runs.c.segment == segment, segment_runs.c.version == version, segment_runs.c.as_of == as_of
    )
    row = connection.execute(query).mappings().first()
    return dict(row) if row else None


def add_segment_run(connection: Connection, row: Mapping[str, Any]) -> None:
    connection.execute(insert(segment_runs).values(id=new_id(), **row))


def segment_runs_listed(connection: Connection, limit: int = 50) -> list[dict[str, Any]]:
    query = select(segment_runs).order_by(segment_runs.c.known_at.desc(), segment_runs.c.id).limit(limit)
    return [dict(row) for row in connection.execute(query).mappings()]


def remember_traits(connection: Connection, now: datetime) -> datetime:
    """Keep what of every account differs from what was kept of it last; the moment under which.

    Moments only rise, also where the clock does not: two imports may come in one moment of a test, and a
    machine's clock is put back. One statement: an import of three hundred thousand accounts must not wait.
    """
    last = connection.execute(select(func.max(account_traits.c.recorded_at))).scalar()
    moment = now if last is None or last < now else last + timedelta(microseconds=1)
    newest = (
        select(account_traits.c.account_id, func.max(account_traits.c.recorded_at).label("recorded_at"))
        .group_by(account_traits.c.account_id)
        .subquery()
    )
    kept = account_traits.alias("kept")
    differs = or_(
        kept.c.account_id.is_(None),
        *[accounts.c[name].is_distinct_from(kept.c[name]) for name in TRAITS],
    )
    changed = (
        select(
            accounts.c.id,
            literal(moment, UTCDateTime()),
            *[accounts.c[name] for name in TRAITS],
        )
        .select_from(
            accounts.outerjoin(newest, newest.c.account_id == accounts.c.id).outerjoin(
                kept,
                and_(kept.c.account_id == accounts.c.id, kept.c.recorded_at == newest.c.recorded_at),
            )
        )
        .where(differs)
    )
    statement = insert(account_traits).from_select(["account_id", "recorded_at", *TRAITS], changed)
    connection.execute(statement)
    return moment
