"""What the commands that import a lender's file share: options, progress, sentences. Imports none."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib.resources import files
from pathlib import Path
from typing import Any

import click
from babel.support import Translations

from sync.words import Phrase

from ..importing import ImportReport, Recognised, WrongImport
from .options import DAY, json_option

SHOWN_REMARKS = 10

Command = Callable[..., Any]


def file_options(*, optional: bool = False) -> Callable[[Command], Command]:
    """What every kind of file is imported with; `optional`: the command has a use without one."""

    def added(command: Command) -> Command:
        for option in reversed(
            (
                click.argument("file", type=click.Path(path_type=Path), required=not optional),
                click.option("--lender", required=True, metavar="NAME", help="Whose file it is."),
                click.option("--as-of", required=not optional, type=DAY, help="The day the file speaks of."),
                click.option("--mapping", metavar="NAME", help="Read the columns as saved under this name."),
                click.option(
                    "--save-mapping", metavar="NAME", help="Save how the columns were read under this name."
                ),
                click.option(
                    "--report",
                    type=click.Path(path_type=Path, dir_okay=False),
                    help="Where to write the rejected rows (default: beside FILE, as NAME.rechazos.csv).",
                ),
                click.option(
                    "--yes", "agreed", is_flag=True, help="Do not ask, and believe --as-of as given."
                ),
                click.option("--dry-run", is_flag=True, help="Say what would happen and write nothing."),
                json_option,
            )
        ):
            command = option(command)
        return command

    return added


def require_some(report: ImportReport) -> None:
    """A file of which nothing was accepted is a failure, after it was reported."""
    if not report.counts["accepted"]:
        raise click.ClickException(
            "no row was accepted: mend the file and import it again."
            if report.counts["rows"]
            else "the file has no rows below its headers."
        )


@contextmanager
def sentences() -> Iterator[None]:
    """What an import refuses becomes a sentence on stderr and exit code 1."""
    try:
        yield
    except WrongImport as wrong:
        raise click.ClickException(english(wrong.because)) from wrong


def english(phrase: Phrase) -> str:
    """The phrase in the command line's language; in Spanish where the catalogue lacks it."""
    catalogue = Translations.load(str(files("sync.look") / "translations"), ["en"])
    return phrase.said(catalogue.gettext)


def tell(what: str) -> None:
    click.echo(f"… {what}", err=True)


def show_reading(read: Recognised) -> None:
    """How the file is read, before anything is written."""
    how = f"sheet '{read.sheet}'" if read.kind == "xlsx" else f"{read.encoding}, '{read.delimiter}'"
    click.echo(f"{read.file}: {how}, headers in line {read.header_line}", err=True)
    width = max(len(field) for field in read.columns)
    for field, header in read.columns.items():
        click.echo(f"  {field:<{width}}  {header}", err=True)
    if read.ignored:
        click.echo(f"  not recognised, left out: {', '.join(read.ignored)}", err=True)


def lines_of(report: ImportReport) -> list[str]:
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
