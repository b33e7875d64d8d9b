"""`ronda office figures`: the office's figures from what it keeps of each day; what it decides about them."""

from __future__ import annotations

from datetime import date
from decimal import Decimal, InvalidOperation

import click

from sync.money import to_minor
from sync.rules.figures_facts import DIMENSIONS

from ..figuring import deciding, keeping, showing
from ..kpi import WHOLE, lines_of, told
from ..office import Office
from ..store.engine import reading
from ..store.scopes import Scope
from .options import DAY, answer, json_option, now, with_office


@click.command()
@with_office
@click.option("--day", type=DAY, help="That day alone: the same as --from and --to of one day.")
@click.option("--from", "first", type=DAY, help="The period's first day (default: the first of the month).")
@click.option("--to", "last", type=DAY, help="The period's last day (default: today).")
@click.option("--by", type=click.Choice(DIMENSIONS[1:]), help="A block of figures for each of these too.")
@click.option("--rebuild", is_flag=True, help="Make what is kept of every day again from the facts first.")
@click.option(
    "--day-cost", "costs", multiple=True, metavar="COP=180000", help="What an agent's day costs; kept."
)
@click.option("--attribution-days", type=click.IntRange(0, 365), help="Days after a visit; kept.")
@json_option
def figures(
    office: Office,
    day: date | None,
    first: date | None,
    last: date | None,
    by: str | None,
    rebuild: bool,
    costs: tuple[str, ...],
    attribution_days: int | None,
    as_json: bool,
) -> None:
    """The figures of a period with their formulas: the same that the page shows.

    A past day is read as it is known now: what happened up to that day, whenever it came to be known.
    """
    moment = now()
    if costs or attribution_days is not None:
        day_costs = dict(_cost(text) for text in costs) if costs else None
        deciding.decide(office.engine, day_costs, attribution_days, actor="cli", now=moment)
    with reading(office.engine) as connection:
        today = keeping.today_at(connection, moment)
    end = min(day or last or today, today)
    span = (day or first or end.replace(day=1), end)
    if span[0] > span[1]:
        raise click.ClickException(f"{span[0]} is after {span[1]}; give the earlier day as --from")
    if rebuild:
        keeping.rebuild(office.engine, today=today, now=moment)
    keeping.refresh(office.engine, [span], today=today, now=moment)
    with reading(office.engine) as connection:
        board = showing.figures_of(connection, Scope.everything(), span, by or "all", today)
    groups = {WHOLE: list(board.whole.figures)}
    groups |= {group.value: list(group.figures) for group in board.groups}
    names = {group.value: group.name for group in board.groups}
    answer(told(span, by, groups, names), as_json, [f"{span[0]} to {span[1]}", *lines_of(groups, names)])


def _cost(text: str) -> tuple[str, int]:
    currency, _equals, amount = text.partition("=")
    try:
        return currency.upper(), to_minor(Decimal(amount), currency.upper())
    except (InvalidOperation, ValueError) as wrong:
        raise click.ClickException(f"'{text}' is no cost of a day; write it as COP=180000") from wrong
