"""The office's papers for the road (a promissory note, a contract), in chunks as they came down.

They are inside the encrypted database and go when the office no longer announces them to this laptop.
"""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

from sqlite_utils import Database

from sync.exchange.files import File
from sync.wire.attachments import digest_of

from . import records, tiles


def waiting(db: Database, now: datetime) -> list[File]:
    """Announced and not whole here: of the day's stops in their order, then of later days, then the rest."""
    held = sizes(db)
    place = _places(db, now)
    found: dict[str, tuple[tuple[str, int], File]] = {}
    for paper in records.all_of(db, "document"):
        name, size = paper["sha256"], paper["size"]
        if held.get(name, 0) < size:
            rank = place.get(paper["debtor"], ("9999", 0))
            one = (rank, File(name, size, held.get(name, 0)))
            found[name] = min(found.get(name, one), one, key=lambda pair: pair[0])
    papers = [file for _rank, file in sorted(found.values(), key=lambda pair: (pair[0], pair[1].sha256))]
    return [*papers, *tiles.wanted(db)]  # the map of the city comes last


def _places(db: Database, now: datetime) -> dict[str, tuple[str, int]]:
    """Debtor → (day, sequence) of his first stop from today on; a stop left out comes after its route."""
    today = f"{now.astimezone():%Y-%m-%d}"
    place: dict[str, tuple[str, int]] = {}
    for route in records.all_of(db, "route"):
        if route["date"] < today:
            continue
        for stop in route["stops"]:
            rank = (route["date"], 10**6 if stop["sequence"] is None else stop["sequence"])
            place[stop["debtor"]] = min(place.get(stop["debtor"], rank), rank)
    return place


def sizes(db: Database) -> dict[str, int]:
    """SHA-256 → bytes here, of every paper begun."""
    found = db.execute("SELECT sha256, sum(length(bytes)) FROM papers GROUP BY sha256")
    return {str(name): int(size) for name, size in found.fetchall()}


def keep(db: Database, sha256: str, offset: int, chunk: bytes) -> bool:
    """Keep the chunk that follows. When the whole has not its hash all of it is dropped: False."""
    held = sizes(db).get(sha256, 0)
    if offset != held:
        return False
    db.execute("INSERT INTO papers (sha256, start, bytes) VALUES (?, ?, ?)", [sha256, offset, chunk])
    wanted = next((one["size"] for one in _announced(db) if one["sha256"] == sha256), None)
    if wanted is not None and held + len(chunk) < wanted:
        return True
    if digest_of(bytes_of(db, sha256)) == sha256:
        return True
    db.execute("DELETE FROM papers WHERE sha256 = ?", [sha256])
    return False


def bytes_of(db: Database, sha256: str) -> bytes:
    """What is here of a paper, from its first byte on."""
    found = db.execute("SELECT bytes FROM papers WHERE sha256 = ? ORDER BY start", [sha256])
    return b"".join(bytes(row[0]) for row in found.fetchall())


def drop_unannounced(db: Database) -> None:
    """The debtor left the scope, or the office took the paper back: its bytes go."""
    db.execute(
        "DELETE FROM papers WHERE sha256 NOT IN (SELECT json_extract(payload, '$.sha256') FROM records "
        "WHERE kind = 'document' AND gone = 0) AND sha256 NOT IN (SELECT value FROM json_each(?))",
        [json.dumps(tiles.kept(db))],
    )


def of_debtor(db: Database, debtor: str) -> list[dict[str, Any]]:
    """The papers announced about a debtor, each with `here`: how many of its bytes are on this laptop."""
    held = sizes(db)
    found = [said for _id, _number, said in records.about(db, "document", [debtor])]
    return [said | {"here": held.get(said["sha256"], 0)} for said in found]


def _announced(db: Database) -> list[dict[str, Any]]:
    return [*records.all_of(db, "document"), *records.all_of(db, "city")]
