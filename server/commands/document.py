"""`ronda office import document`: files a paper of an account, so that it travels to its collector."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path

import click
from babel.support import Translations

from sync.records import Refused

from ..filing import KINDS, file_paper
from ..office import Office
from ..shelf import Shelf
from ..store import papers
from ..store.engine import reading
from .options import answer, json_option, now, with_office


@click.command()
@with_office
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--account", "number", required=True, metavar="NUMBER", help="The account it belongs to.")
@click.option("--lender", metavar="NAME", help="Whose account, when two lenders use the number.")
@click.option("--kind", required=True, type=click.Choice(list(KINDS)), help="What it is.")
@json_option
def document(office: Office, file: Path, number: str, lender: str | None, kind: str, as_json: bool) -> None:
    """File a PDF or JPEG under an account; it travels to the laptop of whoever has it."""
    with reading(office.engine) as connection:
        found = papers.accounts_numbered(connection, number, lender)
    if len(found) != 1:
        several = f"{len(found)} lenders have an account {number}; name one with --lender"
        raise click.ClickException(several if found else f"there is no account {number}")
    done = file_paper(
        office.engine,
        Shelf(office.config.shelf),
        found[0],
        kind=kind,
        name=file.name,
        data=file.read_bytes(),
        actor="cli",
        now=now(),
    )
    if isinstance(done, Refused):
        catalogue = Translations.load(str(files("sync.look") / "translations"), ["en"])
        raise click.ClickException(done.reason.said(catalogue.gettext))
    told = {"document": done.id, "sha256": done.sha256, "size": done.size, "again": done.again}
    again = " (it already was)" if done.again else ""
    answer(told, as_json, [f"Filed as {done.id}{again}: {done.size} bytes, {done.media_type}"])
