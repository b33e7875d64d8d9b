"""How late a debt is on a day, from its balance and the payments since. Knows no store and no clock."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from itertools import pairwise

from ..records import Balance, Payment

# Lower bounds of the buckets after "current": 90+ begins on day 90 exactly.
DEFAULT_EDGES = (1, 31, 61, 90)
_ZERO = Decimal(0)


@dataclass(frozen=True)
class Standing:
    """An account on a day. `other_currency` lists payments left out because their currency differs."""

    as_of: date
    today: date
    currency: str
    overdue: Decimal
    total: Decimal
    dpd: int
    bucket: str
    paid_since: Decimal
    reversed_since: Decimal
    other_currency: tuple[str, ...] = ()


@dataclass(frozen=True)
class Owed:
    """What is owed from a movement to the next. `late_since`: the oldest due date of what is overdue."""

    overdue: Decimal
    total: Decimal
    late_since: date | None


@dataclass(frozen=True)
class _Movement:
    """What payments and reversals since the balance did to the debt."""

    paid: Decimal
    reversed: Decimal
    reopened: date | None


def days_past_due(balance: Balance, today: date) -> int:
    """Whole days since the oldest unpaid due date; 0 when nothing is overdue or it is due today."""
    if balance.oldest_due is None or balance.overdue <= 0:
        return 0
    return max(0, (today - balance.oldest_due).days)


def buckets(edges: Sequence[int] = DEFAULT_EDGES) -> tuple[str, ...]:
    """All bucket names, from current to the last."""
    closed = [f"{low}-{high - 1}" for low, high in pairwise(edges)]
    return ("current", *closed, f"{edges[-1]}+")


def days_of(name: str, edges: Sequence[int] = DEFAULT_EDGES) -> tuple[int, int | None] | None:
    """The first and the last day past due of a bucket, None for the last of the last one; None: no bucket."""
    bounds = [0, *edges]
    lasts = [*(high - 1 for high in edges), None]
    return dict(zip(buckets(edges), zip(bounds, lasts, strict=True), strict=True)).get(name)


def bucket(dpd: int, edges: Sequence[int] = DEFAULT_EDGES) -> str:
    """The bucket's name: "current", "1-30", "31-60", "61-89", "90+" with the default edges (lower bounds)."""
    return buckets(edges)[sum(dpd >= edge for edge in edges)]


def standing(
    balance: Balance, payments: Iterable[Payment], today: date, edges: Sequence[int] = DEFAULT_EDGES
) -> Standing:
    """The account on `today`: balance as of its date, less payments valued after it and up to today.

    A payment with value_date <= balance.as_of is inside the balance and never reduces it again; its
    reversal after that date raises the debt. A part payment does not move the oldest due date, which
    only the lender's next balance can do; paying all that is overdue makes the account current.
    Payments of another currency are left out and listed.
    """
    each = {payment.id: payment for payment in payments}
    own = {key: payment for key, payment in each.items() if payment.currency == balance.currency}
    owed, moved = _owed(balance, own, today)
    dpd = days_past_due(replace(balance, overdue=owed.overdue, oldest_due=owed.late_since), today)
    return Standing(
        as_of=balance.as_of,
        today=today,
        currency=balance.currency,
        overdue=owed.overdue,
        total=owed.total,
        dpd=dpd,
        bucket=bucket(dpd, edges),
        paid_since=moved.paid,
        reversed_since=moved.reversed,
        other_currency=tuple(sorted(set(each) - set(own))),
    )


def owed(balance: Balance, payments: Iterable[Payment], today: date) -> Owed:
    """What `standing` says of `today` without its age: it stays the same until the next movement or balance.

    Of the debt of a later day, as long as nothing moved, the age is `days_past_due` of these figures.
    """
    own = {payment.id: payment for payment in payments if payment.currency == balance.currency}
    return _owed(balance, own, today)[0]


def _owed(balance: Balance, own: dict[str, Payment], today: date) -> tuple[Owed, _Movement]:
    moved = _movement(balance, own, today)
    net = moved.paid - moved.reversed
    overdue = max(_ZERO, balance.overdue - net)
    due = [day for day in (balance.oldest_due, moved.reopened) if day is not None]
    late = min(due, default=None) if overdue > 0 else None
    return Owed(overdue, max(_ZERO, balance.total - net), late), moved


def _movement(balance: Balance, payments: dict[str, Payment], today: date) -> _Movement:
    """Payments and reversals that the balance does not hold yet, each payment reversed at most once over."""
    plain = {key: payment for key, payment in payments.items() if payment.reverses is None}
    paid = sum(
        (payment.amount for payment in plain.values() if balance.as_of < payment.value_date <= today), _ZERO
    )
    taken_back: dict[str, Decimal] = {}
    undone = _ZERO
    reopened: list[date] = []
    for reversal in sorted(payments.values(), key=lambda payment: (payment.value_date, payment.id)):
        if reversal.reverses is None:
            continue
        original = plain.get(reversal.reverses)
        day = max(reversal.value_date, original.value_date) if original else reversal.value_date
        amount = reversal.amount
        if original is not None:
            amount = min(amount, original.amount - taken_back.get(original.id, _ZERO))
            taken_back[original.id] = taken_back.get(original.id, _ZERO) + amount
        if balance.as_of < day <= today and amount > 0:
            undone += amount
            # What a reversed payment had covered was due by the day it was paid, as far as is known here.
            if original is not None and original.value_date <= balance.as_of:
                reopened.append(original.value_date)
            elif original is None:
                reopened.append(balance.as_of)
    return _Movement(paid, undone, min(reopened, default=None))
