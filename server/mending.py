"""Mends the day's published routes that no longer hold, all of them at once. Knows no page.

Whoever is away has his route taken back, with his appointments named for somebody to keep; every other
route is planned again without the doors that fell out, checked, and sent. One that cannot be mended stays
as it was and says why.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import Connection, Engine

from sync.records import Refused
from sync.routing.rest import Happened
from sync.words import N_, Phrase

from .planning.publishing import publish, unpublish
from .planning.reporting import NotPublished
from .rerouting import reroute
from .roads import Roads
from .store import agents as workforce
from .store import facts, routes
from .store.boards import morning
from .store.boards.morning import Morning
from .store.engine import reading, writing
from .store.repairs import unsound
from .store.scopes import Scope

MOST = 2_000

AWAY = N_("está ausente: su ruta se retiró de su portátil")
EMPTY = N_("no quedó nadie por visitar: su ruta se retiró")
AGAIN = N_("{out} paradas fuera, {left} por visitar; vuelve a las {back}")
FAILED = N_("no se pudo reparar")


@dataclass(frozen=True)
class Mended:
    """What became of one agent's route; `left` are debtors with an appointment that nobody keeps now."""

    agent: str
    agent_name: str
    route: str
    said: Phrase
    good: bool
    left: tuple[str, ...] = ()
    why: Phrase | None = None  # where it could not be mended


@dataclass(frozen=True)
class Mending:
    """What one button did, agent by agent."""

    day: date
    routes: tuple[Mended, ...]


def mend(
    engine: Engine,
    scope: Scope,
    asked: Morning,
    *,
    actor: str,
    now: datetime,
    roads: Roads | None = None,
    say: Callable[[str], None] | None = None,
) -> Mending:
    """Mend every published route of the scope's agents that no longer holds on the day."""
    with reading(engine) as connection:
        broken = morning.listed(connection, scope, "routes", asked, limit=MOST, offset=0)
    done: list[Mended] = []
    for number, row in enumerate(broken, start=1):
        if row["away"]:
            done.append(_taken_back(engine, row["agent_id"], row["agent_name"], asked.day, actor, now))
        else:
            done.append(
                _planned_again(engine, row["agent_id"], row["agent_name"], asked.day, actor, now, roads)
            )
        if say is not None:
            say(f"{number}/{len(broken)}")
    made = Mending(asked.day, tuple(done))
    if done:
        with writing(engine) as connection:
            _remember(connection, made, actor, now)
    return made


def _taken_back(
    engine: Engine, agent: str, name: str, day: date, actor: str, now: datetime, because: str = AWAY
) -> Mended:
    with reading(engine) as connection:
        out = routes.newest(connection, day, [agent])
    left = tuple(
        stop.debtor for route in out for stop in route.planned if stop.appointment and because == AWAY
    )
    answer = unpublish(engine, day=day, agents=[agent], actor=actor, now=now)
    if isinstance(answer, Refused):
        return Mended(agent, name, "", Phrase(FAILED), False, why=answer.reason)
    return Mended(agent, name, answer.routes[0] if answer.routes else "", Phrase(because), True, left)


def _planned_again(
    engine: Engine, agent: str, name: str, day: date, actor: str, now: datetime, roads: Roads | None
) -> Mended:
    with reading(engine) as connection:
        gone = unsound(connection, agent, day)
        worker = workforce.by_id(connection, agent)
    made = reroute(engine, agent, Happened(given_up=frozenset(gone)), actor=actor, now=now)
    if isinstance(made, Refused):
        if made.rule == "reroute.nothing":
            return _taken_back(engine, agent, name, day, actor, now, EMPTY)
        return Mended(agent, name, "", Phrase(FAILED), False, why=made.reason)
    sent = publish(engine, day=day, agents=[agent], actor=actor, now=now, roads=roads)
    if isinstance(sent, (Refused, NotPublished)):
        return Mended(agent, name, made.route, Phrase(FAILED), False, why=sent.reason)
    back = made.back.astimezone(worker.where) if worker is not None else made.back
    values: dict[str, str | int | float] = {
        "out": len(made.out),
        "left": len(made.after),
        "back": f"{back:%H:%M}",
    }
    return Mended(agent, name, made.route, Phrase(AGAIN, values), True)


def _remember(connection: Connection, made: Mending, actor: str, now: datetime) -> None:
    facts.append(
        connection,
        "routes.mended",
        as_of=made.day,
        now=now,
        actor=actor,
        payload={
            "routes": [{"agent": one.agent, "route": one.route, "mended": one.good} for one in made.routes]
        },
    )
