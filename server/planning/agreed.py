"""What a debtor agreed to: his promises as they stand on a day, and the appointment. Weighs nothing."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta

from sync.records import Interval, Place, Promise, PromiseState
from sync.rules import promise
from sync.rules.policy import zone_of

from ..doors import Debt
from .gathering import Subject

STILL_STANDS = (PromiseState.OPEN, PromiseState.REMINDED, PromiseState.UNCONFIRMED)


def appointments(subject: Subject, owed: Sequence[Debt], day: date) -> list[Promise]:
    """The promises with a window on the day that still stand, the earliest window first."""
    mine = {debt.account.id: debt for debt in owed}
    due = [
        one
        for one in subject.promises
        if one.due == day and one.account in mine and one.window_start and one.window_end
    ]
    standing = [one for one in due if _stands(subject, mine[one.account], one, day)]
    return sorted(standing, key=lambda one: (one.window_start or datetime.min.time(), one.id))


def _stands(subject: Subject, debt: Debt, one: Promise, day: date) -> bool:
    return promise_standings(subject, debt, day).get(one.id) in STILL_STANDS


def promise_standings(subject: Subject, debt: Debt, day: date) -> dict[str, PromiseState]:
    """The state on the day of each promise made for this debt."""
    return {key: standing.state for key, standing in promise_standings_of(subject, debt, day).items()}


def promise_standings_of(subject: Subject, debt: Debt, day: date) -> dict[str, promise.PromiseStanding]:
    """Each promise made for this debt as it stands on the day."""
    if debt.policy is None:
        return {}
    return promise.standings(
        [one for one in subject.promises if one.account == debt.account.id],
        subject.case.payments_of(debt.account.id),
        debt.policy,
        day,
        subject.through.get(debt.account.lender),
        zone=subject.case.debtor.zone,
    )


def place_agreed(agreed: Sequence[Promise]) -> Place | None:
    """The kind of place the appointment names, when it names one."""
    codes = {place.value: place for place in Place}
    return codes.get(agreed[0].place) if agreed else None


def window_of(agreed: Sequence[Promise], zone: str) -> Interval | None:
    where = zone_of(zone)
    if not agreed or where is None:
        return None
    first = agreed[0]
    if first.window_start is None or first.window_end is None:
        return None
    start = datetime.combine(first.due, first.window_start, tzinfo=where)
    end = datetime.combine(first.due, first.window_end, tzinfo=where)
    return Interval(start.astimezone(UTC), end.astimezone(UTC))


def begins_within(window: Interval, lawful: Sequence[Interval], service_s: int) -> bool:
    service = timedelta(seconds=service_s)
    return any(window.start <= span.end - service and span.start <= window.end for span in lawful)


def clocks(subject: Subject, window: Interval) -> dict[str, str]:
    where = zone_of(subject.case.debtor.zone) or UTC
    return {
        "since": f"{window.start.astimezone(where):%H:%M}",
        "until": f"{window.end.astimezone(where):%H:%M}",
    }
