"""Decides whether a debtor may be visited on a day, when, and what that visit is worth. Knows no route.

Every refusal carries the rule that says no and its source; every visit carries why it is worth making.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

from sync.records import Address, Interval, Place, Precision, Promise, PromiseState, Ruling, Visit
from sync.rules import contact, promise, score
from sync.rules.policy import zone_of
from sync.words import N_, Phrase

from ..doors import UNSURE_M, Answer, Debt, Door, best_door, error_m
from ..store.assignments import ASSIGNED
from .gathering import Subject

STILL_STANDS = (PromiseState.OPEN, PromiseState.UNCONFIRMED)


@dataclass(frozen=True)
class Visitable:
    """A debtor at one located address, with the hours in which the whole visit must lie.

    `appointment`, where there is one, is when the visit must begin.
    """

    debtor: str
    address: Address
    place: Place
    point: tuple[float, float]
    answers: tuple[Answer, ...]
    service_s: int
    lawful: tuple[Interval, ...]
    appointment: Interval | None
    value: int
    why: Phrase

    @property
    def accounts(self) -> tuple[str, ...]:
        return tuple(answer.debt.account.id for answer in self.answers)


@dataclass(frozen=True)
class NotToday:
    """A debtor who is not a candidate on the day, and why."""

    debtor: str
    accounts: tuple[str, ...]
    because: Phrase
    rule: str = ""
    source: str = ""
    address: Address | None = None


def weigh(subject: Subject, day: date, unsure_m: float = UNSURE_M) -> Visitable | NotToday:
    """One debtor on one day. Refusals in this order: nothing owed, the packs, the map, hours and caps.

    Nobody is sent unasked to a place that may be further off than `unsure_m` metres.
    """
    mine = set(subject.assignment.accounts(ASSIGNED))
    owed = [debt for debt in subject.owed if debt.account.id in mine]
    if not owed:
        because = Phrase(N_("al día: ninguna de sus cuentas asignadas tiene saldo vencido"))
        return NotToday(subject.case.debtor.id, tuple(sorted(mine)), because)
    agreed = _appointments(subject, owed, day)
    door = best_door(subject.case, owed, day, _place_agreed(agreed))
    if not door.allowed:
        return _refused(subject, door, door.answers[0].ruling)
    if door.address is None or door.address.lat is None or door.address.lon is None:
        because = Phrase(N_("sin coordenadas: su dirección no está ubicada en el mapa"))
        return _not_today(subject, door, because)
    if error_m(door.address) > unsure_m:
        because = Phrase(
            N_("ubicación aproximada: el punto puede estar a {error} m de su puerta"),
            {"error": round(error_m(door.address))},
        )
        return _not_today(subject, door, because)
    return _at_the_door(subject, door, door.address, agreed, day)


def _at_the_door(
    subject: Subject, door: Door, address: Address, agreed: Sequence[Promise], day: date
) -> Visitable | NotToday:
    kind = "appointment" if agreed else "visit"
    service_s = max(
        answer.debt.policy.service_s(kind) for answer in door.allowed if answer.debt.policy is not None
    )
    answers, refusal = _lawful_answers(subject, door, service_s, day)
    if refusal is not None:
        return _refused(subject, door, refusal)
    lawful = _common_hours(answers, subject.case.debtor.zone, day, service_s)
    if not lawful:
        because = Phrase(N_("los horarios permitidos de sus cuentas no coinciden ese día"))
        return _not_today(subject, door, because)
    window = _window(agreed, subject.case.debtor.zone)
    if window is not None and not _begins_within(window, lawful, service_s):
        because = Phrase(
            N_("su cita, de {since} a {until}, cae fuera del horario permitido"), _span(subject, window)
        )
        return _not_today(subject, door, because)
    worth = _score(subject, [answer.debt for answer in answers], day, address.precision, window is not None)
    return Visitable(
        debtor=subject.case.debtor.id,
        address=address,
        place=door.place,
        point=(address.lat or 0.0, address.lon or 0.0),
        answers=answers,
        service_s=service_s,
        lawful=lawful,
        appointment=window,
        value=worth.value,
        why=_why(subject, worth, window, address),
    )


def judge(subject: Subject, answer: Answer, place: Place, happened: Interval) -> Ruling | None:
    """The ruling that forbids this visit at that very moment, None when there is none."""
    account = answer.debt.account
    verdict = contact.judge_visit(
        answer.debt.policy,
        happened,
        subject.case.debtor.zone,
        place=place,
        credit_type=account.credit_type,
        exception_evidence=account.exception_evidence,
        history=subject.history,
        stops=subject.case.stops_of(account.id),
    )
    return next((ruling for ruling in verdict.rulings if ruling.decision == "block"), None)


def _lawful_answers(
    subject: Subject, door: Door, service_s: int, day: date
) -> tuple[tuple[Answer, ...], Ruling | None]:
    """The accounts that may be visited at some hour of the day; the first refusal when none may."""
    kept, refusal = [], None
    for answer in door.allowed:
        ruling = judge(subject, answer, door.place, _first_chance(subject, answer, service_s, day))
        if ruling is None:
            kept.append(answer)
        refusal = refusal or ruling
    return tuple(kept), None if kept else refusal


def _first_chance(subject: Subject, answer: Answer, service_s: int, day: date) -> Interval:
    """The first moment of the day that the account's pack allows; noon, to be refused, when none is."""
    zone = subject.case.debtor.zone
    spans = contact.windows(answer.debt.policy, day, zone) if answer.debt.policy is not None else ()
    where = zone_of(zone) or UTC
    noon = datetime(day.year, day.month, day.day, 12, tzinfo=where)
    start = spans[0].start if spans else noon
    return Interval(start, start + timedelta(seconds=service_s))


