"""What of a debtor bears on whether he pays if visited, put together in one place. Knows no store.

The planner (the value of a stop), the worklists and the calibration on past visits all make their `Case`
here, so that one score means the same everywhere. It is given what was known at the moment asked of.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, tzinfo
from decimal import Decimal

from ..records import Contact, Payment, Place, Precision, PromiseState, Result, Visit
from . import promise, reaching
from .ageing import Standing
from .caps import REACHED, as_contact
from .promise import PromiseStanding
from .score import Case

REFUSES = (Result.REFUSES,)
CANNOT = (Result.CANNOT_PAY, Result.ASKS_RELIEF)
ACKNOWLEDGES = (
    Result.ACKNOWLEDGES,
    Result.PROMISE,
    Result.PLAN,
    Result.PART_PAYMENT,
    Result.PAID_IN_FIELD,
    Result.REPORTED_PAID,
)


@dataclass(frozen=True)
class Way:
    """How a visit would find him: where, how surely and when best; by appointment there is no guessing."""

    place: Place = Place.HOME
    precision: Precision = Precision.NONE
    appointment: bool = False
    reach: float = 1.0
    best_hours: str = ""


def case_of(
    day: date,
    owed: Sequence[Standing],
    *,
    usual: Mapping[str, Decimal],
    promised: Iterable[PromiseStanding],
    history: Sequence[Contact | Visit],
    payments: Iterable[Payment],
    where: tzinfo,
    in_field_since: date | None,
    way: Way,
) -> Case:
    """The case of a debtor who owes `owed` (at least one debt), on a day of his."""
    currency = max(owed, key=lambda one: one.overdue).currency
    overdue = sum((one.overdue for one in owed if one.currency == currency), start=Decimal(0))
    states = list(promised)
    return Case(
        dpd=max(one.dpd for one in owed),
        overdue=overdue,
        reference=usual.get(currency, overdue),
        promises_kept=sum(one.state is PromiseState.KEPT for one in states),
        promises_broken=sum(one.state is PromiseState.BROKEN for one in states),
        days_since_visit=days_since_visit(history, day, where),
        precision=way.precision,
        appointment=way.appointment,
        days_waiting=max(0, (day - in_field_since).days) if in_field_since is not None else 0,
        reach=way.reach,
        best_hours=way.best_hours,
        broken_streak=promise.broken_streak(states).count if states else 0,
        days_since_payment=days_since_payment(payments, day),
        answered=answered(history, day, where),
    )


def days_since_visit(history: Iterable[Contact | Visit], day: date, where: tzinfo) -> int | None:
    """Counts the visits made, and those that a route already holds for a day before."""
    days = [
        (day - one.happened.start.astimezone(where).date()).days
        for one in map(as_contact, history)
        if one is not None and one.channel == "visit"
    ]
    return min((count for count in days if count >= 0), default=None)


def days_since_payment(payments: Iterable[Payment], day: date) -> int | None:
    """Since the last payment valued up to the day that nobody took back."""
    each = [one for one in payments if one.value_date <= day]
    gone = {one.reverses for one in each if one.reverses}
    paid = [one.value_date for one in each if one.reverses is None and one.id not in gone]
    return (day - max(paid)).days if paid else None


def answered(history: Iterable[Contact | Visit], day: date, where: tzinfo) -> str:
    """What he said when a visit met him last, before the day: a key of `score.ANSWERED`, or nothing."""
    met = [
        one
        for one in history
        if isinstance(one, Visit)
        and one.party in REACHED
        and as_contact(one) is not None
        and one.happened.start.astimezone(where).date() < day
    ]
    if not met:
        return ""
    last = max(met, key=lambda one: (one.happened.start, one.id))
    said = {result.result for result in last.results}
    for word, results in (("refuses", REFUSES), ("cannot", CANNOT), ("acknowledges", ACKNOWLEDGES)):
        if said.intersection(results):
            return word
    return ""


def best_hours(
    reach: reaching.Reach, place: Place, band: int, mean: float, own: Mapping[int, reaching.Tally]
) -> str:
    """Those hours in figures; nothing where they are hardly better than the others: that is no advice."""
    return reaching.said(band) if reach.chance(place, band, own) > 1.05 * mean else ""
