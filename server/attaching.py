"""Takes a picture's chunks from a laptop until it is whole, and forgets it when it must be. Knows no HTTP.

Only bytes that an event of this laptop announced are taken; a chunk is durable before it is answered, and
nothing counts as stored before its whole SHA-256 was verified. A revoked laptop's pictures are sealed.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Engine

from sync.wire.attachments import LARGEST_ATTACHMENT, LARGEST_CHUNK, digest_of, is_sha256
from sync.wire.errors import Problem
from sync.words import N_, Phrase

from . import publishing
from .shelf import Shelf
from .store import attachments, facts, papers
from .store.devices import Device
from .store.engine import reading, writing

# Half-way pictures of one laptop. It sends them one by one; more than this is not what a laptop does.
UNFINISHED = 16


@dataclass(frozen=True)
class Forgotten:
    """What an erasure did to the bytes: suppressed, and kept because another debtor's event names them."""

    erased: tuple[str, ...]
    shared: tuple[str, ...]


def held(engine: Engine, device: Device, sha256: str) -> dict[str, Any]:
    """How far the office holds a picture. Raises Problem: not_found for what this laptop never announced."""
    with reading(engine) as connection:
        return _held(connection, device, sha256, _announced(connection, device, sha256))


def take(
    engine: Engine,
    shelf: Shelf,
    device: Device,
    sha256: str,
    *,
    offset: int,
    chunk: bytes,
    digest: str,
    now: datetime,
) -> dict[str, Any]:
    """Keep a chunk and answer how far the picture is held now; the last one stores it.

    A chunk that is held already is answered like the first time. Raises Problem: not_found, erased,
    too_large, hash_mismatch (the chunk, or the whole, which is then begun again), bad_offset.
    """
    if len(chunk) > LARGEST_CHUNK:
        raise Problem("too_large", Phrase(CHUNK_TOO_LARGE, {"limit": LARGEST_CHUNK}))
    if digest_of(chunk) != digest:
        raise Problem("hash_mismatch", Phrase(N_("El trozo llegó dañado; se envía otra vez")))
    with writing(engine) as connection:
        size = _announced(connection, device, sha256)
        answer = _held(connection, device, sha256, size)
        if answer["stored"]:
            return answer
        whole = _add(connection, device, sha256, size, offset, chunk, now)
        if whole is None:
            return _held(connection, device, sha256, size)
        if digest_of(whole) != sha256:
            attachments.drop_upload(connection, sha256, device.id)
    if digest_of(whole) != sha256:
        raise Problem("hash_mismatch", fields={"received": 0})
    return _store(engine, shelf, device, sha256, whole, now)


CHUNK_TOO_LARGE = N_("Un trozo tiene como mucho {limit} bytes")


def _announced(connection: Connection, device: Device, sha256: str) -> int:
    size = attachments.announced(connection, device, sha256) if is_sha256(sha256) else None
    if size is None:
        raise Problem("not_found")
    if not 1 <= size <= LARGEST_ATTACHMENT:
        raise Problem(
            "too_large",
            Phrase(N_("Un adjunto tiene como mucho {limit} bytes"), {"limit": LARGEST_ATTACHMENT}),
        )
    return size


def area_of(device: Device) -> str:
    """Where a laptop's bytes go: with the office's own, or sealed apart when it was shut out."""
    return device.id if device.revoked_at is not None else attachments.OWN


def _held(connection: Connection, device: Device, sha256: str, size: int) -> dict[str, Any]:
    file = attachments.file(connection, sha256, area_of(device))
    own = file if not area_of(device) else attachments.file(connection, sha256)
    if own is not None and own["forgotten_at"] is not None:
        raise Problem("erased")
    if file is not None:
        return {"size": file["size"], "received": file["size"], "stored": True}
    upload = attachments.upload(connection, device.id, sha256)
    return {"size": size, "received": 0 if upload is None else upload.received, "stored": False}


