"""What became of each agreement of a scope on a day, and which letters are owed for it. Decides nothing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Connection

from sync.rules.agreement import Agreement, AgreementStanding, letter_due, standing_of
from sync.rules.policy import local_day
from sync.rules.promise import standings

from . import offering
from .packs import at_office
from .store import as_records, encounters, payments, terms
from .store.scopes import Scope


@dataclass(frozen=True)
class Held:
    """An agreement with its standing; `due` is by when its letter is owed, None while none is.

    `standing` is None where the account's pack is not known: nothing can be said of it.
    """

    row: Mapping[Any, Any]
    deal: Agreement
    standing: AgreementStanding | None
    due: date | None

    @property
    def letter(self) -> str:
        """owed | late is for the page; here: none, owed, issued, delivered."""
        if self.row["delivered_on"] is not None:
            return "delivered"
        if self.row["issued_on"] is not None:
            return "issued"
        return "owed" if self.due is not None else "none"


def agreements(
    connection: Connection, scope: Scope, day: date, letter: str, limit: int, offset: int
) -> list[Held]:
    """Some agreements in scope, the newest first: of all, or of those whose letter is issued or delivered."""
    return _held(connection, terms.agreed_in(connection, scope, letter, limit, offset), day)


def owed(connection: Connection, scope: Scope, day: date) -> list[Held]:
    """The agreements in scope whose letter is owed, the newest first."""
    held = _held(connection, terms.maybe_paid(connection, scope), day)
    return [one for one in held if one.letter == "owed"]


def agreement(connection: Connection, scope: Scope, agreement_id: str, day: date) -> Held | None:
    row = terms.agreement(connection, agreement_id, scope)
    return None if row is None else _held(connection, [row], day)[0]


def _held(connection: Connection, rows: Any, day: date) -> list[Held]:
    accounts = sorted({row["account_id"] for row in rows})
    promised = terms.promises_of(connection, accounts)
    paid = payments.of_accounts(connection, accounts)
    gone = encounters.cancelled(connection, {row["debtor_id"] for row in rows})
    through = encounters.payments_through(connection)
    packs = at_office(connection)
    within = offering.rules(connection).letter_days
    found = []
    for row in rows:
        deal = terms.as_agreement(row)
        policy = packs(row["pack"])
        if policy is None:
            found.append(Held(row, deal, None, None))
            continue
        made = [as_records.promise(one) for one in promised.get(row["account_id"], ())]
        judged = standings(
            made,
            paid.get(row["account_id"], []),
            policy,
            day,
            through.get(row["lender_id"]),
            cancelled={one.id: local_day(gone[one.id], row["timezone"]) for one in made if one.id in gone},
            zone=row["timezone"],
        )
        standing = standing_of(deal, made, judged)
        found.append(Held(row, deal, standing, letter_due(deal, standing, within)))
    return found
