"""Learns from ridden days how long ways and services take; a coordinator sees it before it is used."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, Engine

from sync.records import Refused
from sync.words import N_, Phrase

from ..roads import Roads
from ..roads.calibrating import implausible
from ..roads.classes import PROFILES
from ..store import estimates, facts, ridden
from ..store.engine import reading, writing
from ..store.ridden import Ridden
from .estimating import Service, Way, band_of, seconds_of, services, travel

__all__ = ["LearnReport", "Took", "accept", "learn", "took"]


@dataclass(frozen=True)
class LearnReport:
    """What was learned: lines of travel, seconds of services, and what was left aside for what."""

    id: str
    learned: dict[str, Any]
    accepted: bool

    def to_json(self) -> dict[str, Any]:
        return {"id": self.id, "accepted": self.accepted, **self.learned}


@dataclass(frozen=True)
class Took:
    """How long services took, as the accepted learning tells it."""

    rows: tuple[Mapping[str, Any], ...] = ()

    def seconds(self, kind: str, zone: str, at: datetime | None, timezone: str, otherwise: int) -> int:
        """What a visit of this kind takes there, at that hour where one is known; `otherwise` the pack's."""
        band = band_of(at, timezone) if at is not None else ""
        return seconds_of(self.rows, kind, zone, band, otherwise)


def learn(
    engine: Engine, *, roads: Roads, since: date | None = None, actor: str, now: datetime
) -> LearnReport | Refused:
    """Fit what visits tell, and keep it for a coordinator to accept. `roads` are those without learning."""
    begin = datetime.combine(since, time(), tzinfo=UTC) if since is not None else None
    with reading(engine) as connection:
        seen = list(ridden.visited(connection, begin))
    ways, dropped = _ways(seen, roads)
    told = {"travel": travel(ways), "services": services(_services(seen))}
    if not told["travel"] and not told["services"]:
        text = N_("hay muy pocas visitas registradas en vivo para aprender de ellas: {count}")
        return Refused(Phrase(text, {"count": len(seen)}), "plan.too_few")
    digest = hashlib.sha256(json.dumps(told, sort_keys=True).encode()).hexdigest()[:8]
    learned = {
        "name": f"{now.date().isoformat()} {digest}",
        "visits": len(seen),
        "legs": len(ways),
        "dropped": dropped,
        **told,
    }
    with writing(engine) as connection:
        made = estimates.add(connection, learned, now=now)
        _tell(connection, "estimates.learned", made, learned, actor, now)
    return LearnReport(made, learned, False)


def accept(engine: Engine, *, actor: str, now: datetime) -> LearnReport | Refused:
    """Plan with what was learned last from now on."""
    with writing(engine) as connection:
        last = estimates.latest(connection)
        if last is None:
            text = N_("aún no se aprendió nada que aceptar: aprenda primero de las visitas")
            return Refused(Phrase(text), "plan.nothing_learned")
        if last.accepted_at is None:
            estimates.accept(connection, last.id, now=now, actor=actor)
            _tell(connection, "estimates.accepted", last.id, last.learned, actor, now)
    return LearnReport(last.id, last.learned, True)


def took(connection: Connection) -> Took:
    """The services' times that hold now."""
    held = estimates.accepted(connection)
    return Took(tuple(held.learned["services"])) if held is not None else Took()


def _tell(
    connection: Connection, kind: str, subject: str, learned: dict[str, Any], actor: str, now: datetime
) -> None:
    facts.append(connection, kind, as_of=now.date(), now=now, actor=actor, subject=subject, payload=learned)


def _ways(seen: Iterable[Ridden], roads: Roads) -> tuple[list[Way], dict[str, int]]:
    """From the end of each visit to the start of the next of that day, those that can be ways."""
    found: list[Way] = []
    dropped: Counter[str] = Counter()
    prints: dict[str, str] = {}
    last: Ridden | None = None
    for one in seen:
        before, last = last, one
        if before is None or before.who != one.who or _day(before) != _day(one):
            continue
        if before.lat is None or before.lon is None or one.lat is None or one.lon is None:
            dropped["no exact place"] += 1
            continue
        if one.lunch is not None and before.ended <= one.lunch < one.started:
            dropped["lunch between"] += 1
            continue
        profile = one.vehicle if one.vehicle in PROFILES else "motorcycle"
        provider = roads(profile)
        table = provider.table([(before.lat, before.lon)], [(one.lat, one.lon)])
        base_s, metres = (int(cells[0, 0]) for cells in table)
        actual_s = (one.started - before.ended).total_seconds()
        why = implausible(actual_s, base_s, metres)
        if why:
            dropped[why] += 1
            continue
        print_ = prints.setdefault(profile, provider.fingerprint())
        band = band_of(before.ended, one.timezone)
        found.append(Way(profile, print_, one.zone, band, base_s, actual_s, (one.lat, one.lon)))
    return found, dict(dropped)


def _day(one: Ridden) -> date:
    return one.started.astimezone(ZoneInfo(one.timezone or "UTC")).date()


def _services(seen: Iterable[Ridden]) -> list[Service]:
    """Each visit as the kind that a plan would take it for."""
    met: set[str] = set()
    found: list[Service] = []
    for one in sorted(seen, key=lambda one: one.started):
        kind = "appointment" if one.appointment else "company" if one.company else "first_visit"
        kind = "visit" if kind == "first_visit" and one.debtor in met else kind
        met.add(one.debtor)
        seconds = (one.ended - one.started).total_seconds()
        found.append(Service(kind, one.zone, band_of(one.started, one.timezone), seconds, one.planned_s))
    return found
