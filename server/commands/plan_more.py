"""What else `ronda office plan` can be asked: make a plan again, list the runs, stop one. Plans no day."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import click

from sync.records import Refused
from sync.routing.day import NoSolver

from ..office import Office
from ..planning.replaying import replay
from ..planning.running import PlanRun, cancel, runs
from ..store import agents as workforce
from ..store.engine import reading
from .options import answer, json_option, now, with_office
from .plan_learn import learn

IN_ENGLISH = {
    "plan.no_route": "there is no route {route}; `ronda office plan --date DAY --json` names each agent's",
    "plan.not_kept": "the problem of route {route} is no longer kept, so its plan cannot be made again",
    "plan.not_running": "no run {run} is running; `ronda office plan runs` lists them",
}


class WithMore(click.Command):
    """A command of its own that hands over to another when the word after it names one."""

    def __init__(self, *given: Any, more: Mapping[str, click.Command], **named: Any) -> None:
        super().__init__(*given, **named)
        self.more = more

    def make_context(
        self, info_name: str | None, args: list[str], parent: click.Context | None = None, **extra: Any
    ) -> click.Context:
        if args and args[0] in self.more:
            chosen = self.more[args[0]]
            return chosen.make_context(f"{info_name} {args[0]}", args[1:], parent=parent, **extra)
        return super().make_context(info_name, args, parent=parent, **extra)

    def invoke(self, ctx: click.Context) -> Any:
        return super().invoke(ctx) if ctx.command is self else ctx.command.invoke(ctx)

    def format_epilog(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Other commands"):
            formatter.write_dl(
                [(f"{ctx.info_name} {name}", one.get_short_help_str(70)) for name, one in self.more.items()]
            )


@click.command("replay")
@with_office
@click.argument("route")
@json_option
def replay_one(office: Office, route: str, as_json: bool) -> None:
    """Make the plan of ROUTE (its id) again, and say whether it is the same to the last bit.

    Exits with 1 where it is not.
    """
    try:
        found = replay(office.engine, route=route)
    except NoSolver as missing:
        raise click.ClickException(str(missing)) from missing
    if isinstance(found, Refused):
        raise click.ClickException(IN_ENGLISH[found.rule].format(route=route))
    lines = [
        "the same plan" if found.same else f"not the same plan; it differs in: {', '.join(found.differs)}"
    ]
    lines += [
        f"  {name} was {then or 'absent'} and is {here or 'absent'}"
        for name, (then, here) in found.programs.items()
    ]
    answer(found.to_json(), as_json, lines)
    if not found.same:
        raise click.exceptions.Exit(1)


@click.command("runs")
@with_office
@json_option
def list_runs(office: Office, as_json: bool) -> None:
    """List the latest runs of the planner: how far each came, and whose days it solved."""
    found = runs(office.engine)
    with reading(office.engine) as connection:
        names = {agent.id: agent.name for agent in workforce.all_active(connection)}
    figures = [_run(run) | {"solved": [names.get(one, one) for one in done]} for run, done in found]
    lines = [
        f"{run.id}  {run.day}  {run.state}: {run.done} of {run.total} agents"
        + (f", {run.reused} of them solved before" if run.reused else "")
        for run, _ in found
    ]
    answer({"runs": figures}, as_json, lines or ["nothing was planned yet"])


def _run(run: PlanRun) -> dict[str, Any]:
    return {
        "id": run.id,
        "date": run.day.isoformat(),
        "state": run.state,
        "agents": run.total,
        "done": run.done,
        "reused": run.reused,
        "seed": run.seed,
        "iterations": run.iterations,
        "started_at": run.started_at.isoformat(),
        "ended_at": run.ended_at.isoformat() if run.ended_at else None,
        "by": run.actor,
    }


@click.command("cancel")
@with_office
@click.argument("run")
@json_option
def cancel_run(office: Office, run: str, as_json: bool) -> None:
    """Stop a run (its id) that is planning now. What it solved stays: planning again goes on from there."""
    found = cancel(office.engine, run=run, actor="cli", now=now())
    if isinstance(found, Refused):
        raise click.ClickException(IN_ENGLISH[found.rule].format(run=run))
    answer(_run(found), as_json, [f"stopped after {found.done} of {found.total} agents"])


MORE: dict[str, click.Command] = {
    "replay": replay_one,
    "runs": list_runs,
    "cancel": cancel_run,
    "learn": learn,
}
