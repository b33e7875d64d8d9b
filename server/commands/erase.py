"""`ronda office erase`: requests of debtors that their data be erased, from their arrival to their end."""

from __future__ import annotations

import functools
from collections.abc import Callable
from datetime import date, datetime
from typing import Any

import click

from sync.records import Refused

from .. import attaching, erasing
from ..deadlines import grounds
from ..forgetting import forget_places
from ..office import Office
from ..shelf import Shelf
from ..store.overwriting import scrub as write_anew
from .options import DAY, answer, json_option, now, with_office

RULES = [ground.rule for ground in grounds()]
FIGURES = (
    "number",
    "id",
    "debtor_id",
    "asked_by",
    "channel",
    "basis",
    "received_on",
    "due",
    "due_source",
    "state",
    "days_left",
    "decided_at",
    "decided_by",
    "decided_why",
    "decided_rule",
    "events",
)
STATES = {"received": "waiting", "refused": "refused", "carried_out": "carried out"}

by_option = click.option(
    "--by", "actor", default="cli", show_default=True, help="Who does this: his username."
)
why_option = click.option("--why", required=True, help="The reason, for the log; name no debtor.")


@click.group()
def erase() -> None:
    """Erase a debtor who asks for it: request, list, hold, release, refuse, carry-out; and places past their
    time."""


def said(command: Callable[..., Any]) -> Callable[..., Any]:
    """Turn what is not there into a sentence."""

    @functools.wraps(command)
    def safe(*args: Any, **kwargs: Any) -> Any:
        try:
            return command(*args, **kwargs)
        except LookupError as missing:
            raise click.ClickException(
                f"there is no debtor or request {str(missing)[:60]}; see `ronda office erase list`"
            ) from missing

    return safe


def _refused(outcome: object) -> None:
    if isinstance(outcome, Refused):
        raise _said(outcome)


def _said(refused: Refused) -> click.ClickException:
    source = f" ({refused.source})" if refused.source else ""
    return click.ClickException(f"{refused.reason} [{refused.rule}]{source}")


@erase.command()
@with_office
@click.option("--debtor", required=True, help="The debtor's id (column `person` or the page's address).")
@click.option("--by", "asked_by", type=click.Choice(erasing.ASKED_BY), required=True, help="Who asks.")
@click.option("--channel", type=click.Choice(erasing.CHANNELS), default="letter", show_default=True)
@click.option("--basis", required=True, help="The right or rule it stands on; name no debtor.")
@click.option("--received", type=DAY, help="The day it came in (default: today).")
@click.option("--recorded-by", "actor", default="cli", show_default=True, help="Your username.")
@json_option
@said
def request(
    office: Office,
    debtor: str,
    asked_by: str,
    channel: str,
    basis: str,
    received: date | None,
    actor: str,
    as_json: bool,
) -> None:
    """Record a request; prints its number and until when it must be answered."""
    moment = now()
    number = erasing.receive_request(
        office.engine,
        erasing.debtor_named(office.engine, debtor),
        asked_by=asked_by,
        channel=channel,
        basis=basis,
        received_on=received,
        actor=actor,
        now=moment,
    )
    _refused(number)
    held = erasing.told(office.engine, str(number), moment)
    figures = _figures(held)
    lines = [f"request {number}: to be answered by {held['due']} ({held['due_source']})"]
    if held["open_accounts"]:
        lines.append(f"note: {held['open_accounts']} open accounts; carry-out will ask for --despite-open")
    answer(figures, as_json, lines)


@erase.command()
@with_office
@by_option
@json_option
def places(office: Office, actor: str, as_json: bool) -> None:
    """Delete where agents were once nobody needs it; the visits stay. How long places are kept is on the
    page Lugares."""
    done = forget_places(office.engine, actor=actor, now=now())
    figures = {"old": done.old, "off_duty": done.off_duty, "kept": done.kept}
    lines = [f"deleted: {done.old} places past their time, {done.off_duty} outside the agents' hours"]
    lines += [f"kept for {reason}: {count}" for reason, count in sorted(done.kept.items())]
    answer(figures, as_json, lines)


