"""What is known of files: announced by events, on their way in parts, here whole. Holds no finished bytes."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Select, delete, func, insert, or_, select, update
from sqlalchemy.dialects import postgresql, sqlite

from . import chunks
from .devices import Device
from .scopes import Scope
from .tables import (
    agents,
    applied,
    attachments,
    debtors,
    devices,
    events,
    files,
    incarnations,
    picture_looks,
    upload_parts,
    uploads,
    visits,
)

OWN = ""  # the office's own area


@dataclass(frozen=True)
class Upload:
    """How far a picture came from one laptop."""

    sha256: str
    size: int
    received: int


def announced(connection: Connection, device: Device, sha256: str) -> int | None:
    """The size this laptop, or its agent, announced for these bytes; None when it announced none."""
    # The event tells who announced it: a picture may be of a visit that a colleague made before.
    own = or_(incarnations.c.device_id == device.id, devices.c.agent_id == device.agent_id)
    query = (
        select(func.max(attachments.c.size))
        .join(applied, applied.c.event_id == attachments.c.id)
        .join(incarnations, incarnations.c.id == applied.c.incarnation)
        .join(devices, devices.c.id == incarnations.c.device_id)
        .where(attachments.c.sha256 == sha256, own)
    )
    size = connection.execute(query).scalar()
    if size is None and device.revoked_at is not None:
        size = _announced_sealed(connection, device.id, sha256)
    return size


def _announced_sealed(connection: Connection, device_id: str, sha256: str) -> int | None:
    """A revoked laptop's events are kept and not applied: what they announce is read from their bodies."""
    query = (
        select(events.c.body)
        .join(incarnations, incarnations.c.id == events.c.incarnation)
        .where(
            incarnations.c.device_id == device_id,
            events.c.kind == "attachment.added",
            events.c.sealed,
            events.c.body.is_not(None),
        )
    )
    for (body,) in connection.execute(query):
        try:
            said = json.loads(bytes(body))
        except ValueError:
            continue
        if isinstance(said, dict) and said.get("sha256") == sha256 and isinstance(said.get("size"), int):
            return int(said["size"])
    return None


def file(connection: Connection, sha256: str, area: str = OWN) -> dict[str, Any] | None:
    query = select(files).where(files.c.area == area, files.c.sha256 == sha256)
    row = connection.execute(query).mappings().first()
    return None if row is None else dict(row)


def upload(connection: Connection, device_id: str, sha256: str) -> Upload | None:
    row = connection.execute(_upload(device_id, sha256)).first()
    return None if row is None else Upload(row.sha256, row.size, row.received)


def begin(connection: Connection, device_id: str, sha256: str, size: int, now: datetime) -> Upload:
    """The upload, begun when it was not, with its row held: two requests for one chunk come one by one."""
    make = postgresql.insert if connection.dialect.name == "postgresql" else sqlite.insert
    row = {"device_id": device_id, "sha256": sha256, "size": size, "touched_at": now}
    connection.execute(make(uploads).values(**row, received=0).on_conflict_do_nothing())
    held = connection.execute(_upload(device_id, sha256).with_for_update()).one()
    return Upload(held.sha256, held.size, held.received)


def add_part(
    connection: Connection, device_id: str, sha256: str, start: int, data: bytes, now: datetime
) -> None:
    row = {"device_id": device_id, "sha256": sha256, "start": start, "bytes": data}
    connection.execute(insert(upload_parts).values(**row))
    connection.execute(
        update(uploads)
        .where(uploads.c.device_id == device_id, uploads.c.sha256 == sha256)
        .values(received=start + len(data), touched_at=now)
    )


def parts(connection: Connection, device_id: str, sha256: str) -> bytes:
    query = (
        select(upload_parts.c.bytes)
        .where(upload_parts.c.device_id == device_id, upload_parts.c.sha256 == sha256)
        .order_by(upload_parts.c.start)
    )
    return b"".join(bytes(part) for part in connection.execute(query).scalars())


def drop_upload(connection: Connection, sha256: str, device_id: str | None = None) -> None:
    """Forget what came so far; of every laptop when none is named."""
    for table in (upload_parts, uploads):
        statement = delete(table).where(table.c.sha256 == sha256)
        if device_id is not None:
            statement = statement.where(table.c.device_id == device_id)
        connection.execute(statement)


def drop_oldest(connection: Connection, device_id: str, keep: int) -> None:
    """A laptop has at most `keep` pictures half way: those untouched the longest are begun again later."""
    query = (
        select(uploads.c.sha256)
        .where(uploads.c.device_id == device_id)
        .order_by(uploads.c.touched_at.desc(), uploads.c.sha256)
        .offset(keep)
    )
    for sha256 in connection.execute(query).scalars().all():
        drop_upload(connection, sha256, device_id)


def store(connection: Connection, sha256: str, size: int, now: datetime, area: str = OWN) -> None:
    """The bytes lie on the shelf. Again is the same as once; what was forgotten stays forgotten."""
    make = postgresql.insert if connection.dialect.name == "postgresql" else sqlite.insert
    row = {"area": area, "sha256": sha256, "size": size, "stored_at": now}
    connection.execute(make(files).values(**row).on_conflict_do_nothing())


def sealed(connection: Connection, device_id: str) -> list[str]:
    """The hashes in a shut-out laptop's corner."""
    return list(connection.execute(select(files.c.sha256).where(files.c.area == device_id)).scalars())


