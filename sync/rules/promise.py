"""What became of a promise on a day, each payment used once; and whether one may be made. Reads no clock."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

from ..records import Interval, Payment, Promise, PromiseState
from ..words import N_, Phrase
from .answers import FieldError
from .hours import judge_hours
from .policy import Policy, zone_of

_ZERO = Decimal(0)


@dataclass(frozen=True)
class Share:
    """A part of one payment counted for one promise."""

    promise: str
    payment: str
    amount: Decimal
    value_date: date


@dataclass(frozen=True)
class PromiseStanding:
    """A promise on a day: its state, what was paid for it in time, what is missing, and its last good day."""

    promise: str
    state: PromiseState
    paid: Decimal
    missing: Decimal
    deadline: date
    kept_on: date | None = None
    superseded_by: str | None = None


@dataclass(frozen=True)
class _Span:
    """The days on which a payment counts for a promise, and the promise that cut them short."""

    made: date
    last: date
    deadline: date
    superseded_by: str | None


def deadline(promise: Promise, policy: Policy) -> date:
    """The last day on which a payment still keeps the promise: due plus grace."""
    return promise.due + timedelta(days=policy.promise.grace_days)


def allocate(
    promises: Sequence[Promise],
    payments: Iterable[Payment],
    policy: Policy,
    today: date,
    zone: str | None = None,
) -> tuple[Share, ...]:
    """Which payment counts for which promise: oldest due first, within made..due+grace, each cent once.

    Payments are net of reversals valued up to today; only the promise's account and currency count. A
    promise replaced by a newer one of the same account takes payments up to the day it was replaced.
    """
    where = _zone(policy, zone)
    spans = _spans(promises, policy, where)
    left = {promise.id: promise.amount for promise in promises}
    waiting: dict[tuple[str, str], list[Promise]] = {}
    for promise in sorted(promises, key=lambda made: (made.due, made.made_at, made.id)):
        waiting.setdefault((promise.account, promise.currency), []).append(promise)
    shares: list[Share] = []
    for payment, amount in _net(payments, today):
        for promise in waiting.get((payment.account, payment.currency), []):
            span = spans[promise.id]
            if not span.made <= payment.value_date <= span.last:
                continue
            part = min(amount, left[promise.id])
            if part > 0:
                shares.append(Share(promise.id, payment.id, part, payment.value_date))
                left[promise.id] -= part
                amount -= part
    return tuple(shares)


def standings(
    promises: Sequence[Promise],
    payments: Iterable[Payment],
    policy: Policy,
    today: date,
    imported_through: date | None,
    *,
    cancelled: Mapping[str, date] | None = None,
    zone: str | None = None,
) -> dict[str, PromiseStanding]:
    """Every promise of an account (or of many) on `today`; promises made after today are left out.

    `imported_through`: payments are known up to that day (None: never imported). After its deadline a
    promise stays "por confirmar" until they are known through deadline + posting lag; then it is partial
    or broken. A newer promise for the account, made in another visit before the deadline, makes it
    rescheduled unless it was kept already. A payment after the deadline repairs nothing.
    """
    where = _zone(policy, zone)
    made = [promise for promise in promises if promise.made_at.astimezone(where).date() <= today]
    spans = _spans(made, policy, where)
    shares: dict[str, list[Share]] = {}
    for share in allocate(made, payments, policy, today, zone):
        shares.setdefault(share.promise, []).append(share)
    ended = {key: day for key, day in (cancelled or {}).items() if day <= today}
    return {
        promise.id: _standing(
            promise,
            shares.get(promise.id, []),
            spans[promise.id],
            policy,
            (today, imported_through, ended.get(promise.id)),
        )
        for promise in made
    }


def state(
    promise: Promise,
    payments: Iterable[Payment],
    others: Sequence[Promise],
    policy: Policy,
    today: date,
    imported_through: date | None,
    *,
    cancelled_on: date | None = None,
    zone: str | None = None,
) -> PromiseState:
    """The state of one promise; `others` are the account's other promises, earlier and later.

    A promise that is not made yet on `today` is open.
    """
    known = {each.id: each for each in (*others, promise)}
    cancelled = {promise.id: cancelled_on} if cancelled_on is not None else {}
    found = standings(
        list(known.values()), payments, policy, today, imported_through, cancelled=cancelled, zone=zone
    )
    return found[promise.id].state if promise.id in found else PromiseState.OPEN


def check_promise(
    *,
    amount: Decimal,
    due: date,
    total: Decimal | None,
    policy: Policy,
    today: date,
    zone: str,
    window_start: time | None = None,
    window_end: time | None = None,
    account: str = "",
) -> tuple[FieldError, ...]:
    """Why this promise cannot be taken: past or too far, amount, window outside the pack's hours."""
    rule = policy.promise.cite.id
    found: list[FieldError] = []

    def refuse(field: str, text: str, **values: str | int) -> None:
        found.append(FieldError(field, Phrase(text, values), rule, account))

    if amount <= 0:
        refuse("amount", N_("El monto prometido debe ser mayor que cero."))
    elif total is not None and amount > total:
        refuse(
            "amount",
            N_("El monto prometido ({amount}) supera el saldo ({total})."),
            amount=f"{amount:f}",
            total=f"{total:f}",
        )
    furthest = today + timedelta(days=policy.promise.max_promise_days)
    if due < today:
        refuse("due", N_("La fecha prometida ya pasó."))
    elif due > furthest:
        refuse("due", N_("La fecha prometida no puede pasar del {day}."), day=f"{furthest:%d/%m/%Y}")
    if (window_start is None) != (window_end is None):
        refuse("window_start", N_("La cita necesita hora de inicio y hora de fin."))
    elif window_start is not None and window_end is not None:
        if window_end <= window_start:
            refuse("window_end", N_("La cita debe terminar después de empezar."))
        elif not found or all(error.field != "due" for error in found):
            found += _window_errors(policy, due, zone, (window_start, window_end), account)
    return tuple(found)


