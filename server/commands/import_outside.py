"""`ronda office import contacts|stops`: brings in what others did, and what stops collection."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from sync.rules.clauses import CHANNELS

from ..importing import ImportReport, declare_source, import_contacts, import_stops
from ..office import Office
from .import_files import file_options, lines_of, require_some, sentences, show_reading, tell
from .options import answer, now, with_office


@click.command()
@with_office
@file_options(optional=True)
@click.option("--source", metavar="NAME", help="The system they come from: from now on its silence warns.")
@click.option(
    "--channel",
    "channels",
    multiple=True,
    type=click.Choice(CHANNELS),
    help="By what that system contacts (repeatable); one alone is also the channel of rows that name none.",
)
@click.option("--zone", default="", metavar="ZONE", help="Of times that name none (default: the debtor's).")
@click.option(
    "--stale-after",
    "stale_after_days",
    type=click.IntRange(0, 60),
    metavar="DAYS",
    help="How many days it may be silent before that is a warning (default 3).",
)
@click.option("--retire", is_flag=True, help="Without FILE: expect nothing of --source any more.")
def contacts(
    office: Office,
    file: Path | None,
    source: str | None,
    channels: tuple[str, ...],
    stale_after_days: int | None,
    retire: bool,
    zone: str,
    dry_run: bool,
    as_json: bool,
    **given: Any,
) -> None:
    """Import FILE as contacts made elsewhere: calls, messages, e-mails, letters, visits, up to a day.

    Each counts in the caps of its debtor, whoever made it. Importing it twice changes nothing. Without FILE,
    only declare --source.
    """
    about: dict[str, Any] = {"channels": channels, "stale_after_days": stale_after_days}
    if file is None:
        if not source:
            raise click.UsageError("give a FILE, or --source NAME to declare a system without one.")
        _declare(office, given["lender"], source, about, retire, as_json)
        return
    if retire:
        raise click.UsageError("--retire takes no FILE.")
    if given["as_of"] is None:
        raise click.UsageError("Missing option '--as-of': the day up to which FILE is complete.")
    with sentences():
        report = import_contacts(
            office.engine,
            file,
            source=source,
            zone=zone,
            actor="cli",
            now=now(),
            progress=tell,
            show=show_reading,
            dry_run=dry_run,
            **about,
            **given,
        )
    counts = report.counts
    told = f"{counts['new']} new contacts ({counts['effective']} effective) of {counts['debtors']} debtors"
    answer(report.to_json(), as_json, [*lines_of(report), told, *_mended(report)])
    require_some(report)


@click.command()
@with_office
@file_options()
def stops(office: Office, file: Path, dry_run: bool, as_json: bool, **given: Any) -> None:
    """Import FILE as what stops collection: disputes, requests to cease, deaths, attorneys, people held.

    Rows that lift need a resolution, and lift only what this lender's files had set. Importing it twice
    changes nothing.
    """
    with sentences():
        report = import_stops(
            office.engine,
            file,
            actor="cli",
            now=now(),
            progress=tell,
            show=show_reading,
            dry_run=dry_run,
            **given,
        )
    counts = report.counts
    told = f"{counts['new']} new stops, {counts['released']} lifted"
    if counts["frozen"]:
        told += f"; {counts['frozen']} accounts held together with who died are frozen too"
    answer(report.to_json(), as_json, [*lines_of(report), told, *_mended(report)])
    require_some(report)


def _declare(
    office: Office, lender: str, source: str, about: dict[str, Any], retire: bool, as_json: bool
) -> None:
    with sentences():
        through = declare_source(
            office.engine, lender=lender, source=source, retire=retire, actor="cli", now=now(), **about
        )
    known = through.isoformat() if through else None
    line = (
        f"{source}: nothing is expected of it any more"
        if retire
        else f"{source}: known through {known}"
        if known
        else f"{source}: declared, nothing known of it yet"
    )
    answer({"lender": lender, "source": source, "known_through": known, "retired": retire}, as_json, [line])


def _mended(report: ImportReport) -> list[str]:
    counts = report.counts
    lines = []
    if counts["left_out"]:
        lines.append(f"{counts['left_out']} stops left out of drafts")
    if counts["flagged"]:
        lines.append(f"{counts['flagged']} published stops may not be made any more: see the routes page")
    return lines
