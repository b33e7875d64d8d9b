"""`ronda office audit`: goes over the office's visits again, or over a file of visits from anywhere."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path

import click
from babel.support import Translations

from ..auditing_all import audit_all
from ..config import config_from
from ..office import open_office
from ..shelf import Shelf
from ..store import findings
from ..store.engine import reading
from ..store.scopes import Scope
from ..visit_files import WrongVisits, audit_file
from ..visit_files.judging import summary, write_findings
from .options import answer, clear_errors, data_option, json_option, now

FILE_ONLY = "--out, --pack and --zone go with a file of visits: name it, as in audit VISITS.csv"


@click.command()
@click.argument(
    "visits",
    required=False,
    metavar="[VISITS.csv]",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
)
@click.option(
    "--out",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Where the findings of VISITS.csv are written, a row for each.",
)
@click.option("--pack", help="The policy pack whose hours and limits VISITS.csv is judged by.")
@click.option("--zone", help="The zone of VISITS.csv's hours and of times without an offset.")
@data_option
@click.option("--limit", default=50, show_default=True, help="Findings to list.")
@json_option
@clear_errors
def audit(
    visits: Path | None,
    out: Path | None,
    pack: str | None,
    zone: str | None,
    data: str | None,
    limit: int,
    as_json: bool,
) -> None:
    """Go over every visit again with the audit's checks; keeps what is new, touches nothing else.

    With VISITS.csv, judge the visits of that file instead, without an office or a database; its columns
    are in docs/auditing.md.
    """
    if visits is not None:
        _file(visits, out, pack, zone, as_json)
        return
    if out is not None or pack is not None or zone is not None:
        raise click.UsageError(FILE_ONLY)
    _office(data, limit, as_json)


def _file(visits: Path, out: Path | None, pack: str | None, zone: str | None, as_json: bool) -> None:
    catalogue = Translations.load(str(files("sync.look") / "translations"), ["en"])
    try:
        judged = audit_file(visits, pack, zone)
        if out is not None:
            write_findings(judged, out, catalogue.gettext)
    except WrongVisits as wrong:
        raise click.ClickException(str(wrong)) from wrong
    figures = judged.to_json() | {"out": None if out is None else str(out)}
    answer(figures, as_json, summary(judged))


def _office(data: str | None, limit: int, as_json: bool) -> None:
    office = open_office(config_from(data=data))
    try:
        report = audit_all(office.engine, actor="cli", now=now(), shelf=Shelf(office.config.shelf))
        with reading(office.engine) as connection:
            found = findings.listed(connection, Scope.everything(), limit=limit)
    finally:
        office.engine.dispose()
    shown = [
        {
            "id": row["id"],
            "rule": row["rule"],
            "severity": row["severity"],
            "agent": row["agent_name"],
            "because": str(row["because"]),
            "visit": row["visit_id"],
        }
        for row in found
    ]
    lines = [f"{report.visits} visits, {report.new} new findings"]
    lines += [f"{row['severity']:<8} {row['rule']:<28} {row['agent']}: {row['because']}" for row in shown]
    answer(report.to_json() | {"open": shown}, as_json, lines)