def _common_hours(answers: Sequence[Answer], zone: str, day: date, service_s: int) -> tuple[Interval, ...]:
    """The stretches lawful under every account's pack that are long enough for the visit."""
    common: list[Interval] | None = None
    for answer in answers:
        spans = contact.windows(answer.debt.policy, day, zone) if answer.debt.policy is not None else ()
        common = list(spans) if common is None else _overlaps(common, spans)
    long_enough = timedelta(seconds=service_s)
    return tuple(span for span in common or () if span.end - span.start >= long_enough)


def _overlaps(ours: Sequence[Interval], theirs: Sequence[Interval]) -> list[Interval]:
    pairs = ((max(a.start, b.start), min(a.end, b.end)) for a in ours for b in theirs)
    return sorted((Interval(start, end) for start, end in pairs if start < end), key=lambda span: span.start)


def _appointments(subject: Subject, owed: Sequence[Debt], day: date) -> list[Promise]:
    """The promises with a window on the day that still stand, the earliest window first."""
    mine = {debt.account.id: debt for debt in owed}
    due = [
        one
        for one in subject.promises
        if one.due == day and one.account in mine and one.window_start and one.window_end
    ]
    standing = [one for one in due if _stands(subject, mine[one.account], one, day)]
    return sorted(standing, key=lambda one: (one.window_start or datetime.min.time(), one.id))


def _stands(subject: Subject, debt: Debt, one: Promise, day: date) -> bool:
    return _promise_standings(subject, debt, day).get(one.id) in STILL_STANDS


def _promise_standings(subject: Subject, debt: Debt, day: date) -> dict[str, PromiseState]:
    """The state on the day of each promise made for this debt."""
    if debt.policy is None:
        return {}
    found = promise.standings(
        [one for one in subject.promises if one.account == debt.account.id],
        subject.case.payments_of(debt.account.id),
        debt.policy,
        day,
        subject.through.get(debt.account.lender),
        zone=subject.case.debtor.zone,
    )
    return {key: standing.state for key, standing in found.items()}


def _place_agreed(agreed: Sequence[Promise]) -> Place | None:
    """The kind of place the appointment names, when it names one."""
    codes = {place.value: place for place in Place}
    return codes.get(agreed[0].place) if agreed else None


def _window(agreed: Sequence[Promise], zone: str) -> Interval | None:
    where = zone_of(zone)
    if not agreed or where is None:
        return None
    first = agreed[0]
    if first.window_start is None or first.window_end is None:
        return None
    start = datetime.combine(first.due, first.window_start, tzinfo=where)
    end = datetime.combine(first.due, first.window_end, tzinfo=where)
    return Interval(start.astimezone(UTC), end.astimezone(UTC))


def _begins_within(window: Interval, lawful: Sequence[Interval], service_s: int) -> bool:
    service = timedelta(seconds=service_s)
    return any(window.start <= span.end - service and span.start <= window.end for span in lawful)


def _score(
    subject: Subject, owed: Sequence[Debt], day: date, precision: Precision, appointment: bool
) -> score.Score:
    currency = max(owed, key=lambda debt: debt.standing.overdue).standing.currency
    overdue = sum(
        (debt.standing.overdue for debt in owed if debt.standing.currency == currency), start=Decimal(0)
    )
    states = [state for debt in owed for state in _promise_standings(subject, debt, day).values()]
    case = score.Case(
        dpd=max(debt.standing.dpd for debt in owed),
        overdue=overdue,
        reference=subject.usual.get(currency, overdue),
        promises_kept=states.count(PromiseState.KEPT),
        promises_broken=states.count(PromiseState.BROKEN),
        days_since_visit=_days_since_visit(subject, day),
        precision=precision,
        appointment=appointment,
    )
    return score.score(case)


def _days_since_visit(subject: Subject, day: date) -> int | None:
    where = zone_of(subject.case.debtor.zone) or UTC
    days = [
        (day - one.happened.start.astimezone(where).date()).days
        for one in subject.history
        if isinstance(one, Visit) and contact.as_contact(one) is not None
    ]
    return min((count for count in days if count >= 0), default=None)


def _why(subject: Subject, worth: score.Score, window: Interval | None, address: Address) -> Phrase:
    """The appointment, that the place is unsure, else the part of the score that weighs most."""
    unsure = error_m(address) > UNSURE_M
    if window is not None and unsure:
        return Phrase(
            N_("cita acordada de {since} a {until}; ubicación aproximada, puede estar a {error} m"),
            {**_span(subject, window), "error": round(error_m(address))},
        )
    if unsure:
        return Phrase(
            N_("ubicación aproximada: pregunte por la dirección, puede estar a {error} m"),
            {"error": round(error_m(address))},
        )
    if window is not None:
        return Phrase(N_("cita acordada de {since} a {until}"), _span(subject, window))
    return max(worth.parts, key=lambda part: part.points).because


def _span(subject: Subject, window: Interval) -> dict[str, str]:
    where = zone_of(subject.case.debtor.zone) or UTC
    return {
        "since": f"{window.start.astimezone(where):%H:%M}",
        "until": f"{window.end.astimezone(where):%H:%M}",
    }


def _refused(subject: Subject, door: Door, ruling: Ruling) -> NotToday:
    return _not_today(subject, door, ruling.because, ruling)


def _not_today(subject: Subject, door: Door, because: Phrase, ruling: Ruling | None = None) -> NotToday:
    return NotToday(
        debtor=subject.case.debtor.id,
        accounts=tuple(answer.debt.account.id for answer in door.answers),
        because=because,
        rule=ruling.rule if ruling else "",
        source=ruling.source if ruling else "",
        address=door.address,
    )
