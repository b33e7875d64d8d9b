"""Who works in the filled office: the people of its pages, the agents with their laptops and their days."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import Connection

from server.store import agents as workforce
from server.store import offices, people
from server.store import tables as t
from server.store.scopes import Share
from sync.ids import new_id
from sync.records import UserRole

from .base import (
    BRANCHES,
    NOW,
    TEAMS,
    TODAY,
    ZONES,
    Agent,
    Row,
    Rows,
    World,
    branch_name,
    centre,
    team_name,
    zone_name,
)

# Who comes to the pages: role and what he sees.
STAFF: dict[str, tuple[UserRole, Share]] = {
    "root": (UserRole.ADMINISTRATOR, Share()),
    "nora": (UserRole.COORDINATOR, Share()),
    "carla": (UserRole.SUPERVISOR, Share(branch="Sede 1", team="Equipo 1-1")),
    "dora": (UserRole.COMPLIANCE, Share()),
    "elena": (UserRole.MANAGER, Share()),
    "fabio": (UserRole.TELEPHONE, Share(branch="Sede 1")),
}
COLLECTOR = "gustavo"
# Of each other branch: who coordinates it and who telephones for it. They come to no page.
COORDINATORS = tuple(f"coordina{branch + 1}" for branch in range(BRANCHES))
TELEPHONES = ("fabio", *(f"llama{branch + 1}" for branch in range(1, BRANCHES)))


def staff(world: World, connection: Connection) -> None:
    offices.put(connection, "timezone", "America/Bogota")
    people.ensure_roles(connection)
    for username, (role, share) in STAFF.items():
        _person(world, connection, username, role, share)
    for branch in range(BRANCHES):
        share = Share(branch=branch_name(branch))
        _person(world, connection, COORDINATORS[branch], UserRole.COORDINATOR, share)
        if branch:
            _person(world, connection, TELEPHONES[branch], UserRole.TELEPHONE, share)
    for number in range(world.size.agents):
        world.agents.append(_agent(world, connection, number))


def _agent(world: World, connection: Connection, number: int) -> Agent:
    branch, team = number % BRANCHES, number // BRANCHES % TEAMS
    username = COLLECTOR if number == 0 else f"gestor{number}"
    user = _person(world, connection, username, UserRole.COLLECTOR, Share(branch=branch_name(branch)))
    lat, lon = centre(branch)
    made = workforce.add(
        connection,
        name=world.name(),
        user_id=user,
        branch=branch_name(branch),
        team=team_name(branch, team),
        zone=zone_name(number % ZONES),
        home_lat=lat + world.draw.uniform(-0.05, 0.05),
        home_lon=lon + world.draw.uniform(-0.05, 0.05),
    )
    return Agent(made, user, username, branch, team, new_id(), [])


def _person(world: World, connection: Connection, username: str, role: UserRole, share: Share) -> str:
    made = world.users[username] = people.add(
        connection,
        username=username,
        name=world.name(),
        role=role,
        password_hash=world.password_hash,
        shares=[share],
        must_change=False,
        now=NOW - timedelta(days=400),
    )
    return made


def laptops(world: World) -> Rows:
    for number, agent in enumerate(world.agents):
        spoke = NOW - timedelta(hours=number % 90)
        yield (
            t.devices,
            {
                "id": agent.device,
                "agent_id": agent.id,
                "name": f"Portátil {number}",
                "token_sha256": agent.device.replace("-", "").ljust(64, "0"),
                "public_key": b"k" * 32,
                "enrolled_at": NOW - timedelta(days=400),
                "last_seen": spoke,
                "client": "ronda 0.8.0",
                "pending": number % 7,
                "offset_ms": number % 900,
                "last_sent": spoke,
                "lease_until": NOW + timedelta(days=5),
            },
        )
        yield (
            t.incarnations,
            {
                "id": agent.device,
                "device_id": agent.device,
                "opened_at": NOW - timedelta(days=400),
                "n": world.each,
                "h": b"\xab" * 32,
            },
        )
        yield from _checks(agent, number)


def _checks(agent: Agent, number: int) -> Rows:
    """Every laptop's chain was verified from the office once a month."""
    chain = {"incarnation": agent.device, "events": 400, "receipt_n": 400, "checkpoint_n": 0}
    dates = {"receipt_at": NOW.isoformat(), "checkpoint_day": ""}
    told = {"chains": [chain | dates], "receipts": 9, "checkpoints": 0, "erased": 0}
    for month in range(6):
        yield (
            t.chain_checks,
            {
                "id": new_id(),
                "device_id": agent.device,
                "checked_at": NOW - timedelta(days=30 * month, minutes=number % 600),
                "checked_by": "dora",
                "ok": True,
                "events": 400,
                "unanchored": 0,
                "told": told | {"problems": [], "more": 0, "notes": []},
            },
        )


def days(world: World) -> Rows:
    """Days away, conflicts of who must not visit whom, agents who telephone too, silences looked into."""
    for number, agent in enumerate(world.agents):
        if number % 4 == 0:
            yield (t.agent_days, _away(agent, number))
        if number % 20 == 3 and agent.debtors:
            yield (
                t.agent_conflicts,
                {
                    "id": new_id(),
                    "agent_id": agent.id,
                    "debtor_id": agent.debtors[-1].id,
                    "because": "Son familiares",
                    "declared_at": NOW - timedelta(days=number % 90),
                    "actor": "nora",
                },
            )
        if number % 50 == 5:
            yield (
                t.remote_marks,
                {
                    "id": new_id(),
                    "agent_id": agent.id,
                    "marked_at": NOW - timedelta(days=60),
                    "actor": "nora",
                },
            )
        if number % 30 == 7:
            yield t.silences, _silence(agent, number)


def _silence(agent: Agent, number: int) -> Row:
    return {
        "id": new_id(),
        "agent_id": agent.id,
        "day": TODAY - timedelta(days=number % 25),
        "outcome": ("safe", "trying", "escalated")[number % 3],
        "note": "Contestó el teléfono de la casa",
        "at": NOW - timedelta(days=number % 25),
        "actor": "carla",
    }


def _away(agent: Agent, number: int) -> Row:
    first = TODAY - timedelta(days=number % 60 - 10)
    return {
        "id": new_id(),
        "agent_id": agent.id,
        "first": first,
        "last": first + timedelta(days=number % 5),
        "away": True,
        "because": "Vacaciones",
        "recorded_at": NOW - timedelta(days=70),
        "actor": "nora",
    }
