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

from sync.exchange.carrying import LARGEST_FILE, NotCarried
from sync.words import N_, Phrase

from ..geocoding.placing import place_imported
from ..importing import (
    ImportReport,
    NotAgreed,
    Recognised,
    WrongImport,
    import_payments,
    import_portfolio,
)
from ..office import Office
from ..shelf import Shelf
from .document import document
from .options import DAY, answer, json_option, now, with_office

SHOWN_REMARKS = 10

Command = Callable[..., Any]


@click.group()
def import_() -> None:
    """Bring in a lender's portfolio or payments, CSV or XLSX, or a laptop's queue."""


import_.add_command(document)


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
    placed = None if dry_run else place_imported(office.engine, office.config.cities, actor="cli", now=now())
    figures, lines = report.to_json(), [*_lines(report), *_portfolio_lines(report)]
    if placed is not None:
        figures["geocoding"] = placed.to_json()
        lines.append(f"addresses: {placed.placed} placed, {placed.not_found} not found on the city's map")
    answer(figures, as_json, lines)
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


@import_.command()
@with_office
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--recovery", metavar="ID", help="An approved recovery: takes a revoked laptop's work too.")
@click.option(
    "--recovery-key",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    metavar="FILE",
    help="The office's private recovery key (PEM), where it is kept off this machine.",
)
@click.option(
    "--reply",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Where to write the office's reply for the laptop (default: beside FILE, as NAME.respuesta.json).",
)
@json_option
def queue(
    office: Office,
    file: Path,
    recovery: str | None,
    recovery_key: Path | None,
    reply: Path | None,
    as_json: bool,
) -> None:
    """Take in FILE, a laptop's unsent work carried on a stick. Taking it in twice changes nothing.

    Give the reply file back: `ronda field sync --from REPLY` then counts the work as confirmed.
    """
    from ..taking_in import take_in  # receiving and all it applies: no other import needs them
    from .recover import private_key

    private = private_key(office, recovery_key)
    try:
        if file.stat().st_size > LARGEST_FILE:
            raise NotCarried(Phrase(N_("El archivo es demasiado grande para ser de un portátil")))
        data, shelf = file.read_bytes(), Shelf(office.config.shelf)
        taken = take_in(
            office.engine, office.signer, private, data, actor="cli", now=now(), opening=recovery, shelf=shelf
        )
    except NotCarried as wrong:
        raise click.ClickException(english(wrong.because)) from wrong
    place = reply or file.with_name(f"{file.name}.respuesta.json")
    place.write_bytes(taken.reply)
    lines = [
        f"{taken.agent_name}: {taken.carried} event(s) carried, {taken.new} new, "
        f"{taken.quarantined} in quarantine, {taken.attachments} picture(s)",
        f"Reply for the laptop: {place}",
    ]
    answer(taken.to_json() | {"reply": str(place)}, as_json, lines)
    if taken.refused:
        raise click.ClickException(
            f"{len(taken.refused)} batch(es) not taken as the laptop's own ({', '.join(taken.refused)}). "
            "Of a revoked laptop they are kept sealed: see `ronda office recover`."
        )


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
