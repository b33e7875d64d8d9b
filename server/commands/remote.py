"""`ronda office remote`: who works from afar, and the worklist of those who may not be visited."""

from __future__ import annotations

from zoneinfo import ZoneInfo

import click

from sync.rules.policy import zone_of

from ..office import Office
from ..remote_working import Row, rows
from ..store import agents, facts, offices
from ..store import remote as store
from ..store.engine import reading, writing
from .options import answer, json_option, now, with_office

USUAL_ZONE = "America/Bogota"


@click.group()
def remote() -> None:
    """Who works accounts that may not be visited, and when each may lawfully be contacted."""


@remote.command("list")
@with_office
@click.option("--agent", metavar="NAME", help="Only this agent's: user name, full name or id.")
@json_option
def list_(office: Office, agent: str | None, as_json: bool) -> None:
    """List the debtors worked from afar: next lawful contact, why nobody visits them, what evidence lacks."""
    with reading(office.engine) as connection:
        workers = store.workers(connection)
        wanted = None
        if agent is not None:
            named = agent.strip().casefold()
            wanted = [one.id for one in workers if named in (one.id, one.username, one.name.casefold())]
            if not wanted:
                known = ", ".join(one.username or one.name for one in workers) or "nobody"
                raise click.ClickException(f"no remote agent is called '{agent}'; there are: {known}")
        zone = offices.get(connection, "timezone") or USUAL_ZONE
        moment = now()
        found = rows(connection, day=moment.astimezone(ZoneInfo(zone)).date(), now=moment, workers=wanted)
    figures = {
        "debtors": len(found),
        "accounts": sum(len(row.accounts) for row in found),
        "open_now": sum(bool(row.now) for row in found),
        "stopped": sum(row.next is None for row in found),
        "missing_evidence": sum(one.barred.lacks_evidence for row in found for one in row.accounts),
        "rows": [row.to_json() for row in found],
    }
    answer(figures, as_json, _lines(found))


@remote.command()
@with_office
@click.argument("agent")
def mark(office: Office, agent: str) -> None:
    """Let field agent AGENT also work from afar; the next `assign` gives him barred accounts."""
    _mark(office, agent, on=True)


@remote.command()
@with_office
@click.argument("agent")
def unmark(office: Office, agent: str) -> None:
    """Field agent AGENT works from afar no more; the next `assign` gives his barred accounts to others."""
    _mark(office, agent, on=False)


def _mark(office: Office, text: str, *, on: bool) -> None:
    with writing(office.engine) as connection:
        found = agents.named(connection, text)
        if len(found) != 1:
            which = "no agent is" if not found else f"{len(found)} agents are"
            raise click.ClickException(f"{which} called '{text}'; give a user name: `ronda office user list`")
        (agent,) = found
        moment = now()
        changed = (
            store.mark(connection, agent.id, now=moment, actor="cli")
            if on
            else store.unmark(connection, agent.id, moment)
        )
        if changed:
            facts.append(
                connection,
                "agent.marked_remote" if on else "agent.unmarked_remote",
                as_of=moment.date(),
                now=moment,
                actor="cli",
                subject=agent.id,
                payload={},
            )
    state = "also works from afar" if on else "works from afar no more"
    click.echo(f"{agent.name} {state}" + ("" if changed else " (as before)"))


def _lines(found: list[Row]) -> list[str]:
    lines = [f"{len(found)} debtors are worked from afar"]
    for row in found:
        said = row.to_json()
        if row.next is not None:
            where = zone_of(row.zone) or ZoneInfo("UTC")
            when = "now" if row.now else f"from {row.next.at.astimezone(where):%Y-%m-%d %H:%M}"
            what = f"{row.next.channel} {when}"
        else:
            what = f"nothing is lawful: {said['stopped'] or 'no channel is open within two months'}"
        numbers = ", ".join(one.number for one in row.accounts)
        lines.append(f"  {row.name} ({numbers}), {row.worker_name or 'nobody'}: {what}")
        rules = sorted({one.barred.rule for one in row.accounts})
        lacks = "; evidence of an exception is missing" if row.lacks_evidence else ""
        lines.append(f"    no visit: {', '.join(rules)}{lacks}")
    return lines
