"""Invents what is owed on one account so that every figure follows from one schedule of instalments.

Knows no debtor and no file. An instalment is capital plus a flat interest; the oldest unpaid one decides
the days past due; `overdue` is the sum of the unpaid ones due before the as-of date, so it never exceeds
principal plus interest.
"""

from __future__ import annotations

import calendar
import random
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import ROUND_HALF_EVEN, Decimal

CENT = Decimal("0.01")
LATE_DAILY = Decimal("0.0007")  # some 2.1 % a month
FEES = ("0", "0", "0", "0", "15000", "15000", "32000", "48500")
LONGEST_WEEKLY_MONTHS = 12
PERIODS = {"mensual": 1, "quincenal": 2, "semanal": 4}  # instalments in a month


@dataclass(frozen=True)
class Product:
    prefix: str
    name: str
    credit_type: str
    least: int  # thousands of pesos disbursed
    most: int
    months: tuple[int, ...]
    monthly_rate: Decimal
    papers: tuple[str, ...]
    frequencies: tuple[str, ...] = ("mensual",)
    weight: int = 1


NOTE = "Pagaré; carta de instrucciones"
SALE = "Contrato de compraventa; letra"
GUARANTEED = "Pagaré; codeudor; referencias"
PRODUCTS = (
    Product("MC", "Microcrédito urbano", "microcrédito", 800, 9000, (6, 12, 18, 24), Decimal("0.024"),
            (NOTE, "Pagaré"), ("mensual", "mensual", "quincenal", "semanal"), 34),
    Product("MR", "Microcrédito rural", "microcrédito", 1500, 12000, (12, 18, 24, 36), Decimal("0.021"),
            (NOTE, "Pagaré"), ("mensual", "mensual", "quincenal"), 16),
    Product("CO", "Libre inversión", "consumo", 1000, 15000, (12, 24, 36, 48), Decimal("0.017"),
            (NOTE, "Pagaré"), ("mensual", "mensual", "quincenal"), 17),
    Product("EL", "Electrodomésticos", "consumo", 600, 5200, (6, 10, 12, 18, 24), Decimal("0.019"),
            (SALE, SALE, "Pagaré"), ("mensual", "mensual", "quincenal", "semanal"), 17),
    Product("LT", "Lote urbano", "vivienda", 9000, 48000, (36, 48, 60), Decimal("0.010"),
            (SALE, NOTE), ("mensual",), 16),
)  # fmt: skip
BUSINESS = Product("CE", "Capital de trabajo", "comercial", 8000, 80000, (12, 24, 36), Decimal("0.016"),
                   (NOTE, GUARANTEED))  # fmt: skip


@dataclass(frozen=True)
class Lateness:
    """What the oldest unpaid instalment should be: `least`..`most` days past due (0 and 0: nothing is)."""

    least: int
    most: int
    name: str


@dataclass(frozen=True)
class Loan:
    product: Product
    disbursed_on: date
    disbursed: Decimal
    principal: Decimal
    interest: Decimal
    late_interest: Decimal
    fees: Decimal
    instalment: Decimal
    instalments_overdue: int
    overdue: Decimal
    oldest_due: date | None
    last_paid_on: date | None
    last_paid: Decimal
    pay_day: str
    frequency: str
    papers: str
    guarantee_filed: bool  # the guarantor's papers are kept with it, if there is a guarantor

    def days_past_due(self, as_of: date) -> int:
        return (as_of - self.oldest_due).days if self.oldest_due else 0


