"""How late a debt is on a day, from its balance and the payments since. Knows no store and no clock."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from ..records import Balance, Payment

DEFAULT_EDGES = (1, 31, 61, 90)


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


def days_past_due(balance: Balance, today: date) -> int:
    """Whole days since the oldest unpaid due date; 0 when nothing is overdue or it is due today."""
    raise NotImplementedError


def bucket(dpd: int, edges: Sequence[int] = DEFAULT_EDGES) -> str:
    """The bucket's name: "current", "1-30", "31-60", "61-89", "90+" with the default edges (lower bounds)."""
    raise NotImplementedError


def buckets(edges: Sequence[int] = DEFAULT_EDGES) -> tuple[str, ...]:
    """All bucket names, from current to the last."""
    raise NotImplementedError


def standing(
    balance: Balance, payments: Iterable[Payment], today: date, edges: Sequence[int] = DEFAULT_EDGES
) -> Standing:
    """The account on `today`: balance as of its date, less payments valued after it and up to today.

    A payment with value_date <= balance.as_of is inside the balance and never reduces it again; its
    reversal after that date raises the debt. Payments of another currency are left out and listed.
    """
    raise NotImplementedError
