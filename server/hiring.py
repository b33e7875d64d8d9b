"""Adds people to the office, gives them roles and scopes, and a collector his agent's day. Knows no page."""

from __future__ import annotations

import re
import secrets
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from sqlalchemy import Connection, Engine

from sync.records import Refused, UserRole
from sync.words import N_, Phrase

from . import publishing
from .office import hash_password
from .store import agents, facts, lenders, people, withdrawals
from .store.engine import writing
from .store.scopes import Share

USERNAME = re.compile(r"^[a-z0-9][a-z0-9._-]{1,39}$", re.ASCII)
CLOCK = re.compile(r"^([01][0-9]|2[0-3]):[0-5][0-9]$", re.ASCII)
SHORTEST_PASSWORD = 8
LEFT = N_("el gestor ya no trabaja aquí")


@dataclass(frozen=True)
class NewPerson:
    """Who comes in. `home`, `shift` matter for a collector only; lender, branch, team None is every one."""

    username: str
    name: str
    role: UserRole
    password: str | None = None  # None: one is made, to be changed at the first login
    lender: str | None = None
    branch: str | None = None
    team: str | None = None
    zone: str = ""
    home: tuple[float, float] | None = None
    shift: tuple[str, str] = ("08:00", "17:00")
    timezone: str = "America/Bogota"


@dataclass(frozen=True)
class Hired:
    """The new user; `password` is shown once, `agent_id` is None for all but collectors."""

    user_id: str
    password: str
    agent_id: str | None


def hire(engine: Engine, person: NewPerson, *, actor: str, now: datetime) -> Hired | Refused:
    """Add one person; a collector also becomes an agent, to whom accounts can be assigned."""
    wrong = _wrong(person)
    if wrong is not None:
        return wrong
    password = person.password or secrets.token_urlsafe(9)
    with writing(engine) as connection:
        if people.by_username(connection, person.username) is not None:
            return _refused(N_("Ya hay un usuario {username}; elija otro nombre"), "people.username", person)
        share = _share(connection, person)
        if share is None:
            return Refused(
                Phrase(
                    N_("No hay una entidad {lender}; importe antes su cartera"),
                    {"lender": person.lender or ""},
                ),
                "people.lender",
            )
        user_id = people.add(
            connection,
            username=person.username,
            name=person.name.strip(),
            role=person.role,
            password_hash=hash_password(password),
            shares=[share],
            must_change=person.password is None,
            now=now,
        )
        agent_id = _agent(connection, user_id, person) if person.role is UserRole.COLLECTOR else None
        facts.append(
            connection,
            "user.added",
            as_of=now.date(),
            now=now,
            actor=actor,
            subject=person.username,
            payload={"role": person.role.value, "agent": agent_id},
        )
    return Hired(user_id, password, agent_id)


def new_password(engine: Engine, username: str, *, actor: str, now: datetime) -> str | Refused:
    """A one-time password, to be changed at the next login; open sessions end."""
    made = secrets.token_urlsafe(9)
    with writing(engine) as connection:
        found = people.by_username(connection, username)
        if found is None:
            return _unknown(username)
        people.set_password(connection, found["id"], hash_password(made), must_change=True)
        _remember(connection, "user.password_reset", username, actor, now)
    return made


def change_password(engine: Engine, username: str, password: str, *, now: datetime) -> Refused | None:
    """The person's own new password."""
    if len(password) < SHORTEST_PASSWORD:
        return _short_password()
    with writing(engine) as connection:
        found = people.by_username(connection, username)
        if found is None:
            return _unknown(username)
        people.set_password(connection, found["id"], hash_password(password), must_change=False)
        _remember(connection, "user.password_changed", username, username, now)
    return None


