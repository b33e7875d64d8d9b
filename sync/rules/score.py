"""How much a visit to a debtor is worth today: a sum of explained parts. Knows no map, store or clock."""

from __future__ import annotations

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
    many of a hundred visits find him; 0 where an appointment leaves nothing to guess.
    """

    value: int
    parts: tuple[Part, ...]
    must: bool = False
    reach: int = 0
    best_hours: str = ""


def score(case: Case) -> Score:
    """The value of a visit, as a sum a coordinator can check by hand.

    What a contact may bring (amount, age, promises) counts as often as he is found; the rest is urgency.
    """
    brings = [_amount(case), _age(case), _promises(case)]
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
