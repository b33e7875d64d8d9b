"""Reckons late interest between two days, exact to the cent. Knows no account and no clock.

Simple interest, never on interest: many of the countries served forbid to charge interest on interest.
Day counts are those of the 2006 ISDA Definitions, section 4.16: `actual/365` is (d) Actual/365 (Fixed),
`actual/360` is (e) Actual/360, `30/360` is (f) 30/360 (Bond Basis); `none` charges nothing. The first day
counts and the last does not. What comes out is rounded once, half-even, by `sync.money.rounded`.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from ..money import rounded

METHODS = ("actual/365", "actual/360", "30/360", "none")
_BASIS = {"actual/365": 365, "actual/360": 360, "30/360": 360}


@dataclass(frozen=True)
class LateInterest:
    """An annual rate in percent, how days are counted, and the days after the due date that are free."""

    annual_percent: Decimal = Decimal(0)
    method: str = "none"
    grace_days: int = 0


def year_part(start: date, end: date, method: str) -> Decimal:
    """The days from `start` to `end` over the days of a year, both by the method; nothing backwards."""
    if method == "none" or end <= start:
        return Decimal(0)
    return Decimal(_days(start, end, method)) / _BASIS[method]


def interest(base: Decimal, annual_percent: Decimal, start: date, end: date, method: str) -> Decimal:
    """Simple interest, not rounded."""
    return base * annual_percent * year_part(start, end, method) / 100


def accrued(base: Decimal, rule: LateInterest, since: date, until: date, currency: str) -> Decimal:
    """What `base`, overdue since `since`, costs until `until`, to the cent; the grace days are free."""
    first = since + timedelta(days=rule.grace_days)
    return rounded(interest(base, rule.annual_percent, first, until, rule.method), currency)


def _days(start: date, end: date, method: str) -> int:
    if method != "30/360":
        return (end - start).days
    first = min(start.day, 30)
    last = 30 if end.day == 31 and first == 30 else end.day
    return 360 * (end.year - start.year) + 30 * (end.month - start.month) + last - first
