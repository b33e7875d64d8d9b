"""`ronda office import`: brings in a lender's portfolio or payments; shows how the file is read first.

Progress and questions go to stderr; what is asked for with --json is the one thing on stdout.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from sync.exchange.carrying import LARGEST_FILE, NotCarried
from sync.words import N_, Phrase

from ..geocoding.placing import place_imported
from ..importing import (
    ImportReport,
    NotAgreed,
    import_payments,
    import_portfolio,
)
from ..office import Office
from ..shelf import Shelf
from .document import document
from .import_files import english, file_options, lines_of, require_some, sentences, show_reading, tell
from .import_outside import contacts, stops
from .options import answer, json_option, now, with_office


@click.group()
def import_() -> None:
    """Bring in a lender's portfolio, payments, contacts or stops, CSV or XLSX, or a laptop's queue."""


import_.add_command(document)
import_.add_command(contacts)
import_.add_command(stops)


@import_.command()
@with_office
@file_options()
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
            progress=tell,
            show=show_reading,
            dry_run=dry_run,
            **given,
        )

    with sentences():
        try:
            report = run(agreed)
        except NotAgreed as question:
            _ask(question)
            report = run(True)
    placed = None if dry_run else place_imported(office.engine, office.config.cities, actor="cli", now=now())
    figures, lines = report.to_json(), [*lines_of(report), *_portfolio_lines(report)]
    if placed is not None:
        figures["geocoding"] = placed.to_json()
        lines.append(f"addresses: {placed.placed} placed, {placed.not_found} not found on the city's map")
    answer(figures, as_json, lines)
    require_some(report)


@import_.command()
@with_office
@file_options()
def payments(office: Office, file: Path, dry_run: bool, as_json: bool, **given: Any) -> None:
    """Import FILE as payments to a lender, complete up to a day. Importing it twice changes nothing."""
    with sentences():
        report = import_payments(
            office.engine,
            file,
            actor="cli",
            now=now(),
            progress=tell,
            show=show_reading,
            dry_run=dry_run,
            **given,
        )
    answer(report.to_json(), as_json, lines_of(report))
    require_some(report)


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


def _portfolio_lines(report: ImportReport) -> list[str]:
    buckets = ", ".join(f"{name}: {count}" for name, count in report.buckets.items())
    barred = ", ".join(f"{count} by {rule}" for rule, count in report.barred.items())
    return [
        f"Days past due: {buckets}",
        f"Old enough for the field: {report.at_field}; may be visited: {report.visitable}"
        + (f"; barred: {barred}" if barred else ""),
        *(
            [f"Of the barred, {report.missing_evidence} lack only the document of an exception"]
            if report.missing_evidence
            else []
        ),
    ]
