"""Reads the database of a laptop's copied folder with the key two people opened. Changes nothing in it."""

from __future__ import annotations

import json
import shutil
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import sqlcipher3

from sync.keys import SigningKey, signing_key
from sync.ledger import Entry, Head

DATABASE = "laptop.db"


class NotThisLaptop(ValueError):
    """The folder holds no laptop, another one, or a damaged one; the message says which."""


@dataclass(frozen=True)
class CopiedLaptop:
    """A laptop as its folder tells it: every chain whole, and the pictures it still holds."""

    device: str
    key: SigningKey
    offset_ms: int | None
    uncertainty_ms: int | None
    chains: Sequence[tuple[Sequence[Entry], Head | None]]
    pictures: dict[str, bytes]
    client: str = "ronda/recovered"


def read(folder: Path, key: bytes) -> CopiedLaptop:
    """Raises NotThisLaptop. Works on a copy: opening a database left by a crash would write to it."""
    if not (folder / DATABASE).is_file():
        raise NotThisLaptop(f"{folder} holds no {DATABASE}: copy the laptop's whole data folder")
    with tempfile.TemporaryDirectory(prefix="ronda-recover-") as place:
        for name in (DATABASE, f"{DATABASE}-wal"):
            if (folder / name).is_file():
                shutil.copyfile(folder / name, Path(place) / name)
        connection = sqlcipher3.connect(str(Path(place) / DATABASE), isolation_level=None)
        try:
            connection.execute(f"PRAGMA key = \"x'{key.hex()}'\"")
            return _read(connection)
        except (sqlcipher3.DatabaseError, KeyError, TypeError, ValueError) as wrong:
            raise NotThisLaptop(
                f"{folder} does not open with this laptop's key: it is of another laptop, or damaged"
            ) from wrong
        finally:
            connection.close()


def _read(connection: Any) -> CopiedLaptop:
    connection.row_factory = sqlcipher3.Row
    rows = connection.execute("SELECT name, value FROM settings").fetchall()
    settings = {row["name"]: json.loads(row["value"]) for row in rows}
    chains = [
        (_entries(connection, row["id"]), _parent(row))
        for row in connection.execute("SELECT * FROM incarnations ORDER BY rowid").fetchall()
    ]
    return CopiedLaptop(
        device=settings["device"],
        key=signing_key(bytes.fromhex(settings["signing_key"])),
        offset_ms=settings.get("offset_ms"),
        uncertainty_ms=settings.get("uncertainty_ms"),
        chains=[chain for chain in chains if chain[0]],
        pictures=_pictures(connection),
    )


def _parent(row: Any) -> Head | None:
    return None if row["parent"] is None else Head(row["parent"], row["parent_n"], bytes(row["parent_h"]))


def _entries(connection: Any, incarnation: str) -> list[Entry]:
    rows = connection.execute("SELECT * FROM journal WHERE incarnation = ? ORDER BY n", [incarnation])
    return [
        Entry(
            row["incarnation"],
            row["n"],
            row["id"],
            row["kind"],
            row["version"],
            bytes(row["header"]),
            None if row["salt"] is None else bytes(row["salt"]),
            None if row["body"] is None else bytes(row["body"]),
            bytes(row["body_digest"]),
            bytes(row["h"]),
        )
        for row in rows.fetchall()
    ]


def _pictures(connection: Any) -> dict[str, bytes]:
    """None in a laptop of a version before pictures."""
    known = connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'pictures'").fetchone()
    if known is None:
        return {}
    rows = connection.execute("SELECT sha256, bytes FROM pictures WHERE bytes IS NOT NULL")
    return {row["sha256"]: bytes(row["bytes"]) for row in rows.fetchall()}
