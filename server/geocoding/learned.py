"""Corrects the office's addresses by where visits took place. What is believed is for `learning` to say."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection, Engine, RowMapping

from sync.records import Precision
from sync.rules.policy import zone_of
from sync.words import N_, Phrase

from .. import publishing
from ..doors import ERROR_M
from ..store import facts, placings, sightings
from ..store.engine import writing
from ..store.placings import Placing, Recording
from .learning import Known, Learned, Seen, Verdict, learn
from .plane import Plane, apart

# A place this sure is a door's, a block's.
DOOR_M, BLOCK_M = 15.0, 100.0
SAME_M = 1.0
WHY = {
    Verdict.FOUND: N_("Lo ubican {days} días de visitas"),
    Verdict.SURER: N_("Lo confirman {days} días de visitas"),
    Verdict.MOVED: N_("Lo corrigen {days} días de visitas, a {metres} m de donde estaba"),
    Verdict.DOUBTED: N_("Hay visitas que no coinciden con el punto y no bastan para moverlo"),
}


@dataclass
class LearnedReport:
    """What visits made of the addresses they went to."""

    visited: int = 0
    changed: int = 0
    verdicts: Counter[str] = field(default_factory=Counter)

    def to_json(self) -> dict[str, Any]:
        return {"visited": self.visited, "changed": self.changed, **dict(sorted(self.verdicts.items()))}

    def said(self) -> str:
        told = ", ".join(f"{count} {verdict}" for verdict, count in sorted(self.verdicts.items()))
        return f"{self.visited} visited addresses, {self.changed} changed ({told or 'nothing to learn from'})"


def learn_portfolio(engine: Engine, *, actor: str, now: datetime) -> LearnedReport:
    """Learn from every measured visit. Run again, it changes nothing that no new visit changed.

    What a person decided at the desk stays: visits that contradict it are kept beside it as a doubt.
    """
    report = LearnedReport()
    by = Recording(actor, now.date(), now)
    with writing(engine) as connection:
        seen = sightings.seen(connection)
        rows = [row for row in placings.standing(connection) if row["id"] in seen]
        taught = sightings.before_visits(connection, (row["id"] for row in rows))
        changed: list[Placing] = []
        doubts: list[Placing] = []
        for row in rows:
            learned, prior = _learn(row, taught.get(row["id"]), seen[row["id"]])
            report.visited += 1
            report.verdicts[learned.verdict.value] += 1
            if learned.verdict is Verdict.KEPT or learned.lat is None:
                continue
            placing = _placing(row, learned, prior)
            if row["source"] == "desk":
                doubts += [placing] if learned.verdict is Verdict.MOVED else []
            elif _differs(row, placing):
                changed.append(placing)
        report.changed = len(changed)
        moved = placings.put(connection, changed, by)
        placings.doubt(connection, doubts, by)
        publishing.refresh_debtors(connection, moved, now)
        _log(connection, report, by)
    return report


def _learn(
    row: RowMapping, before: Mapping[str, Any] | None, visits: Sequence[RowMapping]
) -> tuple[Learned, Known | None]:
    # What visits taught is no evidence for itself: a place would grow surer by being learned again.
    held: Mapping[str, Any] | None = before if row["source"] == "visits" else dict(row)
    prior = None
    if held is not None and held["lat"] is not None and held["lon"] is not None:
        prior = Known(held["lat"], held["lon"], held["error_m"] or ERROR_M[Precision(held["precision"])])
    return learn([_seen(visit) for visit in visits], prior), prior


def _seen(visit: RowMapping) -> Seen:
    where = zone_of(visit["timezone"]) or UTC
    return Seen(
        lat=visit["lat"],
        lon=visit["lon"],
        accuracy_m=visit["accuracy_m"],
        agent=visit["agent_id"],
        day=visit["started"].astimezone(where).date(),
        suspect=bool(visit["suspect"]),
    )


def _placing(row: RowMapping, learned: Learned, prior: Known | None) -> Placing:
    lat, lon, error = learned.lat or 0.0, learned.lon or 0.0, learned.error_m or 0.0
    off = apart(Plane(lat, lon).spot(prior.lat, prior.lon), (0.0, 0.0)) if prior else 0.0
    values: dict[str, str | int | float] = {"days": learned.days, "metres": round(off)}
    stays = learned.verdict is Verdict.DOUBTED
    return Placing(
        address=row["id"],
        lat=lat,
        lon=lon,
        precision=_precision(row, error, stays),
        error_m=round(error, 1),
        source="visits",
        why=Phrase(WHY[learned.verdict], {} if stays else values),
        kept="visits",
        visits=learned.days,
    )


def _precision(row: RowMapping, error: float, stays: bool) -> str:
    """By the error alone; a doubt never makes a place better than it was."""
    held = Precision.DOOR if error <= DOOR_M else Precision.BLOCK if error <= BLOCK_M else Precision.STREET
    order = list(Precision)
    was = Precision(row["precision"])
    return max(held, was, key=order.index).value if stays and row["source"] != "visits" else held.value


def _differs(row: RowMapping, placing: Placing) -> bool:
    if row["lat"] is None or placing.lat is None or placing.lon is None:
        return True
    moved = apart(Plane(row["lat"], row["lon"]).spot(placing.lat, placing.lon), (0.0, 0.0))
    return moved > SAME_M or row["error_m"] is None or abs(row["error_m"] - (placing.error_m or 0)) > SAME_M


def _log(connection: Connection, report: LearnedReport, by: Recording) -> None:
    facts.append(
        connection,
        "addresses.learned",
        as_of=by.as_of,
        now=by.now,
        actor=by.actor,
        payload=report.to_json(),
    )
