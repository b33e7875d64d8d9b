"""Reckons what a visit is worth, from everything known of the debtor, and says why. Decides no hour."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date

from sync.records import Address, Interval, Place, Precision
from sync.rules import paying, reaching, score
from sync.rules.policy import zone_of
from sync.words import N_, Phrase

from ..doors import UNSURE_M, Debt, error_m
from .agreed import clocks, promise_standings_of
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
    standings = [one for debt in owed for one in promise_standings_of(subject, debt, day).values()]
    where = zone_of(subject.case.debtor.zone) or UTC
    own = reaching.tally(subject.history, place, where)
    reach, best = subject.reach.over(place, hours, where, own)
    case = paying.case_of(
        day,
        [debt.standing for debt in owed],
        usual=subject.usual,
        promised=standings,
        history=subject.history,
        payments=subject.case.payments,
        where=where,
        in_field_since=subject.in_field_since,
        way=paying.Way(
            place, precision, appointment, reach, paying.best_hours(subject.reach, place, best, reach, own)
        ),
    )
    return score.score(case)


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
