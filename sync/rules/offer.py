"""What an offer comes to: an instalment plan, a discount, a restructuring, exact to the cent.

Knows no account and no authority; the day is an argument. Everything is rounded by `sync.money.rounded`.
"""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal

from ..money import from_minor, rounded, to_minor
from ..records import Refused
from ..words import N_, Phrase
from .debt import Parts, taken
from .late_interest import interest

KINDS = {
    "plan": N_("Plan de cuotas"),
    "discount": N_("Quita o descuento"),
    "restructuring": N_("Reestructuración"),
}
EVERY = {"week": N_("Semanal"), "fortnight": N_("Quincenal"), "month": N_("Mensual")}
MOST_INSTALMENTS = 60
# A discount is taken out of charges before principal: what the lender lent comes back last of all.
DISCOUNT_ORDER = ("late_interest", "fees", "interest", "principal")
_ZERO = Decimal(0)


@dataclass(frozen=True)
class Instalment:
    """What is to be paid on a day."""

    due: date
    amount: Decimal


@dataclass(frozen=True)
class Terms:
    """What is offered. `discount` is an amount; `first` is paid on `first_due` before the others, where it
    is not nothing; `annual_percent` is the restructured debt's own interest."""

    kind: str
    count: int
    first_due: date
    every: str = "month"
    discount: Decimal = _ZERO
    first: Decimal = _ZERO
    annual_percent: Decimal = _ZERO
    method: str = "30/360"
    fee: Decimal = _ZERO


@dataclass(frozen=True)
class Row:
    """One line of a schedule: of the amount, how much is principal of the plan and how much its interest,
    and what is left to pay off after it."""

    number: int
    due: date
    amount: Decimal
    principal: Decimal
    interest: Decimal
    left: Decimal


@dataclass(frozen=True)
class Quote:
    """An offer reckoned out on a day. `total` = debt - discount + fee + interest = sum of the rows."""

    kind: str
    currency: str
    on: date
    debt: Parts
    discount: Parts
    fee: Decimal
    interest: Decimal
    rows: tuple[Row, ...]

    @property
    def total(self) -> Decimal:
        return sum((row.amount for row in self.rows), _ZERO)

    @property
    def financed(self) -> Decimal:
        return self.debt.total - self.discount.total + self.fee

    @property
    def first(self) -> Decimal:
        return self.rows[0].amount

    @property
    def discount_percent(self) -> Decimal:
        return self.discount.total * 100 / self.debt.total if self.debt.total else _ZERO

    def wrong(self) -> tuple[str, ...]:
        """What does not add up; empty for every quote that `simulate` makes."""
        found = []
        if self.total != self.financed + self.interest:
            found.append(f"rows come to {self.total}, not {self.financed + self.interest}")
        if sum((row.principal for row in self.rows), _ZERO) != self.financed:
            found.append("the rows' principal is not what is financed")
        if sum((row.interest for row in self.rows), _ZERO) != self.interest:
            found.append("the rows' interest is not the plan's")
        if any(row.amount != row.principal + row.interest or row.amount <= 0 for row in self.rows):
            found.append("a row is not its principal and interest, or nothing")
        if any(part < 0 for part in self.debt.less(self.discount).named().values()):
            found.append("more of a part is given away than there is")
        if self.rows and self.rows[-1].left != 0:
            found.append("something is left after the last row")
        return tuple(found)


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
    return tuple(Instalment(due_day(first_due, every, place), one) for place, one in enumerate(amounts))


def due_day(first: date, every: str, place: int) -> date:
    """The day of the instalment at this place, from 0."""
    if every == "month":
        year, month = divmod(first.month - 1 + place, 12)
        last = monthrange(first.year + year, month + 1)[1]
        return date(first.year + year, month + 1, min(first.day, last))
    days = {"week": 7, "fortnight": 14}
    if every not in days:
        raise ValueError(f"instalments come every week, fortnight or month, not every {every}")
    return first + timedelta(days=days[every] * place)


