"""`ronda office evidence`: the evidence for one visit, in a folder that anyone can check."""

from __future__ import annotations

from pathlib import Path

import click

from ..evidencing import NotEmpty, write_evidence
from ..office import Office
from ..shelf import Shelf
from .options import answer, json_option, now, with_office


@click.command()
@with_office
@click.argument("visit")
@click.argument("folder", metavar="DIR", type=click.Path(file_okay=False, path_type=Path))
@click.option("--why", default="", help="For whom it is, for the log; name no debtor.")
@click.option("--by", "actor", default="cli", show_default=True, help="Who does this: his username.")
@json_option
def evidence(office: Office, visit: str, folder: Path, why: str, actor: str, as_json: bool) -> None:
    """Write into DIR what proves the VISIT (its id): check it with `ronda verify DIR --kind evidence`.

    Of every other event only the fingerprints are there; nobody else's data.
    """
    shelf = Shelf(office.config.shelf)
    try:
        done = write_evidence(
            office.engine, office.signer, shelf, visit, folder, why=why, actor=actor, now=now()
        )
    except LookupError as missing:
        raise click.ClickException(
            f"there is no visit {visit[:60]}; its id is in visits.csv of `ronda office export`"
        ) from missing
    except NotEmpty as wrong:
        raise click.ClickException(str(wrong)) from wrong
    except OSError as wrong:
        raise click.ClickException(f"{wrong.filename} cannot be written: {wrong.strerror}") from wrong
    figures = vars(done) | {"folder": str(done.folder), "visit": visit}
    lines = [
        f"Written to {folder}: {done.events} events, {done.links} links, {done.pictures} pictures",
        f"Check it with: ronda verify {folder} --kind evidence",
    ]
    if done.pictures_missing:
        lines.append(f"note: {done.pictures_missing} pictures were announced and are not here")
    if not done.vouched:
        lines.append("note: the office has signed nothing yet that covers it")
    answer(figures, as_json, lines)
