"""Guards who walks the street: marks where it is dangerous, and looks for whoever is not heard of.

What a collector broke off for his safety is never held against him: here it only proposes a zone.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Engine

from sync.ids import new_id
from sync.records import Refused
from sync.rules.risk import LEVELS, Corner
from sync.words import N_, Phrase

from ..store import facts, offices, risk
from ..store.engine import reading, writing
from ..store.scopes import Scope
from .drawing import corners_of

USUAL_DAYS, LONGEST_DAYS = 90, 365
SMALLEST_M, LARGEST_M = 30, 5_000
SILENT_AFTER = timedelta(minutes=45)  # unless the office says otherwise: setting `silent_after_minutes`
OUTCOMES = ("safe", "trying", "escalated")

__all__ = ["OUTCOMES", "acknowledge", "corners_of", "dismiss", "end", "mark", "renew", "silent_after"]


def mark(
    engine: Engine,
    *,
    name: str,
    level: str,
    reason: str,
    days: int,
    corners: tuple[Corner, ...] = (),
    centre: Corner | None = None,
    radius_m: int = 0,
    visit: str = "",
    actor: str,
    now: datetime,
    today: date,
    scope: Scope,
) -> Refused | int:
    """Mark a zone; answers its number. It ends after `days` unless somebody looks at it again."""
    wrong = _unfit(name, level, reason, days, corners, centre, radius_m)
    if wrong is not None:
        return wrong
    with writing(engine) as connection:
        if visit and risk.visit(connection, scope, visit) is None:
            raise LookupError(visit)
        made = new_id()
        number = risk.add(
            connection,
            id=made,
            name=" ".join(name.split()),
            level=level,
            polygon=[list(corner) for corner in corners] if centre is None else None,
            lat=centre[0] if centre is not None else None,
            lon=centre[1] if centre is not None else None,
            radius_m=radius_m if centre is not None else None,
            reason=" ".join(reason.split()),
            visit_id=visit or None,
            state="active",
            since=today,
            expires_on=today + timedelta(days=days),
            review_on=today + timedelta(days=max(1, days // 2)),
            made_at=now,
            made_by=actor,
        )
        _remember(connection, "risk.marked", made, {"number": number, "level": level}, actor, now)
    return number


def renew(
    engine: Engine, number: str, *, days: int, actor: str, now: datetime, today: date
) -> Refused | None:
    """Somebody looked again: it stands for so many days more. LookupError when there is no such zone."""
    if not 1 <= days <= LONGEST_DAYS:
        return _refused(N_("Un plazo va de 1 a 365 días"), "risk.days")
    with writing(engine) as connection:
        held = _active(connection, number)
        risk.change(
            connection,
            held["id"],
            expires_on=today + timedelta(days=days),
            review_on=today + timedelta(days=max(1, days // 2)),
        )
        _remember(
            connection, "risk.renewed", held["id"], {"number": held["number"], "days": days}, actor, now
        )
    return None


def end(engine: Engine, number: str, *, why: str, actor: str, now: datetime) -> Refused | None:
    """The place is no longer dangerous; LookupError when there is no such zone."""
    said = " ".join(why.split())
    if not 3 <= len(said) <= 300:
        return _refused(N_("Escriba por qué termina, de 3 a 300 letras"), "risk.why")
    with writing(engine) as connection:
        held = _active(connection, number)
        risk.change(connection, held["id"], state="ended", ended_at=now, ended_by=actor, ended_why=said)
        _remember(connection, "risk.ended", held["id"], {"number": held["number"], "why": said}, actor, now)
    return None


def dismiss(
    engine: Engine, visit: str, *, why: str, actor: str, now: datetime, scope: Scope
) -> Refused | None:
    """Make no zone of a visit that was broken off. It stays what it was: nobody's fault."""
    said = " ".join(why.split())
    if not 3 <= len(said) <= 300:
        return _refused(N_("Escriba por qué no se marca, de 3 a 300 letras"), "risk.why")
    with writing(engine) as connection:
        if risk.visit(connection, scope, visit) is None:
            raise LookupError(visit)
        risk.dismiss(connection, id=new_id(), visit_id=visit, why=said, at=now, actor=actor)
        _remember(connection, "risk.dismissed", visit, {}, actor, now)
    return None


def acknowledge(
    engine: Engine,
    agent: str,
    day: date,
    *,
    outcome: str,
    note: str,
    actor: str,
    now: datetime,
    scope: Scope,
) -> Refused | None:
    """Say what came of looking for somebody who was not heard of. LookupError outside the scope."""
    said = " ".join(note.split())
    if outcome not in OUTCOMES:
        return _refused(N_("Elija qué se supo"), "silence.outcome")
    if not 3 <= len(said) <= 300:
        return _refused(N_("Escriba con quién se habló y qué se supo, de 3 a 300 letras"), "silence.note")
    with writing(engine) as connection:
        if not risk.is_in(connection, scope, agent):
            raise LookupError(agent)
        risk.look_for(
            connection, id=new_id(), agent_id=agent, day=day, outcome=outcome, note=said, at=now, actor=actor
        )
        told = {"day": day.isoformat(), "outcome": outcome}
        _remember(connection, "silence.acknowledged", agent, told, actor, now)
    return None


def silent_after(engine: Engine) -> timedelta:
    """How long after his last planned stop somebody is looked for, by the office's setting."""
    with reading(engine) as connection:
        own = offices.get(connection, "silent_after_minutes")
    return SILENT_AFTER if own is None else timedelta(minutes=int(own))


def _unfit(
    name: str,
    level: str,
    reason: str,
    days: int,
    corners: tuple[Corner, ...],
    centre: Corner | None,
    radius_m: int,
) -> Refused | None:
    if not 2 <= len(name.strip()) <= 80:
        return _refused(N_("Escriba un nombre para la zona, de 2 a 80 letras"), "risk.name")
    if level not in LEVELS:
        return _refused(N_("Elija qué hacer en la zona"), "risk.level")
    if not 10 <= len(reason.strip()) <= 400:
        return _refused(N_("Escriba qué pasa allí, de 10 a 400 letras"), "risk.reason")
    if not 1 <= days <= LONGEST_DAYS:
        return _refused(N_("Un plazo va de 1 a 365 días"), "risk.days")
    if centre is None and len(corners) < 3:
        return _refused(N_("Dé un punto y un radio, o tres esquinas o más"), "risk.shape")
    if centre is not None and not SMALLEST_M <= radius_m <= LARGEST_M:
        return _refused(N_("El radio va de 30 a 5000 metros"), "risk.radius")
    return None


def _active(connection: Connection, number: str) -> dict[str, Any]:
    held = risk.one(connection, number)
    if held is None or held["state"] != "active":
        raise LookupError(number)
    return held


def _refused(text: str, rule: str) -> Refused:
    return Refused(Phrase(text), rule)


def _remember(
    connection: Connection, kind: str, subject: str, said: dict[str, Any], actor: str, now: datetime
) -> None:
    facts.append(connection, kind, as_of=now.date(), now=now, actor=actor, subject=subject, payload=said)
