"""Deletes where agents were once nobody needs it: from the tables, by age, with a log. Knows no page.

A place is deleted when the visit is older than the office keeps places, and sooner when the visit was
outside the agent's hours. It stays while a finding on the visit is open, a supervisor returned or holds
it, or a claim or a legal hold needs it. The source ("GPS") and the grade of the evidence stay, the
coordinates go, from the visit and from its corrections. The sealed body in the ledger keeps what the
laptop wrote until the body itself is erased, so every chain still verifies.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, Engine

from sync.records import Refused
from sync.words import N_, Phrase

from . import publishing
from .store import agent_days, facts, forgettings, offices
from .store.agent_days import AgentDays
from .store.engine import reading, writing

SETTING = "locations"
SHORTEST, LONGEST = 30, 3650
PIECE = 500
AGAIN = timedelta(days=45)  # how far before the last run visits outside hours are looked for again

Say = Callable[[str], None]


@dataclass(frozen=True)
class Keeping:
    """For how many days places are kept: of any visit, and of one outside the agent's hours."""

    days: int = 180
    off_duty_days: int = 7


@dataclass
class Forgotten:
    """What a run deleted, and how many stay for which reason."""

    old: int = 0
    off_duty: int = 0
    kept: dict[str, int] = field(default_factory=dict)


def keeping_of(connection: Connection) -> Keeping:
    told = offices.get(connection, SETTING) or {}
    usual = Keeping()
    return Keeping(int(told.get("days", usual.days)), int(told.get("off_duty_days", usual.off_duty_days)))


def keep_for(engine: Engine, *, days: int, off_duty_days: int, actor: str, now: datetime) -> Refused | None:
    """Say for how long places are kept from now on."""
    if not SHORTEST <= days <= LONGEST:
        text = N_("Los días van de {least} a {most}")
        return Refused(Phrase(text, {"least": SHORTEST, "most": LONGEST}), "location.days")
    if not 0 <= off_duty_days <= days:
        text = N_("Fuera de turno se guarda lo mismo o menos: de 0 a {most} días")
        return Refused(Phrase(text, {"most": days}), "location.off_duty")
    with writing(engine) as connection:
        said = {"days": days, "off_duty_days": off_duty_days}
        offices.put(connection, SETTING, said)
        facts.append(connection, "location.kept", as_of=now.date(), now=now, actor=actor, payload=said)
    return None


def forget_places(engine: Engine, *, actor: str, now: datetime, say: Say = lambda _step: None) -> Forgotten:
    """Delete the places whose time has come; what ran before is not done again."""
    with reading(engine) as connection:
        keeping = keeping_of(connection)
        runs = forgettings.listed(connection, 1)
    done = Forgotten()
    before = now - timedelta(days=keeping.days)
    off_before = now - timedelta(days=keeping.off_duty_days)
    last = runs[0]["ran_at"] - timedelta(days=keeping.off_duty_days) - AGAIN if runs else None
    _pieces(engine, done, None, before, now, say, off_duty=False)
    _pieces(engine, done, max(before, last or before), off_before, now, say, off_duty=True)
    with writing(engine) as connection:
        told: dict[str, Any] = {"old": done.old, "off_duty": done.off_duty, "kept": done.kept}
        forgettings.add(connection, ran_at=now, actor=actor, days=keeping.days, before=before, **told)
        facts.append(
            connection,
            "location.forgotten",
            as_of=now.date(),
            now=now,
            actor=actor,
            payload=told | {"days": keeping.days},
        )
    return done


def _pieces(
    engine: Engine,
    done: Forgotten,
    start: datetime | None,
    end: datetime,
    now: datetime,
    say: Say,
    *,
    off_duty: bool,
) -> None:
    """A piece at a time, each in a transaction of its own: laptops go on speaking to the office."""
    after: tuple[datetime, str] | None = None
    while True:
        with writing(engine) as connection:
            rows = forgettings.placed(connection, start, end, after, PIECE)
            if not rows:
                return
            after = (rows[-1]["started"], rows[-1]["id"])
            chosen = _off_duty(connection, rows) if off_duty else list(rows)
            why = forgettings.needed(connection, chosen, now.date())
            gone = [row for row in chosen if row["id"] not in why]
            if gone:
                forgettings.forget(connection, [row["id"] for row in gone])
                held = forgettings.fed(connection, {row["debtor_id"] for row in gone})
                publishing.refresh_debtors(connection, held, now)
        for reason in why.values():
            done.kept[reason] = done.kept.get(reason, 0) + 1
        if off_duty:
            done.off_duty += len(gone)
        else:
            done.old += len(gone)
        say(str(done.old + done.off_duty))


def _off_duty(connection: Connection, rows: Iterable[Mapping[Any, Any]]) -> list[Mapping[Any, Any]]:
    """Those of these visits that lay wholly outside their agents' hours of that day."""
    told = list(rows)
    first = told[0]["started"].date() - timedelta(days=1)
    last = told[-1]["started"].date() + timedelta(days=1)
    said: dict[str, list[AgentDays]] = {}
    for one in agent_days.between(connection, first, last):
        said.setdefault(one.agent, []).append(one)
    return [row for row in told if not _on_duty(row, said.get(row["agent_id"], []))]


def _on_duty(row: Mapping[Any, Any], said: Iterable[AgentDays]) -> bool:
    zone = ZoneInfo(row["timezone"])
    moved = timedelta(milliseconds=row["offset_ms"] or 0) if row["known"] == "live" else timedelta(0)
    start, end = row["started"] - moved, row["ended"] - moved
    day = start.astimezone(zone).date()
    of_day = [one for one in said if one.first <= day <= one.last]
    if of_day and of_day[-1].away:
        return False
    opens = (of_day[-1].shift_start if of_day else None) or row["shift_start"]
    closes = (of_day[-1].shift_end if of_day else None) or row["shift_end"]
    return bool(start < _at(day, closes, zone) and end > _at(day, opens, zone))


def _at(day: date, clock: str, zone: ZoneInfo) -> datetime:
    return datetime.combine(day, time.fromisoformat(clock), tzinfo=zone)
