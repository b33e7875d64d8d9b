"""`ronda office plan`: plans a day's or a week's routes and, with --publish, sends them to the laptops."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import date
from typing import Any

import click

from sync.records import Refused
from sync.routing.day import NoSolver

from ..doors import UNSURE_M
from ..freshness import Unknown
from ..freshness import unknown as unknown_on
from ..office import Office
from ..planning import NotPublished, PlanReport, PublishReport, publish
from ..planning import plan as plan_all
from ..planning.executing import NoCluster, opened
from ..planning.publishing import unpublish
from ..planning.reporting import AgentPlan, WeekReport
from ..planning.weeks import DAYS, plan_week
from ..roads.picking import roads_of
from ..store import agents as workforce
from ..store.engine import reading
from .import_files import english as english_of
from .options import DAY, answer, json_option, now, with_office
from .plan_again import again
from .plan_more import MORE, WithMore
from .plan_why import why

IN_ENGLISH = {
    "plan.no_agents": "there is no active agent to plan; add one with "
    "`ronda office user add NAME --name 'FULL NAME' --role collector --home LAT,LON`",
    "plan.nothing_assigned": "no agent has a debtor; run `ronda office assign --as-of DATE` first",
    "plan.no_roads": "the day was not planned: {why}",
    "plan.cancelled": "the run was stopped; what it had solved is kept, planning again goes on from there",
    "route.no_draft": "there is no route for that day; plan it first",
    "route.none_published": "no route is published for that day",
}


@click.command(cls=WithMore, more={**MORE, "why": why, "again": again})
@with_office
@click.option("--date", "day", type=DAY, help="The day to plan, YYYY-MM-DD.")
@click.option("--week", "week", type=DAY, help="Plan the days from this one on, instead of one day.")
@click.option(
    "--days",
    type=click.IntRange(1, 31),
    default=DAYS,
    show_default=True,
    help="How many days --week plans; those on which nobody may be visited are left out.",
)
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
@click.option("--unpublish", "take_back", is_flag=True, help="Plan nothing: take back what is published.")
@click.option("--fallback", is_flag=True, help="Leave OSRM aside: the city's roads, else straight lines.")
@json_option
def plan(
    office: Office,
    day: date | None,
    week: date | None,
    days: int,
    agents: str | None,
    seed: int,
    unsure_m: float,
    publish_now: bool,
    take_back: bool,
    fallback: bool,
    as_json: bool,
) -> None:
    """Plan each agent's day, or week: drafts with every debtor in them, planned or left out with a reason."""
    if (day is None) == (week is None):
        raise click.UsageError("say which day with --date, or the first day of a week with --week")
    chosen = _agents(office, agents) if agents else None
    if take_back:
        _take_back(office, day, chosen, as_json)
        return
    roads = roads_of(office.config, office.engine, fallback=fallback)
    asked: dict[str, Any] = {"agents": chosen, "seed": seed, "actor": "cli", "now": now()}
    asked |= {"unsure_m": unsure_m, "roads": roads}
    try:
        with opened(office.config.executor_url) as executor:
            report: PlanReport | WeekReport | Refused
            if week is not None:
                report = plan_week(office.engine, first=week, days=days, executor=executor, **asked)
            elif day is not None:
                report = plan_all(office.engine, day=day, executor=executor, **asked)
    except (NoSolver, NoCluster) as missing:
        raise click.ClickException(str(missing)) from missing
    if isinstance(report, Refused):
        raise click.ClickException(_said(report))
    figures: dict[str, Any] = report.to_json()
    lines = _week_lines(report) if isinstance(report, WeekReport) else _lines(report)
    unknown = _unknown(office, week if week is not None else day)
    figures["unknown"] = [one.to_json() for one in unknown]
    lines += [f"warning, {one.lender}: {english_of(one.ruling.because)}" for one in unknown]
    if publish_now:
        planned = [one.day for one in report.days] if isinstance(report, WeekReport) else [report.day]
        done = [
            _sent(publish(office.engine, day=one, agents=chosen, actor="cli", now=now(), roads=roads))
            for one in planned
        ]
        told = [one.to_json() for one in done]
        figures["publication"] = told if isinstance(report, WeekReport) else told[0]
        lines += [_published(one) for one in done]
    answer(figures, as_json, lines)


def _unknown(office: Office, day: date | None) -> list[Unknown]:
    """What is not known of contacts made elsewhere up to the day: caps may be full without our knowing."""
    if day is None:
        return []
    with reading(office.engine) as connection:
        return unknown_on(connection, day)


def _take_back(office: Office, day: date | None, chosen: Sequence[str] | None, as_json: bool) -> None:
    if day is None:
        raise click.UsageError("--unpublish takes back one day's routes: say which with --date")
    done = _sent(unpublish(office.engine, day=day, agents=chosen, actor="cli", now=now()))
    lines = [f"took back {done.published} routes of {day} with {done.stops} stops; they are drafts again"]
    answer({"date": day.isoformat(), "unpublished": done.published, "stops": done.stops}, as_json, lines)


def _sent(done: PublishReport | Refused) -> PublishReport:
    if isinstance(done, Refused):
        raise click.ClickException(_said(done))
    return done


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
        wrong = "; ".join(f"{one.because} ({one.rule})" for one in refused.violations)
        return (
            f"nothing was published: the route of {refused.agent_name} does not pass the checker: {wrong}. "
            "Plan the day again"
        )
    english = IN_ENGLISH.get(refused.rule)
    return english.format(**refused.reason.values) if english else str(refused.reason)


def _week_lines(report: WeekReport) -> list[str]:
    lines = [
        f"{report.first} to {report.last}: {report.visited} of {report.debtors} debtors are visited",
        *(line for day in report.days for line in _lines(day)),
    ]
    if report.skipped:
        lines.append(f"nobody may be visited on {', '.join(map(str, report.skipped))}")
    return lines


def _lines(report: PlanReport) -> list[str]:
    lines = [
        f"{len(report.routes)} routes for {report.day}: {report.stops} stops, {report.left_out} left out"
    ]
    lines += [_route(one) for one in report.routes]
    # The report counts by sentence; its named places belong to each stop, so a person gets its beginning.
    kinds: Counter[str] = Counter()
    for reason, count in report.reasons.items():
        kinds[reason.split(":")[0].split("{")[0].strip()] += count
    lines += [f"left out: {count} x {reason}" for reason, count in sorted(kinds.items())]
    lines += [f"no route for {one.name}: {one.because}" for one in report.without]
    lines += [
        f"the home of {one.name} is on no road: the way to the first door and back is not counted"
        for one in report.routes
        if one.home_off_roads
    ]
    if any(one.approximate for one in report.routes):
        lines.append("approximate: travel times are straight-line estimates, not roads")
    return lines


def _route(one: AgentPlan) -> str:
    gap = one.certificate.get("gap")
    close = f", at most {gap} % below the best day there is" if gap is not None else ""
    missed = f", {one.missed_appointments} appointments missed" if one.missed_appointments else ""
    return (
        f"  {one.name}: {one.stops} stops ({one.accounts} accounts), {one.left_out} left out, "
        f"{one.travel_m / 1000:.1f} km, version {one.version}{missed}{close}"
    )


def _published(done: PublishReport) -> str:
    again = f"; {done.already} were published already" if done.already else ""
    return f"published {done.published} routes of {done.day} with {done.stops} stops{again}"
