"""Puts a laptop back from one of its copies. Knows no page and no network.

A copy may be older than what the laptop said last, and the laptop it was made on may go on speaking: so the
one put back opens an incarnation of its own, whose parent is where the copy ends. Two histories never share
a chain. What the office had confirmed after the copy comes back with the feed; what nobody had confirmed
after it is on the old disk only.
"""

from __future__ import annotations

import hashlib
import json
import shutil
import zipfile
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import IO, Any

from sync.exchange import Reading
from sync.ids import new_id, new_incarnation
from sync.records import EventKind
from sync.wire.fields import parse_instant
from sync.words import N_, Phrase

from . import unlocking
from .backing_up import CARD, MEMBERS, VERSION
from .carrying import sync_folder
from .folder import DATABASE, ENROLLING, check_free, is_enrolled, open_with
from .store import journal, keyring, settings
from .store.db import Store
from .unlocking import key_of

WHY = "this laptop was put back from a copy of itself"
CARD_LIMIT = 4096
PIECE = 1 << 20


class NotRestored(Exception):
    """The file is no copy that can be put back; nothing was changed. `because` says what to do."""

    def __init__(self, because: Phrase) -> None:
        self.because = because
        super().__init__(str(because))


@dataclass(frozen=True)
class Restored:
    """What was put back: when the copy was made, how many events it holds, and how many wait again."""

    made: datetime
    events: int
    unsent: int
    aside: Path | None


def restore(folder: Path, file: Path, passphrase: str, reading: Reading, *, aside: bool = False) -> Restored:
    """Put the copy in `file` into `folder`, opened with the passphrase it had when it was made.

    `aside`: a laptop that is there already is moved into a folder beside it, whole, instead of the copy
    being refused. Raises NotRestored, AlreadyEnrolled, WrongPassphrase, TooSoon, WrongDatabase or OSError;
    the folder is then as it was.
    """
    if not aside:
        check_free(folder)
    attempt = folder / ENROLLING
    shutil.rmtree(attempt, ignore_errors=True)
    attempt.mkdir(parents=True)
    try:
        made = _unpack(file, attempt)
        store = open_with(attempt, key_of(attempt, passphrase, reading.wall))
        try:
            events, unsent = _go_on(store, reading)
        finally:
            store.close()
        kept = _move_aside(folder, reading.wall) if aside and is_enrolled(folder) else None
        _move_in(attempt, folder)
    finally:
        shutil.rmtree(attempt, ignore_errors=True)
    return Restored(made, events, unsent, kept)


def _unpack(file: Path, to: Path) -> datetime:
    """The key and the database out of the copy, their digests checked. Answers when it was made."""
    try:
        with zipfile.ZipFile(file) as packed:
            found = {info.filename: info for info in packed.infolist()}
            whole = set(found) == set(MEMBERS) and len(packed.infolist()) == len(MEMBERS)
            plain = all(info.compress_type == zipfile.ZIP_STORED for info in found.values())
            if not whole or not plain or found[CARD].file_size > CARD_LIMIT:
                raise NotRestored(Phrase(N_("Ese archivo no es una copia de un portátil de Ronda")))
            card = json.loads(packed.read(CARD))
            if card["v"] != VERSION:
                raise NotRestored(Phrase(N_("La copia es de otra versión del programa; actualícelo")))
            digests = dict(card["sha256"])
            for name in (keyring.NAME, DATABASE):
                with packed.open(name) as source:
                    if _written(source, to / name) != digests[name]:
                        raise NotRestored(Phrase(N_("La copia está dañada: use otra más antigua")))
            return parse_instant(card["made"])
    except (zipfile.BadZipFile, ValueError, KeyError, TypeError, EOFError) as wrong:
        raise NotRestored(Phrase(N_("La copia está dañada: use otra más antigua"))) from wrong


def _written(source: IO[bytes], to: Path) -> str:
    digest = hashlib.sha256()
    with to.open("wb") as file:
        while piece := source.read(PIECE):
            digest.update(piece)
            file.write(piece)
    return digest.hexdigest()


def _go_on(store: Store, reading: Reading) -> tuple[int, int]:
    """Open the new chain, in one transaction with its first entry. Answers (events held, events unsent)."""
    with store.writing() as db:
        parent = journal.head(db, journal.current(db))
        body: dict[str, Any] = {
            "parent": parent.incarnation,
            "parent_n": parent.n,
            "parent_h": parent.h.hex(),
            "why": WHY,
        }
        events = len({entry.id for entry in journal.chains(db)})
        journal.open_incarnation(db, new_incarnation(), reading.wall, parent)
        journal.append(
            db,
            id=new_id(),
            kind=EventKind.INCARNATION_OPENED,
            body=body,
            clock=reading.at_event(settings.get(db, "offset_ms"), settings.get(db, "uncertainty_ms")),
            policy_version="",
            debtor=None,
            accounts=(),
        )
        return events, journal.counts(db)["unsent"]


def _move_aside(folder: Path, now: datetime) -> Path:
    """The laptop that is here, whole and still closed under its passphrase, out of the way."""
    place = folder / f"aside-{now:%Y%m%dT%H%M%S}"
    place.mkdir()
    for name in _database(folder):
        (folder / name).replace(place / name)
    (folder / keyring.NAME).replace(place / keyring.NAME)
    (folder / unlocking.NAME).unlink(missing_ok=True)
    return place


def _move_in(attempt: Path, folder: Path) -> None:
    """The database first: a key never stands without it."""
    for name in _database(attempt):
        (attempt / name).replace(folder / name)
    (attempt / keyring.NAME).replace(folder / keyring.NAME)
    sync_folder(folder)


def _database(folder: Path) -> list[str]:
    return [name for end in ("-wal", "-shm", "") if (folder / (name := DATABASE + end)).exists()]
