"""`ronda field today`: the day's stops, for a person or a script."""

from __future__ import annotations

import json
from datetime import date, datetime
from typing import Any

import click

from sync.records import Verdict
from sync.rules.policy import zone_of
from sync.wire.fields import instant

from .. import delivery
from .. import today as days
from ..casefile import AccountCase
from ..clock import SystemClock
from ..store import journal
from ..store.db import Store
from .options import english, json_option, with_laptop


@click.command()
@click.option(
    "--day", type=click.DateTime(["%Y-%m-%d"]), help="The route of this day (else today's, else the next)."
)
@click.option("--ids", is_flag=True, help="Also the id of each stop.")
@json_option
@with_laptop
def today(store: Store, day: datetime | None, ids: bool, as_json: bool) -> None:
    """Print the day's stops in order, and those left out with their reason.

    Tell what came of one by its number: ronda field visit --stop 3 --party NAD --result NAD
    """
    found = days.day_of(store, SystemClock().read().wall, day.date() if day else None)
    if found is None:
        raise click.ClickException(
            "There is no route on this laptop. Receive the day first: ronda field sync"
        )
    states = states_of(store, found)
    if as_json:
        click.echo(json.dumps(day_json(found, states), ensure_ascii=False))
        return
    click.echo(f"Route of {found.date:%a %Y-%m-%d}: {found.done} of {len(found.stops)} done")
    for stop in found.stops:
        click.echo("\n".join(_lines(stop, states, next_one=found.next is stop, ids=ids)))
    if found.left_out:
        click.echo("\nLeft out")
    for stop in found.left_out:
        click.echo(f"     {stop.name}: {english(stop.why) if stop.why else 'no reason given'}")


def _lines(stop: days.DayStop, states: dict[str, str], *, next_one: bool, ids: bool) -> list[str]:
    """A stop for a person: when, who and how it stands; then where and how much."""
    zone = zone_of(stop.case.zone)
    eta = f"{stop.eta.astimezone(zone):%H:%M}" if stop.eta else "--:--"
    state = " ".join(word for word in (stop.state.replace("_", " "), _delivery(stop, states)) if word)
    window = ""
    if stop.narrow and stop.window:
        between = "-".join(f"{moment.astimezone(zone):%H:%M}" for moment in stop.window)
        window = f"  {'appointment' if stop.appointment else 'between'} {between}"
    first = f"{'>' if next_one else ' '}{stop.sequence:>3}  {eta}  {stop.name}  ({state}){window}"
    where = stop.address.text if stop.address else "no address"
    owed = ", ".join(
        f"{one.known.account.number} {one.standing.overdue:,.0f} {one.standing.currency}"
        for one in stop.accounts
        if one.standing
    )
    lines = [first, f"             {where}{' | ' + owed if owed else ''}"]
    lines += [f"             {english(stop.stopped)}"] if stop.stopped else []
    return [*lines, f"             {stop.id}"] if ids else lines


def states_of(store: Store, day: days.Day) -> dict[str, str]:
    """By visit of this laptop to a stop of the day: ready, sent, confirmed or review."""
    visits = [stop.visit.visit.id for stop in (*day.stops, *day.left_out) if stop.visit]
    with store.reading() as db:
        rows = [row for visit in visits if (row := journal.find(db, visit)) is not None]
        return {visit: str(state) for visit, state in delivery.of_rows(db, rows).items()}


def _delivery(stop: days.DayStop, states: dict[str, str]) -> str:
    return states.get(stop.visit.visit.id, "") if stop.visit else ""


def day_json(day: days.Day, states: dict[str, str] | None = None) -> dict[str, Any]:
    """The day as `today --json` prints it; amounts are decimal strings, times instants in UTC."""
    return {
        "route": day.id,
        "date": _date(day.date),
        "version": day.version,
        "approximate": day.approximate,
        "done": day.done,
        "next": day.next.id if day.next else None,
        "stops": [stop_json(stop, states) for stop in day.stops],
        "left_out": [stop_json(stop, states) for stop in day.left_out],
    }


def stop_json(stop: days.DayStop, states: dict[str, str] | None = None) -> dict[str, Any]:
    return {
        "stop": stop.id,
        "sequence": stop.sequence,
        "debtor": stop.case.state.id,
        "name": stop.name,
        "address": stop.address.id if stop.address else None,
        "address_text": stop.address.text if stop.address else "",
        "lat": stop.lat,
        "lon": stop.lon,
        "zone": stop.case.zone,
        "eta": instant(stop.eta) if stop.eta else None,
        "window": [instant(moment) for moment in stop.window] if stop.window else None,
        "appointment": stop.appointment,
        "state": stop.state,
        "done": stop.done,
        "visit": stop.visit.visit.id if stop.visit else None,
        "delivery": _delivery(stop, states or {}) or None,
        "why": english(stop.why) if stop.why else "",
        "stopped": english(stop.stopped) if stop.stopped else "",
        "verdict": _verdict(stop.case.verdict),
        "next_allowed": instant(stop.case.next_allowed) if stop.case.next_allowed else None,
        "accounts": [account_json(account) for account in stop.accounts],
    }


def account_json(case: AccountCase) -> dict[str, Any]:
    account, aged = case.known.account, case.standing
    return {
        "account": account.id,
        "number": account.number,
        "lender": account.lender,
        "currency": account.currency,
        "state": account.state,
        "pack": account.pack,
        "overdue": f"{aged.overdue:f}" if aged else None,
        "total": f"{aged.total:f}" if aged else None,
        "days_past_due": aged.dpd if aged else None,
        "bucket": aged.bucket if aged else None,
    }


def _verdict(verdict: Verdict) -> dict[str, Any]:
    return {
        "decision": verdict.decision,
        "rulings": [
            {
                "rule": one.rule,
                "decision": one.decision,
                "because": english(one.because),
                "source": one.source,
            }
            for one in verdict.rulings
            if one.decision != "allow"
        ],
    }


def _date(day: date) -> str:
    return day.isoformat()