def _add(
    connection: Connection,
    device: Device,
    sha256: str,
    size: int,
    offset: int,
    chunk: bytes,
    now: datetime,
) -> bytes | None:
    """Add what is new of a chunk; the whole when nothing is missing."""
    upload = attachments.begin(connection, device.id, sha256, size, now)
    if offset > upload.received:
        raise Problem("bad_offset", fields={"received": upload.received})
    new = chunk[upload.received - offset :]
    if upload.received + len(new) > upload.size:
        raise Problem("too_large", Phrase(N_("El archivo es más largo de lo anunciado")))
    if new:
        attachments.add_part(connection, device.id, sha256, upload.received, new, now)
        attachments.drop_oldest(connection, device.id, UNFINISHED)
    if upload.received + len(new) < upload.size:
        return None
    return attachments.parts(connection, device.id, sha256)


def _store(
    engine: Engine, shelf: Shelf, device: Device, sha256: str, whole: bytes, now: datetime
) -> dict[str, Any]:
    """On the shelf first, then known: a crash between leaves bytes that the next attempt finds again."""
    area = area_of(device)
    shelf.put(sha256, whole, area)
    with writing(engine) as connection:
        attachments.store(connection, sha256, len(whole), now, area)
        attachments.drop_upload(connection, sha256, device.id)
        if not area:
            attachments.mark_stored(connection, [sha256])
            publishing.refresh_debtors(connection, attachments.debtors_of(connection, sha256), now)
        return _held(connection, device, sha256, len(whole))


def take_carried(
    engine: Engine, shelf: Shelf, device: Device, pictures: Mapping[str, bytes], now: datetime
) -> int:
    """Pictures that came whole, as a queue file carries them; answers how many are stored now.

    One that nothing announced, or that is not what its name says, is left out and stops no other.
    """
    stored = 0
    for sha256, data in pictures.items():
        try:
            with reading(engine) as connection:
                answer = _held(connection, device, sha256, _announced(connection, device, sha256))
            if not answer["stored"] and digest_of(data) == sha256:
                answer = _store(engine, shelf, device, sha256, data, now)
        except Problem:
            continue
        stored += bool(answer["stored"])
    return stored


def release_sealed(engine: Engine, shelf: Shelf, device_id: str, now: datetime) -> int:
    """Once its events were let in, put a laptop's sealed pictures with the office's own; answers how many."""
    with reading(engine) as connection:
        names = attachments.sealed(connection, device_id)
        wanted = [name for name in names if attachments.debtors_of(connection, name)]
    for name in wanted:
        whole = shelf.get(name, device_id)
        shelf.put(name, whole)
        with writing(engine) as connection:
            attachments.store(connection, name, len(whole), now)
            attachments.mark_stored(connection, [name])
            publishing.refresh_debtors(connection, attachments.debtors_of(connection, name), now)
    return len(wanted)


def forget(
    engine: Engine,
    shelf: Shelf,
    debtor_id: str,
    *,
    reason: str,
    actor: str,
    now: datetime,
    names: Collection[str] | None = None,
) -> Forgotten:
    """Suppress the pictures of the visits to a debtor, and the papers of his accounts; or only `names`.

    Bytes that another debtor's visit or paper names too stay, and are told. Again is the same as once: a
    run that broke off after its transaction removes the bytes the next time.
    """
    with writing(engine) as connection:
        wanted = attachments.names_of(connection, debtor_id) | papers.names_of(connection, debtor_id)
        wanted = wanted if names is None else wanted & set(names)
        shared = {name for name in wanted if _others(connection, name) - {debtor_id}}
        erased = sorted(wanted - shared)
        for name in erased:
            attachments.forget(connection, name, now)
        papers.withdraw(connection, debtor_id, wanted, now)
        publishing.refresh_debtors(connection, [debtor_id], now)
        facts.append(
            connection,
            "attachments.forgotten",
            as_of=now.date(),
            now=now,
            actor=actor,
            subject=debtor_id,
            payload={"reason": reason, "erased": len(erased), "shared": len(shared)},
        )
    for name in erased:
        shelf.remove(name)
    return Forgotten(tuple(erased), tuple(sorted(shared)))


def _others(connection: Connection, sha256: str) -> set[str]:
    return attachments.debtors_of(connection, sha256) | papers.debtors_of(connection, sha256)
