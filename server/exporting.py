"""Writes what the office knows as files others can read: the open export. Knows no SQL and no page.

CSV with a JSON Schema each (`export_tables` says what every column means), the same rows as GeoPackage and
GeoJSON, and the ledger that `ronda verify` checks. Text that a spreadsheet would run as a formula is written
as text. Rows are written as they are read: a large office's export needs no more memory than a small one's.
"""

from __future__ import annotations

import csv
import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Engine

from sync.cells import safe
from sync.keys import SigningKey
from sync.ledger import OFFICE_EXPORT, Entry, Manifest, sign_manifest
from sync.ledger_folder import write_export
from sync.wire.fields import instant

from . import export_rows, export_tables, exporting_places
from .enrolling import keyring
from .export_columns import Table, schema
from .export_tables import TABLES
from .figuring import keeping
from .store import facts, ledgers
from .store.engine import reading, writing

ACCOUNT_COLUMNS = export_tables.ACCOUNTS.names
VISIT_COLUMNS = export_tables.VISITS.names
PROMISE_COLUMNS = export_tables.PROMISES.names
PAYMENT_COLUMNS = export_tables.PAYMENTS.names
SETTINGS = "export.json"
Say = Callable[[str], None]


@dataclass(frozen=True)
class ExportReport:
    """Where the files are and how many rows each holds, without its header."""

    folder: Path
    rows: dict[str, int]


def export(
    engine: Engine,
    signer: SigningKey,
    folder: Path,
    *,
    as_of: date,
    actor: str,
    now: datetime,
    say: Say = lambda _step: None,
) -> ExportReport:
    """Write the files into `folder`, made when missing. The export itself is a fact of the office.

    Everything is read in one view of the database, while laptops go on bringing their work.
    """
    folder.mkdir(parents=True, exist_ok=True)
    counts: dict[str, int] = {}
    with reading(engine) as connection:
        for number, (table, rows) in enumerate(_tables(connection, as_of), start=1):
            counts[f"{table.name}.csv"] = _write(folder / f"{table.name}.csv", table.names, rows)
            say(f"{number}/{len(TABLES) + 2}")
        _ledger(connection, signer, folder, counts, now)
        _describe(folder, as_of, now, keeping.settings(connection))
    say(f"{len(TABLES) + 1}/{len(TABLES) + 2}")
    exporting_places.write_places(folder, TABLES)
    say(f"{len(TABLES) + 2}/{len(TABLES) + 2}")
    with writing(engine) as connection:
        facts.append(
            connection,
            "export.written",
            as_of=as_of,
            now=now,
            actor=actor,
            subject=folder.name,
            payload={"rows": counts},
        )
    return ExportReport(folder, counts)


def _tables(connection: Connection, as_of: date) -> Iterator[tuple[Table, Iterable[dict[str, Any]]]]:
    """Each table of the export with its rows, read when they are written."""
    rows = export_rows
    made: dict[Table, Callable[[], Iterable[dict[str, Any]]]] = {
        export_tables.ACCOUNTS: lambda: rows.accounts(connection, as_of),
        export_tables.VISITS: lambda: rows.visits(connection),
        export_tables.PROMISES: lambda: rows.promises(connection, as_of),
        export_tables.PAYMENTS: lambda: rows.paid(connection),
        export_tables.BALANCES: lambda: rows.balances(connection),
        export_tables.ASSIGNMENTS: lambda: rows.assignments(connection),
        export_tables.ROUTES: lambda: rows.routes(connection),
        export_tables.STOPS: lambda: rows.stops(connection),
        export_tables.CONTACTS: lambda: rows.contacts(connection),
        export_tables.AGENTS: lambda: rows.agents(connection),
        export_tables.LENDERS: lambda: rows.lenders(connection),
        export_tables.FINDINGS: lambda: rows.findings(connection),
        export_tables.DECISIONS: lambda: rows.decisions(connection),
        export_tables.EVENTS: lambda: rows.events(connection),
    }
    for table in TABLES:
        yield table, made[table]()


def _ledger(
    connection: Connection, signer: SigningKey, folder: Path, counts: dict[str, int], now: datetime
) -> None:
    write_export(
        folder / "ledger",
        _counted(ledgers.entries(connection), counts),
        ledgers.all_receipts(connection),
        ledgers.all_checkpoints(connection),
        keyring(connection, signer, now),
        erasures=ledgers.all_erasures(connection),
        manifest=sign_manifest(signer, Manifest(OFFICE_EXPORT, now)),
    )


def _describe(folder: Path, as_of: date, now: datetime, settings: Any) -> None:
    """The schema of each table, and the few things that are no row: the day and how figures are reckoned."""
    schemas = folder / "schema"
    schemas.mkdir(exist_ok=True)
    for table in TABLES:
        _put(schemas / f"{table.name}.schema.json", schema(table))
    told = {
        "as_of": as_of.isoformat(),
        "written": instant(now),
        "attribution_days": settings.attribution_days,
        "day_costs": {currency: str(minor) for currency, minor in sorted(settings.day_costs.items())},
    }
    _put(folder / SETTINGS, told)


def _put(path: Path, content: dict[str, Any]) -> None:
    path.write_text(json.dumps(content, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


def _counted(entries: Iterable[Entry], counts: dict[str, int]) -> Iterator[Entry]:
    counts["ledger/ledger.jsonl"] = 0
    for entry in entries:
        counts["ledger/ledger.jsonl"] += 1
        yield entry


def _write(path: Path, columns: Sequence[str], rows: Iterable[dict[str, Any]]) -> int:
    """The whole file or none: written beside and renamed into place."""
    temporary = path.with_suffix(".part")
    count = 0
    with temporary.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(columns)
        for row in rows:
            writer.writerow([_cell(row.get(column)) for column in columns])
            count += 1
    temporary.replace(path)
    return count


def _cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, datetime):
        return instant(value)
    if isinstance(value, bool):
        return "yes" if value else "no"
    return safe(str(value))