def mark_stored(connection: Connection, names: Iterable[str]) -> None:
    """Announcements of bytes that are here already, or now, know it."""
    for piece in chunks.chunks(names):
        here = select(files.c.stored_at).where(files.c.area == OWN, files.c.sha256 == attachments.c.sha256)
        connection.execute(
            update(attachments)
            .where(
                attachments.c.sha256.in_(piece),
                attachments.c.stored_at.is_(None),
                here.where(files.c.forgotten_at.is_(None)).exists(),
            )
            .values(stored_at=here.scalar_subquery())
        )


def forget(connection: Connection, sha256: str, now: datetime) -> None:
    """The bytes are suppressed: they are not here, and are not taken again; nor what they looked like."""
    drop_upload(connection, sha256)
    connection.execute(delete(picture_looks).where(picture_looks.c.sha256 == sha256))
    make = postgresql.insert if connection.dialect.name == "postgresql" else sqlite.insert
    row = {"area": OWN, "sha256": sha256, "size": 0, "stored_at": now, "forgotten_at": now}
    statement = make(files).values(**row)
    connection.execute(
        statement.on_conflict_do_update(
            index_elements=["area", "sha256"], set_={"forgotten_at": statement.excluded["forgotten_at"]}
        )
    )
    connection.execute(update(attachments).where(attachments.c.sha256 == sha256).values(stored_at=None))


def forgotten(connection: Connection, names: Collection[str]) -> set[str]:
    query = select(files.c.sha256).where(files.c.area == OWN, files.c.forgotten_at.is_not(None))
    rows = chunks.fetch(connection, names, lambda piece: query.where(files.c.sha256.in_(piece)))
    return {row["sha256"] for row in rows}


def debtors_of(connection: Connection, sha256: str) -> set[str]:
    """Whose visits name these bytes."""
    query = select(visits.c.debtor_id).join(attachments, attachments.c.visit_id == visits.c.id)
    return set(connection.execute(query.where(attachments.c.sha256 == sha256)).scalars())


def names_of(connection: Connection, debtor_id: str) -> set[str]:
    """The hashes of every picture of the visits to a debtor."""
    query = select(attachments.c.sha256).join(visits, visits.c.id == attachments.c.visit_id)
    return set(connection.execute(query.where(visits.c.debtor_id == debtor_id)).scalars())


def _upload(device_id: str, sha256: str) -> Select[Any]:
    return select(uploads).where(uploads.c.device_id == device_id, uploads.c.sha256 == sha256)


def of_visit(connection: Connection, visit_id: str) -> list[dict[str, Any]]:
    """A visit's pictures: announced when, and how many of their bytes are here."""
    return _told(connection, _announcements().where(attachments.c.visit_id == visit_id))


def missing(connection: Connection, scope: Scope, *, limit: int = 500) -> list[dict[str, Any]]:
    """Pictures that were announced and are not here, by laptop, the oldest first."""
    query = _announcements().where(
        attachments.c.stored_at.is_(None),
        scope.sees(visits.c.debtor_id),
        or_(files.c.forgotten_at.is_(None), files.c.sha256.is_(None)),
    )
    return _told(connection, query.limit(limit))


def lacking(connection: Connection, scope: Scope, *, most: int = 500) -> int:
    """How many pictures lack; no more than `most` are counted."""
    some = (
        select(attachments.c.id)
        .join(visits, visits.c.id == attachments.c.visit_id)
        .where(attachments.c.stored_at.is_(None), scope.sees(visits.c.debtor_id))
        .limit(most)
    )
    return int(connection.execute(select(func.count()).select_from(some.subquery())).scalar_one())


def shown(connection: Connection, scope: Scope, event_id: str) -> dict[str, Any] | None:
    """One announced picture, or None: outside the scope it does not exist."""
    query = _announcements().where(attachments.c.id == event_id, scope.sees(visits.c.debtor_id))
    return next(iter(_told(connection, query)), None)


def every(connection: Connection) -> list[dict[str, Any]]:
    """All announcements, for an export."""
    return _told(connection, _announcements())


def _announcements() -> Select[Any]:
    return (
        select(
            attachments,
            visits.c.device_id,
            visits.c.debtor_id,
            visits.c.started,
            visits.c.received_at.label("announced_at"),
            agents.c.name.label("agent_name"),
            devices.c.name.label("device_name"),
            debtors.c.name.label("debtor_name"),
            func.coalesce(uploads.c.received, 0).label("received"),
            files.c.forgotten_at,
        )
        .join(visits, visits.c.id == attachments.c.visit_id)
        .join(agents, agents.c.id == visits.c.agent_id)
        .join(devices, devices.c.id == visits.c.device_id)
        .join(debtors, debtors.c.id == visits.c.debtor_id)
        .outerjoin(
            uploads,
            (uploads.c.sha256 == attachments.c.sha256) & (uploads.c.device_id == visits.c.device_id),
        )
        .outerjoin(files, (files.c.sha256 == attachments.c.sha256) & (files.c.area == OWN))
        .order_by(devices.c.name, visits.c.started, attachments.c.id)
    )


def _told(connection: Connection, query: Select[Any]) -> list[dict[str, Any]]:
    return [dict(row) for row in connection.execute(query).mappings()]
