"""`ronda office export`: writes the figures as CSV that a spreadsheet and a script both read."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import click

from ..exporting import export as write_export
from ..exporting_pictures import export_pictures
from ..office import Office
from ..shelf import Shelf
from .options import DAY, answer, json_option, now, with_office


@click.command()
@with_office
@click.argument("folder", type=click.Path(file_okay=False, path_type=Path))
@click.option("--as-of", type=DAY, help="The day the figures speak of (default: today).")
@json_option
def export(office: Office, folder: Path, as_of: date | None, as_json: bool) -> None:
    """Write accounts.csv, visits.csv, promises.csv and payments.csv, and the ledger `ronda verify` checks."""
    moment = now()
    report = write_export(
        office.engine, office.signer, folder, as_of=as_of or moment.date(), actor="cli", now=moment
    )
    report.rows.update(export_pictures(office.engine, Shelf(office.config.shelf), folder))
    lines = [f"{name}: {count} rows" for name, count in report.rows.items()]
    answer({"folder": str(report.folder), "rows": report.rows}, as_json, [f"Written to {folder}", *lines])
