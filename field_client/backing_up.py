"""Copies a laptop's encrypted store to files that `restoring` puts back. Knows no page and no network.

A copy is one file: a zip, nothing in it compressed, with the database as SQLCipher wrote it, the key as the
passphrase wraps it, and a card with the digests of both. It is closed like the laptop itself.
"""

from __future__ import annotations

import hashlib
import json
import os
import zipfile
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from sync.exchange import Reading
from sync.wire.fields import instant, parse_instant

from .carrying import sync_folder
from .folder import DATABASE
from .store import copying, journal, keyring, settings
from .store.db import Busy, NotWritten, Store
from .turns import Elsewhere, turn

BACKUPS = "backups"
PREFIX, SUFFIX = "ronda-copia-", ".ronda"
CARD = "copia.json"
MEMBERS = (CARD, keyring.NAME, DATABASE)
VERSION = 1
KEEP = 3  # here, and as many in the second folder
EVERY = timedelta(minutes=30)
TURN = "backup.lock"

SECOND = "backup_folder"  # the second folder, such as a USB stick; empty where none was named
LAST = "last_backup"  # when, how far the journal went, where to, and what did not go well


@dataclass(frozen=True)
class Copied:
    """What was written and where; `failed` are the folders that could not take it."""

    files: tuple[Path, ...]
    size: int
    failed: tuple[Path, ...] = ()


def places(store: Store) -> list[Path]:
    """Where copies go: beside the database, and to the second folder where one was named."""
    with store.reading() as db:
        second = str(settings.get(db, SECOND, "") or "")
    return [store.path.parent / BACKUPS, *([Path(second)] if second else [])]


def is_due(store: Store, now: datetime) -> bool:
    """True when something was said since the last copy, or the second folder came back, and it is time."""
    with store.reading() as db:
        last = settings.get(db, LAST)
        length = copying.length(db)
    if last is None or length != last["length"]:
        return last is None or not _recent(last["at"], now) or _unsafe(store, last["length"])
    return bool(last["failed"]) and not _recent(last["at"], now)


def back_up(store: Store, reading: Reading, to: Sequence[Path] | None = None) -> Copied:
    """Write a copy to each place, read it back, and delete all but the newest few of this laptop there.

    A place that cannot take it (the stick is out) does not keep the others from it. Raises OSError or
    NotWritten when none could; the laptop is as it was.
    """
    folder = store.path.parent
    wanted = list(to) if to is not None else places(store)
    with store.reading() as db:
        device = str(settings.get(db, "device"))
        length = copying.length(db)
    name = f"{PREFIX}{device[:8]}-{reading.wall:%Y%m%dT%H%M%S}{SUFFIX}"
    with turn(folder, 30, name=TURN):
        written, failed, size = _to_all(store, wanted, name, device, reading.wall)
    with store.writing() as db:
        told = {"at": instant(reading.wall), "length": length, "size": size}
        settings.put(db, LAST, told | {"failed": [str(one) for one in failed]})
    return Copied(tuple(written), size, tuple(failed))


def back_up_if_due(store: Store, reading: Reading) -> Copied | None:
    """For what runs by itself: a copy when it is time, and never a reason to stop."""
    with suppress(OSError, NotWritten, Busy, Elsewhere):
        if is_due(store, reading.wall):
            return back_up(store, reading)
    return None


def copies_in(place: Path, device: str = "") -> list[Path]:
    """The copies in a folder, oldest first; of one laptop where it is named."""
    with suppress(OSError):
        return sorted(place.glob(f"{PREFIX}{device[:8]}*{SUFFIX}"))
    return []


def drop_all(folder: Path) -> None:
    """Take the copies beside a laptop away with it: they hold its key, wrapped, and its data."""
    for path in (folder / BACKUPS).glob("*"):
        path.unlink(missing_ok=True)
    with suppress(OSError):
        (folder / BACKUPS).rmdir()


def _to_all(
    store: Store, wanted: Sequence[Path], name: str, device: str, now: datetime
) -> tuple[list[Path], list[Path], int]:
    """(written, places that failed, bytes). The database is copied once, beside itself, still encrypted."""
    folder = store.path.parent
    part = folder / f"{DATABASE}.copy"
    written: list[Path] = []
    failed: list[Path] = []
    trouble: OSError | None = None
    try:
        part.unlink(missing_ok=True)
        copying.copy(store, part)
        for place in wanted:
            try:
                written.append(_pack(folder, part, place / name, device, now))
            except OSError as wrong:
                trouble, failed = wrong, [*failed, place]
                continue
            _rotate(place, device)
    finally:
        part.unlink(missing_ok=True)
    if not written and trouble is not None:
        raise trouble
    return written, failed, written[0].stat().st_size if written else 0


def _pack(folder: Path, database: Path, to: Path, device: str, now: datetime) -> Path:
    # A second folder that is not there is a stick that is out: it is not made on the laptop's own disk.
    if to.parent.name == BACKUPS and to.parent.parent == folder:
        to.parent.mkdir(parents=True, exist_ok=True)
    part = to.with_name(f"{to.name}.part")
    digests = {keyring.NAME: _digest(folder / keyring.NAME), DATABASE: _digest(database)}
    card = {"v": VERSION, "made": instant(now), "device": device, "sha256": digests}
    try:
        with part.open("wb") as file:
            with zipfile.ZipFile(file, "w", zipfile.ZIP_STORED, allowZip64=True) as packed:
                packed.writestr(CARD, json.dumps(card))
                packed.write(folder / keyring.NAME, keyring.NAME)
                packed.write(database, DATABASE)
            file.flush()
            os.fsync(file.fileno())
        with zipfile.ZipFile(part) as packed:
            bad = packed.testzip()
        if bad is not None:
            raise OSError(5, "the disk did not keep what was written", str(to))
        part.replace(to)
    finally:
        part.unlink(missing_ok=True)
    sync_folder(to.parent)
    return to


def _rotate(place: Path, device: str) -> None:
    for old in copies_in(place, device)[:-KEEP]:
        with suppress(OSError):
            old.unlink()


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _recent(at: str, now: datetime) -> bool:
    """A clock set back must not put the next copy off."""
    return parse_instant(at) <= now < parse_instant(at) + EVERY


def _unsafe(store: Store, length: int) -> bool:
    """Something said since the last copy is nowhere else yet: it does not wait for the half hour."""
    with store.reading() as db:
        return journal.counts(db)["unsent"] > 0 and copying.length(db) > length
