"""How much a visit to a debtor is worth today, and how likely he pays after one: sums of explained parts.

One function for the value of a stop, the order of the worklists and the calibration. The points that say
whether he pays (age, promises, payments, what he answered) are part of the value; `Scale` reads a percentage
off their sum. Knows no map, store or clock.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from decimal import Decimal

from ..records import Precision
from ..words import N_, Phrase

# The practice text: every debtor in the field is visited at least every two months.
TWO_MONTHS_DAYS = 60
# The rule presses in its last days; before, a wait adds only a little.
PRESSING_FROM_DAYS = 50
# Who was visited days ago was asked already: knocking again so soon brings less.
LET_BE_DAYS = 7


@dataclass(frozen=True)
class Case:
    """What the score looks at. `reference` is the portfolio's usual overdue amount in the same currency.

    `days_waiting` is how long he has been in the field, for who was never visited. `reach` is the chance of
    finding him and `best_hours` when it is best, in figures.
    """

    dpd: int
    overdue: Decimal
    reference: Decimal
    promises_kept: int = 0
    promises_broken: int = 0
    days_since_visit: int | None = None
    precision: Precision = Precision.NONE
    appointment: bool = False
    days_waiting: int = 0
    reach: float = 1.0
    best_hours: str = ""
    broken_streak: int = 0
    days_since_payment: int | None = None
    answered: str = ""  # what he said when he was met last: "refuses", "acknowledges", "cannot" or nothing

    @property
    def days_unseen(self) -> int:
        """How long the two-month rule has been counting."""
        return self.days_waiting if self.days_since_visit is None else self.days_since_visit


@dataclass(frozen=True)
class Part:
    """Points and why."""

    points: int
    because: Phrase


@dataclass(frozen=True)
class Score:
    """The stop's value: never below 1, so that no lawful stop is worth nothing. `parts` add up to it.

    `must`: two months are over, and the visit goes before everything that was not agreed. `reach` is how
    many of a hundred visits find him; 0 where an appointment leaves nothing to guess. `pays` is the sum of
    those parts that say whether he pays once he is met: `Scale.percent(pays)`.
    """

    value: int
    parts: tuple[Part, ...]
    must: bool = False
    reach: int = 0
    best_hours: str = ""
    pays: int = 0


@dataclass(frozen=True)
class Scale:
    """How points become "pays if visited": half of those at `even` points pay, and `spread` says how fast
    that changes. A strategy may set its own, as the calibration on past visits proposes them."""

    even: int = 60
    spread: int = 20

    def chance(self, points: int) -> float:
        """Between 0 and 1: the logistic curve over the points."""
        return 1 / (1 + math.exp(-max(-50.0, min(50.0, (points - self.even) / self.spread))))

    def percent(self, points: int) -> int:
        return round(100 * self.chance(points))


USUAL_SCALE = Scale()


def pays_parts(case: Case) -> tuple[Part, ...]:
    """Whether he pays within some weeks once he is met, each part with its reason."""
    return (_age(case), _promises(case), _streak(case), _paid(case), _answered(case))


def score(case: Case) -> Score:
    """The value of a visit, as a sum a coordinator can check by hand.

    What a contact may bring (the amount, and whether he pays) counts as often as he is found; the rest is
    urgency.
    """
    pays = pays_parts(case)
    brings = [_amount(case), *pays]
    parts = [*brings, _reach(case, sum(part.points for part in brings)), *_visits(case)]
    parts = [part for part in parts if part.points]
    total = sum(part.points for part in parts)
    if total < 1:
        parts.append(Part(1 - total, Phrase(N_("Valor mínimo de una visita permitida"))))
    reach = 0 if case.appointment else round(100 * case.reach)
    return Score(
        max(1, total),
        tuple(parts),
        case.days_unseen >= TWO_MONTHS_DAYS,
        reach,
        case.best_hours if reach else "",
        sum(part.points for part in pays),
    )


def _amount(case: Case) -> Part:
    ratio = case.overdue / case.reference if case.reference > 0 else Decimal(1)
    points = int(min(Decimal(120), max(Decimal(0), 40 * ratio)))
    return Part(points, Phrase(N_("Monto vencido frente a lo usual de la cartera")))


def _age(case: Case) -> Part:
    """Fresh arrears are likelier to be paid; very old ones add nothing."""
    points = max(0, 40 - 2 * (max(0, case.dpd - 90) // 15))
    return Part(points, Phrase(N_("Antigüedad de la mora: {dpd} días"), {"dpd": case.dpd}))


def _promises(case: Case) -> Part:
    points = min(40, 20 * case.promises_kept) - min(30, 10 * case.promises_broken)
    values = {"kept": case.promises_kept, "broken": case.promises_broken}
    return Part(points, Phrase(N_("Promesas cumplidas {kept}, incumplidas {broken}"), values))


def _streak(case: Case) -> Part:
    """Two broken in a row say more than the same two years apart."""
    points = -10 if case.broken_streak >= 2 else 0
    text = N_("Lleva {streak} promesas incumplidas seguidas")
    return Part(points, Phrase(text, {"streak": case.broken_streak}))


def _paid(case: Case) -> Part:
    """Who paid something lately is able to, and did."""
    days = case.days_since_payment
    if days is None:
        return Part(0, Phrase(N_("No se conoce ningún pago")))
    points = next((points for limit, points in PAID_POINTS if days <= limit), 0)
    return Part(points, Phrase(N_("Último pago hace {days} días"), {"days": days}))


def _answered(case: Case) -> Part:
    points, text = ANSWERED.get(case.answered, (0, N_("Aún no ha respondido en persona")))
    return Part(points, Phrase(text))


PAID_POINTS = ((30, 20), (60, 10), (90, 5))
ANSWERED = {
    "acknowledges": (10, N_("Reconoció la deuda la última vez que se le encontró")),
    "refuses": (-15, N_("Se negó a pagar la última vez que se le encontró")),
    "cannot": (-10, N_("Dijo que no puede pagar la última vez que se le encontró")),
}


def _reach(case: Case, brings: int) -> Part:
    """Takes away what is not brought when nobody is found. Who made an appointment is there."""
    if case.appointment or brings <= 0:
        return Part(0, Phrase(N_("Se le encuentra siempre")))
    percent = round(100 * case.reach)
    values: dict[str, str | int] = {"percent": percent, "hours": case.best_hours}
    text = N_("Se le encuentra {percent} veces de cada 100 (mejor de {hours} h)")
    return Part(brings * percent // 100 - brings, Phrase(text, values))


def _visits(case: Case) -> tuple[Part, ...]:
    parts: list[Part] = []
    if case.appointment:
        parts.append(Part(60, Phrase(N_("Tiene una cita acordada"))))
    if case.days_since_visit is None:
        parts.append(Part(max(15, _urgency(case.days_waiting)), Phrase(N_("Nunca ha sido visitado"))))
    else:
        text = N_("Última visita hace {days} días (máximo {limit})")
        values = {"days": case.days_since_visit, "limit": TWO_MONTHS_DAYS}
        parts.append(Part(_urgency(case.days_since_visit), Phrase(text, values)))
        if case.days_since_visit < LET_BE_DAYS and not case.appointment:
            points = -4 * (LET_BE_DAYS - case.days_since_visit)
            parts.append(Part(points, Phrase(N_("Se le visitó hace menos de una semana"))))
    if case.precision in (Precision.DOOR, Precision.BLOCK):
        parts.append(Part(5, Phrase(N_("Dirección ubicada con precisión"))))
    return tuple(parts)


def _urgency(days: int) -> int:
    """Up to 15 points by the fiftieth day, and 5 more on each day from there to the sixtieth."""
    slow = 15 * min(days, PRESSING_FROM_DAYS) // PRESSING_FROM_DAYS
    return slow + 5 * max(0, min(days, TWO_MONTHS_DAYS) - PRESSING_FROM_DAYS)
