"""`ronda office assign`: gives every account late enough for the field to an agent, or names the rule."""

from __future__ import annotations

from datetime import date

import click

from sync.records import Refused

from ..assigning import AssignmentReport
from ..assigning import assign as assign_all
from ..office import Office
from ..roads.picking import roads_of
from .options import DAY, answer, json_option, now, with_office

IN_ENGLISH = {
    "assign.no_agents": "there is no active agent; add one with "
    "`ronda office user add NAME --name 'FULL NAME' --role collector --home LAT,LON`",
    "assign.no_roads": "nothing was assigned: {why}",
    "assign.past": "accounts were already assigned as of a later day; use that day or a later one as --as-of",
}


@click.command()
@with_office
@click.option("--as-of", type=DAY, required=True, help="The day the arrears are counted on, YYYY-MM-DD.")
@click.option("--dry-run", is_flag=True, help="Show what would be decided; write nothing.")
@click.option("--fallback", is_flag=True, help="Leave OSRM aside: the city's roads, else straight lines.")
@json_option
def assign(office: Office, as_of: date, dry_run: bool, fallback: bool, as_json: bool) -> None:
    """Give the accounts at the field bucket to agents, one agent per debtor, with a reason each.

    Who has an agent keeps him; running it again on the same day changes nothing. Accounts that their
    policy bars from visits are listed with the rule.
    """
    report = assign_all(
        office.engine,
        as_of=as_of,
        actor="cli",
        now=now(),
        dry_run=dry_run,
        roads=roads_of(office.config, office.engine, fallback=fallback),
    )
    if isinstance(report, Refused):
        english = IN_ENGLISH.get(report.rule)
        raise click.ClickException(english.format(**report.reason.values) if english else str(report.reason))
    answer(report.to_json(), as_json, _lines(report))


def _lines(report: AssignmentReport) -> list[str]:
    lines = [
        f"{report.accounts_at_field} accounts of {report.debtors_at_field} debtors are at the field bucket "
        f"on {report.as_of}",
        f"assigned: {report.assigned_accounts} accounts, {report.assigned_debtors} debtors "
        f"({report.unlocated_debtors} not on the map; {report.travelling_accounts} accounts travel along)",
        *(f"barred by {rule}: {count} accounts" for rule, count in sorted(report.barred.items())),
    ]
    if report.unassigned_accounts:
        lines.append(f"unassigned for lack of room: {report.unassigned_accounts} accounts")
    lines += [f"  {load.name}: {load.debtors} debtors, {load.accounts} accounts" for load in report.loads]
    lines.append(f"{report.decided} new decisions, {report.kept} kept, {report.closed} closed")
    if report.dry_run:
        lines.append("dry run: nothing was written")
    return lines
