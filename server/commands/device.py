"""`ronda office device`: codes that let a laptop in, the laptops there are, shutting one out, and leases."""

from __future__ import annotations

import functools
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import click

from sync.records import Refused
from sync.wire.errors import Problem

from .. import attaching, enrolling, fleet, leasing, wiping
from ..certifying import tls_of
from ..office import Office
from ..receiving import releasing
from ..shelf import Shelf
from ..store import agents
from ..store.boards import laptops
from ..store.engine import reading
from ..store.scopes import Scope
from .device_program import program
from .options import answer, json_option, now, with_office


@click.group()
def device() -> None:
    """Enrol, list, revoke and wipe laptops."""


def said(command: Callable[..., Any]) -> Callable[..., Any]:
    """Turn a problem into its sentence and exit code 1."""

    @functools.wraps(command)
    def safe(*args: Any, **kwargs: Any) -> Any:
        try:
            return command(*args, **kwargs)
        except Problem as problem:
            raise click.ClickException(str(problem.detail)) from problem

    return safe


@device.command()
@with_office
@click.argument("username")
@click.option("--hours", type=click.IntRange(1, 24 * 14), default=24, show_default=True, help="Valid for.")
@json_option
@said
def code(office: Office, username: str, hours: int, as_json: bool) -> None:
    """Print a one-time code with which the collector USERNAME enrols one laptop."""
    with reading(office.engine) as connection:
        agent = agents.by_username(connection, username)
    if agent is None:
        raise click.ClickException(
            f"{username} is not a collector of this office; see `ronda office user list`, "
            "or add one with `ronda office user add --role collector`"
        )
    valid = timedelta(hours=hours)
    made = enrolling.issue_code(office.engine, agent.id, actor="cli", now=now(), valid=valid)
    tls = tls_of(office.config)
    figures = {"code": made, "agent": agent.id, "username": username, "hours": hours}
    lines = [made, f"for {agent.name}, one laptop, within {hours} hours; shown once"]
    if tls is not None:
        figures["pin"] = tls.pin
        lines.append(f"the office's TLS key, for --pin or after # in --server: {tls.pin}")
    answer(figures, as_json, lines)


@device.command("list")
@with_office
@click.option("--sign", type=click.Choice(sorted(fleet.SIGNS)), help="Only the laptops that show this sign.")
@json_option
def listed(office: Office, sign: str | None, as_json: bool) -> None:
    """List the laptops: last contact, version, what waits in them, what is wrong with them."""
    moment = now()
    with reading(office.engine) as connection:
        rows = fleet.judged(laptops.fleet(connection, Scope.everything()), moment)
        odd = laptops.quarantine(connection, Scope.everything(), limit=10_000)
        rows = [row | {"received": laptops.received(connection, row["id"])} for row in rows]
    chosen = fleet.chosen(rows, sign=sign or "")
    for row in chosen:
        row["quarantine"] = [
            {"n": one["n"], "kind": one["kind"], "code": one["quarantine"]}
            for one in odd
            if one["device_id"] == row["id"]
        ]
    lines = [
        f"{row['id']}  {row['agent_name']:<24}  {row['name']:<20}  seen {row['last_seen'] or 'never'}  "
        f"pending {row['pending'] if row['pending'] is not None else '-'}  {', '.join(row['signs'])}"
        for row in chosen
    ]
    answer({"devices": chosen}, as_json, lines or ["no laptop is enrolled; see `ronda office device code`"])


@device.command()
@with_office
@click.argument("device_id")
@json_option
@said
def wipe(office: Office, device_id: str, as_json: bool) -> None:
    """Shut the laptop DEVICE_ID out and have it wiped at its next contact.

    It first writes what it has not sent to a file that only this office can open; take that file in
    with `ronda office import queue FILE`.
    """
    wiping.order(office.engine, device_id, actor="cli", now=now())
    answer({"device": device_id, "wipe": True}, as_json, [f"{device_id} will be wiped at its next contact"])


@device.command()
@with_office
@click.option("--days", type=int, help="Set it; without this, only tell it.")
@json_option
@said
def lease(office: Office, days: int | None, as_json: bool) -> None:
    """How many days a laptop may work without meeting the office; then its data closes."""
    if days is not None:
        leasing.set_days(office.engine, days, actor="cli", now=now())
    with reading(office.engine) as connection:
        held = leasing.days(connection)
    answer({"lease_days": held}, as_json, [f"a laptop may work {held} days without meeting the office"])


@device.command()
@with_office
@click.argument("device_id")
@click.option("--challenge", required=True, help="The 8 letters that the closed laptop shows.")
@click.option("--days", type=int, default=3, show_default=True, help="For how long it opens.")
@json_option
@said
def extend(office: Office, device_id: str, challenge: str, days: int, as_json: bool) -> None:
    """Print the code that opens the laptop DEVICE_ID, closed because it has not met the office."""
    made = leasing.code_for(office.engine, device_id, challenge, days, actor="cli", now=now())
    answer({"device": device_id, "code": made, "days": days}, as_json, [made, f"opens it for {days} days"])


@device.command()
@with_office
@click.argument("device_id")
@json_option
@said
def revoke(office: Office, device_id: str, as_json: bool) -> None:
    """Shut the laptop DEVICE_ID out. What it still sends is kept sealed, for a person to look at."""
    enrolling.revoke(office.engine, device_id, actor="cli", now=now())
    answer({"device": device_id, "revoked": True}, as_json, [f"{device_id} is revoked"])


@device.command()
@with_office
@click.argument("device_id")
@click.option("--reason", required=True, help="Why; it is written down with your decision.")
@json_option
@said
def release(office: Office, device_id: str, reason: str, as_json: bool) -> None:
    """Apply what the revoked laptop DEVICE_ID sent after it was shut out, which is kept sealed."""
    moment = now()
    done = releasing.release(office.engine, device_id, why=reason, actor="cli", now=moment)
    if isinstance(done, Refused):
        raise click.ClickException(str(done.reason))
    attaching.release_sealed(office.engine, Shelf(office.config.shelf), device_id, moment)
    lines = [f"{done.applied} of {done.looked_at} events applied"]
    lines += [f"{many} quarantined: {code}" for code, many in done.waiting.items()]
    answer({"device": device_id} | done.to_json(), as_json, lines)


device.add_command(program)
