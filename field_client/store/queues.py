"""What the office has not confirmed, chain by chain, and how far each chain was offered. Judges nothing."""

from __future__ import annotations

from typing import Any

from sqlite_utils import Database

from sync.ledger import Entry, Head

from . import settings
from .links import entry_of, parent

OFFERED = "offered"


def unconfirmed(db: Database) -> list[tuple[list[Entry], Head | None]]:
    """(what waits of a chain, in order; the chain it continues), oldest chain first.

    A chain that was given up is left out: what it still had to say was said again in a newer one.
    """
    chains = [row["id"] for row in db.query("SELECT id FROM incarnations WHERE NOT forked ORDER BY rowid")]
    found = [(_waiting(db, chain), parent(db, chain)) for chain in chains]
    return [(entries, before) for entries, before in found if entries]


def _waiting(db: Database, incarnation: str) -> list[Entry]:
    rows = db.query("SELECT * FROM said WHERE incarnation = ? AND NOT acknowledged ORDER BY n", [incarnation])
    return [entry_of(row) for row in rows]


def unverified(db: Database) -> list[tuple[list[Entry], Head | None]]:
    """The same with what the office confirmed and its last verified backup does not cover yet."""
    found = []
    for row in list(db.query("SELECT id, verified FROM incarnations WHERE NOT forked ORDER BY rowid")):
        rows = db.query(
            "SELECT * FROM said WHERE incarnation = ? AND n > (SELECT min(?, coalesce(max(n), 0)) "
            "FROM said WHERE incarnation = ? AND acknowledged) ORDER BY n",
            [row["id"], row["verified"], row["id"]],
        )
        entries = [entry_of(one) for one in rows]
        if entries:
            found.append((entries, parent(db, row["id"])))
    return found


def pictures(db: Database) -> dict[str, bytes]:
    """The bytes of every picture that the office as it is now has not said it stores, by their SHA-256."""
    rows = db.query(
        "SELECT sha256, bytes FROM pictures WHERE bytes IS NOT NULL AND stored_epoch IS NOT ?",
        [settings.get(db, "epoch")],
    )
    return {row["sha256"]: bytes(row["bytes"]) for row in rows}


def pictures_waiting(db: Database) -> int:
    """How many pictures the office has not said it stores."""
    row = db.execute(
        "SELECT count(*) FROM pictures WHERE bytes IS NOT NULL AND stored_epoch IS NOT ?",
        [settings.get(db, "epoch")],
    ).fetchone()
    return int(row[0])


def confirmed_to(db: Database, incarnation: str) -> int:
    """How far a chain is acknowledged by the office as it is now."""
    row = db.execute(
        "SELECT coalesce(max(n), 0) FROM said WHERE incarnation = ? AND acknowledged", [incarnation]
    ).fetchone()
    return int(row[0])


def offer(db: Database, incarnation: str, n: int) -> None:
    """Note that events up to n are on their way; whether they arrive, only an answer says."""
    held = offered(db)
    settings.put(db, OFFERED, held | {incarnation: max(n, held.get(incarnation, 0))})


def offered(db: Database) -> dict[str, int]:
    """How far each chain was sent, whether or not an answer came."""
    held: dict[str, Any] = settings.get(db, OFFERED, {})
    return held
