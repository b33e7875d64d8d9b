"""Says who works when and with whom: days away, other hours, languages, ground, conflicts. Plans nothing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any

from shapely import geometry
from sqlalchemy import Connection, Engine

from sync.records import Refused
from sync.words import N_, Phrase

from .roads.classes import PROFILES
from .store import agent_conflicts, agent_days, agents, debtors, facts
from .store.agents import Agent
from .store.engine import writing

VEHICLES = PROFILES


@dataclass(frozen=True)
class Days:
    """From `first` to `last`, both in: away, or other hours ("08:00", "12:00"), or another vehicle."""

    first: date
    last: date
    away: bool = False
    shift: tuple[str, str] | None = None
    vehicle: str = ""
    because: str = ""


def set_days(engine: Engine, who: str, days: Days, *, actor: str, now: datetime) -> str | Refused:
    """Record the days of an agent (id, user name or full name); answers their id, to take them back."""
    with writing(engine) as connection:
        agent = _agent(connection, who)
        if isinstance(agent, Refused):
            return agent
        wrong = _wrong(days)
        if wrong is not None:
            return wrong
        days_id = agent_days.add(connection, agent.id, **vars(days), actor=actor, now=now)
        payload = {
            "first": days.first.isoformat(),
            "last": days.last.isoformat(),
            "away": days.away,
            "shift": list(days.shift or ()),
            "vehicle": days.vehicle,
        }
        _remember(connection, "agent.days_set", agent.id, payload, actor, now)
    return days_id


def take_back_days(engine: Engine, days_id: str, *, actor: str, now: datetime) -> Refused | None:
    """The agent works as always on those days again."""
    with writing(engine) as connection:
        if not agent_days.withdraw(connection, days_id, now):
            return Refused(Phrase(N_("No hay días registrados con esa clave")), "agent.days")
        _remember(connection, "agent.days_taken_back", days_id, {}, actor, now)
    return None


def describe(engine: Engine, who: str, *, actor: str, now: datetime, **values: Any) -> Refused | None:
    """Set what an agent is: `languages` (codes), `longest_stay_days`, `territory` (corners), `vehicle`."""
    with writing(engine) as connection:
        agent = _agent(connection, who)
        if isinstance(agent, Refused):
            return agent
        if not values:
            return Refused(Phrase(N_("No se dijo qué cambiar del gestor")), "agent.nothing")
        if values.get("vehicle", VEHICLES[0]) not in VEHICLES:
            return _no_vehicle(values["vehicle"])
        if "territory" in values and not _is_ground(values["territory"]):
            text = N_("Un territorio tiene al menos tres esquinas y no se cruza a sí mismo")
            return Refused(Phrase(text), "agent.territory")
        columns = dict(values)
        if "languages" in columns:
            columns["languages"] = " ".join(sorted(set(columns["languages"])))
        agents.change(connection, agent.id, **columns)
        _remember(connection, "agent.described", agent.id, columns, actor, now)
    return None


def set_conflict(
    engine: Engine, who: str, debtor: str, *, because: str, stands: bool = True, actor: str, now: datetime
) -> Refused | None:
    """Declare (or take back) that an agent must not visit a debtor (id)."""
    with writing(engine) as connection:
        agent = _agent(connection, who)
        if isinstance(agent, Refused):
            return agent
        if not debtors.exists(connection, debtor):
            return Refused(Phrase(N_("No hay un deudor con esa clave")), "agent.debtor")
        if stands:
            agent_conflicts.declare(connection, agent.id, debtor, because=because, actor=actor, now=now)
        elif not agent_conflicts.withdraw(connection, agent.id, debtor, now):
            return Refused(Phrase(N_("No había un conflicto declarado entre los dos")), "agent.conflict")
        kind = "agent.conflict_declared" if stands else "agent.conflict_taken_back"
        _remember(connection, kind, agent.id, {"debtor": debtor}, actor, now)
    return None


def _agent(connection: Connection, who: str) -> Agent | Refused:
    found = agents.named(connection, who)
    if len(found) == 1:
        return found[0]
    if not found:
        return Refused(Phrase(N_("No hay un gestor {name}"), {"name": who[:60]}), "agent.unknown")
    text = N_("Hay {count} gestores llamados {name}: use el nombre de usuario")
    return Refused(Phrase(text, {"count": len(found), "name": who[:60]}), "agent.ambiguous")


def _wrong(days: Days) -> Refused | None:
    if days.last < days.first:
        return Refused(Phrase(N_("Los días terminan antes de empezar")), "agent.days")
    if days.vehicle and days.vehicle not in VEHICLES:
        return _no_vehicle(days.vehicle)
    if days.shift is not None and not _hours(days.shift):
        return Refused(Phrase(N_("Las horas se escriben 08:00-12:00, y terminan después")), "agent.hours")
    if not (days.away or days.shift or days.vehicle):
        text = N_("Diga si está ausente, qué horas trabaja o en qué va esos días")
        return Refused(Phrase(text), "agent.nothing")
    return None


def _is_ground(corners: Sequence[Sequence[float]]) -> bool:
    return len(corners) > 2 and geometry.Polygon(corners).is_valid


def _hours(shift: tuple[str, str]) -> bool:
    try:
        return time.fromisoformat(shift[0]) < time.fromisoformat(shift[1])
    except ValueError:
        return False


def _no_vehicle(vehicle: str) -> Refused:
    text = N_("No se planifica en {vehicle}: diga {known}")
    return Refused(Phrase(text, {"vehicle": vehicle[:40], "known": ", ".join(VEHICLES)}), "agent.vehicle")


def _remember(
    connection: Connection, kind: str, subject: str, payload: Mapping[str, Any], actor: str, now: datetime
) -> None:
    facts.append(
        connection, kind, as_of=now.date(), now=now, actor=actor, subject=subject, payload=dict(payload)
    )
