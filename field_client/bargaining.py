"""What may be offered for an account at the door, offline: its debt today, its range, one's own authority.

Writes no event: it only remembers the terms reckoned last.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from sync import offers
from sync.money import rounded
from sync.records import Refused, Ruling
from sync.rules import typed
from sync.rules.answers import FieldError
from sync.rules.authority import beyond, frozen
from sync.rules.debt import Parts, debt_on
from sync.rules.offer import Quote, Terms, simulate
from sync.rules.offer_rules import (
    Limit,
    OfferRules,
    OfferSegment,
    Range,
    limit_from,
    limit_of,
    offer_rules_from,
    range_of,
)
from sync.rules.segment import Traits
from sync.words import N_, Phrase

from .casefile import AccountCase, Case
from .store import records, settings
from .store.db import Database

SIMULATED = "offers.simulated"  # by account, the terms reckoned last: a plan agreed in them keeps its parts
NAMES = ("kind", "count", "every", "first_due", "first", "discount")
UNKNOWN = Phrase(N_("Esta cuenta no está en el portátil, o la oficina no informó su saldo."))


def debtor_of(db: Database, account: str) -> str | None:
    """Whose account it is; None when it is not, or no longer, on this laptop."""
    said = records.get(db, "account", account)
    if said is None or records.get(db, "debtor", said["debtor"]) is None:
        return None
    return str(said["debtor"])


@dataclass(frozen=True)
class Bargain:
    """An account with what may be offered for it today: its debt, its range, and how far one may go alone.

    `held` and `bounds` are None for an account that is in no segment: everything needs approval.
    """

    case: Case
    account: AccountCase
    rules: OfferRules
    limit: Limit
    debt: Parts
    held: OfferSegment | None
    bounds: Range | None

    @property
    def currency(self) -> str:
        return self.account.known.account.currency

    @property
    def today(self) -> date:
        return self.case.today

    @property
    def frozen(self) -> Phrase | None:
        """Why nothing may be offered on it now; None while it may."""
        return frozen(
            self.account.known.account.state, self.case.state.stops(self.account.id, self.case.today)
        )

    def beyond(self, quote: Quote) -> tuple[Ruling, ...]:
        """In what the offer goes beyond one's authority; empty when one may make it alone."""
        if self.held is None or self.bounds is None:
            text = N_("La cuenta no está en ningún segmento con reglas de oferta.")
            return (Ruling("offer.segment", "block", Phrase(text)),)
        return beyond(quote, self.held, self.bounds, self.limit)


def rules_of(db: Database) -> tuple[OfferRules, Limit]:
    """The office's rules as last received and one's own limit, else those that come with the program."""
    said = records.first_of(db, "offers")
    if said is None:
        found = offers.default()
        return found, limit_of(found, {"collector"})
    return offer_rules_from(said["rules"], strict=False), limit_from("limit", said["limit"], strict=False)


def bargain_of(db: Database, case: Case, account: str) -> Bargain | None:
    """None for an account that is not here, or of which no balance was told."""
    found = next((one for one in case.accounts if one.id == account), None)
    if found is None or found.standing is None or found.known.account.balance is None:
        return None
    rules, limit = rules_of(db)
    aged, held = found.standing, found.known.account
    debt = debt_on(found.known.account.balance, aged, rules.late, case.today)
    traits = Traits(aged.dpd, aged.overdue, held.credit_type)
    bounds = range_of(rules, traits, debt, held.currency)
    return Bargain(case, found, rules, limit, debt, rules.segment_of(traits), bounds)


def usual_terms(bargain: Bargain) -> dict[str, str]:
    """The answers with which the simulator opens: three instalments, the first within a week."""
    return {
        "kind": "plan",
        "count": "3",
        "every": "month",
        "first_due": (bargain.today + timedelta(days=7)).isoformat(),
        "first": "",
        "discount": "",
    }


def terms_of(said: Mapping[str, str], bargain: Bargain) -> Terms | list[FieldError]:
    """What was typed as terms. Rate and fee are the segment's: nobody types them at the door."""
    wrong: list[FieldError] = []
    kind = said.get("kind", "")
    first_due, count = typed.day(said.get("first_due", "")), said.get("count", "")
    if not count.isascii() or not count.isdigit() or len(count) > 3:
        wrong.append(FieldError("count", Phrase(N_("Escriba cuántas cuotas, por ejemplo 3."))))
    if first_due is None:
        wrong.append(FieldError("first_due", Phrase(N_("Escriba una fecha que exista."))))
    amounts = {}
    for name in ("first", "discount"):
        text = said.get(name, "")
        amount = typed.money(text) if text else Decimal(0)
        if amount is None:
            wrong.append(FieldError(name, Phrase(N_("Escriba un monto, por ejemplo 150000."))))
        amounts[name] = amount or Decimal(0)
    if wrong or first_due is None:
        return wrong
    held = bargain.held
    new = kind == "restructuring" and held is not None
    percent = held.fee_percent if new and held is not None else Decimal(0)
    return Terms(
        kind,
        int(count),
        first_due,
        said.get("every", "month"),
        amounts["discount"] if kind == "discount" else Decimal(0),
        amounts["first"],
        held.restructure_percent if new and held is not None else Decimal(0),
        held.restructure_method if held is not None else "30/360",
        rounded(bargain.debt.total * percent / 100, bargain.currency),
    )


def quote_of(bargain: Bargain, terms: Terms) -> Quote | Refused:
    return simulate(bargain.debt, terms, bargain.currency, bargain.today)


def remember(db: Database, account: str, said: Mapping[str, str]) -> None:
    """Keep the terms reckoned last: a visit that agrees to their schedule agrees to all of them."""
    held = dict(settings.get(db, SIMULATED) or {})
    held[account] = {name: said.get(name, "") for name in NAMES}
    settings.put(db, SIMULATED, held)
