"""Pictures of visits, inside the encrypted database and nowhere else: a draft's, and those of saved visits.

Bytes are kept once by their SHA-256, however many visits name them. Decides nothing about pictures.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlite_utils import Database

from sync.exchange.files import File
from sync.records import Location, LocationSource
from sync.wire.fields import instant, parse_instant

from . import settings

EPOCH = "epoch"


@dataclass(frozen=True)
class Picture:
    """A photo or signature as it will be sent: its final bytes, and what the camera said of it."""

    sha256: str
    media_type: str
    role: str
    data: bytes
    location: Location | None = None
    taken: datetime | None = None

    @property
    def size(self) -> int:
        return len(self.data)


@dataclass(frozen=True)
class Kept:
    """A picture of a saved visit, without its bytes; `stored` once the office has it."""

    event: str
    visit: str
    sha256: str
    media_type: str
    size: int
    role: str
    reached: int
    stored: bool
    erased: bool


def keep(db: Database, event: str, visit: str, debtor: str, picture: Picture, at: datetime) -> None:
    """Keep the bytes, and that this event announces them, in the caller's transaction."""
    db.execute(
        "INSERT INTO pictures (sha256, media_type, size, bytes, kept_at) VALUES (?, ?, ?, ?, ?) "
        "ON CONFLICT (sha256) DO UPDATE SET bytes = excluded.bytes",
        [picture.sha256, picture.media_type, picture.size, picture.data, instant(at)],
    )
    db.execute(
        "INSERT INTO picture_uses (event, visit, debtor, sha256, role) VALUES (?, ?, ?, ?, ?)",
        [event, visit, debtor, picture.sha256, picture.role],
    )


def waiting(db: Database) -> list[File]:
    """Those the office of this epoch has not said it stores: signatures first, then the oldest."""
    found = db.query(
        "SELECT sha256, size, reached FROM pictures WHERE bytes IS NOT NULL AND stored_epoch IS NOT ? "
        "ORDER BY EXISTS (SELECT 1 FROM picture_uses AS use WHERE use.sha256 = pictures.sha256 "
        "AND use.role = 'signature') DESC, kept_at, sha256",
        [settings.get(db, EPOCH)],
    )
    return [File(row["sha256"], row["size"], row["reached"]) for row in found]


def pending(db: Database) -> int:
    return len(waiting(db))


def chunk(db: Database, sha256: str, offset: int, limit: int) -> bytes:
    row = db.execute(
        "SELECT substr(bytes, ?, ?) FROM pictures WHERE sha256 = ?", [offset + 1, limit, sha256]
    ).fetchone()
    return b"" if row is None or row[0] is None else bytes(row[0])


def reach(db: Database, sha256: str, reached: int, *, stored: bool) -> None:
    """The office holds this much of it; `stored` once it verified the whole."""
    db.execute(
        "UPDATE pictures SET reached = ?, stored_epoch = ? WHERE sha256 = ?",
        [reached, settings.get(db, EPOCH) if stored else None, sha256],
    )


def forget_office(db: Database) -> None:
    """Nothing is known any more of what the office stores."""
    db.execute("UPDATE pictures SET stored_epoch = NULL, reached = 0")


def erase(db: Database, sha256: str) -> None:
    """Drop the bytes for good; that there was a picture stays, as its event does."""
    db.execute("UPDATE pictures SET bytes = NULL, reached = 0 WHERE sha256 = ?", [sha256])


def erase_event(db: Database, event: str) -> None:
    """The event that announced it was erased: the bytes go, unless another event still shows them."""
    db.execute("PRAGMA secure_delete=ON")
    db.execute(
        "UPDATE pictures SET bytes = NULL, reached = 0 WHERE sha256 IN ("
        "SELECT sha256 FROM picture_uses WHERE event = ?) AND NOT EXISTS ("
        "SELECT 1 FROM picture_uses AS other JOIN journal ON journal.id = other.event "
        "WHERE other.sha256 = pictures.sha256 AND other.event <> ? AND journal.body IS NOT NULL)",
        [event, event],
    )


