"""Reckons what a visit is worth, from everything known of the debtor, and says why. Decides no hour."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date
from decimal import Decimal

from sync.records import Address, Interval, Place, Precision, PromiseState
from sync.rules import contact, reaching, score
from sync.rules.policy import zone_of
from sync.words import N_, Phrase

from ..doors import UNSURE_M, Debt, error_m
from .agreed import clocks, promise_standings
from .gathering import Subject


def worth_of(
    subject: Subject,
    owed: Sequence[Debt],
    day: date,
    precision: Precision,
    appointment: bool,
    place: Place,
    hours: Sequence[Interval],
) -> score.Score:
    currency = max(owed, key=lambda debt: debt.standing.overdue).standing.currency
    overdue = sum(
        (debt.standing.overdue for debt in owed if debt.standing.currency == currency), start=Decimal(0)
    )
    states = [state for debt in owed for state in promise_standings(subject, debt, day).values()]
    where = zone_of(subject.case.debtor.zone) or UTC
    own = reaching.tally(subject.history, place, where)
    reach, best = subject.reach.over(place, hours, where, own)
    waiting = (day - subject.in_field_since).days if subject.in_field_since is not None else 0
    case = score.Case(
        dpd=max(debt.standing.dpd for debt in owed),
        overdue=overdue,
        reference=subject.usual.get(currency, overdue),
        promises_kept=states.count(PromiseState.KEPT),
        promises_broken=states.count(PromiseState.BROKEN),
        days_since_visit=_days_since_visit(subject, day),
        precision=precision,
        appointment=appointment,
        days_waiting=max(0, waiting),
        reach=reach,
        # Hours hardly better than the others are no advice.
        best_hours=reaching.said(best) if subject.reach.chance(place, best, own) > 1.05 * reach else "",
    )
    return score.score(case)


def _days_since_visit(subject: Subject, day: date) -> int | None:
    """Counts the visits made and those that a route already holds for a day before."""
    where = zone_of(subject.case.debtor.zone) or UTC
    days = [
        (day - one.happened.start.astimezone(where).date()).days
        for one in map(contact.as_contact, subject.history)
        if one is not None and one.channel == "visit"
    ]
    return min((count for count in days if count >= 0), default=None)


def why_visit(subject: Subject, worth: score.Score, window: Interval | None, address: Address) -> Phrase:
    """The appointment, that the place is unsure, else the part of the score that weighs most."""
    unsure = error_m(address) > UNSURE_M
    if window is not None and unsure:
        return Phrase(
            N_("cita acordada de {since} a {until}; ubicación aproximada, puede estar a {error} m"),
            {**clocks(subject, window), "error": round(error_m(address))},
        )
    if unsure:
        return Phrase(
            N_("ubicación aproximada: pregunte por la dirección, puede estar a {error} m"),
            {"error": round(error_m(address))},
        )
    if window is not None:
        return Phrase(N_("cita acordada de {since} a {until}"), clocks(subject, window))
    if worth.must:
        return Phrase(N_("lleva dos meses sin visita: no espera más"))
    return max(worth.parts, key=lambda part: part.points).because
