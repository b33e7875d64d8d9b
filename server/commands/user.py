"""`ronda office user`: adds people, gives them roles and scopes, and an agent's day to collectors."""

from __future__ import annotations

import secrets

import click
from sqlalchemy import Connection

from sync.records import UserRole

from ..office import Office, hash_password
from ..store import agents, facts, lenders, people
from ..store.engine import reading, writing
from ..store.scopes import Share
from .options import answer, json_option, now, with_office

ROLES = [role.value for role in UserRole]
TIME = r"HH:MM"


@click.group()
def user() -> None:
    """Add and manage people: roles, scopes, passwords, agents."""


@user.command()
@with_office
@click.argument("username")
@click.option("--name", required=True, help="The person's name, as pages show it.")
@click.option("--role", required=True, type=click.Choice(ROLES))
@click.option("--lender", help="Sees only this lender's accounts (default: every lender).")
@click.option("--branch", help="Sees only this branch; a collector works there.")
@click.option("--team", help="Sees only this team; a collector belongs to it.")
@click.option("--zone", default="", help="A collector's zone.")
@click.option("--home", metavar="LAT,LON", help="Where a collector's day starts and ends.")
@click.option("--shift", default="08:00-17:00", metavar="HH:MM-HH:MM", help="A collector's shift.")
@click.option("--timezone", default="America/Bogota", help="A collector's IANA time zone.")
@click.option("--password", help="Default: one is made and shown once.")
@json_option
def add(office: Office, username: str, password: str | None, as_json: bool, **given: str | None) -> None:
    """Add one person. A collector also becomes an agent, to whom accounts can be assigned."""
    made = password or secrets.token_urlsafe(9)
    if len(made) < 8:
        raise click.UsageError("a password needs at least 8 characters")
    role = UserRole(given["role"])
    with writing(office.engine) as connection:
        if people.by_username(connection, username) is not None:
            raise click.ClickException(f"there is already a user named {username}; choose another name")
        user_id = people.add(
            connection,
            username=username,
            name=given["name"] or username,
            role=role,
            password_hash=hash_password(made),
            shares=[_share(connection, given)],
            must_change=password is None,
            now=now(),
        )
        agent_id = _agent(connection, user_id, given) if role is UserRole.COLLECTOR else None
        facts.append(
            connection,
            "user.added",
            as_of=now().date(),
            now=now(),
            actor="cli",
            subject=username,
            payload={"role": role.value, "agent": agent_id},
        )
    figures = {"username": username, "password": made, "role": role.value, "agent": agent_id}
    answer(figures, as_json, [f"{role.value} {username} added; password {made} (shown once)"])


@user.command("list")
@with_office
@json_option
def listed(office: Office, as_json: bool) -> None:
    """List people with their roles."""
    with reading(office.engine) as connection:
        rows = people.listed(connection)
    shown = [
        {"username": row["username"], "name": row["name"], "roles": row["roles"], "active": row["active"]}
        for row in rows
    ]
    lines = [
        f"{row['username']:<20} {', '.join(row['roles']):<15} {row['name']}"
        f"{'' if row['active'] else '  (inactive)'}"
        for row in shown
    ]
    answer({"users": shown}, as_json, lines)


@user.command()
@with_office
@click.argument("username")
@json_option
def password(office: Office, username: str, as_json: bool) -> None:
    """Give a person a new one-time password; his open sessions end."""
    made = secrets.token_urlsafe(9)
    with writing(office.engine) as connection:
        user_id = _known(connection, username)
        people.set_password(connection, user_id, hash_password(made), must_change=True)
        _remember(connection, "user.password_reset", username)
    answer({"username": username, "password": made}, as_json, [f"{username}: {made} (shown once)"])


@user.command()
@with_office
@click.argument("username")
@json_option
def disable(office: Office, username: str, as_json: bool) -> None:
    """Close a person's access; nothing he did is touched."""
    with writing(office.engine) as connection:
        people.set_active(connection, _known(connection, username), False)
        _remember(connection, "user.disabled", username)
    answer({"username": username, "active": False}, as_json, [f"{username} can no longer log in"])


def _known(connection: Connection, username: str) -> str:
    found = people.by_username(connection, username)
    if found is None:
        raise click.ClickException(f"there is no user {username}; see `ronda office user list`")
    return str(found["id"])


def _remember(connection: Connection, kind: str, username: str) -> None:
    moment = now()
    facts.append(connection, kind, as_of=moment.date(), now=moment, actor="cli", subject=username, payload={})


def _share(connection: Connection, given: dict[str, str | None]) -> Share:
    lender_id = None
    if given["lender"]:
        lender_id = lenders.id_of(connection, given["lender"])
        if lender_id is None:
            raise click.ClickException(f"there is no lender {given['lender']}; import its portfolio first")
    return Share(lender_id, given["branch"], given["team"])


def _agent(connection: Connection, user_id: str, given: dict[str, str | None]) -> str:
    lat, lon = _home(given["home"])
    start, end = _shift(given["shift"] or "")
    return agents.add(
        connection,
        user_id=user_id,
        name=given["name"] or "",
        branch=given["branch"] or "",
        team=given["team"] or "",
        zone=given["zone"] or "",
        home_lat=lat,
        home_lon=lon,
        shift_start=start,
        shift_end=end,
        timezone=given["timezone"] or "America/Bogota",
        vehicle="motorcycle",
    )


def _home(text: str | None) -> tuple[float | None, float | None]:
    if not text:
        return None, None
    try:
        lat, lon = (float(part) for part in text.split(","))
    except ValueError:
        raise click.UsageError("--home is two numbers, LAT,LON, e.g. 5.826,-73.033") from None
    if not (-90 <= lat <= 90 and -180 <= lon <= 180):
        raise click.UsageError("--home is outside the world: LAT is -90 to 90, LON -180 to 180")
    return lat, lon


def _shift(text: str) -> tuple[str, str]:
    start, _, end = text.partition("-")
    good = all(
        len(part) == 5
        and part[2] == ":"
        and part[:2] < "24"
        and part[3:] < "60"
        and part.replace(":", "").isdigit()
        for part in (start, end)
    )
    if not good or start >= end:
        raise click.UsageError(f"--shift is {TIME}-{TIME} with the start first, e.g. 08:00-17:00")
    return start, end
