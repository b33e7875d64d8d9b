"""What each payment earned and for whom, line by line: a statement can be reckoned again from payments.

One account at a time; nothing is carried from a payment to the next but what was taken back of it. So the
sum of the lines does not depend on the order in which payments came, and taking a payment back leaves
exactly nothing of it. Reads no clock and no store.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import ROUND_HALF_EVEN, Decimal

from ..words import N_, Phrase
from .commission_rules import CommissionRules, Traits

HUNDRED = Decimal(100)
ONE = Decimal(1)


@dataclass(frozen=True)
class Paid:
    """Money the lender says it received, or took back: `reverses` names the payment."""

    id: str
    minor: int
    currency: str
    on: date
    reverses: str | None = None


@dataclass(frozen=True)
class Called:
    """A valid visit to the account; `on` is its day where the debtor lives."""

    id: str
    agent: str
    started: datetime
    on: date
    right_party: bool


@dataclass(frozen=True)
class Kept:
    """A promise that was kept in time, and the day on which it was."""

    id: str
    agent: str
    currency: str
    on: date


@dataclass(frozen=True)
class Terms:
    """What a payment is multiplied by, and the bucket that decided it."""

    percent: Decimal
    factor: Decimal
    bucket: str


@dataclass(frozen=True)
class Line:
    """One amount for somebody, with all that explains it. `agent` is None for what the agency bills."""

    key: str
    kind: str  # payment | reversal | promise | fee | feeback
    agent: str | None
    on: date
    currency: str
    base_minor: int
    amount_minor: int
    percent: Decimal
    factor: Decimal
    bucket: str
    because: Phrase
    payment: str | None = None
    visit: str | None = None
    promise: str | None = None


def lines(
    rules: CommissionRules,
    payments: Sequence[Paid],
    visits: Iterable[Called],
    promises: Iterable[Kept],
    traits_on: Callable[[date], Traits],
    *,
    digits: Callable[[str], int],
    fixed: Mapping[str, Terms] | None = None,
) -> list[Line]:
    """Every line of one account, for the payments that are given with what took them back.

    `traits_on(day)` is the account as it stood that day: a payment is judged by the day before it. A reversal
    belongs to its payment: where that is not among them, it is left out. `fixed` are the terms of lines that
    were closed, by their key: what the account is like today does not change them.
    """
    terms = fixed or {}
    plain = {one.id: one for one in payments if one.reverses is None}
    calls = [one for one in visits if rules.met == "anyone" or one.right_party]
    back = _taken_back(plain, payments)
    made: list[Line] = []
    for paid in plain.values():
        traits = traits_on(paid.on - timedelta(days=1))
        undone = back.get(paid.id, ())
        visit = _last(calls, paid, rules.days)
        if visit is not None:
            usual = Terms(rules.percent(traits), rules.factor(traits), traits.bucket)
            made += _earned(paid, visit, terms.get(paid.id, usual), undone)
        billed = terms.get(f"fee:{paid.id}", Terms(rules.fee(traits), ONE, traits.bucket))
        if billed.percent:
            made += _billed(paid, billed, undone)
    for one in promises:
        if one.currency in rules.kept:
            made.append(_for_promise(one, rules.kept[one.currency], traits_on(one.on), digits))
    return sorted(made, key=lambda line: (line.on, line.key))


def _taken_back(plain: Mapping[str, Paid], payments: Sequence[Paid]) -> dict[str, list[tuple[Paid, int]]]:
    """Payment → its reversals in order, each with what of it was left to take back."""
    found: dict[str, list[tuple[Paid, int]]] = {}
    left = {key: one.minor for key, one in plain.items()}
    for one in sorted(payments, key=lambda each: (each.on, each.id)):
        if one.reverses is None or one.reverses not in plain:
            continue
        taken = min(one.minor, left[one.reverses])
        if taken > 0:
            left[one.reverses] -= taken
            found.setdefault(one.reverses, []).append((one, taken))
    return found


def _last(calls: Sequence[Called], paid: Paid, days: int) -> Called | None:
    """The last visit up to the day of the payment, of those not older than the days of attribution."""
    near = [one for one in calls if timedelta(0) <= paid.on - one.on <= timedelta(days=days)]
    return max(near, key=lambda one: (one.started, one.id), default=None)


def _earned(paid: Paid, visit: Called, terms: Terms, back: Iterable[tuple[Paid, int]]) -> list[Line]:
    because = Phrase(
        N_("{percent} % por {bucket}, dificultad × {factor}; pago a {days} días de la última visita"),
        {
            "percent": _plain(terms.percent),
            "factor": _plain(terms.factor),
            "bucket": terms.bucket,
            "days": (paid.on - visit.on).days,
        },
    )
    first = Line(
        key=paid.id,
        kind="payment",
        agent=visit.agent,
        on=paid.on,
        currency=paid.currency,
        base_minor=paid.minor,
        amount_minor=part(paid.minor, terms.percent, terms.factor),
        percent=terms.percent,
        factor=terms.factor,
        bucket=terms.bucket,
        because=because,
        payment=paid.id,
        visit=visit.id,
    )
    return [first, *_undone(first, "reversal", back)]


def _billed(paid: Paid, terms: Terms, back: Iterable[tuple[Paid, int]]) -> list[Line]:
    first = Line(
        key=f"fee:{paid.id}",
        kind="fee",
        agent=None,
        on=paid.on,
        currency=paid.currency,
        base_minor=paid.minor,
        amount_minor=part(paid.minor, terms.percent, terms.factor),
        percent=terms.percent,
        factor=terms.factor,
        bucket=terms.bucket,
        because=Phrase(
            N_("Honorarios por {bucket}: {percent} %"),
            {"percent": _plain(terms.percent), "bucket": terms.bucket},
        ),
        payment=paid.id,
    )
    return [first, *_undone(first, "feeback", back)]


def _undone(first: Line, kind: str, back: Iterable[tuple[Paid, int]]) -> list[Line]:
    """What each reversal takes away again, so that what is left is what the rest of the payment earns."""
    made, left = [], first.base_minor
    for one, taken in back:
        before, after = (part(base, first.percent, first.factor) for base in (left, left - taken))
        left -= taken
        prefix = "fee:" if kind == "feeback" else ""
        made.append(
            Line(
                key=f"{prefix}{one.id}",
                kind=kind,
                agent=first.agent,
                on=one.on,
                currency=first.currency,
                base_minor=-taken,
                amount_minor=after - before,
                percent=first.percent,
                factor=first.factor,
                bucket=first.bucket,
                because=Phrase(N_("La entidad reversó el pago del {day}"), {"day": f"{first.on:%d/%m/%Y}"}),
                payment=first.payment,
                visit=first.visit,
            )
        )
    return made


def _for_promise(kept: Kept, amount: Decimal, traits: Traits, digits: Callable[[str], int]) -> Line:
    minor = int((amount * 10 ** digits(kept.currency)).to_integral_value(ROUND_HALF_EVEN))
    return Line(
        key=f"promise:{kept.id}",
        kind="promise",
        agent=kept.agent,
        on=kept.on,
        currency=kept.currency,
        base_minor=0,
        amount_minor=minor,
        percent=Decimal(0),
        factor=ONE,
        bucket=traits.bucket,
        because=Phrase(N_("Promesa cumplida a tiempo")),
        promise=kept.id,
    )


def part(minor: int, percent: Decimal, factor: Decimal) -> int:
    """A share of an amount, in whole minor units, halves to the even one."""
    return int((minor * percent * factor / HUNDRED).to_integral_value(ROUND_HALF_EVEN))


def _plain(value: Decimal) -> str:
    """A number as a reader of Spanish writes it: 4, 1,25."""
    text = f"{value:f}"
    return (text.rstrip("0").rstrip(".") if "." in text else text).replace(".", ",")