def simulate(debt: Parts, terms: Terms, currency: str, on: date) -> Quote | Refused:
    """What these terms come to for this debt on this day, or why they come to nothing."""
    wrong = _wrong(debt, terms, currency, on)
    if wrong is not None:
        return Refused(wrong, "offer.terms")
    discount = taken(terms.discount, debt, DISCOUNT_ORDER)
    bare = Quote(terms.kind, currency, on, debt, discount, terms.fee, _ZERO, ())
    pieces = terms.count - (1 if terms.first else 0)
    if bare.financed <= terms.first or to_minor(bare.financed - terms.first, currency) < pieces:
        text = N_(
            "No queda nada que repartir en {count} cuotas: baje la primera cuota o el número de cuotas."
        )
        return Refused(Phrase(text, {"count": terms.count}), "offer.terms")
    rows = _rows(bare.financed, terms, currency, on)
    if rows is None:
        text = N_("Con esa tasa una cuota no alcanza a pagar el interés: ofrezca menos cuotas o menos tasa.")
        return Refused(Phrase(text), "offer.terms")
    return replace(bare, rows=rows, interest=sum((row.interest for row in rows), _ZERO))


def _wrong(debt: Parts, terms: Terms, currency: str, on: date) -> Phrase | None:
    if terms.kind not in KINDS or terms.every not in EVERY:
        return Phrase(N_("Elija una de las alternativas y cada cuánto se paga."))
    if debt.total <= 0:
        return Phrase(N_("La cuenta no debe nada: no hay qué ofrecer."))
    least = 2 if terms.first else 1
    if not least <= terms.count <= MOST_INSTALMENTS:
        text = N_("Escriba entre {least} y {most} cuotas.")
        return Phrase(text, {"least": least, "most": MOST_INSTALMENTS})
    if terms.first_due < on:
        return Phrase(N_("La primera cuota no puede vencer antes de hoy."))
    if terms.first_due.year > 2098:
        return Phrase(N_("La primera cuota queda demasiado lejos."))
    for amount in (terms.discount, terms.first, terms.fee):
        if amount < 0 or rounded(amount, currency) != amount:
            return Phrase(N_("Los montos no pueden ser negativos ni tener más decimales que la moneda."))
    if not 0 <= terms.annual_percent <= 1000:
        return Phrase(N_("Escriba una tasa anual entre 0 y 1000 por ciento."))
    if terms.kind == "discount" and not 0 < terms.discount < debt.total:
        return Phrase(N_("El descuento debe ser mayor que cero y menor que la deuda."))
    if terms.kind != "discount" and terms.discount:
        return Phrase(N_("Solo la quita lleva descuento."))
    if terms.kind != "restructuring" and terms.annual_percent:
        return Phrase(N_("Solo la reestructuración lleva interés propio."))
    return None


def _rows(financed: Decimal, terms: Terms, currency: str, on: date) -> tuple[Row, ...] | None:
    """The schedule: the first payment, then equal ones; None when interest outgrows an instalment."""
    days = [due_day(terms.first_due, terms.every, place) for place in range(terms.count)]
    left, rows, since = financed, [], on
    if terms.first:
        left -= terms.first
        rows.append(Row(1, days[0], terms.first, terms.first, _ZERO, left))
        since = days[0]
    rest = days[len(rows) :]
    if not terms.annual_percent:
        for day, amount in zip(rest, split(left, len(rest), currency), strict=True):
            left -= amount
            rows.append(Row(len(rows) + 1, day, amount, amount, _ZERO, left))
        return tuple(rows)
    level = rounded(_level(left, rest, since, terms), currency)
    for day in rest:
        owed = rounded(interest(left, terms.annual_percent, since, day, terms.method), currency)
        part = left if day == rest[-1] else min(level - owed, left)
        if part <= 0:
            return None
        left -= part
        rows.append(Row(len(rows) + 1, day, part + owed, part, owed, left))
        since = day
    return tuple(rows)


def _level(financed: Decimal, days: Sequence[date], since: date, terms: Terms) -> Decimal:
    """The equal instalment whose present value, period by period, is what is financed (French method)."""
    worth, factor = _ZERO, Decimal(1)
    for day in days:
        factor /= 1 + interest(Decimal(1), terms.annual_percent, since, day, terms.method)
        worth += factor
        since = day
    return financed / worth
