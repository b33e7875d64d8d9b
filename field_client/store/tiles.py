"""The vector tiles of this laptop's city, in the encrypted database like a paper, read by ranges of bytes.

The map itself is public; which city an agent works in is not, and one place for bytes is wiped at once.
Draws nothing.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from sqlite_utils import Database

from sync.exchange.files import File
from sync.wire.attachments import LARGEST_CHUNK, LARGEST_TILES

from . import records, settings

MAGIC = b"PMTiles\x03"
HEADER = 127
BROUGHT = "city_brought"  # the city of a file that somebody brought, before the office announced one


class WrongTiles(ValueError):
    """The file is no map that this laptop can draw; the message says what to do."""


def announced(db: Database) -> dict[str, Any] | None:
    """The city of the office, or else the one brought in a file."""
    said: dict[str, Any] | None = records.first_of(db, "city") or settings.get(db, BROUGHT)
    return said


def usable(db: Database) -> dict[str, Any] | None:
    """The city whose tiles are whole here: a brought one serves until the office's has come."""
    for said in (records.first_of(db, "city"), settings.get(db, BROUGHT)):
        if said is not None and held(db, said["sha256"]) >= said["size"]:
            return dict(said)
    return None


def wanted(db: Database) -> list[File]:
    """The office's city while its tiles are not whole here."""
    said = records.first_of(db, "city")
    if said is None:
        return []
    reached = held(db, said["sha256"])
    return [File(said["sha256"], said["size"], reached)] if reached < said["size"] else []


def kept(db: Database) -> list[str]:
    """The hashes of tiles that stay: the office's, and a brought file until the office's is whole."""
    office, brought = records.first_of(db, "city"), settings.get(db, BROUGHT)
    names = [office["sha256"]] if office else []
    if brought and (office is None or held(db, office["sha256"]) < office["size"]):
        names.append(brought["sha256"])
    return names


def held(db: Database, sha256: str) -> int:
    found = db.execute("SELECT coalesce(sum(length(bytes)), 0) FROM papers WHERE sha256 = ?", [sha256])
    return int(found.fetchone()[0])


def read(db: Database, sha256: str, offset: int, length: int) -> bytes:
    """A range of the file: only the chunks that hold it are read."""
    found = db.execute(
        "SELECT start, bytes FROM papers WHERE sha256 = ? AND start > ? AND start < ? ORDER BY start",
        [sha256, offset - LARGEST_CHUNK, offset + length],
    ).fetchall()
    parts = (bytes(piece)[max(0, offset - start) : max(0, offset + length - start)] for start, piece in found)
    return b"".join(parts)


def bring(db: Database, file: Path) -> dict[str, Any]:
    """Keep the tiles of a file, from a stick or a phone. Raises WrongTiles."""
    size = file.stat().st_size if file.is_file() else 0
    if not HEADER < size <= LARGEST_TILES:
        raise WrongTiles(f"{file} is no city map; ask the office for the file tiles.pmtiles of your city")
    with file.open("rb") as source:
        header = source.read(HEADER)
        if header[:8] != MAGIC:
            raise WrongTiles(
                f"{file} is not in the PMTiles format; ask the office for the city's tiles.pmtiles"
            )
        source.seek(0)
        digest = hashlib.sha256()
        for piece in _pieces(source):
            digest.update(piece)
        name = digest.hexdigest()
        source.seek(0)
        db.execute("DELETE FROM papers WHERE sha256 = ?", [name])
        start = 0
        for piece in _pieces(source):
            db.execute("INSERT INTO papers (sha256, start, bytes) VALUES (?, ?, ?)", [name, start, piece])
            start += len(piece)
    if start != size:
        raise WrongTiles(f"{file} changed while it was read; copy it again")
    degrees = (
        int.from_bytes(header[at : at + 4], "little", signed=True) / 1e7 for at in (102, 106, 110, 114)
    )
    said = {
        "name": file.stem,
        "bounds": list(degrees),
        "attribution": "© OpenStreetMap contributors (ODbL)",
        "size": size,
        "sha256": name,
    }
    settings.put(db, BROUGHT, said)
    return said


def _pieces(source: Any) -> Iterator[bytes]:
    while piece := source.read(LARGEST_CHUNK):
        yield piece
