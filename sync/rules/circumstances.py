"""What bears on a contact besides its hour, place and party, as frozen values. Judges and reads nothing."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from ..records import Account, Address, Payment
from .freshness import OutsideSource


@dataclass(frozen=True)
class DebtDates:
    """Since when a debt is overdue, and when something of it was last paid; None where nobody said."""

    oldest_due: date | None = None
    last_payment: date | None = None


@dataclass(frozen=True)
class Override:
    """A person's word that one rule does not hold for one debtor, on one day of his and one channel.

    `by` is who answers for it and `role` in what capacity; `approved_by` is the second person, where the
    pack asks for one. It lifts nothing that the pack does not let people lift.
    """

    id: str
    debtor: str
    rule: str
    day: date
    channel: str
    why: str
    by: str
    role: str
    approved_by: str = ""


@dataclass(frozen=True)
class Circumstances:
    """`municipality` is where the debtor would be met, as his lender writes it: local holidays are judged
    there. `dates` None: periods are not judged (a question that is not about one debt). `outside`: the
    systems of his lender that contact him too, and how far each is known."""

    municipality: str = ""
    dates: DebtDates | None = None
    overrides: tuple[Override, ...] = ()
    outside: tuple[OutsideSource, ...] = ()


NONE = Circumstances()


def dates_of(account: Account, payments: Iterable[Payment]) -> DebtDates:
    """An account's own dates. A payment that was reversed was never made."""
    mine = [payment for payment in payments if payment.account == account.id]
    gone = {payment.reverses for payment in mine if payment.reverses}
    paid = [one.value_date for one in mine if not one.reverses and one.id not in gone]
    if account.last_payment is not None:
        paid.append(account.last_payment)
    return DebtDates(account.balance.oldest_due if account.balance else None, max(paid, default=None))


def municipality_of(addresses: Iterable[Address], address: Address | None = None) -> str:
    """The city of the address named, else of the debtor's first accepted address that names one."""
    if address is not None and address.city.strip():
        return address.city.strip()
    places = (one.city.strip() for one in addresses if one.state == "accepted")
    return next((city for city in places if city), "")
