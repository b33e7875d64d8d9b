"""Reads what was offered, agreed and suggested from the bodies of facts. Knows no fold and no store."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from .rules.agreement import Agreement
from .rules.debt import Parts
from .rules.offer import Instalment


@dataclass(frozen=True)
class Offer:
    """A request for approval: its terms as an agreement would have them, and the office's word on it."""

    terms: Agreement
    why: str
    beyond: tuple[str, ...]
    state: str = "pending"  # pending | approved | rejected
    because: str = ""
    decided: datetime | None = None
    decided_by: str = ""
    valid_until: date | None = None

    @property
    def id(self) -> str:
        return self.terms.id

    def stands(self, today: date) -> bool:
        """True while it may still be agreed."""
        return self.state == "approved" and (self.valid_until is None or today <= self.valid_until)


@dataclass(frozen=True)
class Suggestion:
    """What the debtor himself proposed. It is neither a promise nor an agreement, signed or not."""

    id: str
    debtor: str
    account: str
    visit: str | None
    amount: Decimal | None
    currency: str
    pay_on: date | None
    text: str
    said_by: str
    signed: bool
    made_at: datetime


def parts(said: Mapping[str, Decimal]) -> Parts:
    return Parts(said["principal"], said["interest"], said["late_interest"], said["fees"])


def agreement(id: str, said: Mapping[str, Any], made_at: datetime) -> Agreement:
    """From a body of `agreement.made` or `offer.requested`, loaded, or a feed record of either."""
    return Agreement(
        id=id,
        account=said["account"],
        debtor=said["debtor"],
        visit=said.get("visit") or "",
        kind=said["kind"],
        currency=said["currency"],
        as_of=said["as_of"],
        debt=parts(said["debt"]),
        discount=parts(said["discount"]),
        charge=said["charge"],
        interest=said["interest"],
        settles=said.get("settles", True),
        agreed_by=said.get("agreed_by", ""),
        approver=said.get("approver", ""),
        schedule=tuple(Instalment(one["due"], one["amount"]) for one in said["instalments"]),
        made_at=made_at,
        offer=said.get("offer"),
    )


def offer(id: str, said: Mapping[str, Any], made_at: datetime) -> Offer:
    return Offer(
        agreement(id, said, made_at),
        said["why"],
        tuple(said.get("beyond") or ()),
        said.get("state", "pending"),
        said.get("because", ""),
        said.get("decided"),
        said.get("decided_by", ""),
        said.get("valid_until"),
    )


def suggestion(id: str, said: Mapping[str, Any], made_at: datetime) -> Suggestion:
    names = ("debtor", "account", "visit", "amount", "currency", "pay_on", "text", "said_by", "signed")
    held: dict[str, Any] = {name: said.get(name) for name in names}
    return Suggestion(id=id, made_at=made_at, **held)
