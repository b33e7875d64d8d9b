"""The office's signed words that the laptop keeps: receipts of its chains, and daily checkpoints."""

from __future__ import annotations

import json
from typing import Any

from sqlite_utils import Database

from sync.digest import canonical
from sync.ledger import Checkpoint, Receipt


def keep(db: Database, receipt: Receipt) -> None:
    """One per place in a chain: the latest, since it carries the newest epoch and feed number."""
    said = receipt.to_json()
    [before] = db.query("SELECT coalesce(max(kept), 0) AS kept FROM receipts")
    db.table("receipts").upsert(
        {
            "incarnation": receipt.incarnation,
            "n": receipt.n,
            "h": receipt.h.hex(),
            "server_time": said["server_time"],
            "receipt": canonical(said).decode("utf-8"),
            "kept": before["kept"] + 1,
        },
        pk=("incarnation", "n"),
    )


def last(db: Database) -> dict[str, Any] | None:
    """The last one that was given, for whichever chain: no office that is whole holds less than it says."""
    found = db.query("SELECT receipt FROM receipts ORDER BY kept DESC, server_time DESC, n DESC LIMIT 1")
    return next((json.loads(row["receipt"]) for row in found), None)


def all_of(db: Database) -> list[Receipt]:
    found = db.query("SELECT receipt FROM receipts ORDER BY incarnation, n")
    return [Receipt.from_json(json.loads(row["receipt"])) for row in found]


def of_event(db: Database, incarnation: str, n: int) -> Receipt | None:
    """The first receipt that covers an event."""
    found = db.query(
        "SELECT receipt FROM receipts WHERE incarnation = ? AND n >= ? ORDER BY n LIMIT 1", [incarnation, n]
    )
    return next((Receipt.from_json(json.loads(row["receipt"])) for row in found), None)


def keep_checkpoint(db: Database, checkpoint: Checkpoint) -> None:
    said = checkpoint.to_json(with_heads=False)
    db.table("checkpoints").upsert(
        {
            "digest": checkpoint.mark.hex(),
            "day": said["day"],
            "checkpoint": canonical(said).decode("utf-8"),
        },
        pk="digest",
    )


def checkpoints(db: Database) -> list[Checkpoint]:
    found = db.query("SELECT checkpoint FROM checkpoints ORDER BY day, digest")
    return [Checkpoint.from_json(json.loads(row["checkpoint"])) for row in found]
