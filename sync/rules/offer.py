"""How an agreed amount is split into instalments, exact to the cent. Knows no account and no authority."""

from __future__ import annotations

from calendar import monthrange
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from ..money import from_minor, to_minor


@dataclass(frozen=True)
class Instalment:
    """What is to be paid on a day."""

    due: date
    amount: Decimal


def split(total: Decimal, parts: int, currency: str) -> tuple[Decimal, ...]:
    """`parts` amounts that add up to `total` to the cent; the first ones are a cent larger where need be.

    Raises ValueError for fewer than one part, a total below one cent per part, or finer than the currency.
    """
    minor = to_minor(total, currency)
    if parts < 1 or minor < parts:
        raise ValueError(f"{total} {currency} cannot be split into {parts} parts of at least one cent")
    each, rest = divmod(minor, parts)
    return tuple(from_minor(each + (1 if place < rest else 0), currency) for place in range(parts))


def instalments(
    total: Decimal, parts: int, currency: str, first_due: date, every: str = "month"
) -> tuple[Instalment, ...]:
    """An instalment plan. `every`: week, fortnight or month (the same day, or the month's last one)."""
    amounts = split(total, parts, currency)
    return tuple(Instalment(_due(first_due, every, place), amount) for place, amount in enumerate(amounts))


def _due(first: date, every: str, place: int) -> date:
    if every == "month":
        year, month = divmod(first.month - 1 + place, 12)
        last = monthrange(first.year + year, month + 1)[1]
        return date(first.year + year, month + 1, min(first.day, last))
    days = {"week": 7, "fortnight": 14}
    if every not in days:
        raise ValueError(f"instalments come every week, fortnight or month, not every {every}")
    return first + timedelta(days=days[every] * place)
