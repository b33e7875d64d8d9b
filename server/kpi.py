"""`ronda kpi`: recomputes the trade's figures from an export alone. Needs no office and no database."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any

import click

from sync.records import Party, PromiseState, Result
from sync.rules.figures import Figure, PromiseFact, VisitFact, promise_figures, visit_figures

LONGEST_CELL = 128 * 1024
NEEDED = {
    "visits.csv": ("visit", "agent", "party", "result", "lender", "account", "evidence"),
    "promises.csv": ("agent", "state", "amount", "paid", "currency"),
}


class NotAnExport(ValueError):
    """A file that `ronda office export` did not write; the message says what is wrong with it."""


@click.command()
@click.option(
    "--from-export",
    "folder",
    required=True,
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="A folder written by `ronda office export`.",
)
@click.option("--by-agent", is_flag=True, help="A block of figures per agent too.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def kpi(folder: Path, by_agent: bool, as_json: bool) -> None:
    """The trade's figures from an export, each with its formula and what it was divided from."""
    missing = [name for name in NEEDED if not (folder / name).is_file()]
    if missing:
        raise click.ClickException(
            f"{folder} has no {' and no '.join(missing)}; write an export there with `ronda office export`"
        )
    try:
        visits = read_visits(folder / "visits.csv")
        promises = read_promises(folder / "promises.csv")
    except InvalidOperation as wrong:
        raise click.ClickException(
            f"{folder} does not hold an export of Ronda: promises.csv has an amount that is no number"
        ) from wrong
    except ValueError as wrong:
        raise click.ClickException(f"{folder} does not hold an export of Ronda: {wrong}") from wrong
    except OSError as wrong:
        raise click.ClickException(f"{wrong.filename} cannot be read: {wrong.strerror}") from wrong
    blocks = {"all": visit_figures(visits) + promise_figures(promises)}
    if by_agent:
        for agent in sorted({visit.agent for visit in visits} | {promise.agent for promise in promises}):
            blocks[agent] = visit_figures([visit for visit in visits if visit.agent == agent])
            blocks[agent] += promise_figures([promise for promise in promises if promise.agent == agent])
    if as_json:
        click.echo(json.dumps({name: _told(block) for name, block in blocks.items()}, ensure_ascii=False))
        return
    for name, block in blocks.items():
        click.echo(name)
        for figure in block:
            shown = "-" if figure.value is None else f"{figure.value:.4f}"
            click.echo(f"  {figure.code:<22} {shown:>8}  {figure.over} / {figure.under}  ({figure.formula})")


def _rows(path: Path) -> Iterator[dict[str, str]]:
    """The rows of one file of an export. Raises NotAnExport when it cannot be one."""
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            csv.field_size_limit(LONGEST_CELL)  # the whole process's: another reader may have set it
            reader = csv.DictReader(file, restval="")
            absent = [name for name in NEEDED[path.name] if name not in (reader.fieldnames or ())]
            if absent:
                raise NotAnExport(f"{path.name} has no column {', '.join(absent)}")
            yield from reader
    except UnicodeDecodeError as wrong:
        raise NotAnExport(f"{path.name} is not written in UTF-8; export it again") from wrong
    except csv.Error as wrong:
        raise NotAnExport(f"{path.name} is not a CSV file: {wrong}") from wrong


def read_visits(path: Path) -> list[VisitFact]:
    """The visits of an export: rows of one visit are joined."""
    rows: dict[str, list[dict[str, str]]] = {}
    for row in _rows(path):
        rows.setdefault(row["visit"], []).append(row)
    return [
        VisitFact(
            id=visit,
            agent=same[0]["agent"],
            party=Party(same[0]["party"]),
            results=tuple(Result(row["result"]) for row in same),
            accounts=tuple(f"{row['lender']}/{row['account']}" for row in same),
            evidence=same[0]["evidence"],
        )
        for visit, same in rows.items()
    ]


def read_promises(path: Path) -> list[PromiseFact]:
    """The promises of an export whose state is known."""
    return [
        PromiseFact(
            agent=row["agent"],
            state=PromiseState(row["state"]),
            amount=Decimal(row["amount"]),
            paid=Decimal(row["paid"]),
            currency=row["currency"],
            account=f"{row.get('lender', '')}/{row.get('account', '')}",
            due=row.get("due", ""),
        )
        for row in _rows(path)
        if row["state"]
    ]


def _told(block: list[Figure]) -> dict[str, Any]:
    return {
        figure.code: {
            "value": None if figure.value is None else str(figure.value),
            "over": str(figure.over),
            "under": str(figure.under),
            "formula": figure.formula,
        }
        for figure in block
    }
