"""Writes the payments of the demo's accounts as the lender's treasury exports them. Knows no importer.

Every payment up to the balance's as-of date is already inside the balance, the last of each account being
the one its portfolio row names. Later ones are not. A payment posted twice, or one that bounced, is taken
back by a row that names its receipt under `Reversa de`.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

from .exporting import PAYMENTS_HEADER, encoded, written_day, written_money
from .manifest import GoodRow, PaymentRow, PaymentsManifest, PortfolioManifest

CHANNELS = ("Ventanilla", "Corresponsal", "Nequi", "PSE")
WINDOW_DAYS = 45
LATER_SHARE = 0.035
REVERSED_EACH_SIDE = 3


@dataclass
class Receipts:
    """Receipt numbers in a random order, none twice."""

    rng: random.Random
    given: set[str]

    def next(self) -> str:
        while (receipt := f"R{self.rng.randint(10_000_000, 99_999_999)}") in self.given:
            pass
        self.given.add(receipt)
        return receipt


def write_payments(
    path: Path, manifest: PortfolioManifest, as_of: date, seed: int = 7, until: date | None = None
) -> PaymentsManifest:
    """Payments of the 45 days up to `as_of`, and the days after it up to `until` (three, unless told)."""
    last = as_of + timedelta(days=3) if until is None else until
    if last < as_of:
        raise ValueError("the payments cannot end before the balances' date")
    rng = random.Random(f"payments {seed}")  # noqa: S311 - made-up data must be repeatable, not unguessable
    receipts = Receipts(rng, set())
    inside = [p for row in manifest.rows for p in _history(rng, receipts, row, as_of, last)]
    later = list(_later(rng, receipts, manifest, as_of, last))
    paid = [
        *inside,
        *later,
        *_posted_twice(rng, receipts, inside, as_of),
        *_bounced(rng, receipts, later, last),
    ]
    paid.sort(
        key=lambda payment: (payment.posted, payment.value_date, bool(payment.reverses), payment.account)
    )
    rows = tuple(replace(payment, line=line) for line, payment in enumerate(paid, start=2))
    path.write_bytes(encoded(_lines(rng, rows)))
    return PaymentsManifest(path, as_of, seed, rows)


def _history(
    rng: random.Random, receipts: Receipts, row: GoodRow, as_of: date, last: date
) -> Iterator[PaymentRow]:
    """The payment the balance names and, within the window, those before it."""
    day, amount = row.last_paid_on, row.last_paid
    first = row.disbursed_on + timedelta(days=row.period_days // 2)
    while day is not None and day > max(as_of - timedelta(days=WINDOW_DAYS), first):
        yield _payment(rng, receipts, row.number, day, amount, last)
        day, amount = day - timedelta(days=row.period_days), row.instalment


def _later(
    rng: random.Random, receipts: Receipts, manifest: PortfolioManifest, as_of: date, last: date
) -> Iterator[PaymentRow]:
    """Payments the balance does not hold yet: most come from people who were behind."""
    days = (last - as_of).days
    if not days:
        return
    late = [row for row in manifest.rows if row.days_past_due]
    for row in rng.sample(late, round(len(manifest.rows) * LATER_SHARE)):
        amount = min(row.overdue, (row.instalment // 1000 + 1) * 1000) if rng.random() < 0.6 else row.overdue
        day = as_of + timedelta(days=rng.randint(1, days))
        yield _payment(rng, receipts, row.number, day, amount, last)


def _posted_twice(
    rng: random.Random, receipts: Receipts, inside: list[PaymentRow], as_of: date
) -> Iterator[PaymentRow]:
    """The same payment keyed twice at the counter, the second taken back next day, all inside the balance."""
    settled = [payment for payment in inside if payment.posted < as_of - timedelta(days=3)]
    for payment in rng.sample(settled, min(REVERSED_EACH_SIDE, len(settled))):
        again = replace(payment, receipt=receipts.next(), channel="Ventanilla")
        day = payment.posted + timedelta(days=1)
        yield again
        yield replace(again, value_date=day, posted=day, receipt=receipts.next(), reverses=again.receipt)


def _bounced(
    rng: random.Random, receipts: Receipts, later: list[PaymentRow], last: date
) -> Iterator[PaymentRow]:
    """A payment after the balance's date that did not clear."""
    for payment in rng.sample(later, min(REVERSED_EACH_SIDE, len(later))):
        day = min(payment.posted + timedelta(days=1), last)
        yield replace(payment, value_date=day, posted=day, receipt=receipts.next(), reverses=payment.receipt)


def _payment(
    rng: random.Random, receipts: Receipts, account: str, day: date, amount: Decimal, last: date
) -> PaymentRow:
    posted = min(day + timedelta(days=rng.choice((0, 0, 1, 1, 2, 3))), last)
    return PaymentRow(0, account, day, posted, amount, rng.choice(CHANNELS), receipts.next())


def _lines(rng: random.Random, rows: tuple[PaymentRow, ...]) -> Iterator[tuple[str, ...]]:
    yield PAYMENTS_HEADER
    for row in rows:
        days = (written_day(row.value_date), written_day(row.posted))
        yield (row.account, *days, written_money(rng, row.amount), row.channel, row.receipt, row.reverses)