@erase.command("list")
@with_office
@json_option
def listed(office: Office, as_json: bool) -> None:
    """List the requests: those that wait first, by deadline."""
    rows = erasing.listed(office.engine, now())
    lines = [
        f"{row['number']:>4}  {_state(row):<12}  due {row['due']}  "
        f"{_left(row):<14}  debtor {row['debtor_id']}"
        for row in rows
    ]
    answer({"requests": [_figures(row) for row in rows]}, as_json, lines or ["nobody has asked to be erased"])


@erase.command()
@with_office
@click.argument("number")
@click.option("--until", type=DAY, help="Its last day (default: until it is released).")
@why_option
@by_option
@json_option
@said
def hold(office: Office, number: str, until: date | None, why: str, actor: str, as_json: bool) -> None:
    """Keep this debtor's data for now: a lawsuit, an authority's order."""
    _refused(erasing.hold(office.engine, number, why=why, until=until, actor=actor, now=now()))
    answer({"number": number, "held": True}, as_json, [f"request {number} is on legal hold"])


@erase.command()
@with_office
@click.argument("number")
@why_option
@by_option
@json_option
@said
def release(office: Office, number: str, why: str, actor: str, as_json: bool) -> None:
    """Lift the holds on this debtor's data."""
    _refused(erasing.release(office.engine, number, why=why, actor=actor, now=now()))
    answer({"number": number, "held": False}, as_json, [f"request {number} is no longer on hold"])


@erase.command()
@with_office
@click.argument("number")
@why_option
@click.option("--rule", type=click.Choice(RULES), required=True, help="The rule the refusal stands on.")
@by_option
@json_option
@said
def refuse(office: Office, number: str, why: str, rule: str, actor: str, as_json: bool) -> None:
    """Say no, with the reason and the rule."""
    _refused(erasing.refuse(office.engine, number, why=why, rule=rule, actor=actor, now=now()))
    answer({"number": number, "state": "refused", "rule": rule}, as_json, [f"request {number} is refused"])


@erase.command("carry-out")
@with_office
@click.argument("number")
@why_option
@click.option("--despite-open", is_flag=True, help="Erase him although he has open accounts.")
@by_option
@json_option
@said
def carry_out(office: Office, number: str, why: str, despite_open: bool, actor: str, as_json: bool) -> None:
    """Erase what is known of the debtor, for good. Amounts and codes of his accounts stay."""
    moment = now()
    done = erasing.carry_out(
        office.engine,
        office.signer,
        number,
        why=why,
        actor=actor,
        now=moment,
        despite_open=despite_open,
        forget=forgetting(office, actor, moment),
    )
    if isinstance(done, Refused):
        raise _said(done)
    lines = [
        f"request {done.number} is carried out: {done.events} events erased, {done.pictures} files",
        "laptops let go of their copies at their next sync; backups made before keep theirs until they go",
    ]
    if done.pictures_shared:
        lines.append(f"{done.pictures_shared} files stay: another debtor's visit or account names them too")
    if not done.scrubbed:
        lines.append("the database was busy: run `ronda office erase scrub` to write its files anew")
    answer(vars(done), as_json, lines)


@erase.command()
@with_office
@json_option
def scrub(office: Office, as_json: bool) -> None:
    """Write the database's files anew, so that nothing erased is left in their free space."""
    if not write_anew(office.engine):
        raise click.ClickException("the database is in use; stop `ronda office serve` and run it again")
    answer({"scrubbed": True}, as_json, ["the database's files are written anew"])


def forgetting(office: Office, actor: str, moment: datetime) -> Callable[[str, str], tuple[int, int]]:
    """How the bytes of a debtor's pictures and papers are suppressed."""

    def forget(debtor_id: str, reason: str) -> tuple[int, int]:
        shelf = Shelf(office.config.shelf)
        gone = attaching.forget(office.engine, shelf, debtor_id, reason=reason, actor=actor, now=moment)
        return len(gone.erased), len(gone.shared)

    return forget


def _figures(row: dict[str, Any]) -> dict[str, Any]:
    return {name: row[name] for name in FIGURES} | {"on_hold": bool(row["holds"])}


def _state(row: dict[str, Any]) -> str:
    return "on hold" if row["holds"] else STATES[row["state"]]


def _left(row: dict[str, Any]) -> str:
    if row["days_left"] is None:
        return ""
    return f"{row['days_left']} days left" if row["days_left"] >= 0 else f"{-row['days_left']} days late"
