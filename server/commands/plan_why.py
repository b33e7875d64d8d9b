"""`ronda office plan why`: says of an account who visits it in a week, or why nobody does. Plans nothing."""

from __future__ import annotations

from datetime import date

import click

from sync.records import Refused

from ..office import Office
from ..planning.asking import WeekAnswer, why_not
from .options import DAY, answer, json_option, now, with_office


@click.command("why")
@with_office
@click.argument("account")
@click.option("--week", type=DAY, required=True, help="Any day of the week asked about, YYYY-MM-DD.")
@json_option
def why(office: Office, account: str, week: date, as_json: bool) -> None:
    """Say who visits ACCOUNT (its number or id) in a week or, if nobody does, which rule or reason says so.

    The reasons are in the words that the pages use.
    """
    found = why_not(office.engine, account, week, now=now())
    if isinstance(found, Refused):
        raise click.ClickException(f"no account has the number or id '{account}'")
    lines = [line for one in found for line in _lines(one)]
    answer({"accounts": [one.to_json() for one in found]}, as_json, lines)


def _lines(one: WeekAnswer) -> list[str]:
    rule = f" ({one.rule}{', ' + one.source if one.source else ''})" if one.rule else ""
    lines = [f"{one.number}, {one.first} to {one.last}: {one.because}{rule}"]
    for day in one.days:
        stop = f"stop {day.sequence}" if day.sequence else "left out"
        lines.append(f"  {day.day} {day.agent_name} ({day.state.value}), {stop}: {day.because}")
    return lines
