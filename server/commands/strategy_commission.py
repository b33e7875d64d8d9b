"""`ronda office strategy commission`: the rules of commissions, checked, shown and put in force."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import click

from sync import commissions as built_in
from sync.money import from_minor, written
from sync.rules.clauses import PolicyError
from sync.rules.commission_rules import CommissionRules

from .. import commissioning
from ..office import Office
from ..store import commissions, offices
from ..store.commissions import Which
from ..store.engine import reading
from .options import DAY, answer, json_option, now, with_office

FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
ACTOR = "cli"


@click.group()
def commission() -> None:
    """Commissions: the rules they are reckoned by, and a month's totals."""


@commission.command()
@with_office
@click.option("--text", is_flag=True, help="Print the example that comes with Ronda: to copy, edit and put.")
@json_option
def show(office: Office, text: bool, as_json: bool) -> None:
    """Show the rules that hold at this office: its own, or the example that comes with Ronda."""
    if text:
        click.echo(built_in.default_text(), nl=False)
        return
    with reading(office.engine) as connection:
        held = commissioning.rules(connection)
        own = offices.get(connection, commissioning.SETTING) is not None
    _tell(held, as_json, own=own)


@commission.command()
@click.argument("file", type=FILE)
@json_option
def check(file: Path, as_json: bool) -> None:
    """Check that FILE (TOML) can be taken as the rules of commissions, and show what it says."""
    _tell(_read(file), as_json)


@commission.command()
@with_office
@click.argument("file", type=FILE)
@json_option
def put(office: Office, file: Path, as_json: bool) -> None:
    """Reckon by the rules of FILE from now on; months that were closed keep the rules of then."""
    _read(file)
    text = file.read_text(encoding="utf-8")
    _tell(commissioning.put_rules(office.engine, text, actor=ACTOR, now=now()), as_json, own=True)


@commission.command()
@with_office
@click.option("--month", type=DAY, required=True, help="Any day of the month, YYYY-MM-DD.")
@click.option("--as-of", type=DAY, help="The day on which promises are judged (default: today).")
@json_option
def reckon(office: Office, month: date, as_of: date | None, as_json: bool) -> None:
    """Reckon a month's commissions from its payments and visits, and keep them as its draft."""
    first, moment = commissioning.first_of(month), now()
    day = as_of or moment.date()
    made = commissioning.make_draft(office.engine, first, actor=ACTOR, now=moment, as_of=day)
    with reading(office.engine) as connection:
        rows = commissions.totals(connection, Which(draft=made))
        bills = commissions.fees(connection, Which(draft=made))
    agents = [
        {
            "agent": row["agent_name"],
            "currency": row["currency"],
            "lines": row["lines"],
            "recovered": _amount(row, "base_minor"),
            "commission": _amount(row, "amount_minor"),
        }
        for row in rows
    ]
    fees = [
        {
            "lender": row["lender"],
            "bucket": row["bucket"],
            "currency": row["currency"],
            "recovered": _amount(row, "base_minor"),
            "fee": _amount(row, "amount_minor"),
        }
        for row in bills
    ]
    lines = [f"{one['commission']:>16} {one['currency']}  {one['agent']}" for one in agents]
    lines += [f"{one['fee']:>16} {one['currency']}  {one['lender']}, {one['bucket']}" for one in fees]
    answer({"month": f"{first:%Y-%m}", "agents": agents, "fees": fees}, as_json, [f"{first:%Y-%m}", *lines])


def _amount(row: dict[str, Any], name: str) -> str:
    return written(from_minor(int(row[name]), row["currency"]), row["currency"])


def _read(file: Path) -> CommissionRules:
    try:
        return built_in.load(file)
    except PolicyError as wrong:
        raise click.ClickException(str(wrong)) from wrong


def _tell(held: CommissionRules, as_json: bool, *, own: bool | None = None) -> None:
    told: dict[str, Any] = {
        "name": held.name,
        "version": held.version,
        "days": held.days,
        "met": held.met,
        "rates": len(held.rates),
        "difficulty": len(held.difficulty),
        "kept": {currency: f"{amount:f}" for currency, amount in held.kept.items()},
        "fees": len(held.fees),
        "tax_percent": f"{held.tax_percent:f}",
    }
    if own is not None:
        told["own"] = own
    lines = [
        f"{held.name} {held.version[:8]}: {held.title}",
        f"a payment is of the last visit up to {held.days} days before it ({held.met})",
    ]
    lines += [f"  {rate.value:>6} %  from {rate.when.from_dpd or 0} days" for rate in held.rates]
    answer(told, as_json, lines)