def dismiss(engine: Engine, username: str, *, actor: str, now: datetime) -> Refused | None:
    """Close a person's access; nothing he did is touched.

    A collector is given no more work: what is ahead on his routes is withdrawn and his feed is taken back.
    What his laptop still says is kept and applied as ever; shutting the laptop out is another decision.
    """
    with writing(engine) as connection:
        found = people.by_username(connection, username)
        if found is None:
            return _unknown(username)
        people.set_active(connection, found["id"], False)
        agent = agents.by_user(connection, found["id"])
        if agent is not None and agent.active:
            agents.set_active(connection, agent.id, False)
            today = now.astimezone(agent.where).date()
            withdrawals.of_agent(connection, agent.id, Phrase(LEFT), today)
            publishing.refresh_agents(connection, [agent.id], now)
        _remember(connection, "user.disabled", username, actor, now)
    return None


def take_back(engine: Engine, username: str, *, actor: str, now: datetime) -> Refused | None:
    """Open a person's access again; a collector gets back the debtors who were not given to others."""
    with writing(engine) as connection:
        found = people.by_username(connection, username)
        if found is None:
            return _unknown(username)
        people.set_active(connection, found["id"], True)
        agent = agents.by_user(connection, found["id"])
        if agent is not None and not agent.active:
            agents.set_active(connection, agent.id, True)
            publishing.refresh_agents(connection, [agent.id], now)
        _remember(connection, "user.enabled", username, actor, now)
    return None


def _wrong(person: NewPerson) -> Refused | None:
    if USERNAME.match(person.username) is None:
        return _refused(
            N_("Un usuario se escribe con letras minúsculas sin acentos, números, punto o guion, de 2 a 40"),
            "people.username",
            person,
        )
    if not person.name.strip():
        return _refused(N_("Escriba el nombre de la persona"), "people.name", person)
    if person.password is not None and len(person.password) < SHORTEST_PASSWORD:
        return _short_password()
    start, end = person.shift
    if CLOCK.match(start) is None or CLOCK.match(end) is None or start >= end:
        return _refused(N_("La jornada va de HH:MM a HH:MM, primero la entrada"), "people.shift", person)
    if person.home is not None and not (-90 <= person.home[0] <= 90 and -180 <= person.home[1] <= 180):
        return _refused(
            N_("La casa está fuera del mundo: latitud de -90 a 90, longitud de -180 a 180"),
            "people.home",
            person,
        )
    try:
        ZoneInfo(person.timezone)
    except (ZoneInfoNotFoundError, ValueError):
        return _refused(N_("La zona horaria se escribe como America/Bogota"), "people.timezone", person)
    return None


def _on_earth(lat: float, lon: float) -> bool:
    return -90 <= lat <= 90 and -180 <= lon <= 180


def _refused(msgid: str, rule: str, person: NewPerson) -> Refused:
    return Refused(Phrase(msgid, {"username": person.username}), rule)


def _unknown(username: str) -> Refused:
    return Refused(Phrase(N_("No hay un usuario {username}"), {"username": username}), "people.username")


def _short_password() -> Refused:
    return Refused(
        Phrase(N_("Una contraseña tiene al menos {least} caracteres"), {"least": SHORTEST_PASSWORD}),
        "people.password",
    )


def _remember(connection: Connection, kind: str, username: str, actor: str, now: datetime) -> None:
    facts.append(connection, kind, as_of=now.date(), now=now, actor=actor, subject=username, payload={})


def _share(connection: Connection, person: NewPerson) -> Share | None:
    lender_id = None
    if person.lender:
        lender_id = lenders.id_of(connection, person.lender)
        if lender_id is None:
            return None
    return Share(lender_id, person.branch, person.team)


def _agent(connection: Connection, user_id: str, person: NewPerson) -> str:
    lat, lon = person.home or (None, None)
    return agents.add(
        connection,
        user_id=user_id,
        name=person.name.strip(),
        branch=person.branch or "",
        team=person.team or "",
        zone=person.zone,
        home_lat=lat,
        home_lon=lon,
        shift_start=person.shift[0],
        shift_end=person.shift[1],
        timezone=person.timezone,
        vehicle="motorcycle",
    )
