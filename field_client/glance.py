"""Tells the debtor behind a stop in three or four lines: why now, the last visit, promises, money. Pure."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal

from sync.money import shown
from sync.records import PromiseState
from sync.rules.policy import zone_of
from sync.rules.results import RESULTS
from sync.words import N_, Phrase, Terms

from .today import DayStop

# A debtor is visited at least every two months.
TWO_MONTHS_DAYS = 60
_MISSED = (PromiseState.BROKEN, PromiseState.PARTIAL)
_OPEN = (PromiseState.OPEN, PromiseState.REMINDED, PromiseState.UNCONFIRMED)


def glance(stop: DayStop) -> tuple[Phrase, ...]:
    """The lines, the most pressing first."""
    found = (_promise(stop), _owed(stop), _last_visit(stop), _broken(stop), _last_payment(stop))
    return tuple(line for line in found if line is not None)


def _promise(stop: DayStop) -> Phrase | None:
    made = [one for account in stop.accounts for one in account.promises]
    due = [promise for promise, told in made if told is not None and told.state in _OPEN]
    if not due:
        return None
    first = min(due, key=lambda one: one.due)
    values = {"amount": shown(first.amount, first.currency), "due": f"{first.due:%d/%m/%Y}"}
    return Phrase(N_("Prometió {amount} para el {due}"), values)


def _owed(stop: DayStop) -> Phrase | None:
    late = [one.standing for one in stop.accounts if one.standing is not None and one.standing.overdue > 0]
    if not late:
        return None
    totals: dict[str, Decimal] = {}
    for standing in late:
        totals[standing.currency] = totals.get(standing.currency, Decimal(0)) + standing.overdue
    said = ", ".join(shown(amount, currency) for currency, amount in totals.items())
    return Phrase(
        N_("Vencido: {amount}, hasta {dpd} días de mora"),
        {"amount": said, "dpd": max(standing.dpd for standing in late)},
    )


def _last_visit(stop: DayStop) -> Phrase | None:
    earlier = [known.visit for known in stop.case.state.visits if known.visit.stop != stop.id]
    if not earlier:
        return Phrase(N_("Nadie lo ha visitado desde este portátil"))
    last = max(earlier, key=lambda visit: visit.happened.start)
    day = _local(stop, last.happened.start)
    values = {
        "day": f"{day:%d/%m/%Y}",
        "results": Terms(*dict.fromkeys(RESULTS[result.result].label for result in last.results)),
    }
    if (stop.case.today - day).days >= TWO_MONTHS_DAYS:
        return Phrase(N_("Hace dos meses o más que no se le visita: {day}, {results}"), values)
    return Phrase(N_("Última visita: {day}, {results}"), values)


def _broken(stop: DayStop) -> Phrase | None:
    count = sum(
        told is not None and told.state in _MISSED
        for account in stop.accounts
        for _, told in account.promises
    )
    return Phrase(N_("Promesas sin cumplir: {count}"), {"count": count}) if count else None


def _last_payment(stop: DayStop) -> Phrase | None:
    days = [one.known.last_payment for one in stop.accounts if one.known.last_payment is not None]
    days += [payment.value_date for one in stop.accounts for payment in one.payments]
    return Phrase(N_("Último pago: {day}"), {"day": f"{max(days):%d/%m/%Y}"}) if days else None


def _local(stop: DayStop, moment: datetime) -> date:
    zone = zone_of(stop.case.zone)
    return moment.astimezone(zone).date()
