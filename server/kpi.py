"""`ronda kpi`: recomputes the trade's figures from an export alone. Needs no office and no database."""

from __future__ import annotations

import json
from datetime import date, datetime
from decimal import InvalidOperation
from pathlib import Path
from typing import Any

import click

from sync.rules.figures import Figure, Held, lateness
from sync.rules.figures_cells import Cells
from sync.rules.figures_facts import DIMENSIONS
from sync.rules.figures_list import board
from sync.rules.figures_tally import Tally

from .kpi_facts import facts_of, first_day, standing_facts
from .kpi_reading import Export, NotAnExport, missing

DAY = click.DateTime(["%Y-%m-%d"])
OF_ACCOUNTS = ("bucket", "product", "lender")
Groups = dict[str, list[Figure]]


@click.command()
@click.option(
    "--from-export",
    "folder",
    required=True,
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="A folder written by `ronda office export`.",
)
@click.option("--day", type=DAY, help="That day alone: the same as --from and --to of one day.")
@click.option("--from", "first", type=DAY, help="The period's first day (default: the first of all).")
@click.option("--to", "last", type=DAY, help="The period's last day (default: the day of the export).")
@click.option("--by", type=click.Choice(DIMENSIONS[1:]), help="A block of figures for each of these too.")
@click.option("--by-agent", is_flag=True, help="The same as --by agent.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def kpi(
    folder: Path,
    day: datetime | None,
    first: datetime | None,
    last: datetime | None,
    by: str | None,
    by_agent: bool,
    as_json: bool,
) -> None:
    """The trade's figures from an export, each with its formula and what it was divided from.

    A past day is read as the export knows it: what happened up to that day, whenever it came to be known.
    """
    absent = missing(folder)
    if absent:
        raise click.ClickException(
            f"{folder} has no {' and no '.join(absent)}; write an export there with `ronda office export`"
        )
    export, by = Export(folder), by or ("agent" if by_agent else None)
    try:
        span = _span(export, day, first, last)
        groups = figures_of(export, *span, by or "all")
        names = {value: export.agents[value]["agent"] for value in groups if value in export.agents}
    except InvalidOperation as wrong:
        raise click.ClickException(
            f"{folder} does not hold an export of Ronda: an amount that is no number"
        ) from wrong
    except (ValueError, KeyError) as wrong:
        raise click.ClickException(f"{folder} does not hold an export of Ronda: {_said(wrong)}") from wrong
    except OSError as wrong:
        raise click.ClickException(f"{wrong.filename} cannot be read: {wrong.strerror}") from wrong
    if as_json:
        click.echo(json.dumps(told(span, by, groups, names), ensure_ascii=False))
        return
    click.echo(f"{span[0]} to {span[1]}, as the export of {export.as_of} knows it")
    for line in lines_of(groups, names):
        click.echo(line)


WHOLE = "\0all"


def figures_of(export: Export, first: date, last: date, by: str) -> Groups:
    """The board of a period: the whole under `WHOLE`, and each group of the breakdown under its value."""
    flow, ends = Cells(), Cells()
    for fact in facts_of(export, first, last):
        flow.add(fact)
    for standing in standing_facts(export, first, last):
        ends.stand(standing)
    made: Groups = {WHOLE: _board(flow, ends, "all", "", export)}
    if by != "all":
        values = {value for dimension, value, _seen in (*flow.held, *ends.held) if dimension == by}
        for value in sorted(values, key=lambda one: (lateness(one) if by == "bucket" else 0, one)):
            made[value] = _board(flow, ends, by, value, export)
    return made


def _board(flow: Cells, ends: Cells, by: str, value: str, export: Export) -> list[Figure]:
    """An export is one share of a portfolio: whoever holds it sees all of it."""
    happened, stood = (cells.held.get((by, value, "")) or Tally() for cells in (flow, ends))
    return board(Held(happened, stood, export.settings, attributable=by not in OF_ACCOUNTS))


def _span(
    export: Export, day: datetime | None, first: datetime | None, last: datetime | None
) -> tuple[date, date]:
    if day is not None and (first is not None or last is not None):
        raise click.ClickException("give --day, or --from and --to, and not both")
    end = (day or last).date() if day or last else export.as_of  # type: ignore[union-attr]  # one is there
    if end > export.as_of:
        raise click.ClickException(
            f"the export speaks of {export.as_of} and before; ask for that day or an earlier one"
        )
    begin = day or first
    start = begin.date() if begin is not None else min(first_day(export), end)
    if start > end:
        raise click.ClickException(f"{start} is after {end}; give the earlier day as --from")
    return start, end


def told(span: tuple[date, date], by: str | None, groups: Groups, names: dict[str, str]) -> dict[str, Any]:
    """The board as JSON: `all`, and under `groups` the breakdown by value."""
    made: dict[str, Any] = {
        "from": span[0].isoformat(),
        "to": span[1].isoformat(),
        "by": by,
        "all": told_figures(groups[WHOLE]),
    }
    if by is not None:
        made["groups"] = {
            value: {"name": names.get(value, value), "figures": told_figures(figures)}
            for value, figures in groups.items()
            if value != WHOLE
        }
    return made


def told_figures(figures: list[Figure]) -> dict[str, Any]:
    """By code: the value as a decimal, or null, and what it was divided from."""
    return {
        figure.code: {
            "value": None if figure.value is None else str(figure.value),
            "over": str(figure.over),
            "under": str(figure.under),
            "unit": figure.unit,
            "formula": figure.formula,
        }
        | ({"missing": figure.missing} if figure.missing else {})
        for figure in figures
    }


def lines_of(groups: Groups, names: dict[str, str]) -> list[str]:
    """The board for a terminal."""
    lines = []
    for value, figures in groups.items():
        lines.append("all" if value == WHOLE else names.get(value) or value or "-")
        lines += [_line(figure) for figure in figures]
    return lines


def _line(figure: Figure) -> str:
    shown = "-" if figure.value is None else f"{figure.value:.4f}"
    return f"  {figure.code:<30} {shown:>14}  {figure.over} / {figure.under}  ({figure.formula})"


def _said(wrong: Exception) -> str:
    if isinstance(wrong, NotAnExport):
        return str(wrong)
    if isinstance(wrong, KeyError):
        return f"its files do not fit together: {wrong.args[0]} is in one and not in another"
    return f"a cell cannot be read ({wrong})"
