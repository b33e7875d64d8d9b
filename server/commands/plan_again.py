"""`ronda office plan again`: plans the rest of an agent's day while he is in the street."""

from __future__ import annotations

from datetime import UTC, date, datetime, time

import click

from sync.records import Interval, Refused
from sync.routing.rest import Happened

from ..office import Office
from ..planning import NotPublished, publish
from ..rerouting import Rerouted, reroute
from ..roads.picking import roads_of
from ..store import agents as workforce
from ..store.agents import Agent
from ..store.engine import reading
from .options import answer, json_option, now, with_office

IN_ENGLISH = {
    "reroute.agent": "there is no such agent",
    "reroute.no_route": "he has no published route today; plan and publish the day first",
    "reroute.over": "his shift is over: no time is left to plan",
    "reroute.nothing": "nobody of his route is left to visit",
}


@click.command()
@with_office
@click.argument("username")
@click.option("--late", type=click.IntRange(0, 600), default=0, metavar="MINUTES", help="Minutes lost.")
@click.option("--give-up", "given_up", multiple=True, metavar="DEBTOR_ID", help="Not visited today.")
@click.option("--called", metavar="DEBTOR_ID=HH:MM-HH:MM", help="He can be met between these local hours.")
@click.option("--closed", metavar="DEBTOR_ID,DEBTOR_ID", help="The road between these two is closed.")
@click.option("--publish", "publish_now", is_flag=True, help="Check the new version and send it out.")
@json_option
def again(
    office: Office,
    username: str,
    late: int,
    given_up: tuple[str, ...],
    called: str | None,
    closed: str | None,
    publish_now: bool,
    as_json: bool,
) -> None:
    """Plan what is left of today's route of an agent, from his last visit; what is done stays as it was.

    It makes a draft and shows what changes; the laptop keeps its route until --publish.
    """
    with reading(office.engine) as connection:
        found = workforce.named(connection, username)
    if len(found) != 1:
        raise click.ClickException(f"{len(found)} agents are called '{username[:60]}'; use one's user name")
    agent, moment = found[0], now()
    happened = Happened(
        given_up=frozenset(given_up),
        called=_called(called, agent, moment.astimezone(agent.where).date()),
        closed=_closed(closed),
        late_s=late * 60,
    )
    made = reroute(office.engine, agent.id, happened, actor="cli", now=moment)
    if isinstance(made, Refused):
        raise click.ClickException(IN_ENGLISH.get(made.rule, str(made.reason)))
    lines = _lines(made, agent)
    if publish_now:
        lines.append(_published(office, agent, moment))
    answer(_figures(made), as_json, lines)


def _published(office: Office, agent: Agent, moment: datetime) -> str:
    done = publish(
        office.engine,
        day=moment.astimezone(agent.where).date(),
        agents=[agent.id],
        actor="cli",
        now=moment,
        roads=roads_of(office.config, office.engine),
    )
    if isinstance(done, (Refused, NotPublished)):
        raise click.ClickException(f"not published: {done.reason} ({done.rule})")
    return "published: his laptop gets it with its next exchange"


def _called(text: str | None, agent: Agent, day: date) -> dict[str, Interval]:
    if not text:
        return {}
    debtor, _, hours = text.partition("=")
    try:
        since, until = (
            datetime.combine(day, time.fromisoformat(clock), tzinfo=agent.where).astimezone(UTC)
            for clock in hours.split("-")
        )
        return {debtor: Interval(since, until)}
    except ValueError as wrong:
        raise click.UsageError("--called is written DEBTOR_ID=15:00-15:30") from wrong


def _closed(text: str | None) -> tuple[tuple[str, str], ...]:
    if not text:
        return ()
    one, _, other = text.partition(",")
    if not one or not other:
        raise click.UsageError("--closed names two debtors, ID,ID")
    return ((one, other),)


def _figures(made: Rerouted) -> dict[str, object]:
    return {
        "route": made.route,
        "version": made.version,
        "done": made.done,
        "before": {debtor: at.isoformat() for debtor, at in made.before.items()},
        "after": {debtor: at.isoformat() for debtor, at in made.after.items()},
        "left_out": {debtor: str(because) for debtor, because in made.out.items()},
        "back": made.back.isoformat(),
    }


def _lines(made: Rerouted, agent: Agent) -> list[str]:
    def clock(at: datetime | None) -> str:
        return f"{at.astimezone(agent.where):%H:%M}" if at is not None else "  -  "

    lines = [f"draft {made.route}, version {made.version}: {made.done} done, {len(made.after)} ahead"]
    lines += [
        f"  {debtor}  {clock(made.before.get(debtor))} -> {clock(at)}" for debtor, at in made.after.items()
    ]
    lines += [
        f"  {debtor}  {clock(made.before.get(debtor))} -> out: {because}"
        for debtor, because in made.out.items()
    ]
    return [*lines, f"back at {clock(made.back)}"]
