"""Decides whether a promise may be taken: its amount, its day, its hours, how often it was made before.

Knows no payment and no store.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal

from ..records import Interval
from ..words import N_, Phrase
from .answers import FieldError
from .hours import judge_hours
from .policy import Policy, zone_of


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
    earlier: int = 0,
    review: date | None = None,
) -> tuple[FieldError, ...]:
    """Why this promise cannot be taken: past or too far, amount, window outside the pack's hours.

    `review`: the day from which he is to be reminded; `earlier`: how many in a row were made before it and
    not kept (`made_again`).
    """
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
    limit = policy.promise.repromise_limit
    if limit and earlier > limit:
        refuse(
            "due",
            N_(
                "Ya van {many} promesas seguidas sin cumplir (límite {limit}): "
                "acuerde un convenio o anote que reconoce la deuda, sin fecha."
            ),
            many=earlier,
            limit=limit,
        )
    furthest = today + timedelta(days=policy.promise.max_promise_days)
    if due < today:
        refuse("due", N_("La fecha prometida ya pasó."))
    elif due > furthest:
        refuse("due", N_("La fecha prometida no puede pasar del {day}."), day=f"{furthest:%d/%m/%Y}")
    if review is not None and not today <= review <= due:
        refuse("review", N_("El recordatorio va entre hoy y la fecha prometida."))
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
