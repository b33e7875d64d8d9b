"""Asks the office to approve an offer, and writes down what a debtor himself proposes. Reckons nothing."""

from __future__ import annotations

from collections.abc import Mapping

from sync.exchange import Reading
from sync.money import rounded, written
from sync.records import EventKind, Refused, Verdict
from sync.rules import typed
from sync.rules.answers import FieldError
from sync.words import N_, Phrase

from .agreeing import deal_of, terms_body
from .bargaining import UNKNOWN, Bargain, bargain_of, debtor_of, quote_of, remember, terms_of
from .casefile import case_of
from .store import cases, policies
from .store.db import Database, Store
from .visiting import NotSaved, Pen, Problem, Saved


def request_offer(
    store: Store, account: str, said: Mapping[str, str], why: str, reading: Reading
) -> Saved | NotSaved:
    """Ask the office to approve terms beyond one's authority; it travels like everything else."""
    with store.writing() as db:
        bargain = _bargain(db, account, reading)
        if bargain is None:
            return NotSaved((FieldError("account", UNKNOWN),))
        if (shut := bargain.frozen) is not None:
            return NotSaved((FieldError("account", shut),))
        terms = terms_of(said, bargain)
        if isinstance(terms, list):
            return NotSaved(tuple(terms))
        quote = quote_of(bargain, terms)
        if isinstance(quote, Refused):
            return NotSaved((quote,))
        needed = bargain.beyond(quote)
        if not needed:
            text = N_("Usted puede hacer esta oferta: no hace falta pedir autorización.")
            return NotSaved((FieldError("why", Phrase(text)),))
        if not 3 <= len(why.strip()) <= 1000:
            return NotSaved((FieldError("why", Phrase(N_("Diga a la oficina por qué conviene."))),))
        debtor = bargain.case.state.id
        deal = deal_of(bargain, quote, "")
        body = terms_body(deal) | {
            "visit": None,
            "why": why.strip(),
            "beyond": [one.rule for one in needed],
        }
        pen = Pen(db, reading, policies.all_of(db))
        event = pen.write(EventKind.OFFER_REQUESTED, body, debtor=debtor, accounts=[account])
        remember(db, account, said)
    return Saved(event, pen.n, (event,), Verdict(), reading.wall)


def suggest(store: Store, account: str, said: Mapping[str, str], reading: Reading) -> Saved | NotSaved:
    """What the debtor himself proposed, signed or not: neither a promise nor an agreement."""
    with store.writing() as db:
        debtor = debtor_of(db, account)
        if debtor is None:
            return NotSaved((FieldError("account", UNKNOWN),))
        currency = cases.state_of(db, debtor).accounts[account].account.currency
        text, day = said.get("text", "").strip(), said.get("pay_on", "").strip()
        amount = said.get("amount", "").strip()
        money = typed.money(amount) if amount else None
        wrong: list[Problem] = []
        if not 3 <= len(text) <= 1000:
            wrong.append(FieldError("text", Phrase(N_("Escriba lo que propone, con sus palabras."))))
        if amount and (money is None or money <= 0 or rounded(money, currency) != money):
            wrong.append(FieldError("amount", Phrase(N_("Escriba un monto, por ejemplo 150000."))))
        if day and typed.day(day) is None:
            wrong.append(FieldError("pay_on", Phrase(N_("Escriba una fecha que exista."))))
        if wrong:
            return NotSaved(tuple(wrong))
        body = {
            "debtor": debtor,
            "account": account,
            "visit": None,
            "amount": None if money is None else written(money, currency),
            "currency": currency,
            "pay_on": day or None,
            "text": text,
            "said_by": said.get("said_by", "").strip()[:200],
            "signed": said.get("signed") == "1",
        }
        pen = Pen(db, reading, policies.all_of(db))
        event = pen.write(EventKind.SUGGESTION_MADE, body, debtor=debtor, accounts=[account])
    return Saved(event, pen.n, (event,), Verdict(), reading.wall)


def _bargain(db: Database, account: str, reading: Reading) -> Bargain | None:
    debtor = debtor_of(db, account)
    if debtor is None:
        return None
    return bargain_of(db, case_of(cases.state_of(db, debtor), policies.all_of(db), reading.wall), account)
