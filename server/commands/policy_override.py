"""`ronda office policy override` and `commission`: rules set aside for a debtor, and who may not decide."""

from __future__ import annotations

from datetime import date

import click

from sync.rules.clauses import CHANNELS

from .. import overriding
from ..office import Office
from ..store import accounts, overrides
from ..store.engine import reading
from .erase import by_option, said
from .options import DAY, answer, json_option, now, taken, with_office
from .recover import person, user_option


@click.group()
def override() -> None:
    """Set one rule aside for one debtor, on one day and channel: only what the pack lets people decide."""


@override.command()
@with_office
@click.option("--account", help="An account of his (number or id).")
@click.option("--debtor", help="His id, where no account is named.")
@click.option("--rule", required=True, help="The rule's id, such as co.hours.")
@click.option("--day", type=DAY, required=True, help="The day, where the debtor lives.")
@click.option("--channel", type=click.Choice(CHANNELS), default="visit", show_default=True)
@click.option("--why", required=True, help="The reason; the collector and the audit read it.")
@user_option
@json_option
@said
def add(
    office: Office,
    account: str | None,
    debtor: str | None,
    rule: str,
    day: date,
    channel: str,
    why: str,
    user: str,
    as_json: bool,
) -> None:
    """Set RULE aside. A coordinator, supervisor or compliance person who earns nothing on the debt."""
    whose = _debtor(office, account, debtor)
    made = taken(
        overriding.ask(office.engine, whose, rule, day, channel, why=why, by=person(office, user), now=now())
    )
    with reading(office.engine) as connection:
        row = overrides.by_id(connection, made)
    waits = row is not None and row["two"]
    lines = [f"{rule} is set aside on {day} for the {channel}. id {made}"]
    if waits:
        lines = [
            f"asked for; {rule} holds until another person agrees:",
            f"  ronda office policy override approve {made} --user USERNAME",
        ]
    answer({"override": made, "debtor": whose, "waits_for_another": waits}, as_json, lines)


@override.command()
@with_office
@click.argument("override_id", metavar="ID")
@user_option
@json_option
def approve(office: Office, override_id: str, user: str, as_json: bool) -> None:
    """Agree to what someone else asked for."""
    by = person(office, user)
    debtor = taken(overriding.approve(office.engine, override_id, by=by, now=now()))
    answer({"override": override_id, "debtor": debtor}, as_json, ["agreed: the laptops get it"])


@override.command("list")
@with_office
@json_option
def listed(office: Office, as_json: bool) -> None:
    """List every one there was, the latest day first."""
    with reading(office.engine) as connection:
        rows = overrides.listed(connection)
    lines = [
        f"{row['day']}  {row['rule']:<24} {row['channel']:<8} {state(row):<10} {row['asked_by']}"
        f"{' + ' + row['approved_by'] if row['approved_by'] else ''}: {row['why']}  {row['id']}"
        for row in rows
    ]
    answer({"overrides": rows}, as_json, lines or ["no rule was ever set aside"])


@override.command()
@with_office
@click.argument("override_id", metavar="ID")
@click.option("--why", required=True, help="Why; it stays on record.")
@user_option
@json_option
def end(office: Office, override_id: str, why: str, user: str, as_json: bool) -> None:
    """Let the rule hold again."""
    by = person(office, user)
    debtor = taken(overriding.end(office.engine, override_id, why=why, by=by, now=now()))
    answer({"override": override_id, "debtor": debtor}, as_json, ["ended: the rule holds again"])


def state(row: dict[str, object]) -> str:
    """ended, waiting or in force."""
    if row["ended_at"] is not None:
        return "ended"
    return "waiting" if row["two"] and row["approved_at"] is None else "in force"


def _debtor(office: Office, account: str | None, debtor: str | None) -> str:
    if (account is None) == (debtor is None):
        raise click.UsageError("name either --account or --debtor")
    if debtor is not None:
        return debtor
    with reading(office.engine) as connection:
        found = set(accounts.named(connection, account or "").values())
    if len(found) != 1:
        several = f"several debtors have an account {account}; name one by --debtor: "
        raise click.ClickException(
            several + ", ".join(sorted(found)) if found else f"no account has the number or id '{account}'"
        )
    return found.pop()


@click.group()
def commission() -> None:
    """Who earns when a branch collects: he sets no rule aside for its debtors. The agents need no entry."""


@commission.command("add")
@with_office
@click.argument("username")
@click.option("--branch", help="Of which branch; left out: of every one.")
@click.option("--because", required=True, help="From what it is known, such as his contract.")
@by_option
@json_option
def earns(office: Office, username: str, branch: str | None, because: str, actor: str, as_json: bool) -> None:
    """Declare that USERNAME earns on what a branch collects."""
    taken(overriding.declare_earner(office.engine, username, branch, because=because, actor=actor, now=now()))
    where = branch or "every branch"
    answer({"username": username, "branch": branch}, as_json, [f"{username} earns on {where}: on record"])


@commission.command("list")
@with_office
@json_option
def earners(office: Office, as_json: bool) -> None:
    """List who is declared to earn."""
    with reading(office.engine) as connection:
        rows = overrides.earners(connection)
    lines = [f"{row['username']:<16} {row['branch'] or 'every branch':<16} {row['because']}" for row in rows]
    answer({"earners": rows}, as_json, lines or ["nobody but the agents is declared to earn"])


@commission.command("end")
@with_office
@click.argument("username")
@click.option("--branch", help="Of which branch, as it was declared.")
@by_option
@json_option
def no_more(office: Office, username: str, branch: str | None, actor: str, as_json: bool) -> None:
    """Take a declaration back."""
    taken(overriding.withdraw_earner(office.engine, username, branch, actor=actor, now=now()))
    answer({"username": username, "branch": branch}, as_json, [f"{username} earns there no more"])
