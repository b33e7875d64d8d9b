"""Who is bound to a lender's accounts, by account and by document. Decides nothing."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass, field

from sqlalchemy import Connection, select

from sync.records import Role

from .chunks import fetch
from .tables import account_roles, accounts, debtors


@dataclass(frozen=True, slots=True)
class Filed:
    """An account and under whom it is filed."""

    id: str
    debtor: str
    state: str


@dataclass
class Bonds:
    """Of one lender: accounts by number, people by document, and each person's zone."""

    accounts: dict[str, Filed] = field(default_factory=dict)
    by_document: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    bound: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))  # account → people
    zones: dict[str, str] = field(default_factory=dict)

    def accounts_of(self, debtor: str) -> list[str]:
        """The open accounts filed under him."""
        return [one.id for one in self.accounts.values() if one.debtor == debtor and one.state == "open"]


def of_lender(connection: Connection, lender_id: str) -> Bonds:
    """Everybody bound today, in whatever role, and everybody an account is filed under."""
    made = Bonds()
    own = (
        select(
            accounts.c.id,
            accounts.c.number,
            accounts.c.state,
            accounts.c.debtor_id,
            debtors.c.document,
            debtors.c.timezone,
        )
        .join(debtors, debtors.c.id == accounts.c.debtor_id)
        .where(accounts.c.lender_id == lender_id)
    )
    for row in connection.execute(own):
        made.accounts[row.number] = Filed(row.id, row.debtor_id, row.state)
        _add(made, row.id, row.debtor_id, row.document, row.timezone)
    roles = (
        select(account_roles.c.account_id, account_roles.c.debtor_id, debtors.c.document, debtors.c.timezone)
        .join(accounts, accounts.c.id == account_roles.c.account_id)
        .join(debtors, debtors.c.id == account_roles.c.debtor_id)
        .where(accounts.c.lender_id == lender_id, account_roles.c.until.is_(None))
    )
    for one in connection.execute(roles):
        _add(made, one.account_id, one.debtor_id, one.document, one.timezone)
    return made


def _add(made: Bonds, account: str, debtor: str, document: str | None, zone: str) -> None:
    made.bound[account].add(debtor)
    made.zones[debtor] = zone
    if document:
        made.by_document[document].add(debtor)


def co_held(connection: Connection, debtor_ids: Collection[str]) -> list[tuple[str, str, str]]:
    """(person, account, under whom it is filed) of open accounts these people hold together with another."""
    rows = fetch(
        connection,
        debtor_ids,
        lambda ids: (
            select(account_roles.c.debtor_id, accounts.c.id, accounts.c.debtor_id.label("filed"))
            .join(accounts, accounts.c.id == account_roles.c.account_id)
            .where(
                account_roles.c.debtor_id.in_(ids),
                account_roles.c.until.is_(None),
                account_roles.c.role.in_((Role.HOLDER.value, Role.CO_HOLDER.value)),
                accounts.c.debtor_id != account_roles.c.debtor_id,
            )
        ),
    )
    return sorted({(row["debtor_id"], row["id"], row["filed"]) for row in rows})
