"""Empties a laptop: first what was not sent goes to a file only the office can open, then the keys go.

A power cut at any moment leaves the laptop whole or the hand-over file whole, never neither: the file is
on the disk, and read back, before the first byte of the key is touched; and from the moment it is written
nothing more can be saved in the laptop.
"""

from __future__ import annotations

import json
import os
import secrets
import shutil
from dataclasses import dataclass
from pathlib import Path

from sync.exchange import Reading
from sync.exchange.carrying import Chain, pack

from . import backing_up, collectors, os_keyring, unlocking
from .carrying import sync_folder, write_durably
from .folder import DATABASE, ENROLLING
from .store import closing, keyring, queues, settings
from .store.db import Store
from .store.side import StoredLaptop
from .turns import NAME as LOCK

MARK = "wiping.json"
PREFIX = "ronda-entrega-"
SUFFIX = ".ronda"


@dataclass(frozen=True)
class Wiped:
    """What a wipe left behind; `handed` is None when there was nothing the office lacked."""

    handed: Path | None
    events: int
    attachments: int


def wipe(store: Store, reading: Reading, to: Path | None = None) -> Wiped:
    """Write the hand-over file (to the laptop's own folder, else to `to`), then shred. Closes the store.

    Raises OSError while nothing is lost yet: the laptop is then as it was.
    """
    folder = store.path.parent
    done = _hand_over(store, reading, to or folder)
    _mark(folder, done.handed)
    store.close()
    _shred(folder)
    return done


def finish(folder: Path) -> None:
    """Go on with a wipe that was cut off after its file was written. Does nothing otherwise.

    A hand-over file that is no longer where it was written keeps the laptop from being shredded: it is
    then written again when the laptop is opened.
    """
    mark = folder / MARK
    if not mark.is_file():
        return
    try:
        handed = json.loads(mark.read_text(encoding="utf-8"))["handed"]
    except (ValueError, KeyError, TypeError):
        return  # cut off while it was written: the laptop itself is still whole
    if handed is None or Path(handed).is_file():
        _shred(folder)


def begun(store: Store) -> bool:
    """True when a wipe closed this laptop and was cut off: it must be done again, and can only be."""
    with store.reading() as db:
        return closing.is_closed(db)


def handed_over(folder: Path) -> list[Path]:
    """The hand-over files left in a laptop's folder, oldest first."""
    return sorted(folder.glob(f"{PREFIX}*{SUFFIX}"))


def _hand_over(store: Store, reading: Reading, place: Path) -> Wiped:
    """The file and the closing of the journal, in one transaction: an error undoes the closing."""
    identity = StoredLaptop(store).identity()
    with store.writing() as db:
        chains = [Chain(*chain) for chain in queues.unverified(db)]
        pictures = queues.pictures(db)
        events = len({entry.id for chain in chains for entry in chain.entries})
        path = None
        if chains or pictures:
            public = bytes.fromhex(settings.get(db, "recovery_key"))
            path = place / f"{PREFIX}{identity.device[:8]}-{reading.wall:%Y%m%dT%H%M%S}{SUFFIX}"
            write_durably(path, pack(identity, chains, reading, public, pictures))
        closing.close(db)
    return Wiped(path, events, len(pictures))


def _mark(folder: Path, handed: Path | None) -> None:
    said = json.dumps({"handed": None if handed is None else str(handed.resolve())})
    write_durably(folder / MARK, said.encode("utf-8"))


def _shred(folder: Path) -> None:
    """The key first: without it the database is noise, whatever of it stays on the disk."""
    _overwrite(folder / keyring.NAME)
    os_keyring.forget(folder)
    backing_up.drop_all(folder)
    small = (f"{Path(keyring.NAME).stem}.new", unlocking.NAME, collectors.CARD)
    names = (*small, f"{DATABASE}.copy", backing_up.TURN)
    for name in (keyring.NAME, *names, *_database()):
        (folder / name).unlink(missing_ok=True)
    shutil.rmtree(folder / ENROLLING, ignore_errors=True)
    sync_folder(folder)
    for name in (LOCK, MARK):  # the mark last: until then the next start goes on
        (folder / name).unlink(missing_ok=True)
    sync_folder(folder)


def _database() -> tuple[str, ...]:
    return tuple(DATABASE + end for end in ("", "-wal", "-shm", "-journal"))


def _overwrite(path: Path) -> None:
    """In place, so that the old bytes are not merely let go of. A drive may still keep them elsewhere."""
    if not path.is_file():
        return
    with path.open("r+b") as file:
        file.write(secrets.token_bytes(max(path.stat().st_size, 1)))
        file.flush()
        os.fsync(file.fileno())