def release(db: Database) -> int:
    """Drop stored pictures whose debtor is no longer on this laptop. Answers how many.

    They stay while one of their events is not below the office's last verified backup, and until the
    feed was read to its end: before, nobody knows who is out of scope.
    """
    if not settings.get(db, "complete", False):
        return 0
    db.execute("PRAGMA secure_delete=ON")
    gone = db.execute(
        "UPDATE pictures SET bytes = NULL WHERE bytes IS NOT NULL AND stored_epoch IS ? AND NOT EXISTS ("
        "SELECT 1 FROM picture_uses AS use WHERE use.sha256 = pictures.sha256 AND (EXISTS ("
        "SELECT 1 FROM records WHERE kind = 'debtor' AND id = use.debtor AND gone = 0) OR NOT EXISTS ("
        "SELECT 1 FROM journal JOIN incarnations ON incarnations.id = journal.incarnation "
        "WHERE journal.id = use.event AND journal.n <= incarnations.verified)))",
        [settings.get(db, EPOCH)],
    )
    return int(gone.rowcount)


def of_visits(db: Database, visits: Iterable[str]) -> dict[str, list[Kept]]:
    """By visit: its pictures in the order they were added."""
    found = db.query(
        "SELECT use.event, use.visit, use.role, pictures.sha256, media_type, size, reached, "
        "bytes IS NULL AS erased, stored_epoch IS NOT NULL AS stored FROM picture_uses AS use "
        "JOIN pictures USING (sha256) WHERE use.visit IN (SELECT value FROM json_each(?)) ORDER BY use.rowid",
        [json.dumps(list(visits))],
    )
    kept: dict[str, list[Kept]] = {}
    for row in found:
        one = Kept(**row | {"stored": bool(row["stored"]), "erased": bool(row["erased"])})
        kept.setdefault(one.visit, []).append(one)
    return kept


def bytes_of(db: Database, sha256: str) -> tuple[str, bytes] | None:
    """(media type, bytes) of a saved visit's picture."""
    row = db.execute("SELECT media_type, bytes FROM pictures WHERE sha256 = ?", [sha256]).fetchone()
    return None if row is None or row[1] is None else (str(row[0]), bytes(row[1]))


def may_be_shown(db: Database, sha256: str) -> bool:
    """True while a debtor that it is about is on this laptop."""
    found = db.query(
        "SELECT 1 FROM picture_uses AS use JOIN records ON records.kind = 'debtor' "
        "AND records.id = use.debtor AND NOT records.gone WHERE use.sha256 = ? LIMIT 1",
        [sha256],
    )
    return next(iter(found), None) is not None


def add_to_draft(db: Database, debtor: str, picture: Picture) -> None:
    where = picture.location
    db.execute(
        "INSERT OR REPLACE INTO draft_pictures (debtor, sha256, media_type, role, bytes, location, taken) "
        "VALUES (?, ?, ?, ?, ?, ?, ?)",
        [
            debtor,
            picture.sha256,
            picture.media_type,
            picture.role,
            picture.data,
            None if where is None else json.dumps([where.lat, where.lon, where.accuracy_m]),
            None if picture.taken is None else instant(picture.taken),
        ],
    )


def draft(db: Database, debtor: str) -> list[Picture]:
    """The pictures of a visit that is not saved yet, in the order they were added."""
    found = db.query("SELECT * FROM draft_pictures WHERE debtor = ? ORDER BY rowid", [debtor])
    return [_picture(row) for row in found]


def take_from_draft(db: Database, debtor: str, sha256: str) -> None:
    db.execute("DELETE FROM draft_pictures WHERE debtor = ? AND sha256 = ?", [debtor, sha256])


def drop_draft(db: Database, debtor: str) -> None:
    db.execute("DELETE FROM draft_pictures WHERE debtor = ?", [debtor])


def drop_drafts_about(db: Database, debtor: str) -> None:
    """Those of a visit not saved yet, and those that were to be added to his visits."""
    drop_draft(db, debtor)
    db.execute(
        "DELETE FROM draft_pictures WHERE debtor IN "
        "(SELECT id FROM journal WHERE kind = 'visit.recorded' AND debtor = ?)",
        [debtor],
    )


def _picture(row: dict[str, Any]) -> Picture:
    location = None
    if row["location"] is not None:
        location = Location(LocationSource.EXIF, *json.loads(row["location"]))
    taken = None if row["taken"] is None else parse_instant(row["taken"])
    return Picture(row["sha256"], row["media_type"], row["role"], bytes(row["bytes"]), location, taken)
