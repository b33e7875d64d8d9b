"""`ronda office plan`: plans a day's routes and, with --publish, sends them to the laptops."""

from __future__ import annotations

from collections import Counter
from datetime import date
from typing import Any

import click

from sync.records import Refused
from sync.routing.day import NoSolver

from ..doors import UNSURE_M
from ..office import Office
from ..planning import NotPublished, PlanReport, PublishReport, publish
from ..planning import plan as plan_all
from ..roads.picking import roads_of
from ..store import agents as workforce
from ..store.engine import reading
from .options import DAY, answer, json_option, now, with_office

IN_ENGLISH = {
    "plan.no_agents": "there is no active agent to plan; add one with "
    "`ronda office user add NAME --name 'FULL NAME' --role collector --home LAT,LON`",
    "plan.nothing_assigned": "no agent has a debtor; run `ronda office assign --as-of DATE` first",
    "plan.no_roads": "the day was not planned: {why}",
    "route.no_draft": "there is no route for that day; plan it first",
}


@click.command()
@with_office
@click.option("--date", "day", type=DAY, required=True, help="The day to plan, YYYY-MM-DD.")
@click.option("--agents", metavar="A,B", help="Only these agents: user names, full names or ids.")
@click.option("--seed", type=int, default=1, show_default=True, help="The same seed gives the same plan.")
@click.option(
    "--unsure",
    "unsure_m",
    type=click.FloatRange(min=0),
    default=UNSURE_M,
    show_default=True,
    metavar="METRES",
    help="Plan also debtors whose point may be this far off; those beyond are listed and left out.",
)
@click.option("--publish", "publish_now", is_flag=True, help="Check the routes and send them to the laptops.")
@click.option("--fallback", is_flag=True, help="Leave OSRM aside: the city's roads, else straight lines.")
@json_option
def plan(
    office: Office,
    day: date,
    agents: str | None,
    seed: int,
    unsure_m: float,
    publish_now: bool,
    fallback: bool,
    as_json: bool,
) -> None:
    """Plan the day of each agent: a draft with every debtor in it, planned or left out with a reason."""
    chosen = _agents(office, agents) if agents else None
    try:
        report = plan_all(
            office.engine,
            day=day,
            agents=chosen,
            seed=seed,
            actor="cli",
            now=now(),
            unsure_m=unsure_m,
            roads=roads_of(office.config, office.engine, fallback=fallback),
        )
    except NoSolver as missing:
        raise click.ClickException(str(missing)) from missing
    if isinstance(report, Refused):
        raise click.ClickException(_said(report))
    figures: dict[str, Any] = report.to_json()
    lines = _lines(report)
    if publish_now:
        done = publish(office.engine, day=day, agents=chosen, actor="cli", now=now())
        if isinstance(done, Refused):
            raise click.ClickException(_said(done))
        figures["publication"] = done.to_json()
        lines.append(_published(done))
    answer(figures, as_json, lines)


def _agents(office: Office, text: str) -> list[str]:
    """The ids of the agents named. A name that nobody has, or two have, is refused with a sentence."""
    chosen = []
    with reading(office.engine) as connection:
        for name in (part.strip() for part in text.split(",")):
            found = workforce.named(connection, name) if name else []
            if len(found) != 1:
                known = ", ".join(agent.username or agent.name for agent in workforce.all_active(connection))
                problem = "no agent is" if not found else f"{len(found)} agents are"
                raise click.UsageError(f"{problem} called '{name}'; the agents are: {known or 'none yet'}")
            chosen.append(found[0].id)
    return chosen


def _said(refused: Refused) -> str:
    if isinstance(refused, NotPublished):
        return (
            f"nothing was published: the route of {refused.agent_name} does not pass the checker "
            f"({refused.rule}: {refused.reason}); plan the day again"
        )
    english = IN_ENGLISH.get(refused.rule)
    return english.format(**refused.reason.values) if english else str(refused.reason)


def _lines(report: PlanReport) -> list[str]:
    lines = [
        f"{len(report.routes)} routes for {report.day}: {report.stops} stops, {report.left_out} left out"
    ]
    lines += [
        f"  {one.name}: {one.stops} stops ({one.accounts} accounts), {one.left_out} left out, "
        f"{one.travel_m / 1000:.1f} km, version {one.version}"
        for one in report.routes
    ]
    # The report counts by sentence; its named places belong to each stop, so a person gets its beginning.
    kinds: Counter[str] = Counter()
    for reason, count in report.reasons.items():
        kinds[reason.split(":")[0].split("{")[0].strip()] += count
    lines += [f"left out: {count} x {reason}" for reason, count in sorted(kinds.items())]
    lines += [
        f"the home of {one.name} is on no road: the way to the first door and back is not counted"
        for one in report.routes
        if one.home_off_roads
    ]
    if any(one.approximate for one in report.routes):
        lines.append("approximate: travel times are straight-line estimates, not roads")
    return lines


def _published(done: PublishReport) -> str:
    again = f"; {done.already} were published already" if done.already else ""
    return f"published {done.published} routes with {done.stops} stops{again}"
