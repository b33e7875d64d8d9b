"""Tries the score on past visits: what it would have said at their moment, and whether he paid after them.

Each visit is looked at through the very reader that the worklists use, as of its day and with what the office
knew when it began: nothing that came in later (a payment, a balance, another visit) can leak into what is
foretold. What happened is taken from everything known today.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from sqlalchemy import Connection, Engine

from sync.records import Payment
from sync.rules.calibration import Calibration, Tried, calibrate
from sync.rules.policy import local_day
from sync.rules.strategy import Strategy

from ..packs import Packs, at_office, pack_of
from ..store import facts, known_debtors, tried
from ..store.engine import reading, writing
from ..store.known_debtors import Asked, KnownDebtor
from ..store.tried import MadeVisit
from . import using
from .appraising import Ground, appraise
from .grounds import Remembered

MOST = 5_000
KIND = "strategy.calibrated"


@dataclass(frozen=True)
class Report:
    """What was tried, under which strategy, and what was left aside and why."""

    strategy: str
    version: str
    since: date
    until: date
    pays_within_days: int
    left_aside: dict[str, int]
    calibration: Calibration

    def to_json(self) -> dict[str, Any]:
        return {
            "strategy": self.strategy,
            "version": self.version,
            "since": self.since.isoformat(),
            "until": self.until.isoformat(),
            "pays_within_days": self.pays_within_days,
            "left_aside": self.left_aside,
            **self.calibration.to_json(),
        }


def run(
    engine: Engine,
    *,
    now: datetime,
    actor: str,
    since: date | None = None,
    most: int = MOST,
    packs: Packs = pack_of,
    progress: Callable[[int, int], None] | None = None,
) -> Report:
    """The calibration over the newest `most` visits that met somebody since a day (a year ago)."""
    until = now.date()
    first = since or until - timedelta(days=365)
    begin = datetime.combine(first, time(), tzinfo=UTC)
    with reading(engine) as connection:
        strategy = using.in_force(connection)
        visits = tried.effective(connection, begin, now, most)
        paid = tried.paid_by(connection, {one.debtor for one in visits}, first)
        known = known_debtors.payments_through(connection, now)
        packs = Remembered(at_office(connection, packs))
        left: Counter[str] = Counter()
        outcomes = []
        for count, visit in enumerate(visits, 1):
            one = _tried(connection, visit, paid.get(visit.debtor, []), known, strategy, packs)
            if isinstance(one, str):
                left[one] += 1
            else:
                outcomes.append(one)
            if progress is not None and count % 500 == 0:
                progress(count, len(visits))
    report = Report(
        strategy=strategy.name,
        version=strategy.version,
        since=first,
        until=until,
        pays_within_days=strategy.pays_within_days,
        left_aside=dict(sorted(left.items())),
        calibration=calibrate(outcomes, strategy.scale),
    )
    with writing(engine) as connection:
        facts.append(
            connection,
            KIND,
            as_of=until,
            now=now,
            actor=actor,
            subject=strategy.name,
            payload=report.to_json(),
        )
    return report


def latest(connection: Connection) -> dict[str, Any] | None:
    """The last report, as a fact."""
    found = facts.listed(connection, kind=KIND, limit=1)
    return found[0] if found else None


def _tried(
    connection: Connection,
    visit: MadeVisit,
    paid: Sequence[Payment],
    through: dict[str, date],
    strategy: Strategy,
    packs: Packs,
) -> Tried | str:
    """What was foretold and what came; or the reason why the visit tells nothing."""
    day = local_day(visit.started, visit.zone)
    last = day + timedelta(days=strategy.pays_within_days)
    # A moment before it began: what the visit itself brought in is not known yet.
    asked = Asked(day, visit.started - timedelta(microseconds=1), as_it_was=True)
    found = list(known_debtors.named(connection, asked, [visit.debtor]))
    if not found or not found[0].owed:
        return "no balance was known before the visit"
    then = found[0]
    ground = Ground(
        strategy=strategy,
        day=day,
        packs=packs,
        usual={},
        through=known_debtors.payments_through(connection, asked.known_at),
    )
    scored = next((one.score for one in appraise(then, ground) if one.score is not None), None)
    if scored is None:
        return "nothing was overdue, as far as was known"
    if any(through.get(lender, date.min) < last for lender in _lenders(then)):
        return "payments are not known long enough after the visit"
    return Tried(scored.pays, _paid_after(paid, day, last, asked.known_at))


def _lenders(then: KnownDebtor) -> set[str]:
    return {str(row["lender_id"]) for row in then.accounts if str(row["id"]) in then.owed}


def _paid_after(paid: Sequence[Payment], day: date, last: date, before: datetime) -> bool:
    """True when something came in from the visit's day on that nobody took back and nobody knew before."""
    after = [one for one in paid if one.imported_at is None or one.imported_at > before]
    left = {one.id: one.amount for one in after if one.reverses is None and day <= one.value_date <= last}
    for one in after:
        if one.reverses in left:
            left[one.reverses] -= one.amount
    return any(amount > 0 for amount in left.values())
