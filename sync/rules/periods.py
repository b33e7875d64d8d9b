"""Decides whether a debt is past, or near, a limitation or bureau period of its pack. Reads no clock."""

from __future__ import annotations

from calendar import monthrange
from datetime import date

from ..records import Ruling
from ..words import N_, Phrase
from .answers import allow, block, warn
from .circumstances import DebtDates
from .clauses import Period
from .policy import Policy

_PAST = {
    "limitation": N_("Pasó el plazo de prescripción de {months} meses: se cumplió el {day}."),
    "bureau": N_("Pasó el plazo de {months} meses en las centrales de riesgo: se cumplió el {day}."),
}
_NEAR = {
    "limitation": N_("Está por cumplirse el plazo de prescripción de {months} meses: el {day}."),
    "bureau": N_("Está por cumplirse el plazo de {months} meses en las centrales de riesgo: el {day}."),
}
_WITHIN = {
    "limitation": N_("Dentro del plazo de prescripción: hasta el {day}."),
    "bureau": N_("Dentro del plazo de las centrales de riesgo: hasta el {day}."),
}
_UNKNOWN = N_("No se sabe desde cuándo está en mora: no se puede juzgar el plazo de {months} meses.")


def period_rulings(policy: Policy, dates: DebtDates | None, day: date) -> tuple[Ruling, ...]:
    """A ruling for each period of the pack, on a civil day of the debtor's; none without `dates`."""
    if dates is None:
        return ()
    return tuple(_ruling(period, dates, day) for period in policy.periods)


def ends(period: Period, dates: DebtDates) -> date | None:
    """The first day on which the period is over; None where nobody knows since when it runs."""
    began = dates.oldest_due
    if period.since == "activity" and dates.last_payment is not None:
        began = max(dates.last_payment, began) if began is not None else dates.last_payment
    return None if began is None else months_after(began, period.months)


def months_after(day: date, months: int) -> date:
    """The same day so many months later; the last of the month where that has no such day."""
    count = day.year * 12 + day.month - 1 + months
    year, month = divmod(count, 12)
    if year > date.max.year:
        return date.max
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def _ruling(period: Period, dates: DebtDates, day: date) -> Ruling:
    over = ends(period, dates)
    values: dict[str, str | int] = {"months": period.months}
    if over is None:
        return warn(period.cite, Phrase(_UNKNOWN, values))
    values["day"] = f"{over:%d/%m/%Y}"
    if day >= over:
        said = Phrase(_PAST[period.kind], values)
        return block(period.cite, said) if period.decision == "block" else warn(period.cite, said)
    began = months_after(over, -period.near_months)
    if period.near_months and day >= began:
        return warn(period.cite, Phrase(_NEAR[period.kind], values))
    return allow(period.cite, Phrase(_WITHIN[period.kind], values))
