"""How much a visit to a debtor is worth today: a sum of explained parts. Knows no map, store or clock."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from ..records import Precision
from ..words import N_, Phrase

# The practice text: every debtor in the field is visited at least every two months.
TWO_MONTHS_DAYS = 60


@dataclass(frozen=True)
class Case:
    """What the score looks at. `reference` is the portfolio's usual overdue amount in the same currency."""

    dpd: int
    overdue: Decimal
    reference: Decimal
    promises_kept: int = 0
    promises_broken: int = 0
    days_since_visit: int | None = None
    precision: Precision = Precision.NONE
    appointment: bool = False


@dataclass(frozen=True)
class Part:
    """Points and why."""

    points: int
    because: Phrase


@dataclass(frozen=True)
class Score:
    """The stop's value: never below 1, so that no lawful stop is worth nothing. `parts` add up to it."""

    value: int
    parts: tuple[Part, ...]


def score(case: Case) -> Score:
    """The value of a visit, as a sum a coordinator can check by hand."""
    parts = [part for part in (_amount(case), _age(case), _promises(case), *_visits(case)) if part.points]
    total = sum(part.points for part in parts)
    if total < 1:
        parts.append(Part(1 - total, Phrase(N_("Valor mínimo de una visita permitida"))))
    return Score(max(1, total), tuple(parts))


def _amount(case: Case) -> Part:
    ratio = case.overdue / case.reference if case.reference > 0 else Decimal(1)
    points = int(min(Decimal(60), max(Decimal(0), 20 * ratio)))
    return Part(points, Phrase(N_("Monto vencido frente a lo usual de la cartera")))


def _age(case: Case) -> Part:
    """Fresh arrears are likelier to be paid; very old ones add nothing."""
    points = max(0, 20 - max(0, case.dpd - 90) // 15)
    return Part(points, Phrase(N_("Antigüedad de la mora: {dpd} días"), {"dpd": case.dpd}))


def _promises(case: Case) -> Part:
    points = min(20, 10 * case.promises_kept) - min(15, 5 * case.promises_broken)
    values = {"kept": case.promises_kept, "broken": case.promises_broken}
    return Part(points, Phrase(N_("Promesas cumplidas {kept}, incumplidas {broken}"), values))


def _visits(case: Case) -> tuple[Part, ...]:
    parts: list[Part] = []
    if case.appointment:
        parts.append(Part(60, Phrase(N_("Tiene una cita acordada"))))
    if case.days_since_visit is None:
        parts.append(Part(15, Phrase(N_("Nunca ha sido visitado"))))
    else:
        points = min(40, 40 * case.days_since_visit // TWO_MONTHS_DAYS)
        text = N_("Última visita hace {days} días (máximo {limit})")
        parts.append(Part(points, Phrase(text, {"days": case.days_since_visit, "limit": TWO_MONTHS_DAYS})))
    if case.precision in (Precision.DOOR, Precision.BLOCK):
        parts.append(Part(5, Phrase(N_("Dirección ubicada con precisión"))))
    return tuple(parts)
