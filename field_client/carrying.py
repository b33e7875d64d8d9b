"""Takes what waits to a file for the office, and takes the office's word back from one. No network.

The file holds the same signed pushes that an exchange would send; nothing counts as sent or confirmed
until the office's signed reply is taken, here or over the network.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sync.exchange import Reading
from sync.exchange.carrying import Chain, pack, read_reply
from sync.exchange.push import receipt_of

from .store import journal, queues, settings
from .store.db import Store
from .store.side import StoredLaptop


@dataclass(frozen=True)
class Carried:
    """What a queue file holds."""

    path: Path
    events: int
    visits: int
    attachments: int
    size: int


@dataclass(frozen=True)
class Confirmed:
    """What an office's reply changed: events confirmed by it, those in review, those still waiting."""

    confirmed: int
    quarantined: int
    unsent: int


def carry(store: Store, path: Path, reading: Reading) -> Carried:
    """Write everything the office has not confirmed to `path`, sealed for the office alone."""
    data, events, visits, attachments = sealed_queue(store, reading)
    write_durably(path, data)
    return Carried(path, events, visits, attachments, len(data))


def sealed_queue(store: Store, reading: Reading) -> tuple[bytes, int, int, int]:
    """The queue file's bytes, and how many events, visits and pictures it holds."""
    identity = StoredLaptop(store).identity()
    with store.reading() as db:
        recovery = bytes.fromhex(settings.get(db, "recovery_key"))
        chains = queues.unconfirmed(db)
        files = queues.pictures(db)
    data = pack(identity, [Chain(*chain) for chain in chains], reading, recovery, files)
    entries = [entry for chain, _parent in chains for entry in chain]
    visits = sum(entry.kind == "visit.recorded" for entry in entries)
    return data, len(entries), visits, len(files)


def write_durably(path: Path, data: bytes) -> None:
    """Whole or not at all, on the disk and not only on its way there, and read back to be sure.

    Raises OSError where the disk is full or does not give back what was written.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(path.name + ".part")
    handle = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | getattr(os, "O_BINARY", 0), 0o600)
    with os.fdopen(handle, "wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    if part.read_bytes() != data:
        raise OSError(5, "the disk did not keep what was written", str(path))
    part.replace(path)
    sync_folder(path.parent)


def sync_folder(folder: Path) -> None:
    """Make a rename in it durable, where the system can be asked to."""
    if os.name != "posix":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def take_reply(store: Store, data: bytes, reading: Reading) -> Confirmed:
    """Count as confirmed what the office's reply file proves it holds. Raises NotCarried or Untrusted.

    A file older than what is already confirmed changes nothing: only a live exchange may move back.
    """
    laptop = StoredLaptop(store)
    identity = laptop.identity()
    replies = read_reply(identity.office_keys, identity.device, data)
    before = _counts(store)["acknowledged"]
    for reply in replies:
        receipt = receipt_of(identity, reply)
        if receipt is not None and _held(store, reply["have"]):
            laptop.quarantine(reply["have"]["incarnation"], reply["quarantined"], reading.wall)
            laptop.acknowledge(reply["have"]["incarnation"], reply["have"]["n"], receipt)
    counts = _counts(store)
    confirmed = counts["acknowledged"] - before
    if confirmed:
        laptop.note_exchange(sent=True, received=False, at=reading.wall)
    return Confirmed(confirmed, counts["quarantined"], counts["unsent"])


def _held(store: Store, have: Mapping[str, Any]) -> bool:
    """Whether the mark is of our own chain, and not behind what is confirmed."""
    with store.reading() as db:
        own = bool(journal.hash_at(db, have["incarnation"], have["n"]) == have["h"])
        return own and have["n"] >= queues.confirmed_to(db, have["incarnation"])


def _counts(store: Store) -> dict[str, int]:
    with store.reading() as db:
        return journal.counts(db)
