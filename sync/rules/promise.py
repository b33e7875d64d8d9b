"""What became of a promise on a day, from payments each used once; and whether one may be made. Reads no clock."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, time
from decimal import Decimal

from ..records import Payment, Promise, PromiseState
from .answers import FieldError
from .policy import Policy


@dataclass(frozen=True)
class Share:
    """A part of one payment counted for one promise."""

    promise: str
    payment: str
    amount: Decimal


@dataclass(frozen=True)
class PromiseStanding:
    """A promise on a day: its state, what was paid for it in time, what is missing, and its last good day."""

    promise: str
    state: PromiseState
    paid: Decimal
    missing: Decimal
    deadline: date
    kept_on: date | None = None
    superseded_by: str | None = None


def allocate(
    promises: Sequence[Promise],
    payments: Iterable[Payment],
    policy: Policy,
    today: date,
    zone: str | None = None,
) -> tuple[Share, ...]:
    """Which payment counts for which promise: oldest due first, within made..due+grace, each peso once.

    Payments are net of reversals valued up to today; only the promise's account and currency count.
    """
    raise NotImplementedError


def standings(
    promises: Sequence[Promise],
    payments: Iterable[Payment],
    policy: Policy,
    today: date,
    imported_through: date | None,
    *,
    cancelled: Mapping[str, date] | None = None,
    zone: str | None = None,
) -> dict[str, PromiseStanding]:
    """Every promise of an account (or of many) on `today`. `imported_through`: payments are known up to it.

    After the deadline a promise stays "por confirmar" until payments are imported through deadline +
    posting lag; then it is partial or broken. A newer promise made in time makes it rescheduled.
    """
    raise NotImplementedError


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
    """The state of one promise; `others` are the account's other promises, earlier and later."""
    raise NotImplementedError


def check_promise(
    *,
    amount: Decimal,
    due: date,
    total: Decimal | None,
    policy: Policy,
    today: date,
    zone: str,
    window_start: time | None = None,
    window_end: time | None = None,
    at_the_door: bool = True,
    account: str = "",
) -> tuple[FieldError, ...]:
    """Why this promise cannot be taken: past or too far, amount, window outside the pack's hours."""
    raise NotImplementedError
