"""What became of a promise on a day, and what his promises say of a debtor. Reads no clock and no store."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from ..records import Contact, Party, Payment, Promise, PromiseState, Visit
from .allocating import Share, Span, allocate, deadline, spans_of, spread, zone_of_days
from .policy import Policy
from .promising import check_promise

__all__ = [
    "PromiseStanding",
    "Share",
    "Streak",
    "allocate",
    "broken_streak",
    "check_promise",
    "deadline",
    "for_review",
    "made_again",
    "reminders",
    "review_day",
    "standings",
    "state",
]

STANDS = (PromiseState.OPEN, PromiseState.REMINDED, PromiseState.UNCONFIRMED)
ESCALATE_AT = 2
_ZERO = Decimal(0)


@dataclass(frozen=True)
class PromiseStanding:
    """A promise on a day: its state, what was paid for it in time, what is missing, and its last good day.

    `late` was paid for it after that day, the last of it on `late_on`: it repairs nothing, but it shows.
    `review` is the day from which he is to be reminded.
    """

    promise: str
    state: PromiseState
    paid: Decimal
    missing: Decimal
    deadline: date
    kept_on: date | None = None
    superseded_by: str | None = None
    late: Decimal = _ZERO
    late_on: date | None = None
    review: date | None = None


@dataclass(frozen=True)
class Streak:
    """How many promises in a row were broken up to now; `escalate` from the second on."""

    count: int

    @property
    def escalate(self) -> bool:
        return self.count >= ESCALATE_AT


def standings(
    promises: Sequence[Promise],
    payments: Iterable[Payment],
    policy: Policy,
    today: date,
    imported_through: date | None,
    *,
    cancelled: Mapping[str, date] | None = None,
    reminded: Mapping[str, date] | None = None,
    zone: str | None = None,
) -> dict[str, PromiseStanding]:
    """Every promise of an account (or of many) on `today`; promises made after today are left out.

    `imported_through`: payments are known up to that day (None: never imported). After its deadline a
    promise stays "por confirmar" until they are known through deadline + posting lag; then it is partial
    or broken. A newer promise for the account, made in another visit before the deadline, makes it
    rescheduled unless it was kept already. A payment after the deadline repairs nothing. `cancelled` and
    `reminded` are the days on which it was: a promise that still stands is "recordada" from then on.
    """
    where = zone_of_days(policy, zone)
    made = [promise for promise in promises if promise.made_at.astimezone(where).date() <= today]
    ended = {key: day for key, day in (cancelled or {}).items() if day <= today}
    told = {key for key, day in (reminded or {}).items() if day <= today}
    spans = spans_of(made, policy, where)
    paid = spread(made, payments, policy, today, zone, over=ended)
    in_time, late = _by_promise(paid.in_time), _by_promise(paid.late)
    return {
        promise.id: _standing(
            promise,
            (in_time.get(promise.id, []), late.get(promise.id, [])),
            spans[promise.id],
            policy,
            (today, imported_through, ended.get(promise.id), promise.id in told),
        )
        for promise in made
    }


def state(
    promise: Promise,
    payments: Iterable[Payment],
    others: Sequence[Promise],
    policy: Policy,
    today: date,
    imported_through: date | None,
    *,
    cancelled_on: date | None = None,
    zone: str | None = None,
) -> PromiseState:
    """The state of one promise; `others` are the account's other promises, earlier and later.

    A promise that is not made yet on `today` is open.
    """
    known = {each.id: each for each in (*others, promise)}
    cancelled = {promise.id: cancelled_on} if cancelled_on is not None else {}
    found = standings(
        list(known.values()), payments, policy, today, imported_through, cancelled=cancelled, zone=zone
    )
    return found[promise.id].state if promise.id in found else PromiseState.OPEN


def review_day(promise: Promise, policy: Policy, zone: str | None = None) -> date:
    """When he is to be reminded: the day agreed, else the pack's days before due; not before it was made."""
    made = promise.made_at.astimezone(zone_of_days(policy, zone)).date()
    asked = promise.review or promise.due - timedelta(days=policy.promise.review_days)
    return max(made, asked)


def reminders(
    promises: Sequence[Promise],
    history: Iterable[Contact | Visit],
    policy: Policy,
    zone: str | None = None,
) -> dict[str, date]:
    """Promise → the first day on which its debtor was reached after it was made, from its review day on.

    A reminder is a contact like any other: it counts in the caps, and nothing else need be written down.
    """
    where = zone_of_days(policy, zone)
    met = sorted(
        (one.debtor, one.happened.start, one.id)
        for one in history
        if (one.effective if isinstance(one, Contact) else one.party in (Party.HOLDER, Party.GUARANTOR))
    )
    found: dict[str, date] = {}
    for promise in promises:
        first = review_day(promise, policy, zone)
        for debtor, start, id in met:
            day = start.astimezone(where).date()
            later = start > promise.made_at and id != promise.visit
            if debtor == promise.debtor and later and first <= day <= promise.due:
                found[promise.id] = day
                break
    return found


