"""Remembers that data of people left the office in a file, and who took it. Makes no file."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime

from sqlalchemy import Engine

from .store import facts
from .store.engine import writing
from .store.routes import Route


def route_saved(engine: Engine, route: Route, *, actor: str, now: datetime) -> None:
    """A route with names and addresses was saved as a file to send."""
    with writing(engine) as connection:
        facts.append(
            connection,
            "route.saved",
            as_of=route.day,
            now=now,
            actor=actor,
            subject=route.id,
            payload={"agent": route.agent, "version": route.version, "stops": len(route.planned)},
        )


def day_saved(
    engine: Engine, day: date, kind: str, agents: int, stops: int, *, actor: str, now: datetime
) -> None:
    """A day's routes were saved as a table: names, addresses and times."""
    with writing(engine) as connection:
        payload = {"kind": kind, "routes": agents, "stops": stops}
        facts.append(connection, "routes.saved", as_of=day, now=now, actor=actor, payload=payload)


def log_saved(engine: Engine, asked: Mapping[str, str], *, actor: str, now: datetime) -> None:
    """Lines of the office's own log were saved as a file: who asked for which."""
    with writing(engine) as connection:
        facts.append(connection, "log.saved", as_of=now.date(), now=now, actor=actor, payload=dict(asked))


def held_saved(engine: Engine, agent_id: str, *, actor: str, now: datetime) -> None:
    """An agent took away what the office holds about him."""
    with writing(engine) as connection:
        facts.append(
            connection,
            "held.downloaded",
            as_of=now.date(),
            now=now,
            actor=actor,
            subject=agent_id,
            payload={},
        )


def case_file_taken(engine: Engine, about: str, name: str, *, actor: str, now: datetime) -> None:
    """A folder of a case (a dossier, a hand-over, somebody's own data) was downloaded."""
    with writing(engine) as connection:
        facts.append(
            connection,
            "case_file.taken",
            as_of=now.date(),
            now=now,
            actor=actor,
            subject=about,
            payload={"name": name},
        )
