"""`ronda office assign`: gives every account late enough for the field to an agent, or names the rule."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

import click

from sync.records import Refused

from ..assigning import AssignmentReport
from ..assigning import assign as assign_all
from ..assigning.changing import reject, take
from ..assigning.proposing import Proposed, propose
from ..assigning.remote_report import RemoteReport
from ..office import Office
from ..roads.picking import roads_of
from ..store.said import phrase_of
from .options import DAY, answer, json_option, now, with_office

IN_ENGLISH = {
    "assign.no_agents": "there is no active agent; add one with "
    "`ronda office user add NAME --name 'FULL NAME' --role collector --home LAT,LON`",
    "assign.no_roads": "nothing was assigned: {why}",
    "assign.unknown_set": "there is no change set with that id; make one with --propose",
    "assign.decided_set": "that change set was taken or rejected before; make another with --propose",
    "assign.past": "accounts were already assigned as of a later day; use that day or a later one as --as-of",
}


@click.command()
@with_office
@click.option("--as-of", type=DAY, help="The day the arrears are counted on, YYYY-MM-DD.")
@click.option("--dry-run", is_flag=True, help="Show what would be decided; write nothing.")
@click.option("--rebalance", is_flag=True, help="Move also who has an agent, where it pays.")
@click.option("--propose", "proposed", is_flag=True, help="Keep it as a change set, for a person to take.")
@click.option("--take", "taken", metavar="ID", help="Take a change set, whole or --only some debtors.")
@click.option("--reject", "rejected", metavar="ID", help="Put a change set away.")
@click.option("--only", multiple=True, metavar="DEBTOR_ID", help="With --take: this debtor (repeatable).")
@click.option("--fallback", is_flag=True, help="Leave OSRM aside: the city's roads, else straight lines.")
@json_option
def assign(
    office: Office,
    as_of: date | None,
    dry_run: bool,
    rebalance: bool,
    proposed: bool,
    taken: str | None,
    rejected: str | None,
    only: tuple[str, ...],
    fallback: bool,
    as_json: bool,
) -> None:
    """Give the accounts at the field bucket to agents, one agent per debtor, with a reason each.

    Who has an agent keeps him; running it again on the same day changes nothing. Accounts that their
    policy bars from visits are listed with the rule.
    """
    if taken or rejected:
        _decide(office, taken, rejected, only, as_json)
        return
    if as_of is None:
        raise click.UsageError("say the day with --as-of YYYY-MM-DD")
    if proposed:
        _propose(office, as_of, rebalance, fallback, as_json)
        return
    report = assign_all(
        office.engine,
        as_of=as_of,
        actor="cli",
        now=now(),
        dry_run=dry_run,
        rebalance=rebalance,
        roads=roads_of(office.config, office.engine, fallback=fallback),
    )
    if isinstance(report, Refused):
        raise _refused(report)
    answer(report.to_json(), as_json, _lines(report))


def _propose(office: Office, as_of: date, rebalance: bool, fallback: bool, as_json: bool) -> None:
    made = propose(
        office.engine,
        as_of=as_of,
        actor="cli",
        now=now(),
        rebalance=rebalance,
        roads=roads_of(office.config, office.engine, fallback=fallback),
    )
    if isinstance(made, Refused):
        raise _refused(made)
    lines = [
        f"{len(made.changes)} changes proposed; take them with: ronda office assign --take {made.id}",
        *(_told(change) for change in made.changes[:20]),
    ]
    if len(made.changes) > 20:
        lines.append(f"  … and {len(made.changes) - 20} more; --json lists all")
    answer(_as_json(made), as_json, lines)


def _as_json(made: Proposed) -> dict[str, Any]:
    return {"change_set": made.id, **made.figures, "proposed": list(made.changes)}


def _told(change: Mapping[str, Any]) -> str:
    because = phrase_of(change["because"]) if "because" in change else "nothing is owed any more"
    return f"  {change['debtor']}: {change['from'] or '-'} -> {change['to'] or '-'}: {because}"


def _decide(
    office: Office, taken: str | None, rejected: str | None, only: tuple[str, ...], as_json: bool
) -> None:
    if taken is None:
        refused = reject(office.engine, rejected or "", actor="cli", now=now())
        if refused is not None:
            raise _refused(refused)
        answer({"rejected": rejected}, as_json, ["rejected: nothing of it was taken"])
        return
    done = take(office.engine, taken, only=only or None, actor="cli", now=now())
    if isinstance(done, Refused):
        raise _refused(done)
    lines = [f"{done.taken} changes taken, {done.left} left"]
    if done.overtaken:
        lines.append(f"{len(done.overtaken)} debtors were assigned meanwhile and stay as they are")
    answer({**vars(done), "overtaken": list(done.overtaken)}, as_json, lines)


def _refused(refused: Refused) -> click.ClickException:
    english = IN_ENGLISH.get(refused.rule)
    return click.ClickException(english.format(**refused.reason.values) if english else str(refused.reason))


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
    lines += _remote_lines(report.remote)
    lines.append(
        f"{report.decided} new decisions ({report.moved} moved, {report.handed_over} of them handed over), "
        f"{report.kept} kept, {report.closed} closed"
    )
    if report.away:
        lines.append(f"away that day: {', '.join(report.away)}")
    if report.warned:
        lines.append(f"{report.warned} debtors share a surname or a street with their agent: look at them")
    if report.dry_run:
        lines.append("dry run: nothing was written")
    return lines


def _remote_lines(report: RemoteReport | None) -> list[str]:
    """Who works what may not be visited; nothing where nothing is barred."""
    if report is None or not report.accounts:
        return []
    lines = [
        f"worked from afar: {report.accounts - report.unassigned} of {report.accounts} barred accounts"
        + (f", {report.missing_evidence} lack evidence for an exception" if report.missing_evidence else "")
    ]
    if report.unassigned:
        lines.append(
            f"{report.unassigned} barred accounts have nobody: add a telephone agent "
            "(`ronda office user add --role telephone`) or `ronda office remote mark AGENT`"
        )
    lines += [f"  {load.name}: {load.debtors} debtors, {load.accounts} accounts" for load in report.loads]
    return lines
