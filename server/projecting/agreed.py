"""What an offer asked for, an agreement and a debtor's own suggestion become. Writes nothing itself.

Terms that do not add up to the cent are set aside: what was agreed must be what its instalments pay.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sync import agreed as terms_said
from sync.money import to_minor, written
from sync.rules.agreement import Agreement, wrong_agreement
from sync.words import N_, Phrase

from .said import EARLIEST, LATEST, Said, Unfit

Row = dict[str, Any]


def offer_row(said: Said, agent: str, made_at: datetime) -> Row:
    body = said.body
    return _row(said, agent, _checked(said, made_at), made_at) | {
        "visit_id": body["visit"],
        "why": body["why"],
        "beyond": list(body["beyond"]),
        "state": "pending",
        "because": "",
        "decided_at": None,
        "decided_by": "",
        "valid_until": None,
    }


def agreement_row(said: Said, agent: str, made_at: datetime) -> Row:
    body = said.body
    return _row(said, agent, _checked(said, made_at), made_at) | {
        "visit_id": body["visit"],
        "offer_id": body["offer"],
        "settles": body["settles"],
        "agreed_by": body["agreed_by"],
        "approver": body["approver"],
    }


def suggestion_row(said: Said, agent: str, made_at: datetime) -> Row:
    body = said.body
    amount = body["amount"]
    names = ("currency", "pay_on", "text", "said_by", "signed")
    return {name: body[name] for name in names} | {
        "id": said.entry.id,
        "account_id": body["account"],
        "debtor_id": body["debtor"],
        "agent_id": agent,
        "visit_id": body["visit"],
        "amount_minor": None if amount is None else to_minor(amount, body["currency"]),
        "made_at": made_at,
    }


def _row(said: Said, agent: str, made: Agreement, made_at: datetime) -> Row:
    return {
        "id": said.entry.id,
        "account_id": made.account,
        "debtor_id": made.debtor,
        "agent_id": agent,
        "terms": _terms(made),
        "total_minor": to_minor(made.total, made.currency),
        "currency": made.currency,
        "made_at": made_at,
    }


def _terms(made: Agreement) -> Row:
    def amount(value: Any) -> str:
        return written(value, made.currency)

    return {
        "kind": made.kind,
        "as_of": made.as_of.isoformat(),
        "debt": {name: amount(part) for name, part in made.debt.named().items()},
        "discount": {name: amount(part) for name, part in made.discount.named().items()},
        "charge": amount(made.charge),
        "interest": amount(made.interest),
        "instalments": [{"due": one.due.isoformat(), "amount": amount(one.amount)} for one in made.schedule],
    }


def _checked(said: Said, made_at: datetime) -> Agreement:
    made = terms_said.agreement(said.entry.id, said.body, made_at)
    days = [made.as_of, *(one.due for one in made.schedule)]
    if not all(EARLIEST.date() <= day <= LATEST.date() for day in days):
        raise _wrong({"instalments": ["not dates between 2000 and 2100"]})
    try:
        _exact(said.body)
    except ValueError as wrong:
        raise _wrong({"terms": [str(wrong)]}) from wrong
    if found := wrong_agreement(made):
        raise _wrong({"terms": list(found)})
    return made


def _exact(body: Mapping[str, Any]) -> None:
    """Raises ValueError for an amount finer than its currency, or more than can be stored."""
    amounts = [*body["debt"].values(), *body["discount"].values(), body["charge"], body["interest"]]
    for amount in (*amounts, *(one["amount"] for one in body["instalments"])):
        if not isinstance(amount, str):  # a part that a newer laptop names is no matter of this office
            to_minor(amount, body["currency"])


def _wrong(fields: dict[str, Any]) -> Unfit:
    because = Phrase(N_("Las condiciones del acuerdo no cuadran: se guardó tal como llegó, sin aplicarlo"))
    return Unfit("validation_failed", because, fields)
