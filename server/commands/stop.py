"""`ronda office stop`: what stops collection, and lifting it on a resolution."""

from __future__ import annotations

import click

from sync.records import Refused, UserRole
from sync.rules.cease import closed_channels
from sync.rules.clauses import StopKind

from ..office import Office
from ..resolving import resolve
from ..store import people, resolutions
from ..store.engine import reading
from ..store.resolutions import OUTCOMES
from ..store.scopes import Scope
from .import_files import english
from .options import answer, json_option, now, with_office

RESOLVERS = {UserRole.COMPLIANCE.value, UserRole.ADMINISTRATOR.value}


@click.group()
def stop() -> None:
    """What stops collection: disputes, requests to cease, deaths, attorneys. Only a resolution lifts it."""


@stop.command("list")
@with_office
@json_option
def list_(office: Office, as_json: bool) -> None:
    """List what stops collection now, oldest first, with its id for `release`."""
    with reading(office.engine) as connection:
        held = resolutions.standing(connection, Scope.everything(), now())
    found = [
        {
            "stop": row["id"],
            "state": row["state"],
            "debtor": row["debtor_name"],
            "account": row["number"],
            "channels": list(closed_channels(StopKind(row["state"]), row["detail"] or {})),
            "since": row["since"].isoformat(timespec="minutes"),
            "until": row["until"].isoformat(timespec="minutes") if row["until"] else None,
            "said_by": row["lender"] or ("visit" if row["visit_id"] else "office"),
            "follows": row["follows"],
        }
        for row in held
    ]
    lines = [
        f"{one['stop']}  {one['state']:<9} {one['debtor']}"
        + (f", account {one['account']}" if one["account"] else "")
        + (f", only {', '.join(one['channels'])}" if one["channels"] else "")
        + f"; since {one['since'][:10]}, said by {one['said_by']}"
        + (f"; lifted with {one['follows']}" if one["follows"] else "")
        for one in found
    ]
    answer({"stops": found}, as_json, lines or ["nothing stops collection"])


@stop.command()
@with_office
@click.argument("stop_id", metavar="STOP")
@click.option("--outcome", required=True, type=click.Choice(OUTCOMES), help="What was found.")
@click.option("--why", required=True, metavar="TEXT", help="The resolution: what was decided and why.")
@click.option("--by", required=True, metavar="USERNAME", help="Who resolved it: role compliance.")
def release(office: Office, stop_id: str, outcome: str, why: str, by: str) -> None:
    """Lift STOP, and what follows from it, on the recorded resolution of a compliance officer."""
    with reading(office.engine) as connection:
        held = {row["username"]: set(row["roles"]) for row in people.listed(connection) if row["active"]}
    if not held.get(by, set()) & RESOLVERS:
        raise click.ClickException(
            f"'{by}' may not resolve it: name an active user with role compliance (`ronda office user list`)"
        )
    try:
        said = resolve(
            office.engine,
            stop_id,
            outcome=outcome,
            because=why,
            actor=by,
            now=now(),
            scope=Scope.everything(),
        )
    except LookupError:
        raise click.ClickException(f"there is no stop {stop_id}; see `ronda office stop list`") from None
    if isinstance(said, Refused):
        raise click.ClickException(english(said.reason))
    click.echo(f"Lifted. Whoever has debtor {said} hears of it at his next sync.")
