"""What the demo's files say, line by line, so that any import of them can be checked. Knows no importer."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path


@dataclass(frozen=True)
class GoodRow:
    """A row that must be accepted. `oddity` says what in it looks dangerous and is mere text."""

    line: int
    number: str
    name: str
    document: str
    credit_type: str
    zone: str
    branch: str
    disbursed_on: date
    days_past_due: int
    instalments_overdue: int
    oldest_due: date | None
    principal: Decimal
    interest: Decimal
    late_interest: Decimal
    fees: Decimal
    overdue: Decimal
    instalment: Decimal
    period_days: int
    last_paid_on: date | None
    last_paid: Decimal
    lat: float | None
    lon: float | None
    oddity: str = ""

    @property
    def total(self) -> Decimal:
        return self.principal + self.interest + self.late_interest + self.fees


@dataclass(frozen=True)
class BadRow:
    """A row that must be refused: its physical line, the number it carries (or should), and why."""

    line: int
    number: str
    why: str


@dataclass(frozen=True)
class PortfolioManifest:
    path: Path
    as_of: date
    seed: int
    rows: tuple[GoodRow, ...]
    bad: tuple[BadRow, ...]

    @property
    def data_rows(self) -> int:
        return len(self.rows) + len(self.bad)

    @property
    def debtors(self) -> int:
        """Holders, counted by document."""
        return len({row.document for row in self.rows})

    @property
    def unlocated(self) -> tuple[GoodRow, ...]:
        return self.chosen(lambda row: row.lat is None)

    @property
    def odd(self) -> tuple[GoodRow, ...]:
        return self.chosen(lambda row: bool(row.oddity))

    def late(self, least: int, most: int | None = None) -> tuple[GoodRow, ...]:
        """Rows from `least` to `most` days past due, both included."""
        return self.chosen(lambda r: r.days_past_due >= least and (most is None or r.days_past_due <= most))

    def chosen(self, fits: Callable[[GoodRow], bool]) -> tuple[GoodRow, ...]:
        return tuple(row for row in self.rows if fits(row))


@dataclass(frozen=True)
class PaymentRow:
    """`reverses` names the receipt this row takes back; its amount stays positive."""

    line: int
    account: str
    value_date: date
    posted: date
    amount: Decimal
    channel: str
    receipt: str
    reverses: str = ""


@dataclass(frozen=True)
class PaymentsManifest:
    path: Path
    as_of: date
    seed: int
    rows: tuple[PaymentRow, ...]

    @property
    def reversals(self) -> tuple[PaymentRow, ...]:
        return tuple(row for row in self.rows if row.reverses)

    @property
    def inside(self) -> tuple[PaymentRow, ...]:
        """Already in the balance: its value date is not after the balance's."""
        return tuple(row for row in self.rows if row.value_date <= self.as_of)

    @property
    def after(self) -> tuple[PaymentRow, ...]:
        return tuple(row for row in self.rows if row.value_date > self.as_of)
