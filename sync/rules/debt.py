"""What a debt is made of on a day: principal, interest, late interest, fees. Knows no store and no clock."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from datetime import date
from decimal import Decimal

from ..records import Balance
from ..words import N_
from .ageing import Standing
from .late_interest import LateInterest, accrued

_ZERO = Decimal(0)
# What a payment covers first: the order of the civil codes of the region, charges before principal.
CHARGES_FIRST = ("fees", "late_interest", "interest", "principal")
LABELS = {
    "principal": N_("Capital"),
    "interest": N_("Interés"),
    "late_interest": N_("Interés de mora"),
    "fees": N_("Gastos"),
}


@dataclass(frozen=True)
class Parts:
    """The four parts of an amount, each at least zero."""

    principal: Decimal = _ZERO
    interest: Decimal = _ZERO
    late_interest: Decimal = _ZERO
    fees: Decimal = _ZERO

    @property
    def total(self) -> Decimal:
        return self.principal + self.interest + self.late_interest + self.fees

    def less(self, other: Parts) -> Parts:
        return Parts(*(getattr(self, one.name) - getattr(other, one.name) for one in fields(self)))

    def named(self) -> dict[str, Decimal]:
        return {one.name: getattr(self, one.name) for one in fields(self)}


@dataclass(frozen=True)
class Breakdown:
    """A balance as a page shows it: its parts as of a day, what moved since, and what is owed today.

    `over` is what was paid beyond the debt, so that the lines always add up.
    """

    as_of: date
    currency: str
    parts: Parts
    paid: Decimal
    reversed: Decimal
    over: Decimal
    total: Decimal

    @property
    def adds_up(self) -> bool:
        return self.parts.total - self.paid + self.reversed + self.over == self.total


def breakdown(balance: Balance, standing: Standing) -> Breakdown:
    """The lines of a balance on a day; `adds_up` is true of every one that is made here."""
    parts = Parts(balance.principal, balance.interest, balance.late_interest, balance.fees)
    left = parts.total - standing.paid_since + standing.reversed_since
    return Breakdown(
        balance.as_of,
        balance.currency,
        parts,
        standing.paid_since,
        standing.reversed_since,
        max(_ZERO, -left),
        max(_ZERO, left),
    )


def taken(amount: Decimal, parts: Parts, order: tuple[str, ...] = CHARGES_FIRST) -> Parts:
    """`amount` taken out of the parts in this order, never more of a part than there is.

    What is left of the amount when every part is empty is not taken: the answer's total says how much was.
    """
    found: dict[str, Decimal] = {}
    for name in order:
        found[name] = min(amount, getattr(parts, name))
        amount -= found[name]
    return Parts(**found)


def debt_on(balance: Balance, standing: Standing, late: LateInterest, day: date) -> Parts:
    """The debt of an account on a day: its balance less what was paid since, and the late interest since.

    Payments cover charges before principal. Late interest runs from the balance's own day, which holds all
    of it before, on what of the principal is overdue on `day`: money paid since is taken for paid at once,
    in the debtor's favour. A reversal puts back principal.
    """
    parts = Parts(balance.principal, balance.interest, balance.late_interest, balance.fees)
    moved = standing.paid_since - standing.reversed_since
    if moved < 0:
        parts = replace(parts, principal=parts.principal - moved)
    else:
        parts = parts.less(taken(moved, parts))
    base = min(parts.principal, standing.overdue)
    more = accrued(base, late, balance.as_of, day, balance.currency)
    return replace(parts, late_interest=parts.late_interest + more)
