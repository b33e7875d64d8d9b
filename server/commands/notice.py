"""`ronda office notice`: makes letters and slips, one or many, and records what was handed over."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any

import click

from sync.records import Handing, Paper, Party, Refused
from sync.stationery import WrongStationery

from ..lists import WrongList, read_list
from ..noticing import letterheads
from ..noticing.delivering import deliver
from ..noticing.making import DRAWERS, NOTICE, Asked, Made, make
from ..noticing.terms_letters import make_terms
from ..office import Office
from ..shelf import Shelf
from ..store import lenders, papers
from ..store.engine import reading
from ..store.scopes import Scope
from .options import DAY, answer, json_option, now, taken, with_office

FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
FOLDER = click.Path(file_okay=False, path_type=Path)
PAPERS = [paper.value for paper in DRAWERS]
NEEDED = ("account",)


@dataclass(frozen=True)
class Line:
    """One paper asked for, as written."""

    number: str
    lender: str
    paper: str
    amount: str
    due: str


@click.group()
def notice() -> None:
    """Letters and slips: what is printed on them, making them, and recording who got them."""


@notice.command()
@with_office
@click.argument("file", type=FILE)
@click.option("--lender", metavar="NAME", help="For this lender's accounts only; else for all.")
@json_option
def stationery(office: Office, file: Path, lender: str | None, as_json: bool) -> None:
    """Set what is printed on papers from a TOML FILE (docs/papers.md says what it may hold)."""
    try:
        said = tomllib.loads(file.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as wrong:
        raise click.ClickException(f"{file} cannot be read as TOML: {wrong}") from wrong
    lender_id = None
    if lender is not None:
        with reading(office.engine) as connection:
            lender_id = lenders.id_of(connection, lender)
        if lender_id is None:
            raise click.ClickException(f"there is no lender '{lender}'; import its portfolio first")
    try:
        letterheads.write(office.engine, lender_id, said, actor="cli", now=now())
    except WrongStationery as wrong:
        raise click.ClickException(str(wrong)) from wrong
    told = {"lender": lender or "", "tables": sorted(said)}
    answer(told, as_json, [f"Set for {lender or 'every lender'}: {', '.join(sorted(said)) or 'nothing'}."])


@notice.command("make")
@with_office
@click.option("--account", "number", metavar="NUMBER", help="The account it is about.")
@click.option("--lender", metavar="NAME", help="Whose account, when two lenders use the number.")
@click.option("--list", "list_file", type=FILE, help="A CSV with a column `account`; also lender, paper,"
              " amount, due.")  # fmt: skip
@click.option("--agreement", metavar="ID", help="Instead of an account: this agreement, on paper.")
@click.option("--settlement", is_flag=True, help="With --agreement: its settlement letter.")
@click.option("--paper", type=click.Choice(PAPERS), default=Paper.NOTICE.value, show_default=True)
@click.option("--template", default=NOTICE, show_default=True, help="The letter's text.")
@click.option("--amount", metavar="DECIMAL", help="Of a payment slip; else what is overdue.")
@click.option("--due", type=DAY, help="Of a payment slip; else the letterhead's days from today.")
@click.option("--collector", default="", metavar="NAME", help="Who attends the case; else who has it.")
@click.option("--out", type=FOLDER, required=True, help="The folder for the PDFs.")
@json_option
def make_(
    office: Office,
    number: str | None,
    lender: str | None,
    list_file: Path | None,
    agreement: str | None,
    settlement: bool,
    paper: str,
    template: str,
    amount: str | None,
    due: Any,
    collector: str,
    out: Path,
    as_json: bool,
) -> None:
    """Make PDFs of letters or slips into a folder. What a rule forbids is named and not made.

    Exits 1 when nothing could be made.
    """
    if [number, list_file, agreement].count(None) != 2:
        raise click.ClickException("name one --account, one --agreement, or a CSV of accounts with --list")
    lines = [Line(number or "", lender or "", paper, amount or "", due.isoformat() if due else "")]
    if list_file is not None:
        try:
            lines = list(_lines(list_file, lines[0]))
        except WrongList as wrong:
            raise click.ClickException(str(wrong)) from wrong
    out.mkdir(parents=True, exist_ok=True)
    made: list[dict[str, str]] = []
    refused: list[dict[str, str]] = []
    for line in lines:
        done = (
            _terms(office, agreement, settlement) if agreement else _made(office, line, template, collector)
        )
        if isinstance(done, Made):
            name = f"{done.paper.value}-{done.code}.pdf"
            (out / name).write_bytes(done.data)
            made.append({"account": done.number, "paper": done.paper.value, "id": done.id, "code": done.code,
                         "file": name, "sha256": done.sha256})  # fmt: skip
        else:
            refused.append({"account": line.number, "rule": done[0], "because": done[1]})
    told = {"made": made, "refused": refused, "folder": str(out)}
    text = [f"{one['account']}: {one['file']}" for one in made]
    text += [f"{one['account']}: not made: {one['because']} ({one['rule']})" for one in refused]
    answer(told, as_json, [*text, f"{len(made)} made, {len(refused)} not made."])
    if not made:
        raise click.exceptions.Exit(1)


@notice.command("deliver")
@with_office
@click.argument("notice_id", metavar="ID")
@click.option("--how", type=click.Choice([one.value for one in Handing]), required=True)
@click.option("--to", "party", type=click.Choice([one.value for one in Party]), default=Party.HOLDER.value)
@click.option("--at", "at", metavar="ISO", help="When, with its offset; else now.")
@click.option("--note", default="", help="A word on it.")
@json_option
def deliver_(
    office: Office, notice_id: str, how: str, party: str, at: str | None, note: str, as_json: bool
) -> None:
    """Record that a paper was posted or handed over at the office; it counts in the caps."""
    moment = now()
    try:
        done = taken(
            deliver(
                office.engine,
                Scope.everything(),
                notice_id,
                how=Handing(how),
                party=Party(party),
                happened=_moment(at) if at else moment,
                note=note,
                actor="cli",
                now=moment,
            )
        )
    except LookupError:
        raise click.ClickException(
            f"there is no paper {notice_id}; `notice make --json` says its id"
        ) from None
    told = {"delivery": done.id, "decision": done.verdict.decision}
    answer(told, as_json, [f"Recorded as {done.id}; the rules say: {done.verdict.decision}."])


def _lines(file: Path, usual: Line) -> Iterator[Line]:
    _, rows = read_list(file, NEEDED)
    for row in rows:
        said = {key: (row.get(key) or "").strip() for key in ("account", "lender", "paper", "amount", "due")}
        if said["account"]:
            yield Line(
                said["account"],
                said["lender"] or usual.lender,
                said["paper"] or usual.paper,
                said["amount"] or usual.amount,
                said["due"] or usual.due,
            )


def _made(office: Office, line: Line, template: str, collector: str) -> Made | tuple[str, str]:
    """The paper, or the rule and the sentence why not."""
    with reading(office.engine) as connection:
        found = papers.accounts_numbered(connection, line.number, line.lender or None)
    if len(found) != 1:
        several = f"{len(found)} lenders have an account {line.number}; name one"
        return "account", several if found else f"there is no account {line.number}"
    if line.paper not in PAPERS:
        return "paper", f"paper is '{line.paper[:40]}'; it must be one of {', '.join(PAPERS)}"
    try:
        asked = Asked(
            found[0]["id"],
            Paper(line.paper),
            template,
            Decimal(line.amount) if line.amount else None,
            DAY.convert(line.due, None, None) if line.due else None,
            collector,
        )
    except InvalidOperation:
        return "amount", f"amount is '{line.amount[:40]}'; write it as 1500.00"
    except click.UsageError as wrong:
        return "due", wrong.format_message()
    if asked.amount is not None and not asked.amount.is_finite():
        return "amount", f"amount is '{line.amount[:40]}'; write it as 1500.00"
    shelf = Shelf(office.config.shelf)
    done = make(office.engine, shelf, office.signer, Scope.everything(), asked, actor="cli", now=now())
    return (done.rule, str(done.reason)) if isinstance(done, Refused) else done


def _terms(office: Office, agreement: str, settlement: bool) -> Made | tuple[str, str]:
    paper = Paper.SETTLEMENT if settlement else Paper.AGREEMENT
    shelf, everything = Shelf(office.config.shelf), Scope.everything()
    try:
        done = make_terms(
            office.engine, shelf, office.signer, everything, agreement, paper, actor="cli", now=now()
        )
    except LookupError:
        return "agreement", f"there is no agreement {agreement}"
    return (done.rule, str(done.reason)) if isinstance(done, Refused) else done


def _moment(written: str) -> datetime:
    try:
        moment = datetime.fromisoformat(written)
    except ValueError:
        raise click.ClickException(f"--at is '{written[:40]}'; write 2026-11-20T11:00-05:00") from None
    if moment.tzinfo is None:
        raise click.ClickException("--at needs its offset, as in 2026-11-20T11:00-05:00")
    return moment.astimezone(UTC)