@dataclass(frozen=True)
class Schedule:
    """Due dates counted from `anchor`, which is itself one of them."""

    frequency: str
    pay_day: int  # day of the month; unused otherwise
    anchor: date

    def due(self, shift: int) -> date:
        if self.frequency == "semanal":
            return self.anchor + timedelta(days=7 * shift)
        if self.frequency == "mensual":
            return _clamped(self.anchor.year * 12 + self.anchor.month - 1 + shift, self.pay_day)
        half = (self.anchor.year * 12 + self.anchor.month - 1) * 2 + (self.anchor.day > 15) + shift
        return _clamped(half // 2, 30 if half % 2 else 15)

    @property
    def words(self) -> str:
        return {"semanal": "viernes", "quincenal": "15 y 30"}.get(self.frequency, str(self.pay_day))


def loan(rng: random.Random, product: Product, lateness: Lateness, as_of: date) -> Loan:
    """One account as of a date, as late as asked."""
    schedule = _schedule(rng, product, lateness, as_of)
    terms = [m for m in product.months if schedule.frequency != "semanal" or m <= LONGEST_WEEKLY_MONTHS]
    count = rng.choice(terms) * PERIODS[schedule.frequency]
    paid = min(int(rng.triangular(0, count - 1, count * 0.3)), count - 1)
    unpaid = 0
    if lateness.most:
        unpaid = sum(schedule.due(k) < as_of for k in range(count - paid))
    disbursed = Decimal(rng.randint(product.least // 10, product.most // 10) * 10_000)
    capital = (disbursed / count).quantize(CENT, ROUND_HALF_EVEN)
    flat = (disbursed * product.monthly_rate / PERIODS[schedule.frequency]).quantize(CENT, ROUND_HALF_EVEN)
    principal = disbursed - capital * paid
    past = principal if paid + unpaid == count else capital * unpaid
    days_late = sum((as_of - schedule.due(k)).days for k in range(unpaid))
    last_paid_on = _last_paid(rng, schedule, paid, as_of)
    return Loan(
        product=product,
        disbursed_on=min(schedule.due(-paid - 1), as_of - timedelta(days=1)),
        disbursed=disbursed,
        principal=principal,
        interest=flat * unpaid,
        late_interest=(capital * LATE_DAILY * days_late).quantize(CENT, ROUND_HALF_EVEN),
        fees=Decimal(rng.choice(FEES)) if unpaid else Decimal(0),
        instalment=capital + flat,
        instalments_overdue=unpaid,
        overdue=past + flat * unpaid,
        oldest_due=schedule.due(0) if unpaid else None,
        last_paid_on=last_paid_on,
        last_paid=_handed_over(rng, capital + flat) if last_paid_on else Decimal(0),
        pay_day=schedule.words,
        frequency=schedule.frequency,
        papers=rng.choice(product.papers) if rng.random() < 0.86 else "",
        guarantee_filed=rng.random() < 0.6,
    )


def _schedule(rng: random.Random, product: Product, lateness: Lateness, as_of: date) -> Schedule:
    """A schedule whose anchor (the next due date, or the oldest unpaid one) is as late as asked."""
    frequency = rng.choice(product.frequencies)
    if not lateness.most:
        return _upcoming(rng, frequency, as_of)
    wanted = as_of - timedelta(days=rng.randint(lateness.least, lateness.most))
    near = sorted(
        (wanted + timedelta(days=d) for d in range(-16, 17)), key=lambda day: abs((day - wanted).days)
    )
    for day in near:
        late = (as_of - day).days
        if lateness.least <= late <= lateness.most and _customary(frequency, day):
            return Schedule(frequency, day.day, day)
    return Schedule("mensual", wanted.day, wanted)


def _upcoming(rng: random.Random, frequency: str, as_of: date) -> Schedule:
    days = [as_of + timedelta(days=d) for d in range(32)]
    customary = [day for day in days if _customary(frequency, day)]
    first = customary[0] if frequency != "mensual" else rng.choice(customary)
    return Schedule(frequency, first.day, first)


def _customary(frequency: str, day: date) -> bool:
    """Whether lenders set this frequency's due dates on such a day."""
    if frequency == "semanal":
        return day.weekday() == 4
    if frequency == "quincenal":
        last = calendar.monthrange(day.year, day.month)[1]
        return day.day in (15, min(30, last))
    return day.day in (5, 10, 15, 20, 25, 28)


def _clamped(months: int, day: int) -> date:
    year, month = divmod(months, 12)
    return date(year, month + 1, min(day, calendar.monthrange(year, month + 1)[1]))


def _last_paid(rng: random.Random, schedule: Schedule, paid: int, as_of: date) -> date | None:
    """Around the last paid instalment's due date, never after the as-of date; None when none was paid."""
    if not paid:
        return None
    return min(schedule.due(-1) + timedelta(days=rng.choice((-4, -2, -1, 0, 0, 0, 1, 3))), as_of)


def _handed_over(rng: random.Random, instalment: Decimal) -> Decimal:
    """One in three rounds the instalment up to the next thousand pesos, as people do at the counter."""
    return instalment if rng.random() < 0.67 else (instalment // 1000 + 1) * 1000
