"""Where agents were, found by age and deleted from the tables; the log of it. Decides nothing.

The ledger's sealed bodies are not touched here: a place in them goes when the body is erased.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, and_, insert, or_, select, update

from sync.ids import new_id

from .chunks import among, found
from .tables import (
    agents,
    amendments,
    claims,
    feeds,
    findings,
    forgettings,
    legal_holds,
    reviews,
    visits,
)

NOWHERE = ("lat", "lon", "accuracy_m")

_OPEN_FINDING = select(findings.c.visit_id).where(among(findings.c.visit_id), findings.c.state == "open")
_UNDER_REVIEW = select(reviews.c.visit_id).where(
    among(reviews.c.visit_id), or_(reviews.c.state == "returned", reviews.c.state == "held")
)
_HELD = select(legal_holds.c.debtor_id, legal_holds.c.until).where(
    among(legal_holds.c.debtor_id), legal_holds.c.released_at.is_(None)
)
_CLAIMED = select(claims.c.visit_id, claims.c.debtor_id).where(
    among(claims.c.debtor_id), claims.c.state == "open"
)
_CORRECTED = select(amendments.c.id, amendments.c.replaces).where(among(amendments.c.visit_id))
_FED = select(feeds.c.debtor_id).where(among(feeds.c.debtor_id)).distinct()


def placed(
    connection: Connection,
    start: datetime | None,
    end: datetime,
    after: tuple[datetime, str] | None,
    limit: int,
) -> Sequence[Mapping[Any, Any]]:
    """Visits told to have begun in this stretch that still have a place, with their agent's hours.

    Oldest first; from after `after` on.
    """
    query = (
        select(
            visits.c.id,
            visits.c.debtor_id,
            visits.c.agent_id,
            visits.c.started,
            visits.c.ended,
            visits.c.known,
            visits.c.offset_ms,
            agents.c.shift_start,
            agents.c.shift_end,
            agents.c.timezone,
        )
        .join(agents, agents.c.id == visits.c.agent_id)
        .where(visits.c.started < end, visits.c.lat.is_not(None))
        .order_by(visits.c.started, visits.c.id)
        .limit(limit)
    )
    if start is not None:
        query = query.where(visits.c.started >= start)
    if after is not None:
        query = query.where(
            visits.c.started >= after[0],
            or_(visits.c.started > after[0], and_(visits.c.started == after[0], visits.c.id > after[1])),
        )
    return connection.execute(query).mappings().all()


def needed(connection: Connection, rows: Iterable[Mapping[Any, Any]], today: Any) -> dict[str, str]:
    """Visit → why its place is kept for now: finding, review, hold or claim."""
    held = list(rows)
    ids, debtors = [row["id"] for row in held], {row["debtor_id"] for row in held}
    on_hold = {
        row["debtor_id"]
        for row in found(connection, _HELD, debtors)
        if row["until"] is None or row["until"] >= today
    }
    # A claim about one visit keeps that one; a claim about the debtor keeps all of his.
    claimed = {row["visit_id"] or row["debtor_id"] for row in found(connection, _CLAIMED, debtors)}
    why = {row["id"]: "hold" for row in held if row["debtor_id"] in on_hold}
    why |= {row["id"]: "claim" for row in held if row["id"] in claimed or row["debtor_id"] in claimed}
    why |= {row["visit_id"]: "review" for row in found(connection, _UNDER_REVIEW, ids)}
    return why | {row["visit_id"]: "finding" for row in found(connection, _OPEN_FINDING, ids)}


def forget(connection: Connection, visit_ids: Collection[str]) -> None:
    """Delete the places of these visits, and those that corrections gave instead."""
    ids = list(visit_ids)
    blank: dict[str, Any] = dict.fromkeys(NOWHERE)
    connection.execute(update(visits).where(visits.c.id.in_(ids)).values(**blank))
    for row in found(connection, _CORRECTED, ids):
        told = row["replaces"] if isinstance(row["replaces"], dict) else {}
        place = told.get("location")
        if isinstance(place, dict):
            changed = told | {"location": place | blank}
            connection.execute(
                update(amendments).where(amendments.c.id == row["id"]).values(replaces=changed)
            )


def fed(connection: Connection, debtor_ids: Iterable[str]) -> list[str]:
    """Those of these debtors that some laptop holds."""
    return [row["debtor_id"] for row in found(connection, _FED, debtor_ids)]


def add(connection: Connection, **values: Any) -> None:
    connection.execute(insert(forgettings).values(id=new_id(), **values))


def listed(connection: Connection, limit: int = 30) -> list[dict[str, Any]]:
    """Each time places were forgotten, newest first."""
    query = select(forgettings).order_by(forgettings.c.ran_at.desc()).limit(limit)
    return [dict(row) for row in connection.execute(query).mappings()]
