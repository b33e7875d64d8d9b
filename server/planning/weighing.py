"""Decides whether a debtor may be visited on a day, when, and what that visit is worth. Knows no route.

Every refusal carries the rule that says no and its source; every visit carries why it is worth making.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from sync.records import Address, Interval, Place, Promise, Ruling, Visit
from sync.rules import contact, reception
from sync.rules.policy import zone_of
from sync.words import N_, Phrase

from ..doors import UNSURE_M, Answer, Door, best_door, error_m
from ..store.assignments import ASSIGNED
from .agreed import appointments, begins_within, clocks, place_agreed, window_of
from .gathering import Subject
from .valuing import why_visit, worth_of

RECEPTION = "debtor.reception"


@dataclass(frozen=True)
class Visitable:
    """A debtor at one located address, with the hours in which the whole visit must lie.

    `appointment`, where there is one, is when the visit must begin. `lawful` leaves out the hours in which
    he does not receive, which are in `received`.
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
    must: bool = False
    received: tuple[Interval, ...] | None = None  # the hours in which he receives at all; None: any
    reach: int = 0  # of a hundred visits in those hours, how many find him
    best_hours: str = ""

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
    value: int = 0  # what a visit would have been worth, where that was reckoned


def weigh(
    subject: Subject, day: date, unsure_m: float = UNSURE_M, shift: Interval | None = None
) -> Visitable | NotToday:
    """One debtor on one day. Refusals in this order: nothing owed, the packs, the map, hours and caps.

    Nobody is sent unasked to a place that may be further off than `unsure_m` metres. How likely he is found
    is reckoned over the hours of the `shift`, or over all lawful ones.
    """
    mine = set(subject.assignment.accounts(ASSIGNED))
    owed = [debt for debt in subject.owed if debt.account.id in mine]
    if not owed:
        because = Phrase(N_("al día: ninguna de sus cuentas asignadas tiene saldo vencido"))
        return NotToday(subject.case.debtor.id, tuple(sorted(mine)), because)
    agreed = appointments(subject, owed, day)
    door = best_door(subject.case, owed, day, place_agreed(agreed))
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
    return _at_the_door(subject, door, door.address, agreed, day, shift)


def _at_the_door(
    subject: Subject,
    door: Door,
    address: Address,
    agreed: Sequence[Promise],
    day: date,
    shift: Interval | None,
) -> Visitable | NotToday:
    service_s = _service_s(subject, door, agreed)
    answers, refusal = _lawful_answers(subject, door, service_s, day)
    if refusal is not None:
        return _refused(subject, door, refusal)
    lawful = _common_hours(subject, answers, door, day, service_s)
    if not lawful:
        because = Phrase(N_("los horarios permitidos de sus cuentas no coinciden ese día"))
        return _not_today(subject, door, because)
    # Who made an appointment receives then, whatever his usual hours.
    received, written = (None, "") if agreed else _received(subject, answers, day)
    if received is not None:
        lawful = _open_for(_overlaps(lawful, received), service_s)
    if not lawful:
        because = Phrase(N_("ese día no recibe a quien cobra: atiende «{hours}»"), {"hours": written})
        return _not_today(subject, door, because, rule=RECEPTION)
    window = window_of(agreed, subject.case.debtor.zone)
    if window is not None and not begins_within(window, lawful, service_s):
        because = Phrase(
            N_("su cita, de {since} a {until}, cae fuera del horario permitido"), clocks(subject, window)
        )
        return _not_today(subject, door, because)
    owed = [answer.debt for answer in answers]
    hours = _overlaps(lawful, [shift]) if shift is not None else lawful
    worth = worth_of(subject, owed, day, address.precision, window is not None, door.place, hours or lawful)
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
        why=why_visit(subject, worth, window, address),
        must=worth.must,
        received=received,
        reach=worth.reach,
        best_hours=worth.best_hours,
    )


def _service_s(subject: Subject, door: Door, agreed: Sequence[Promise]) -> int:
    """How long the stop takes: as visits of its kind there took, else as the packs say."""
    kind, timezone = _kind(subject, agreed), subject.case.debtor.zone
    zone = min((account.zone for account in subject.case.accounts if account.zone), default="")
    window = window_of(agreed, timezone)
    return subject.took.seconds(kind, zone, window.start if window else None, timezone, door.service_s(kind))


