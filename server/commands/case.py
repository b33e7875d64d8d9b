"""`ronda office case`: a complaint's dossier, and a whole case handed over, in folders read without Ronda."""

from __future__ import annotations

from pathlib import Path

import click

from ..compiling import PURPOSES, Compiled, write_dossier, write_handover
from ..evidencing import NotEmpty
from ..office import Office
from ..shelf import Shelf
from ..store.boards import compiled
from ..store.engine import reading
from ..store.scopes import Scope
from .options import answer, json_option, now, with_office

FOLDER = click.Path(file_okay=False, path_type=Path)


@click.group()
def case() -> None:
    """Folders of a case: the dossier of a complaint, and a case handed over."""


@case.command()
@with_office
@click.argument("number")
@click.argument("folder", metavar="DIR", type=FOLDER)
@click.option("--by", "actor", default="cli", show_default=True, help="Who does this: his username.")
@json_option
def dossier(office: Office, number: str, folder: Path, actor: str, as_json: bool) -> None:
    """Write into DIR what proves what was done in the case NUMBER.

    The rule then in force, the visit, its evidence, the texts, what was found and decided. Check it with
    `ronda verify DIR --kind evidence`.
    """
    try:
        done = write_dossier(
            office.engine,
            office.signer,
            Shelf(office.config.shelf),
            number,
            folder,
            actor=actor,
            now=now(),
        )
    except LookupError as missing:
        text = f"there is no case {number[:60]}; its number is on the page of cases"
        raise click.ClickException(text) from missing
    except (NotEmpty, OSError) as wrong:
        raise click.ClickException(_said(wrong)) from wrong
    lines = [f"Check it with: ronda verify {folder} --kind evidence"] if done.vouched else []
    _told(done, as_json, lines)


@case.command("hand-over")
@with_office
@click.argument("account")
@click.argument("folder", metavar="DIR", type=FOLDER)
@click.option("--lender", metavar="NAME", help="Whose account, when two lenders use the number.")
@click.option("--whole", is_flag=True, help="With the debtor's accounts of every lender.")
@click.option("--for", "purpose", type=click.Choice(list(PURPOSES)), default="legal", show_default=True)
@click.option("--why", required=True, help="To whom it is handed and why; it is written into the folder.")
@click.option("--by", "actor", default="cli", show_default=True, help="Who does this: his username.")
@json_option
def hand_over(
    office: Office,
    account: str,
    folder: Path,
    lender: str | None,
    whole: bool,
    purpose: str,
    why: str,
    actor: str,
    as_json: bool,
) -> None:
    """Write into DIR the whole case of an ACCOUNT's debtor, and what is left out and why.

    Of the lender of that account alone, unless --whole.
    """
    with reading(office.engine) as connection:
        found = compiled.debtor_numbered(connection, Scope.everything(), account, lender)
    if not found:
        raise click.ClickException(f"there is no account {account[:60]}")
    if len({debtor for debtor, _, _ in found}) > 1 or len({one for _, one, _ in found}) > 1:
        names = ", ".join(sorted({name for _, _, name in found}))
        raise click.ClickException(
            f"more than one lender uses {account[:60]}: name one with --lender ({names})"
        )
    debtor, lender_id, _name = found[0]
    try:
        done = write_handover(
            office.engine,
            office.signer,
            Shelf(office.config.shelf),
            debtor,
            folder,
            lender_id=None if whole else lender_id,
            purpose=purpose,
            why=why,
            actor=actor,
            now=now(),
        )
    except (NotEmpty, OSError) as wrong:
        raise click.ClickException(_said(wrong)) from wrong
    _told(done, as_json, [])


def _said(wrong: NotEmpty | OSError) -> str:
    if isinstance(wrong, OSError):
        return f"{wrong.filename} cannot be written: {wrong.strerror}"
    return str(wrong)


def _told(done: Compiled, as_json: bool, more: list[str]) -> None:
    left = [{"what": what, "count": count, "why": why} for what, count, why in done.left_out]
    figures = vars(done) | {"folder": str(done.folder), "left_out": left}
    lines = [f"Written to {done.folder}: {done.files} files, {done.visits} visits; begin with index.html"]
    lines += [f"left out: {what}: {count}. {why}." for what, count, why in done.left_out]
    if done.missing:
        lines.append(f"note: {done.missing} pictures or papers were announced and are not here")
    answer(figures, as_json, [*lines, *more])
