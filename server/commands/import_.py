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

from ..importing import (
    ImportReport,
    NotAgreed,
    Recognised,
    WrongImport,
    import_payments,
    import_portfolio,
)
from ..office import Office
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
