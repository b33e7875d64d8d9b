"""What a visit agreed to: a typed schedule becomes an agreement, each of its instalments a promise.

Whether it may be agreed is judged by the rules of offers, offline; what one may not agree alone is refused
unless the office approved those very instalments.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from sync.agreed import Offer
from sync.money import written
from sync.records import EventKind, Party, Refused, Result, VisitResult
from sync.rules.agreement import Agreement, from_quote, read_schedule
from sync.rules.answers import FieldError
from sync.rules.authority import frozen
from sync.rules.debt import Parts
from sync.rules.offer import Instalment, Quote, Row, Terms
from sync.rules.results import PARTIES
from sync.words import N_, Phrase

from .bargaining import SIMULATED, Bargain, bargain_of, quote_of, terms_of
from .casefile import Case
from .store import settings
from .store.db import Database

if TYPE_CHECKING:
    from .visiting import Pen


def wrong_plans(
    db: Database, case: Case, results: Sequence[VisitResult], party: Party | None
) -> list[FieldError]:
    """Why the plans among these results cannot be agreed as typed."""
    found: list[FieldError] = []
    for result in results:
        if result.result is not Result.PLAN or not result.detail.get("schedule", "").strip():
            continue
        made = _agreed(db, case, result, party)
        if isinstance(made, Phrase):
            found.append(FieldError("schedule", made, "offer.schedule", result.account))
    return found


def write_plan(pen: Pen, visit: str, case: Case, result: VisitResult, party: Party | None) -> None:
    """The agreement of a visit, then each of its instalments as a promise."""
    terms = _agreed(pen.db, case, result, party)
    if isinstance(terms, Phrase):
        raise ValueError(f"a plan that cannot be agreed is never written: {terms}")
    deal, offer = terms
    known = case.state.accounts[result.account].account
    body = terms_body(deal) | {
        "visit": visit,
        "settles": deal.settles,
        "agreed_by": deal.agreed_by[:200],
        "approver": result.detail.get("approver", ""),
        "offer": offer,
    }
    debtor, accounts, packs = case.state.id, [known.id], [known.pack]
    agreement = pen.write(EventKind.AGREEMENT_MADE, body, debtor=debtor, accounts=accounts, judged_by=packs)
    for one in deal.schedule:
        promise = {
            "visit": visit,
            "debtor": case.state.id,
            "account": known.id,
            "amount": written(one.amount, known.currency),
            "currency": known.currency,
            "due": one.due.isoformat(),
            "channel": result.detail["channel"],
            "place": result.detail["place"],
            "window_start": None,
            "window_end": None,
            "review": None,
            "agreement": agreement,
        }
        pen.write(EventKind.PROMISE_MADE, promise, debtor=debtor, accounts=accounts, judged_by=packs)


def _agreed(
    db: Database, case: Case, result: VisitResult, party: Party | None
) -> tuple[Agreement, str | None] | Phrase:
    """The agreement that a typed schedule is: an approved offer's, the simulated one's, or a plain plan's."""
    known = case.state.accounts[result.account].account
    schedule = read_schedule(result.detail.get("schedule", ""), known.currency)
    if isinstance(schedule, Phrase):
        return schedule
    if schedule[0].due < case.today:
        return Phrase(N_("La primera cuota ya venció: escriba fechas de hoy en adelante."))
    who = _who(case, party)
    account = case.state.accounts[result.account].account
    shut = frozen(account.state, case.state.stops(result.account, case.today))
    if shut is not None:
        return shut
    for offer in reversed(case.state.offers):
        if _carries_out(offer, result.account, schedule, case.today):
            return _of(offer.terms, who), offer.id
    bargain = bargain_of(db, case, result.account)
    if bargain is None:
        return Phrase(N_("La oficina no informó el saldo de esta cuenta: no se puede acordar un plan."))
    quote = _reckoned(db, bargain, schedule) or _plain(bargain, schedule)
    if isinstance(quote, Phrase):
        return quote
    needed = bargain.beyond(quote)
    if needed:
        text = N_("{because} Pida autorización en «Ofertas» y acuerde cuando la oficina la apruebe.")
        return Phrase(text, {"because": str(needed[0].because)})
    return deal_of(bargain, quote, who), None


def _carries_out(offer: Offer, account: str, schedule: Sequence[Instalment], today: date) -> bool:
    same = offer.terms.account == account and tuple(offer.terms.schedule) == tuple(schedule)
    return same and offer.stands(today)


def _reckoned(db: Database, bargain: Bargain, schedule: Sequence[Instalment]) -> Quote | None:
    """The quote simulated last for the account, where it has this very schedule."""
    said = (settings.get(db, SIMULATED) or {}).get(bargain.account.id)
    terms = terms_of(said, bargain) if said else None
    if not isinstance(terms, Terms):
        return None
    quote = quote_of(bargain, terms)
    if isinstance(quote, Refused):
        return None
    same = [Instalment(row.due, row.amount) for row in quote.rows] == list(schedule)
    return quote if same else None


def _plain(bargain: Bargain, schedule: Sequence[Instalment]) -> Quote | Phrase:
    """A plan as typed: of the whole debt, or of a part of it."""
    total = sum((one.amount for one in schedule), Decimal(0))
    if total > bargain.debt.total:
        text = N_("Las cuotas suman {total} y la deuda es {debt}.")
        return Phrase(text, {"total": f"{total:f}", "debt": f"{bargain.debt.total:f}"})
    left, rows = total, []
    for number, one in enumerate(schedule, 1):
        left -= one.amount
        rows.append(Row(number, one.due, one.amount, one.amount, Decimal(0), left))
    zero = Decimal(0)
    return Quote("plan", bargain.currency, bargain.today, bargain.debt, Parts(), zero, zero, tuple(rows))


def _who(case: Case, party: Party | None) -> str:
    name = case.state.debtor.name if case.state.debtor is not None else ""
    return name if party in (None, Party.HOLDER) else f"{PARTIES[party]} ({name})"


def _of(terms: Agreement, who: str) -> Agreement:
    return replace(terms, agreed_by=who, settles=True)


def deal_of(bargain: Bargain, quote: Quote, who: str) -> Agreement:
    """The quote as an agreement; one whose instalments do not come to the whole debt settles nothing."""
    deal = from_quote(
        quote,
        id="",
        account=bargain.account.id,
        debtor=bargain.case.state.id,
        visit="",
        agreed_by=who,
        approver="",
        made_at=bargain.case.now,
    )
    return replace(deal, settles=deal.total == quote.financed + quote.interest)


def terms_body(deal: Agreement) -> dict[str, Any]:
    """The part that `offer.requested` and `agreement.made` share."""

    def amount(value: Decimal) -> str:
        return written(value, deal.currency)

    return {
        "debtor": deal.debtor,
        "account": deal.account,
        "kind": deal.kind,
        "currency": deal.currency,
        "as_of": deal.as_of.isoformat(),
        "debt": {name: amount(part) for name, part in deal.debt.named().items()},
        "discount": {name: amount(part) for name, part in deal.discount.named().items()},
        "charge": amount(deal.charge),
        "interest": amount(deal.interest),
        "instalments": [{"due": one.due.isoformat(), "amount": amount(one.amount)} for one in deal.schedule],
    }
