"""`ronda office device`: codes that let a laptop in, the laptops there are, and shutting one out."""

from __future__ import annotations

import functools
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import click

from sync.wire.errors import Problem

from .. import enrolling
from ..office import Office
from ..store import agents, devices
from ..store.engine import reading
from .options import answer, json_option, now, with_office


@click.group()
def device() -> None:
    """Enrol, list and revoke laptops."""


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
    figures = {"code": made, "agent": agent.id, "username": username, "hours": hours}
    answer(figures, as_json, [made, f"for {agent.name}, one laptop, within {hours} hours; shown once"])


@device.command("list")
@with_office
@json_option
def listed(office: Office, as_json: bool) -> None:
    """List the laptops, newest first."""
    with reading(office.engine) as connection:
        rows = devices.listed(connection)
    lines = [
        f"{row['id']}  {'revoked' if row['revoked_at'] else 'enrolled':<8}  {row['agent_name']:<24}  "
        f"{row['name']:<20}  seen {row['last_seen'] or 'never'}"
        for row in rows
    ]
    answer({"devices": rows}, as_json, lines or ["no laptop is enrolled; see `ronda office device code`"])


@device.command()
@with_office
@click.argument("device_id")
@json_option
@said
def revoke(office: Office, device_id: str, as_json: bool) -> None:
    """Shut the laptop DEVICE_ID out. What it still sends is kept sealed, for a person to look at."""
    enrolling.revoke(office.engine, device_id, actor="cli", now=now())
    answer({"device": device_id, "revoked": True}, as_json, [f"{device_id} is revoked"])
