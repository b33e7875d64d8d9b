"""`ronda office import`: brings in a lender's portfolio or payments; shows how the file is read first.

Progress and questions go to stderr; what is asked for with --json is the one thing on stdout.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib.resources import files
from pathlib import Path
from typing import Any

import click
from babel.support import Translations

from sync.words import Phrase

from ..importing import (
    ImportReport,
    NotAgreed,
    Recognised,
    WrongImport,
    import_payments,
    import_portfolio,
)
from ..office import Office
from .options import DAY, answer, json_option, now, with_office

SHOWN_REMARKS = 10

Command = Callable[..., Any]


@click.group()
def import_() -> None:
    """Bring in a lender's portfolio or payments, CSV or XLSX."""


def _file_options(command: Command) -> Command:
    """What both kinds of file are imported with."""
    for option in reversed(
        (
            click.argument("file", type=click.Path(path_type=Path)),
            click.option("--lender", required=True, metavar="NAME", help="Whose file it is."),
            click.option("--as-of", required=True, type=DAY, help="The day the file speaks of."),
            click.option("--mapping", metavar="NAME", help="Read the columns as saved under this name."),
            click.option(
                "--save-mapping", metavar="NAME", help="Save how the columns were read under this name."
            ),
            click.option(
                "--report",
                type=click.Path(path_type=Path, dir_okay=False),
                help="Where to write the rejected rows (default: beside FILE, as NAME.rechazos.csv).",
            ),
            click.option("--yes", "agreed", is_flag=True, help="Do not ask, and believe --as-of as given."),
            click.option("--dry-run", is_flag=True, help="Say what would happen and write nothing."),
            json_option,
        )
    ):
        command = option(command)
    return command


@import_.command()
@with_office
@_file_options
@click.option("--policy", required=True, metavar="PACK", help="The contact-policy pack that governs it.")
@click.option(
    "--full/--delta",
    default=True,
    help="Full (default): accounts that are not in FILE become absent. Delta: they stay as they are.",
)
def portfolio(
    office: Office,
    file: Path,
    full: bool,
    agreed: bool,
    policy: str,
    dry_run: bool,
    as_json: bool,
    **given: Any,
) -> None:
    """Import FILE as the accounts of a lender as of a day. Importing it twice changes nothing."""

    def run(said_yes: bool) -> ImportReport:
        return import_portfolio(
            office.engine,
            file,
            pack=policy,
            mode="full" if full else "delta",
            actor="cli",
            now=now(),
            agreed=said_yes,
            progress=_tell,
            show=_show_reading,
            dry_run=dry_run,
            **given,
        )

    with _sentences():
        try:
            report = run(agreed)
        except NotAgreed as question:
            _ask(question)
            report = run(True)
    answer(report.to_json(), as_json, [*_lines(report), *_portfolio_lines(report)])
    _require_some(report)


@import_.command()
@with_office
@_file_options
def payments(office: Office, file: Path, dry_run: bool, as_json: bool, **given: Any) -> None:
    """Import FILE as payments to a lender, complete up to a day. Importing it twice changes nothing."""
    with _sentences():
        report = import_payments(
            office.engine,
            file,
            actor="cli",
            now=now(),
            progress=_tell,
            show=_show_reading,
            dry_run=dry_run,
            **given,
        )
    answer(report.to_json(), as_json, _lines(report))
    _require_some(report)


def _require_some(report: ImportReport) -> None:
    """A file of which nothing was accepted is a failure, after it was reported."""
    if not report.counts["accepted"]:
        raise click.ClickException(
            "no row was accepted: mend the file and import it again."
            if report.counts["rows"]
            else "the file has no rows below its headers."
        )


@contextmanager
def _sentences() -> Iterator[None]:
    """What an import refuses becomes a sentence on stderr and exit code 1."""
    try:
        yield
    except WrongImport as wrong:
        raise click.ClickException(english(wrong.because)) from wrong


def english(phrase: Phrase) -> str:
    """The phrase in the command line's language; in Spanish where the catalogue lacks it."""
    catalogue = Translations.load(str(files("sync.look") / "translations"), ["en"])
    return phrase.said(catalogue.gettext)


def _tell(what: str) -> None:
    click.echo(f"… {what}", err=True)


def _ask(question: NotAgreed) -> None:
    click.echo(english(question.refused.reason), err=True)
    try:
        agreed = click.confirm(f"Mark {question.absent} accounts absent?", err=True)
    except click.Abort:
        agreed = False
    if not agreed:
        raise click.ClickException(
            "nothing was imported. Say --yes to mark them absent, "
            "or --delta if FILE is not the whole portfolio."
        )


def _show_reading(read: Recognised) -> None:
    """How the file is read, before anything is written."""
    how = f"sheet '{read.sheet}'" if read.kind == "xlsx" else f"{read.encoding}, '{read.delimiter}'"
    click.echo(f"{read.file}: {how}, headers in line {read.header_line}", err=True)
    width = max(len(field) for field in read.columns)
    for field, header in read.columns.items():
        click.echo(f"  {field:<{width}}  {header}", err=True)
    if read.ignored:
        click.echo(f"  not recognised, left out: {', '.join(read.ignored)}", err=True)


def _lines(report: ImportReport) -> list[str]:
    counts = report.counts
    lines = [
        *(["Dry run: nothing was written."] if report.dry_run else []),
        f"{counts['rows']} rows: {counts['accepted']} accepted ({counts['warned']} with a warning), "
        f"{counts['rejected']} rejected, {counts['unchanged']} unchanged, {counts['absent']} absent",
    ]
    lines += [
        f"  line {remark.line}, {remark.column or 'row'}: {remark.level}: {english(remark.because)}"
        for remark in report.remarks[:SHOWN_REMARKS]
    ]
    if len(report.remarks) > SHOWN_REMARKS:
        lines.append(f"  … and {len(report.remarks) - SHOWN_REMARKS} more")
    if report.rejects_path is not None and counts["rejected"]:
        how = "import again with --delta" if report.kind == "portfolio" else "import again"
        lines.append(f"Rejected rows, to mend and {how}: {report.rejects_path}")
    return lines


def _portfolio_lines(report: ImportReport) -> list[str]:
    buckets = ", ".join(f"{name}: {count}" for name, count in report.buckets.items())
    barred = ", ".join(f"{count} by {rule}" for rule, count in report.barred.items())
    return [
        f"Days past due: {buckets}",
        f"Old enough for the field: {report.at_field}; may be visited: {report.visitable}"
        + (f"; barred: {barred}" if barred else ""),
    ]