def for_review(found: Mapping[str, PromiseStanding], today: date) -> tuple[PromiseStanding, ...]:
    """The promises whose debtor is to be reminded today and was not yet: a worklist's rows, soonest first."""
    waiting = [
        one
        for one in found.values()
        if one.state is PromiseState.OPEN and one.review is not None and one.review <= today
    ]
    return tuple(sorted(waiting, key=lambda one: (one.deadline, one.promise)))


def broken_streak(found: Iterable[PromiseStanding]) -> Streak:
    """How many were broken one after the other, up to the last that matured, in the order of their last days.

    One kept, in part or whole, ends the row. One that was replaced, cancelled or still stands says nothing
    either way and is stepped over: `made_again` counts replacements.
    """
    count = 0
    for one in sorted(found, key=lambda one: (one.deadline, one.promise)):
        if one.state is PromiseState.BROKEN:
            count += 1
        elif one.state in (PromiseState.KEPT, PromiseState.PARTIAL):
            count = 0
    return Streak(count)


def made_again(promises: Sequence[Promise], found: Mapping[str, PromiseStanding]) -> int:
    """How many promises of their own, one after the other, were replaced or not kept in full before now.

    Instalments of an agreement are not counted: they are judged by their agreement.
    """
    count = 0
    own = [one for one in promises if not one.agreement and one.id in found]
    for visit in _visits(own):
        states = {found[one.id].state for one in visit}
        if states & {PromiseState.BROKEN, PromiseState.PARTIAL, PromiseState.RESCHEDULED, *STANDS}:
            count += 1
        elif PromiseState.KEPT in states:
            count = 0
    return count


def _visits(promises: Sequence[Promise]) -> list[list[Promise]]:
    """What was promised at one time is one promise, however many parts it has."""
    by_visit: dict[str, list[Promise]] = {}
    for one in sorted(promises, key=lambda one: (one.made_at, one.id)):
        by_visit.setdefault(one.visit, []).append(one)
    return list(by_visit.values())


def _by_promise(shares: Iterable[Share]) -> dict[str, list[Share]]:
    found: dict[str, list[Share]] = {}
    for share in shares:
        found.setdefault(share.promise, []).append(share)
    return found


def _standing(
    promise: Promise,
    shares: tuple[Sequence[Share], Sequence[Share]],
    span: Span,
    policy: Policy,
    known: tuple[date, date | None, date | None, bool],
) -> PromiseStanding:
    in_time, late = shares
    paid = sum((share.amount for share in in_time), _ZERO)
    kept_on = _kept_on(promise, in_time, policy)
    today, imported_through, cancelled_on, reminded = known
    if kept_on is not None and (cancelled_on is None or kept_on <= cancelled_on):
        found = PromiseState.KEPT
    elif cancelled_on is not None:
        found = PromiseState.CANCELLED
    elif span.superseded_by is not None:
        found = PromiseState.RESCHEDULED
    elif today <= span.deadline:
        found = PromiseState.REMINDED if reminded else PromiseState.OPEN
    elif not _payments_known(span.deadline, policy, imported_through):
        found = PromiseState.UNCONFIRMED
    else:
        found = PromiseState.PARTIAL if paid > 0 else PromiseState.BROKEN
    return PromiseStanding(
        promise.id,
        found,
        paid,
        promise.amount - paid,
        span.deadline,
        kept_on,
        span.superseded_by,
        sum((share.amount for share in late), _ZERO),
        max((share.value_date for share in late), default=None),
        max(span.made, promise.review or promise.due - timedelta(days=policy.promise.review_days)),
    )


def _payments_known(last: date, policy: Policy, imported_through: date | None) -> bool:
    lag = timedelta(days=policy.promise.posting_lag_days)
    return imported_through is not None and imported_through >= last + lag


def _kept_on(promise: Promise, shares: Sequence[Share], policy: Policy) -> date | None:
    """The day on which enough had been paid; None when it never was."""
    enough = promise.amount * policy.promise.minimum_percent / 100
    paid = _ZERO
    for share in sorted(shares, key=lambda share: share.value_date):
        paid += share.amount
        if paid >= enough:
            return share.value_date
    return None
