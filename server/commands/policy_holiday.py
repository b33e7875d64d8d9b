"""`ronda office policy holiday`: the days on which this office contacts nobody, everywhere or in a city."""

from __future__ import annotations

from datetime import date
from typing import Any

import click

from ..closing_days import Closed, close_day, open_day
from ..office import Office
from ..store import holidays
from ..store.engine import reading
from .erase import by_option
from .options import DAY, answer, json_option, now, taken, with_office


@click.group()
def holiday() -> None:
    """The company's and the municipalities' own holidays, laid over every pack and sent to the laptops."""


@holiday.command()
@with_office
@click.option("--day", type=DAY, required=True, help="The day, YYYY-MM-DD.")
@click.option("--municipality", default="", help="Where, as the portfolio writes it; left out: everywhere.")
@click.option("--policy", "pack", default="", help="Only under this pack; left out: under every one.")
@click.option("--reason", required=True, help="Why nobody is contacted; it is the rule's quote.")
@by_option
@json_option
def add(
    office: Office, day: date, municipality: str, pack: str, reason: str, actor: str, as_json: bool
) -> None:
    """Close a day: nobody is contacted on it there. The packs get a new version."""
    made = taken(
        close_day(
            office.engine, day, municipality=municipality, reason=reason, pack=pack, actor=actor, now=now()
        )
    )
    _say(made, "closed", as_json)


@holiday.command("list")
@with_office
@json_option
def listed(office: Office, as_json: bool) -> None:
    """List the days there are, those taken back too."""
    with reading(office.engine) as connection:
        rows = holidays.listed(connection)
    lines = [
        f"{row['day']}  {row['municipality'] or 'everywhere':<24} {row['pack'] or 'every pack':<12} "
        f"{row['reason']}{_taken_back(row)}  {row['id']}"
        for row in rows
    ]
    answer({"holidays": rows}, as_json, lines or ["this office has no holidays besides those of the packs"])


@holiday.command()
@with_office
@click.argument("holiday_id", metavar="ID")
@click.option("--why", required=True, help="Why the day counts again; it stays on record.")
@by_option
@json_option
def remove(office: Office, holiday_id: str, why: str, actor: str, as_json: bool) -> None:
    """Take a closed day back."""
    _say(taken(open_day(office.engine, holiday_id, why=why, actor=actor, now=now())), "open again", as_json)


def _taken_back(row: dict[str, Any]) -> str:
    return f" (taken back: {row['removed_why']})" if row["removed_at"] else ""


def _say(made: Closed, word: str, as_json: bool) -> None:
    figures = {
        "id": made.id,
        "day": made.day,
        "municipality": made.municipality,
        "versions": made.versions,
        "laptops": made.laptops,
    }
    where = made.municipality or "everywhere"
    line = (
        f"{made.day} is {word} ({where}); {made.laptops} laptop(s) get the packs' new versions. id {made.id}"
    )
    answer(figures, as_json, [line])
