"""Writes the pictures of visits beside an export: the files by their hash, and a table of them all."""

from __future__ import annotations

import csv
from pathlib import Path

from sqlalchemy import Engine

from sync.cells import safe
from sync.wire.fields import instant

from .shelf import Missing, Shelf
from .store import attachments
from .store.engine import reading

SUFFIX = {"image/jpeg": ".jpg", "image/png": ".png", "text/plain": ".txt"}
COLUMNS = [
    "attachment",
    "visit",
    "debtor",
    "name",
    "agent",
    "role",
    "media_type",
    "size",
    "sha256",
    "announced",
    "stored",
    "received",
    "state",
    "file",
]


def export_pictures(engine: Engine, shelf: Shelf, folder: Path) -> dict[str, int]:
    """`attachments.csv` and `attachments/`; answers how many rows, and how many files, there are.

    `state` is stored, announced (its bytes are not here), forgotten (suppressed), or damaged.
    """
    with reading(engine) as connection:
        rows = attachments.every(connection)
    place = folder / "attachments"
    place.mkdir(parents=True, exist_ok=True)
    written: set[str] = set()
    with (folder / "attachments.csv").open("w", encoding="utf-8", newline="") as file:
        table = csv.DictWriter(file, COLUMNS)
        table.writeheader()
        for row in rows:
            state, name = _written(shelf, place, row, written)
            table.writerow(
                {
                    "attachment": row["id"],
                    "visit": row["visit_id"],
                    "debtor": row["debtor_id"],
                    "name": safe(row["debtor_name"]),
                    "agent": safe(row["agent_name"]),
                    "role": safe(row["role"]),
                    "media_type": safe(row["media_type"]),
                    "size": row["size"],
                    "sha256": row["sha256"],
                    "announced": instant(row["announced_at"]),
                    "stored": "" if row["stored_at"] is None else instant(row["stored_at"]),
                    "received": row["size"] if row["stored_at"] is not None else row["received"],
                    "state": state,
                    "file": name,
                }
            )
    return {"attachments.csv": len(rows), "attachments": len(written)}


def _written(shelf: Shelf, place: Path, row: dict[str, object], written: set[str]) -> tuple[str, str]:
    """(state, name of the file beside the table or "")."""
    if row["forgotten_at"] is not None:
        return "forgotten", ""
    if row["stored_at"] is None:
        return "announced", ""
    sha256 = str(row["sha256"])
    name = sha256 + SUFFIX.get(str(row["media_type"]), ".bin")
    if name not in written:
        try:
            (place / name).write_bytes(shelf.get(sha256))
        except Missing:
            return "damaged", ""
        written.add(name)
    return "stored", f"attachments/{name}"
