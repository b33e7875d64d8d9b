"""`ronda office export`: everything that figures, maps and other systems need, in open formats."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import click

from ..exporting import export as write_export
from ..exporting_pictures import export_pictures
from ..office import Office
from ..shelf import Shelf
from .export_return import write_return
from .options import DAY, answer, json_option, now, with_office


@click.command()
@with_office
@click.argument("folder", type=click.Path(file_okay=False, path_type=Path))
@click.option("--as-of", type=DAY, help="The day the figures speak of (default: today).")
@click.option("--return", "lender", help="Only this lender's own file of the day, in its layout and codes.")
@json_option
def export(office: Office, folder: Path, as_of: date | None, lender: str | None, as_json: bool) -> None:
    """Write accounts.csv, visits.csv, promises.csv and payments.csv, and the ledger `ronda verify` checks."""
    moment = now()
    if lender:
        told = write_return(office, lender, folder, as_of or moment.date(), moment)
        line = f"{told['rows']} rows written, {told['rejected']} left out with their reasons"
        answer(told, as_json, [f"{told['file']}: {line}"])
        return
    report = write_export(
        office.engine, office.signer, folder, as_of=as_of or moment.date(), actor="cli", now=moment
    )
    report.rows.update(export_pictures(office.engine, Shelf(office.config.shelf), folder))
    lines = [f"{name}: {count} rows" for name, count in report.rows.items()]
    answer({"folder": str(report.folder), "rows": report.rows}, as_json, [f"Written to {folder}", *lines])