def _window_errors(
    policy: Policy, due: date, zone: str, window: tuple[time, time], account: str
) -> tuple[FieldError, ...]:
    """An appointment outside the lawful hours would be a promise that nobody may come to collect."""
    where = zone_of(zone)
    if where is None:
        text = N_("No se conoce la zona horaria {zone}: no se puede juzgar la hora.")
        return (FieldError("window_start", Phrase(text, {"zone": zone}), "policy.zone", account),)
    start, end = (datetime.combine(due, at, where).astimezone(UTC) for at in window)
    if end <= start:
        return ()
    verdict = judge_hours(policy, Interval(start, end), zone)
    return tuple(
        FieldError("window_start", ruling.because, ruling.rule, account)
        for ruling in verdict.rulings
        if ruling.decision != "allow"
    )


def _standing(
    promise: Promise,
    shares: Sequence[Share],
    span: _Span,
    policy: Policy,
    known: tuple[date, date | None, date | None],
) -> PromiseStanding:
    paid = sum((share.amount for share in shares), _ZERO)
    kept_on = _kept_on(promise, shares, policy)
    today, imported_through, cancelled_on = known
    if kept_on is not None and (cancelled_on is None or kept_on <= cancelled_on):
        found = PromiseState.KEPT
    elif cancelled_on is not None:
        found = PromiseState.CANCELLED
    elif span.superseded_by is not None:
        found = PromiseState.RESCHEDULED
    elif today <= span.deadline:
        found = PromiseState.OPEN
    elif not _payments_known(span.deadline, policy, imported_through):
        found = PromiseState.UNCONFIRMED
    else:
        found = PromiseState.PARTIAL if paid > 0 else PromiseState.BROKEN
    missing = promise.amount - paid
    return PromiseStanding(promise.id, found, paid, missing, span.deadline, kept_on, span.superseded_by)


def _payments_known(last: date, policy: Policy, imported_through: date | None) -> bool:
    lag = timedelta(days=policy.promise.posting_lag_days)
    return imported_through is not None and imported_through >= last + lag


def _kept_on(promise: Promise, shares: Sequence[Share], policy: Policy) -> date | None:
    """The day on which enough had been paid; None when it never was."""
    enough = promise.amount * policy.promise.minimum_percent / 100
    paid = _ZERO
    for share in sorted(shares, key=lambda share: share.value_date):
        paid += share.amount
        if paid >= enough:
            return share.value_date
    return None


def _spans(promises: Sequence[Promise], policy: Policy, where: ZoneInfo) -> dict[str, _Span]:
    by_account: dict[str, list[Promise]] = {}
    for promise in promises:
        by_account.setdefault(promise.account, []).append(promise)
    spans: dict[str, _Span] = {}
    for promise in promises:
        last = deadline(promise, policy)
        newer = [
            other
            for other in by_account[promise.account]
            if other.visit != promise.visit
            and (other.made_at, other.id) > (promise.made_at, promise.id)
            and other.made_at.astimezone(where).date() <= last
        ]
        made = promise.made_at.astimezone(where).date()
        if not newer:
            spans[promise.id] = _Span(made, last, last, None)
            continue
        first = min(newer, key=lambda other: (other.made_at, other.id))
        replaced = first.made_at.astimezone(where).date()
        spans[promise.id] = _Span(made, replaced, last, first.id)
    return spans


def _net(payments: Iterable[Payment], today: date) -> list[tuple[Payment, Decimal]]:
    """Payments valued up to today, oldest first, each less its reversals up to today and never below zero."""
    each = {payment.id: payment for payment in payments if payment.value_date <= today}
    undone: dict[str, Decimal] = {}
    for payment in each.values():
        if payment.reverses is not None:
            undone[payment.reverses] = undone.get(payment.reverses, _ZERO) + payment.amount
    plain = sorted(
        (payment for payment in each.values() if payment.reverses is None),
        key=lambda payment: (payment.value_date, payment.id),
    )
    return [(payment, max(_ZERO, payment.amount - undone.get(payment.id, _ZERO))) for payment in plain]


def _zone(policy: Policy, zone: str | None) -> ZoneInfo:
    """The zone in which a promise's days are counted: the debtor's, else the pack's."""
    return (zone_of(zone) if zone else None) or ZoneInfo(policy.timezone)