def _kind(subject: Subject, agreed: Sequence[Promise]) -> str:
    """The kind of stop, for which a pack says how long it takes."""
    if agreed:
        return "appointment"
    if subject.case.debtor.kind == "company":
        return "company"
    visited = any(isinstance(one, Visit) and contact.as_contact(one) for one in subject.history)
    return "visit" if visited else "first_visit"


def _received(
    subject: Subject, answers: Sequence[Answer], day: date
) -> tuple[tuple[Interval, ...] | None, str]:
    """The hours of the day in which he receives who collects (None: any), and how his lenders wrote them.

    What a lender wrote and nobody can read restricts nothing: the import warned of it.
    """
    accounts = [answer.debt.account for answer in answers]
    written = sorted({text for one in accounts for text in (one.review_days, one.counter_hours) if text})
    said = [slots for text in written if (slots := reception.read(text))]
    if not said:
        return None, ""
    return reception.windows(said, day, subject.case.debtor.zone), "; ".join(written)


def _open_for(spans: Sequence[Interval], service_s: int) -> tuple[Interval, ...]:
    return tuple(span for span in spans if span.end - span.start >= timedelta(seconds=service_s))


def set_aside(door: Visitable, because: Phrase) -> NotToday:
    """One who might be visited and is not thought of that day."""
    return NotToday(door.debtor, door.accounts, because, address=door.address, value=door.value)


def judge(
    subject: Subject, answer: Answer, place: Place, happened: Interval, address: Address | None
) -> Ruling | None:
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
        about=subject.case.circumstances(account, address),
    )
    return next((ruling for ruling in verdict.rulings if ruling.decision == "block"), None)


def _lawful_answers(
    subject: Subject, door: Door, service_s: int, day: date
) -> tuple[tuple[Answer, ...], Ruling | None]:
    """The accounts that may be visited at some hour of the day; the first refusal when none may."""
    kept, refusal = [], None
    for answer in door.allowed:
        chance = _first_chance(subject, answer, door, service_s, day)
        ruling = judge(subject, answer, door.place, chance, door.address)
        if ruling is None:
            kept.append(answer)
        refusal = refusal or ruling
    return tuple(kept), None if kept else refusal


def _open(subject: Subject, answer: Answer, door: Door, day: date) -> tuple[Interval, ...]:
    """The hours of the day that the account's pack opens for this debtor at this door."""
    if answer.debt.policy is None:
        return ()
    about = subject.case.circumstances(answer.debt.account, door.address)
    return contact.open_hours(answer.debt.policy, day, subject.case.debtor.zone, about=about)


def _first_chance(subject: Subject, answer: Answer, door: Door, service_s: int, day: date) -> Interval:
    """The first moment of the day that the account's pack allows; noon, to be refused, when none is."""
    zone = subject.case.debtor.zone
    spans = _open(subject, answer, door, day)
    where = zone_of(zone) or UTC
    noon = datetime(day.year, day.month, day.day, 12, tzinfo=where)
    start = spans[0].start if spans else noon
    return Interval(start, start + timedelta(seconds=service_s))


def _common_hours(
    subject: Subject, answers: Sequence[Answer], door: Door, day: date, service_s: int
) -> tuple[Interval, ...]:
    """The stretches lawful under every account's pack that are long enough for the visit."""
    common: list[Interval] | None = None
    for answer in answers:
        spans = _open(subject, answer, door, day)
        common = list(spans) if common is None else _overlaps(common, spans)
    return _open_for(common or (), service_s)


def _overlaps(ours: Sequence[Interval], theirs: Sequence[Interval]) -> list[Interval]:
    pairs = ((max(a.start, b.start), min(a.end, b.end)) for a in ours for b in theirs)
    return sorted((Interval(start, end) for start, end in pairs if start < end), key=lambda span: span.start)


def _refused(subject: Subject, door: Door, ruling: Ruling) -> NotToday:
    return _not_today(subject, door, ruling.because, ruling)


def _not_today(
    subject: Subject, door: Door, because: Phrase, ruling: Ruling | None = None, rule: str = ""
) -> NotToday:
    return NotToday(
        debtor=subject.case.debtor.id,
        accounts=tuple(answer.debt.account.id for answer in door.answers),
        because=because,
        rule=ruling.rule if ruling else rule,
        source=ruling.source if ruling else "",
        address=door.address,
    )
