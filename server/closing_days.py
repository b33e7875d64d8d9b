"""Records the days on which this office contacts nobody, and tells the laptops. Knows no page and no file."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import Connection, Engine

from sync import policies
from sync.records import Refused
from sync.rules.policy import fold_text
from sync.words import N_, Phrase

from . import publishing
from .packs import at_office
from .store import agents, facts, holidays
from .store.engine import writing

SHORTEST_REASON = 5


@dataclass(frozen=True)
class Closed:
    """A day that was closed or opened again; `versions` are the packs' new ones, by name."""

    id: str
    day: date
    municipality: str
    versions: dict[str, str]
    laptops: int


def close_day(
    engine: Engine,
    day: date,
    *,
    municipality: str,
    reason: str,
    pack: str = "",
    actor: str,
    now: datetime,
) -> Closed | Refused:
    """Nobody is contacted on `day` in this municipality ("" everywhere), under every pack or under one.

    The laptops get packs of a new version with their next exchange.
    """
    municipality = " ".join(municipality.split())
    if len(reason.strip()) < SHORTEST_REASON:
        return _refused(N_("Escriba por qué ese día no se contacta a nadie"), "holiday.reason")
    if municipality and not fold_text(municipality):
        return _refused(N_("El municipio se escribe con letras, como en la cartera"), "holiday.place")
    if pack and pack not in policies.available():
        text = N_("No hay un paquete {pack}; vea la lista de reglas")
        return Refused(Phrase(text, {"pack": pack}), "holiday.pack")
    with writing(engine) as connection:
        if holidays.same(connection, day, municipality, pack):
            return _refused(N_("Ese día ya está cerrado para ese lugar"), "holiday.once")
        made = holidays.add(
            connection,
            day=day,
            municipality=municipality,
            pack=pack,
            reason=reason.strip(),
            actor=actor,
            now=now,
        )
        said = {"day": day.isoformat(), "municipality": municipality, "pack": pack, "reason": reason.strip()}
        return _told(connection, "holiday.added", made, said, day, municipality, actor, now)


def open_day(engine: Engine, holiday_id: str, *, why: str, actor: str, now: datetime) -> Closed | Refused:
    """Take back a day that was closed; it stays on record."""
    if len(why.strip()) < SHORTEST_REASON:
        return _refused(N_("Escriba por qué ese día vuelve a contar"), "holiday.reason")
    with writing(engine) as connection:
        row = next((one for one in holidays.standing(connection) if one["id"] == holiday_id), None)
        if row is None:
            return _refused(N_("No hay un día cerrado con ese número"), "holiday.known")
        holidays.remove(connection, holiday_id, why=why.strip(), actor=actor, now=now)
        said = {"day": row["day"].isoformat(), "municipality": row["municipality"], "why": why.strip()}
        return _told(
            connection, "holiday.removed", holiday_id, said, row["day"], row["municipality"], actor, now
        )


def _told(
    connection: Connection,
    kind: str,
    holiday_id: str,
    said: dict[str, str],
    day: date,
    municipality: str,
    actor: str,
    now: datetime,
) -> Closed:
    packs = at_office(connection)
    versions = {name: found.version for name in policies.available() if (found := packs(name)) is not None}
    facts.append(
        connection, kind, as_of=now.date(), now=now, actor=actor, subject=holiday_id, payload=dict(said)
    )
    every = [agent.id for agent in agents.all_active(connection)]
    publishing.refresh_agents(connection, every, now)
    return Closed(holiday_id, day, municipality, versions, len(every))


def _refused(msgid: str, rule: str) -> Refused:
    return Refused(Phrase(msgid), rule)
