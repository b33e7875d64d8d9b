"""Keeps what an import was: its row, its remarks, its fact, and the file of rejected rows. Judges no row."""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Connection

from sync.ids import new_id

from ..store import facts, imports
from . import rejects
from .answers import ImportReport, Recognised
from .sieve import Sieve


def open_import(connection: Connection, made: ImportReport, lender_id: str, now: datetime) -> None:
    """The import's own row, before those that refer to it."""
    row: dict[str, Any] = {
        "id": made.import_id,
        "kind": made.kind,
        "lender_id": lender_id,
        "as_of": made.as_of,
        "pack": made.pack,
        "mode": made.mode,
        "file_name": made.recognised.file,
        "file_sha256": made.sha256,
        "mapping_name": made.mapping,
        "reading": made.recognised.to_json(),
        "counts": made.counts,
        "imported_at": now,
        "actor": made.actor,
    }
    imports.add(connection, row)


def remember(connection: Connection, made: ImportReport, sieve: Sieve, now: datetime) -> None:
    """Every remark with the cells it is about, and the fact that this import happened."""
    imports.add_remarks(
        connection,
        [
            {
                "id": new_id(),
                "import_id": made.import_id,
                "line": remark.line,
                "column": remark.column,
                "level": remark.level,
                "because": json.loads(remark.because.to_json()),
                "raw": dict(sieve.raw(remark.line)),
            }
            for remark in made.remarks
        ],
    )
    facts.append(
        connection,
        "import.finished",
        as_of=made.as_of,
        now=now,
        actor=made.actor,
        subject=made.import_id,
        payload={
            "kind": made.kind,
            "lender": made.lender,
            "file": made.recognised.file,
            "sha256": made.sha256,
            "mode": made.mode,
            "pack": made.pack,
            "counts": made.counts,
            "became": made.became,
        },
    )


def write_rejects(source: Path, report: Path | str | None, sieve: Sieve, read: Recognised) -> Path | None:
    """The rejected rows as a file to mend, beside the input or where `report` says; None when none."""
    rejected = sieve.rejected
    if not rejected and report is None:
        return None
    text = rejects.text_of(sieve.headers, rejected, sieve.raws, read.decimal, read.delimiter or ";")
    path = rejects.free(Path(report), text) if report is not None else rejects.path_beside(source, text)
    rejects.write(path, text)
    return path
