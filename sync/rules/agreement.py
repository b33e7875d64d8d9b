"""What was agreed in writing, what became of it on a day, and which settlement letters are owed.

Reads no store and no clock. An agreement's instalments are promises of their own, each judged by itself.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from enum import StrEnum

from ..money import to_minor
from ..records import Promise, PromiseState, Result, VisitResult
from ..words import N_, Phrase
from . import typed
from .debt import Parts
from .offer import MOST_INSTALMENTS, Instalment, Quote
from .promise import PromiseStanding
from .results import RESULTS

_ZERO = Decimal(0)
# What a written agreement must say; a paper without one of them says so where it would stand.
REQUIRED = {
    "amount": N_("Monto acordado"),
    "principal": N_("Desglose del capital"),
    "settles": N_("Si liquida la deuda o es un pago parcial"),
    "pay_to": N_("Cuenta del acreedor donde se paga"),
    "number": N_("Número del crédito"),
    "agreed_by": N_("Quién acordó"),
    "schedule": N_("Fechas y montos"),
}


class AgreementState(StrEnum):
    """Computed for a day from its instalments, never stored."""

    RUNNING = "vigente"
    PAID = "pagado"
    BROKEN = "incumplido"
    CANCELLED = "cancelado"
    REPLACED = "renegociado"


@dataclass(frozen=True)
class Agreement:
    """What debtor and creditor agreed: the debt then, what is given up, what is added, when it is paid."""

    id: str
    account: str
    debtor: str
    visit: str
    kind: str
    currency: str
    as_of: date
    debt: Parts
    discount: Parts
    charge: Decimal
    interest: Decimal
    settles: bool
    agreed_by: str
    approver: str
    schedule: tuple[Instalment, ...]
    made_at: datetime
    offer: str | None = None

    @property
    def total(self) -> Decimal:
        return sum((one.amount for one in self.schedule), _ZERO)


@dataclass(frozen=True)
class AgreementStanding:
    """An agreement on a day. `paid` counts late money too: it repairs no instalment, but it pays the debt."""

    agreement: str
    state: AgreementState
    paid: Decimal
    missing: Decimal
    kept: int
    broken: int
    paid_on: date | None


def wrong_agreement(made: Agreement) -> tuple[str, ...]:
    """What in it does not add up, each as a short English sentence; empty for one that does."""
    found = []
    if not made.schedule or any(one.amount <= 0 for one in made.schedule):
        found.append("an instalment is nothing")
    days = [one.due for one in made.schedule]
    if days != sorted(set(days)):
        found.append("its days are not in order, each once")
    if any(part < 0 for part in made.debt.less(made.discount).named().values()):
        found.append("more of a part is given up than there is")
    if min(*made.debt.named().values(), *made.discount.named().values(), made.charge, made.interest) < 0:
        found.append("an amount is below zero")
    owed = made.debt.total - made.discount.total + made.charge + made.interest
    if made.settles and made.total != owed:
        found.append(f"it settles, but {made.total} is not the {owed} agreed")
    if not made.settles and made.total > owed:
        found.append(f"{made.total} is more than the {owed} owed")
    return tuple(found)


def from_quote(
    quote: Quote,
    *,
    id: str,
    account: str,
    debtor: str,
    visit: str,
    agreed_by: str,
    approver: str,
    made_at: datetime,
    offer: str | None = None,
) -> Agreement:
    """The agreement that says what the quote says: it settles the debt once all of it is paid."""
    return Agreement(
        id=id,
        account=account,
        debtor=debtor,
        visit=visit,
        kind=quote.kind,
        currency=quote.currency,
        as_of=quote.on,
        debt=quote.debt,
        discount=quote.discount,
        charge=quote.fee,
        interest=quote.interest,
        settles=True,
        agreed_by=agreed_by,
        approver=approver,
        schedule=tuple(Instalment(row.due, row.amount) for row in quote.rows),
        made_at=made_at,
        offer=offer,
    )


def written_schedule(schedule: Iterable[Instalment]) -> str:
    """A schedule as a collector types it: `2026-12-15 250000.00; 2027-01-15 250000.00`."""
    return "; ".join(f"{one.due.isoformat()} {one.amount:f}" for one in schedule)


def read_schedule(text: str, currency: str | None = None) -> tuple[Instalment, ...] | Phrase:
    """What `written_schedule` wrote, or a person typed so; else what is wrong with it."""
    rows: list[Instalment] = []
    for place, piece in enumerate([one for one in text.replace("\n", ";").split(";") if one.strip()], 1):
        words = piece.split()
        day = typed.day(words[0]) if len(words) == 2 else None
        amount = typed.money(words[1]) if len(words) == 2 else None
        if day is None or amount is None or amount <= 0 or not _exact(amount, currency):
            text = N_("La cuota {place} no se entiende: escriba fecha y monto, como 2026-12-15 250000.00.")
            return Phrase(text, {"place": place})
        rows.append(Instalment(day, amount))
    days = [one.due for one in rows]
    if not rows:
        return Phrase(N_("Escriba cada cuota con su fecha y su monto: 2026-12-15 250000; 2027-01-15 250000."))
    if days != sorted(set(days)) or len(rows) > MOST_INSTALMENTS:
        text = N_("Escriba las cuotas en orden, una por fecha y no más de {most}.")
        return Phrase(text, {"most": MOST_INSTALMENTS})
    return tuple(rows)


def still_promised(told: VisitResult, promise: Promise) -> bool:
    """Whether a visit's result, as it stands now, is still one that made this promise.

    An instalment stands with its plan. A promise of its own stands with a result that promises the same: a
    correction of its amount or day made another promise in its place.
    """
    if promise.agreement:
        return told.result is Result.PLAN
    said = (told.detail.get("amount"), told.detail.get("due"))
    same = None in said or said_alike(promise, *(text or "" for text in said))
    return RESULTS[told.result].promise and same


def said_alike(promise: Promise, amount: str, due: str) -> bool:
    return typed.money(amount) == promise.amount and due == promise.due.isoformat()


def standing_of(
    made: Agreement, promises: Sequence[Promise], found: Mapping[str, PromiseStanding]
) -> AgreementStanding:
    """What became of it, from its own instalments as they stand."""
    own = [one for one in promises if one.agreement == made.id and one.id in found]
    held = [found[one.id] for one in own]
    paid = sum((one.paid + one.late for one in held), _ZERO)
    states = {one.state for one in held}
    broken = sum(one.state in (PromiseState.BROKEN, PromiseState.PARTIAL) for one in held)
    if paid >= made.total:
        state = AgreementState.PAID
    elif held and states <= {PromiseState.CANCELLED, PromiseState.KEPT}:
        state = AgreementState.CANCELLED
    elif PromiseState.RESCHEDULED in states:
        state = AgreementState.REPLACED
    else:
        state = AgreementState.BROKEN if broken else AgreementState.RUNNING
    last = [day for one in held for day in (one.late_on, one.kept_on) if day is not None]
    return AgreementStanding(
        made.id,
        state,
        paid,
        made.total - paid,
        sum(one.state is PromiseState.KEPT for one in held),
        broken,
        max(last, default=None) if state is AgreementState.PAID else None,
    )


def letter_due(made: Agreement, standing: AgreementStanding, within_days: int) -> date | None:
    """By when the settlement letter is owed; None while none is: not all is paid, or it does not settle."""
    if not made.settles or standing.state is not AgreementState.PAID or standing.paid_on is None:
        return None
    return standing.paid_on + timedelta(days=within_days)


def missing_parts(made: Agreement, number: str, pay_to: str) -> tuple[str, ...]:
    """The required parts (keys of REQUIRED) that this agreement cannot print yet."""
    there = {
        "amount": made.total > 0,
        "principal": made.debt.total > 0,
        "settles": True,
        "pay_to": bool(pay_to.strip()),
        "number": bool(number.strip()),
        "agreed_by": bool(made.agreed_by.strip()),
        "schedule": bool(made.schedule),
    }
    return tuple(key for key in REQUIRED if not there[key])


def _exact(amount: Decimal, currency: str | None) -> bool:
    if currency is None:
        return True
    try:
        to_minor(amount, currency)
    except ValueError:
        return False
    return True
