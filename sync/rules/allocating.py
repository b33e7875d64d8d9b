"""Says which payment counts for which promise on a day, each cent once. Judges no promise and reads no clock.

First what the office said a payment is for, then the pack's order: `oldest_due` and `newest_due` go by the
promises' due dates; under `named` only what somebody named counts.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from itertools import islice
from zoneinfo import ZoneInfo

from ..records import Payment, Promise
from .policy import Policy, zone_of

ORDERS = ("oldest_due", "newest_due", "named")
Counts = Callable[[Promise, date], bool]  # whether a payment of that day counts for the promise
_ZERO = Decimal(0)


@dataclass(frozen=True)
class Share:
    """A part of one payment counted for one promise."""

    promise: str
    payment: str
    amount: Decimal
    value_date: date


@dataclass(frozen=True)
class Span:
    """The days on which a payment counts for a promise, and the promise that cut them short."""

    made: date
    last: date
    deadline: date
    superseded_by: str | None


@dataclass(frozen=True)
class Spread:
    """What was paid in time, and what came too late to keep its promise but was paid for it all the same."""

    in_time: tuple[Share, ...]
    late: tuple[Share, ...]


def deadline(promise: Promise, policy: Policy) -> date:
    """The last day on which a payment still keeps the promise: due plus grace."""
    return promise.due + timedelta(days=policy.promise.grace_days)


def allocate(
    promises: Sequence[Promise],
    payments: Iterable[Payment],
    policy: Policy,
    today: date,
    zone: str | None = None,
) -> tuple[Share, ...]:
    """Which payment counts for which promise, within made..due+grace, each cent once.

    Payments are net of reversals valued up to today; only the promise's account and currency count. A
    promise replaced by a newer one of the same account takes payments up to the day it was replaced.
    """
    return spread(promises, payments, policy, today, zone).in_time


def spread(
    promises: Sequence[Promise],
    payments: Iterable[Payment],
    policy: Policy,
    today: date,
    zone: str | None = None,
    over: Collection[str] = (),
) -> Spread:
    """What `allocate` says, and of what is left after it the money that came after a promise's deadline.

    Late money goes to promises that nothing replaced and that are not `over` (cancelled): it repairs no
    promise, but it is not nothing either.
    """
    spans = spans_of(promises, policy, zone_of_days(policy, zone))
    purse = _Purse(promises, net(payments, today), policy.promise.allocation)
    gone = set(over)

    def timely(promise: Promise, day: date) -> bool:
        return spans[promise.id].made <= day <= spans[promise.id].last

    def tardy(promise: Promise, day: date) -> bool:
        standing = spans[promise.id].superseded_by is None and promise.id not in gone
        return standing and day > spans[promise.id].deadline

    # What somebody named is settled whole, in time or late, before other money is looked at.
    named = purse.pay(timely, named=True), purse.pay(tardy, named=True)
    rest = purse.pay(timely, named=False), purse.pay(tardy, named=False)
    return Spread(named[0] + rest[0], named[1] + rest[1])


class _Purse:
    """What is left of each payment and what each promise still lacks: neither ever below zero."""

    def __init__(
        self, promises: Sequence[Promise], paid: Sequence[tuple[Payment, Decimal]], order: str
    ) -> None:
        self.order = order
        once = {promise.id: promise for promise in promises}
        self.lacks = {key: promise.amount for key, promise in once.items()}
        self.left = {payment.id: amount for payment, amount in paid}
        self.payments = [payment for payment, _ in paid]
        newest = -1 if order == "newest_due" else 1
        self.waiting: dict[tuple[str, str], list[Promise]] = {}
        for promise in sorted(
            once.values(), key=lambda one: (newest * one.due.toordinal(), one.made_at, one.id)
        ):
            self.waiting.setdefault((promise.account, promise.currency), []).append(promise)

    def pay(self, counts: Counts, *, named: bool) -> tuple[Share, ...]:
        """Give what `counts`, of the payments to the promise each is named for, or of all to all."""
        shares: list[Share] = []
        if not named and self.order == "named":
            return ()
        for payment in self.payments:
            for promise in self.waiting.get((payment.account, payment.currency), []):
                if named and payment.promise != promise.id:
                    continue
                part = min(self.left[payment.id], self.lacks[promise.id])
                if part > 0 and counts(promise, payment.value_date):
                    shares.append(Share(promise.id, payment.id, part, payment.value_date))
                    self.left[payment.id] -= part
                    self.lacks[promise.id] -= part
        return tuple(shares)


def spans_of(promises: Sequence[Promise], policy: Policy, where: ZoneInfo) -> dict[str, Span]:
    """The days of each promise. A newer one of the account, made in another visit before the deadline,
    replaces it; an instalment of an agreement is replaced by a newer agreement alone."""
    days = {promise.id: promise.made_at.astimezone(where).date() for promise in promises}
    by_account: dict[str, list[Promise]] = {}
    for promise in sorted(promises, key=lambda one: (one.made_at, one.id)):
        by_account.setdefault(promise.account, []).append(promise)
    spans: dict[str, Span] = {}
    for each in by_account.values():
        for place, promise in enumerate(each):
            made, last = days[promise.id], deadline(promise, policy)
            newer = _newer(promise, each, place, days, last)
            until, by = (last, None) if newer is None else (days[newer.id], newer.id)
            spans[promise.id] = Span(made, until, last, by)
    return {promise.id: spans[promise.id] for promise in promises}


def _newer(
    promise: Promise, each: Sequence[Promise], place: int, days: Mapping[str, date], last: date
) -> Promise | None:
    """The first after it, of all of its account in order, that replaces it up to `last`."""
    for other in islice(each, place + 1, None):
        if days[other.id] > last:
            break
        if other.visit != promise.visit and (other.agreement or not promise.agreement):
            return other
    return None


def net(payments: Iterable[Payment], today: date) -> list[tuple[Payment, Decimal]]:
    """Payments valued up to today, oldest first, each less its reversals up to today and never below zero."""
    each = {payment.id: payment for payment in payments if payment.value_date <= today}
    undone: dict[str, Decimal] = {}
    for payment in each.values():
        if payment.reverses is not None:
            undone[payment.reverses] = undone.get(payment.reverses, _ZERO) + payment.amount
    plain = sorted(
        (payment for payment in each.values() if payment.reverses is None),
        key=lambda payment: (payment.value_date, payment.id),
    )
    return [(payment, max(_ZERO, payment.amount - undone.get(payment.id, _ZERO))) for payment in plain]


def zone_of_days(policy: Policy, zone: str | None) -> ZoneInfo:
    """The zone in which a promise's days are counted: the debtor's, else the pack's."""
    return (zone_of(zone) if zone else None) or ZoneInfo(policy.timezone)
