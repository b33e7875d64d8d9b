"""`ronda office user day|agent|conflict`: when agents work, what they are, and whom they must not visit."""

from __future__ import annotations

import json
from datetime import date, time
from pathlib import Path
from typing import Any

import click

from ..office import Office
from ..staffing import VEHICLES, Days, describe, set_conflict, set_days, take_back_days
from .options import DAY, answer, json_option, now, taken, with_office

FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.command()
@with_office
@click.argument("username")
@click.option("--from", "first", type=DAY, help="The first of the days.")
@click.option("--to", "last", type=DAY, help="The last of them (default: the first).")
@click.option("--away", is_flag=True, help="He does not work on them.")
@click.option("--shift", metavar="HH:MM-HH:MM", help="He works these hours instead.")
@click.option("--vehicle", type=click.Choice(VEHICLES), help="He rides this instead.")
@click.option("--because", default="", help="In words, for the plan's reader.")
@click.option("--take-back", metavar="ID", help="Take back days set before.")
@json_option
def day(
    office: Office,
    username: str,
    first: date | None,
    last: date | None,
    away: bool,
    shift: str | None,
    vehicle: str | None,
    because: str,
    take_back: str | None,
    as_json: bool,
) -> None:
    """Say that an agent is away, works other hours or rides something else on some days."""
    if take_back:
        refused = take_back_days(office.engine, take_back, actor="cli", now=now())
        taken(refused)
        answer({"taken_back": take_back}, as_json, [f"taken back: {username} works as always"])
        return
    if first is None:
        raise click.UsageError("say from which day with --from YYYY-MM-DD")
    hours = tuple(shift.split("-", 1)) if shift else None
    if hours is not None and len(hours) != 2:
        raise click.UsageError("--shift is written HH:MM-HH:MM, e.g. 08:00-12:00")
    days = Days(first, last or first, away, hours and (hours[0], hours[1]), vehicle or "", because)
    days_id = taken(set_days(office.engine, username, days, actor="cli", now=now()))
    lines = [f"{username}: kept for {days.first} to {days.last}, id {days_id}"]
    if away:
        lines.append("his appointments of a day are handed over by `ronda office assign --as-of` that day")
    answer({"id": days_id, "username": username}, as_json, lines)


@click.command()
@with_office
@click.argument("username")
@click.option("--languages", metavar="CODES", help="What he speaks, as `es qu`; empty: nobody asked.")
@click.option("--longest-stay", type=click.IntRange(1), help="Days with one debtor before he changes.")
@click.option("--vehicle", type=click.Choice(VEHICLES))
@click.option("--max-accounts", type=click.IntRange(0), help="He gets no more than these.")
@click.option("--territory", type=FILE, help="His ground: a GeoJSON file with one Polygon.")
@click.option("--lunch", metavar="MIN@HH:MM-HH:MM", help="His lunch, e.g. 45@13:00-15:00; `none` for none.")
@json_option
def agent(
    office: Office,
    username: str,
    languages: str | None,
    longest_stay: int | None,
    vehicle: str | None,
    max_accounts: int | None,
    territory: Path | None,
    lunch: str | None,
    as_json: bool,
) -> None:
    """Say what an agent speaks and rides, his ground, when he eats, and how long he stays with a debtor."""
    values: dict[str, Any] = {}
    if languages is not None:
        values["languages"] = languages.split()
    if longest_stay is not None:
        values["longest_stay_days"] = longest_stay
    if vehicle is not None:
        values["vehicle"] = vehicle
    if max_accounts is not None:
        values["max_accounts"] = max_accounts
    if territory is not None:
        values["territory"] = _corners(territory)
    if lunch is not None:
        values |= _lunch(lunch)
    taken(describe(office.engine, username, actor="cli", now=now(), **values))
    answer({"username": username, **values}, as_json, [f"{username}: {', '.join(values)} set"])


def _lunch(text: str) -> dict[str, Any]:
    if text == "none":
        return {"lunch_s": 0}
    minutes, _, hours = text.partition("@")
    opens, _, closes = hours.partition("-")
    try:
        length, first, last = int(minutes), time.fromisoformat(opens), time.fromisoformat(closes)
    except ValueError:
        raise click.UsageError("--lunch is written MIN@HH:MM-HH:MM, e.g. 45@13:00-15:00, or none") from None
    room = (last.hour - first.hour) * 60 + last.minute - first.minute
    if not 0 < length <= room:
        raise click.UsageError(f"a lunch of {length} minutes does not fit between {opens} and {closes}")
    return {"lunch_s": length * 60, "lunch_from": f"{first:%H:%M}", "lunch_to": f"{last:%H:%M}"}


@click.command()
@with_office
@click.argument("username")
@click.argument("debtor", metavar="DEBTOR_ID")
@click.option("--because", default="", help="In words, for the log.")
@click.option("--take-back", is_flag=True, help="The conflict no longer stands.")
@json_option
def conflict(
    office: Office, username: str, debtor: str, because: str, take_back: bool, as_json: bool
) -> None:
    """Declare that an agent must not visit a debtor; the next `assign` gives him to someone else."""
    refused = set_conflict(
        office.engine, username, debtor, because=because, stands=not take_back, actor="cli", now=now()
    )
    taken(refused)
    said = "taken back" if take_back else "declared"
    answer({"username": username, "debtor": debtor, "stands": not take_back}, as_json, [f"conflict {said}"])


def _corners(file: Path) -> list[list[float]]:
    """The outer ring of the file's first Polygon, as [lat, lon]."""
    try:
        found = json.loads(file.read_text(encoding="utf-8"))
        if found.get("type") == "FeatureCollection":
            found = found["features"][0]
        if found.get("type") == "Feature":
            found = found["geometry"]
        if found["type"] != "Polygon":
            raise ValueError(found["type"])
        corners = [[float(lat), float(lon)] for lon, lat, *_ in found["coordinates"][0]]
    except (OSError, ValueError, KeyError, IndexError, TypeError, AttributeError) as wrong:
        raise click.ClickException(f"{file.name} is no GeoJSON with one Polygon ({wrong})") from wrong
    return corners[:-1] if corners and corners[0] == corners[-1] else corners
