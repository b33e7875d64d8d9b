"""`ronda office plan learn`: shows what ridden days tell of travel and services; uses it when accepted."""

from __future__ import annotations

from datetime import date
from typing import Any

import click

from sync.records import Refused

from ..office import Office
from ..planning.learning import accept as accept_last
from ..planning.learning import learn as learn_from
from ..roads.picking import NO_ROADS, bare_roads_of
from .options import DAY, answer, json_option, now, with_office

IN_ENGLISH = {
    "plan.too_few": "too few visits were written live to learn from: {count}",
    "plan.nothing_learned": "nothing was learned yet; run `ronda office plan learn` first and look at it",
}


@click.command("learn")
@with_office
@click.option("--since", type=DAY, help="Only visits from this day on, YYYY-MM-DD; all of them by default.")
@click.option("--accept", "accepted", is_flag=True, help="Plan with what was shown last, from now on.")
@json_option
def learn(office: Office, since: date | None, accepted: bool, as_json: bool) -> None:
    """Learn from visits how long ways and services take. Nothing is used before it is accepted.

    Without --accept it learns and shows; with it, what was shown last is used from now on.
    """
    try:
        if accepted:
            report = accept_last(office.engine, actor="cli", now=now())
        else:
            roads = bare_roads_of(office.config, office.engine)
            report = learn_from(office.engine, roads=roads, since=since, actor="cli", now=now())
    except NO_ROADS as wrong:
        raise click.ClickException(f"nothing was learned: {wrong}") from wrong
    if isinstance(report, Refused):
        raise click.ClickException(IN_ENGLISH[report.rule].format(**report.reason.values))
    figures = report.to_json()
    lines = [f"learned {figures['name']} from {figures['visits']} visits and {figures['legs']} ways"]
    lines += [_way(row) for row in figures["travel"]] + [_service(row) for row in figures["services"]]
    lines += [f"left aside: {count} x {why}" for why, count in sorted(figures["dropped"].items())]
    lines.append(
        "in use from now on"
        if report.accepted
        else "not in use yet; look at it, then run `ronda office plan learn --accept`"
    )
    answer(figures, as_json, lines)


def _where(row: dict[str, Any]) -> str:
    return f"{row['zone'] or 'all zones'}, {row['band'] or 'all day'}"


def _way(row: dict[str, Any]) -> str:
    return (
        f"  {row['profile']} ({_where(row)}): {row['a_s']:g} s + {row['b']:g} x the roads' time, "
        f"from {row['legs']} ways; off by {row['off_after_s']:g} s instead of {row['off_before_s']:g} s"
    )


def _service(row: dict[str, Any]) -> str:
    planned = f", {row['planned_s'] / 60:g} planned" if row["planned_s"] is not None else ""
    return (
        f"  {row['kind']} ({_where(row)}): {row['seconds'] / 60:g} min, from {row['visits']} visits{planned}"
    )
