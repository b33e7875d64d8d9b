"""Puts in the queue the visits that a person is to review. Knows no page and decides no visit.

A visit is in the queue for what the audit noticed, for a rule that was set aside for it, for reaching the
office late, or because the draw chose it. The draw is no secret to whoever asks why: the visit's number is
the SHA-256 of the office's seed and the visit's id, and it is chosen when the number is under the share.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any

from sqlalchemy import Connection, Engine

from sync.records import Refused
from sync.rules.overriding import OVERRIDDEN
from sync.words import N_, Phrase

from .store import facts, offices, reviews
from .store.engine import writing

DRAWN_OF = 1_000_000
SETTING, SEED = "review", "review_seed"


@dataclass(frozen=True)
class Drawing:
    """How visits are chosen that nothing speaks against: `share` of them, by numbers from `seed`.

    `late_hours`: a visit that reaches the office later than this after it ended is looked at too.
    """

    seed: str
    share: float = 0.05
    late_hours: int = 48

    @property
    def under(self) -> int:
        return round(self.share * DRAWN_OF)

    def number(self, visit_id: str) -> int:
        """The visit's number in the draw, 0 … 999999: the same whenever it is drawn."""
        first = sha256(f"{self.seed} {visit_id}".encode()).digest()[:8]
        return int.from_bytes(first) * DRAWN_OF >> 64


def drawing_of(connection: Connection) -> Drawing:
    """How this office draws; without a seed yet nothing is drawn from it."""
    told = offices.get(connection, SETTING) or {}
    usual = Drawing(str(offices.get(connection, SEED) or ""))
    return Drawing(
        usual.seed, float(told.get("share", usual.share)), int(told.get("late_hours", usual.late_hours))
    )


def draw_by(engine: Engine, *, share: float, late_hours: int, actor: str, now: datetime) -> Refused | None:
    """Say how many of the visits are drawn from now on. Those in the queue stay in it."""
    if not 0 <= share <= 1:
        return Refused(Phrase(N_("La parte que se sortea va de 0 a 100 %")), "review.share")
    if not 1 <= late_hours <= 24 * 60:
        return Refused(Phrase(N_("Las horas de demora van de 1 a 1440")), "review.late")
    with writing(engine) as connection:
        said = {"share": share, "late_hours": late_hours}
        offices.put(connection, SETTING, said)
        facts.append(connection, "review.drawing", as_of=now.date(), now=now, actor=actor, payload=said)
    return None


def bring(connection: Connection, visit_ids: Iterable[str], now: datetime, *, asked: bool = False) -> int:
    """Put in the queue those of these visits that are to be looked at; how many are in it.

    One that was decided waits again when the audit noticed something new since. A visit brought twice
    stays as it is. `asked`: a person wants to decide about them, and that is reason enough.
    """
    rows = reviews.told(connection, visit_ids)
    ids = [row["id"] for row in rows]
    noticed, known = reviews.found_in(connection, ids), reviews.held(connection, ids)
    drawing = _seeded(connection)
    made = [
        row
        for visit in rows
        if (row := _queued(visit, noticed.get(visit["id"]), known.get(visit["id"]), drawing, now, asked))
        is not None
    ]
    reviews.keep(connection, made)
    return len(made)


def _queued(
    visit: Mapping[Any, Any],
    noticed: tuple[int, int] | None,
    known: Mapping[Any, Any] | None,
    drawing: Drawing,
    now: datetime,
    asked: bool,
) -> dict[str, Any] | None:
    """The visit's row in the queue; None when there is no reason to look at it."""
    findings, severity = noticed or (0, 0)
    number = drawing.number(visit["id"])
    late = visit["received_at"] - visit["ended"] > timedelta(hours=drawing.late_hours)
    reasons = (findings > 0, was_lifted(visit["verdict"]), late, number < drawing.under)
    if known is None and not asked and not any(reasons):
        return None
    stays = known is not None and (known["state"] == reviews.WAITING or findings <= known["findings"])
    return {
        "visit_id": visit["id"],
        "agent_id": visit["agent_id"],
        "debtor_id": visit["debtor_id"],
        "started": visit["started"],
        "evidence": visit["evidence"],
        "findings": findings,
        "severity": severity,
        "lifted": reasons[1],
        "late": late,
        "draw": number,
        # What the draw chose once stays chosen, whatever share is drawn later.
        "sampled": known["sampled"] if known is not None else reasons[3],
        "state": known["state"] if known is not None and stays else reviews.WAITING,
        "queued_at": known["queued_at"] if known is not None and stays else now,
        "decided_at": known["decided_at"] if known is not None and stays else None,
        "decided_by": known["decided_by"] if known is not None and stays else "",
    }


def was_lifted(verdict: Mapping[str, Any] | None) -> bool:
    """True when a rule was set aside: by the office's override, or by the agent's own word at the door."""
    told = verdict or {}
    if (told.get("told") or {}).get("override_reason"):
        return True
    return any(one.get("rule") == OVERRIDDEN for one in told.get("rulings", ()))


def _seeded(connection: Connection) -> Drawing:
    """How this office draws, with a seed made the first time."""
    drawing = drawing_of(connection)
    if drawing.seed:
        return drawing
    offices.put(connection, SEED, secrets.token_hex(16))
    return drawing_of(connection)
