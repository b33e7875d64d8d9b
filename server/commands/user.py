"""`ronda office user`: adds people, gives them roles and scopes, and an agent's day to collectors."""

from __future__ import annotations

import click

from sync.records import UserRole

from ..hiring import NewPerson, dismiss, hire, new_password, take_back
from ..office import Office
from ..store import people
from ..store.engine import reading
from . import staff
from .options import answer, json_option, now, taken, with_office

ROLES = [role.value for role in UserRole]


@click.group()
def user() -> None:
    """Add and manage people: roles, scopes, passwords, agents."""


user.add_command(staff.day)
user.add_command(staff.agent)
user.add_command(staff.conflict)


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
def add(
    office: Office,
    username: str,
    name: str,
    role: str,
    home: str | None,
    shift: str,
    zone: str,
    timezone: str,
    password: str | None,
    lender: str | None,
    branch: str | None,
    team: str | None,
    as_json: bool,
) -> None:
    """Add one person. A collector also becomes an agent, to whom accounts can be assigned."""
    start, _, end = shift.partition("-")
    person = NewPerson(
        username=username,
        name=name,
        role=UserRole(role),
        password=password,
        lender=lender,
        branch=branch,
        team=team,
        zone=zone,
        home=_home(home),
        shift=(start, end),
        timezone=timezone,
    )
    hired = taken(hire(office.engine, person, actor="cli", now=now()))
    figures = {"username": username, "password": hired.password, "role": role, "agent": hired.agent_id}
    answer(figures, as_json, [f"{role} {username} added; password {hired.password} (shown once)"])


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
    made = taken(new_password(office.engine, username, actor="cli", now=now()))
    answer({"username": username, "password": made}, as_json, [f"{username}: {made} (shown once)"])


@user.command()
@with_office
@click.argument("username")
@json_option
def disable(office: Office, username: str, as_json: bool) -> None:
    """Close a person's access; nothing he did is touched.

    A collector gets no more work and his laptop's day is taken back; what it still sends is kept. Share his
    debtors out again with `ronda office assign`; shut his laptop out with `ronda office device revoke`.
    """
    taken(dismiss(office.engine, username, actor="cli", now=now()))
    answer({"username": username, "active": False}, as_json, [f"{username} can no longer log in"])


@user.command()
@with_office
@click.argument("username")
@json_option
def enable(office: Office, username: str, as_json: bool) -> None:
    """Open a person's access again; his password is the one he had."""
    taken(take_back(office.engine, username, actor="cli", now=now()))
    answer({"username": username, "active": True}, as_json, [f"{username} can log in again"])


def _home(text: str | None) -> tuple[float, float] | None:
    if not text:
        return None
    try:
        lat, lon = (float(part) for part in text.split(","))
    except ValueError:
        raise click.UsageError("--home is two numbers, LAT,LON, e.g. 5.826,-73.033") from None
    return lat, lon
