"""What the audit asks of all visits together: repeated notes, shared pictures, amendments. No rules."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, RowMapping, func, select
from sqlalchemy.dialects import postgresql, sqlite

from . import attachments as shelved
from .chunks import among, found
from .tables import (
    addresses,
    amendments,
    attachments,
    facts,
    files,
    picture_looks,
    visits,
)

PIECE = 5_000
# What an amendment must change to be about the visit and not about its spelling.
OF_WEIGHT = frozenset({"results", "party", "place", "happened", "location", "address", "promises"})


@dataclass(frozen=True)
class Bearing:
    """A picture and the visit that bears it, as far as telling it from another needs."""

    sha256: str
    looks: int | None
    visit: Mapping[str, Any]


def agents(connection: Connection) -> list[str]:
    """Whose visits there are."""
    query = select(visits.c.agent_id).distinct().order_by(visits.c.agent_id)
    return list(connection.execute(query).scalars())


def ids_of(connection: Connection, agent_id: str) -> list[str]:
    """An agent's visits, oldest first."""
    query = select(visits.c.id).where(visits.c.agent_id == agent_id)
    return list(connection.execute(query.order_by(visits.c.started, visits.c.id)).scalars())


def repeated_notes(connection: Connection) -> Iterator[tuple[str, str, int, datetime, str]]:
    """(agent, note, how often, first when, of which debtor) of every note that stands word for word at more
    than one visit; of several debtors any one."""
    again = select(visits.c.note).where(visits.c.note != "").group_by(visits.c.note)
    query = (
        select(
            visits.c.agent_id,
            visits.c.note,
            func.count(),
            func.min(visits.c.started),
            func.min(visits.c.debtor_id),
        )
        .where(visits.c.note.in_(again.having(func.count() > 1)))
        .group_by(visits.c.agent_id, visits.c.note)
    )
    for row in connection.execute(query.execution_options(yield_per=PIECE)):
        yield row.agent_id, row.note, row[2], row[3], row[4]


def notes_written(connection: Connection) -> dict[str, int]:
    """How many visits of each agent have a note."""
    query = select(visits.c.agent_id, func.count()).where(visits.c.note != "").group_by(visits.c.agent_id)
    return {row[0]: row[1] for row in connection.execute(query)}


def shared_pictures(connection: Connection) -> set[str]:
    """The hashes that more than one visit names."""
    query = (
        select(attachments.c.sha256)
        .group_by(attachments.c.sha256)
        .having(func.count(attachments.c.visit_id.distinct()) > 1)
    )
    return set(connection.execute(query).scalars())


def looks(connection: Connection) -> Iterator[tuple[str, int]]:
    """Every picture whose looks are known."""
    query = select(picture_looks.c.sha256, picture_looks.c.looks).where(picture_looks.c.looks.is_not(None))
    for sha256, text in connection.execute(query.execution_options(yield_per=PIECE)):
        yield sha256, int(text, 16)


_BEARING = (
    select(
        attachments.c.sha256,
        picture_looks.c.looks,
        visits.c.id,
        visits.c.agent_id,
        visits.c.debtor_id,
        visits.c.started,
        visits.c.known,
        visits.c.offset_ms,
        visits.c.address_id,
        addresses.c.lat,
        addresses.c.lon,
    )
    .join(visits, visits.c.id == attachments.c.visit_id)
    .outerjoin(addresses, addresses.c.id == visits.c.address_id)
    .outerjoin(picture_looks, picture_looks.c.sha256 == attachments.c.sha256)
)
_BY_PICTURE = _BEARING.where(among(attachments.c.sha256))
_BY_VISIT = _BEARING.where(among(attachments.c.visit_id))


def bearing(connection: Connection, names: Iterable[str]) -> list[Bearing]:
    """The visits that name these pictures."""
    return _bearing(found(connection, _BY_PICTURE, names))


def pictures_of(connection: Connection, visit_ids: Sequence[str]) -> dict[str, list[Bearing]]:
    """The pictures of each of these visits."""
    told: dict[str, list[Bearing]] = {}
    for one in _bearing(found(connection, _BY_VISIT, visit_ids)):
        told.setdefault(one.visit["id"], []).append(one)
    return told


def _bearing(rows: Iterable[Mapping[Any, Any]]) -> list[Bearing]:
    return [
        Bearing(row["sha256"], None if row["looks"] is None else int(row["looks"], 16), row) for row in rows
    ]


_AMENDED = select(amendments.c.visit_id, amendments.c.recorded_at, amendments.c.replaces).where(
    among(amendments.c.visit_id)
)


def amended(connection: Connection, visit_ids: Sequence[str]) -> dict[str, datetime]:
    """When what these visits came to was last changed, of those where it was."""
    last: dict[str, datetime] = {}
    for row in found(connection, _AMENDED, visit_ids):
        if OF_WEIGHT.intersection(row["replaces"]):
            last[row["visit_id"]] = max(row["recorded_at"], last.get(row["visit_id"], row["recorded_at"]))
    return last


def broken_chains(connection: Connection) -> list[tuple[str, str, int]]:
    """(kind, incarnation, place) of every fork and broken link that a laptop came with."""
    query = select(facts.c.kind, facts.c.subject).where(
        facts.c.kind.in_(("ledger.fork", "ledger.chain_broken"))
    )
    told = ((kind, subject.split(":")) for kind, subject in connection.execute(query))
    return [(kind, parts[0], int(parts[1])) for kind, parts in told if len(parts) > 1 and parts[1].isdigit()]


def visit_at(connection: Connection, incarnation: str, n: int) -> RowMapping | None:
    """The visit that stands at a chain's place, or the last before it."""
    query = (
        select(visits.c.id, visits.c.agent_id, visits.c.debtor_id)
        .where(visits.c.incarnation == incarnation, visits.c.n <= n)
        .order_by(visits.c.n.desc())
        .limit(1)
    )
    return connection.execute(query).mappings().first()


def unlooked(connection: Connection, limit: int) -> list[str]:
    """Pictures on the shelf whose looks nobody has reckoned."""
    query = (
        select(files.c.sha256)
        .join(attachments, attachments.c.sha256 == files.c.sha256)
        .outerjoin(picture_looks, picture_looks.c.sha256 == files.c.sha256)
        .where(
            files.c.area == shelved.OWN,
            files.c.forgotten_at.is_(None),
            attachments.c.media_type.in_(("image/jpeg", "image/png")),
            picture_looks.c.sha256.is_(None),
        )
        .distinct()
        .order_by(files.c.sha256)
        .limit(limit)
    )
    return list(connection.execute(query).scalars())


def keep_looks(connection: Connection, reckoned: Mapping[str, str | None], now: datetime) -> None:
    """Keep what pictures look like; None of one that is none."""
    make = postgresql.insert if connection.dialect.name == "postgresql" else sqlite.insert
    rows = [{"sha256": name, "looks": text, "reckoned_at": now} for name, text in reckoned.items()]
    if rows:
        connection.execute(make(picture_looks).on_conflict_do_nothing(), rows)
