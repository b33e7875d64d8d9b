"""Debtors as the field needs them: accounts, debts, payments, addresses and what stops collection.

Assigning and planning read through this. It decides nothing: no bucket, no standing, no rule.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, RowMapping, Select, Subquery, and_, func, or_, select

from sync.records import (
    Account,
    AccountState,
    Address,
    Debtor,
    Payment,
)
from sync.rules.cease import closed_channels, closes
from sync.rules.circumstances import Circumstances, Override, dates_of, municipality_of
from sync.rules.freshness import OutsideSource
from sync.rules.policy import StopKind

from . import as_records, contact_sources, overrides
from .chunks import fetch
from .tables import (
    accounts,
    addresses,
    balances,
    debtors,
    payments,
    stop_states,
)


@dataclass(frozen=True)
class Stopped:
    """What stops collection: of one account, or of the whole debtor when `account` is None.

    `channels`: those it closes, every one where there is none.
    """

    account: str | None
    kind: StopKind
    channels: tuple[str, ...] = ()


@dataclass(frozen=True)
class Case:
    """A debtor with all his accounts (each with its latest balance), payments, addresses and stops."""

    debtor: Debtor
    accounts: tuple[Account, ...]
    payments: tuple[Payment, ...]
    addresses: tuple[Address, ...]
    stopped: tuple[Stopped, ...]
    overrides: tuple[Override, ...] = ()
    outside: Mapping[str, tuple[OutsideSource, ...]] = field(default_factory=dict)  # by lender

    def payments_of(self, account_id: str) -> list[Payment]:
        return [payment for payment in self.payments if payment.account == account_id]

    def circumstances(self, account: Account, address: Address | None) -> Circumstances:
        """What bears on a contact about this account at this address, besides hour, place and party."""
        return Circumstances(
            municipality_of(self.addresses, address),
            dates_of(account, self.payments),
            self.overrides,
            self.outside.get(account.lender, ()),
        )

    def stops_of(self, account_id: str, channel: str = "visit") -> frozenset[StopKind]:
        return frozenset(
            stop.kind
            for stop in self.stopped
            if stop.account in (None, account_id) and closes(stop.channels, channel)
        )


def overdue_debtors(connection: Connection, as_of: date) -> list[str]:
    """Debtors with an open account whose latest balance at `as_of` has something overdue."""
    latest = _latest_balances(as_of)
    query = (
        select(accounts.c.debtor_id)
        .join(latest, and_(latest.c.account_id == accounts.c.id, latest.c.rank == 1))
        .where(accounts.c.state == AccountState.OPEN.value, latest.c.overdue_minor > 0)
        .distinct()
        .order_by(accounts.c.debtor_id)
    )
    return list(connection.execute(query).scalars())


def of(connection: Connection, debtor_ids: Collection[str], as_of: date, moment: datetime) -> dict[str, Case]:
    """The cases of these debtors: balances up to `as_of`, stops that hold at `moment`."""
    people = fetch(connection, debtor_ids, lambda ids: select(debtors).where(debtors.c.id.in_(ids)))
    held = _accounts(connection, debtor_ids, as_of)
    paid = _payments(connection, debtor_ids)
    places = _addresses(connection, debtor_ids, as_of)
    stopped = _stopped(connection, debtor_ids, moment)
    excepted = overrides.in_force(connection, debtor_ids)
    lenders = {account.lender for accounts in held.values() for account in accounts}
    outside = contact_sources.of_lenders(connection, lenders)
    return {
        row["id"]: Case(
            debtor=_debtor(row),
            accounts=tuple(held.get(row["id"], ())),
            payments=tuple(paid.get(row["id"], ())),
            addresses=tuple(places.get(row["id"], ())),
            stopped=tuple(stopped.get(row["id"], ())),
            overrides=excepted.get(row["id"], ()),
            outside=outside,
        )
        for row in people
    }


def _latest_balances(as_of: date, debtor_ids: list[str] | None = None) -> Subquery:
    """Ranked within each account; with `debtor_ids`, of their accounts alone: no database sees by itself
    that the others need not be ranked."""
    newest = (balances.c.as_of.desc(), balances.c.recorded_at.desc(), balances.c.id.desc())
    rank = func.row_number().over(partition_by=balances.c.account_id, order_by=newest)
    query = select(balances, rank.label("rank")).where(balances.c.as_of <= as_of)
    if debtor_ids is not None:
        theirs = select(accounts.c.id).where(accounts.c.debtor_id.in_(debtor_ids))
        query = query.where(balances.c.account_id.in_(theirs))
    return query.subquery()


def _accounts(connection: Connection, debtor_ids: Collection[str], as_of: date) -> dict[str, list[Account]]:
    rows = fetch(connection, debtor_ids, lambda ids: _with_balances(ids, as_of))
    found: dict[str, list[Account]] = defaultdict(list)
    for row in sorted(rows, key=lambda row: (row["lender_id"], row["number"])):
        found[row["debtor_id"]].append(_account(row))
    return found


def _with_balances(debtor_ids: list[str], as_of: date) -> Select[Any]:
    """The accounts of these debtors, each with its latest balance."""
    latest = _latest_balances(as_of, debtor_ids)
    money = [
        latest.c[name]
        for name in (
            "principal_minor",
            "interest_minor",
            "late_interest_minor",
            "fees_minor",
            "overdue_minor",
        )
    ]
    joined = accounts.outerjoin(latest, and_(latest.c.account_id == accounts.c.id, latest.c.rank == 1))
    columns: tuple[Any, ...] = (
        accounts,
        *money,
        latest.c.as_of,
        latest.c.oldest_due,
        latest.c.instalments_overdue,
        latest.c.currency.label("balance_currency"),
    )
    return select(*columns).select_from(joined).where(accounts.c.debtor_id.in_(debtor_ids))


def _payments(connection: Connection, debtor_ids: Collection[str]) -> dict[str, list[Payment]]:
    query = select(payments, accounts.c.debtor_id).join(accounts, accounts.c.id == payments.c.account_id)
    rows = fetch(connection, debtor_ids, lambda ids: query.where(accounts.c.debtor_id.in_(ids)))
    found: dict[str, list[Payment]] = defaultdict(list)
    for row in sorted(rows, key=lambda row: (row["value_date"], row["id"])):
        found[row["debtor_id"]].append(as_records.payment(row))
    return found


def _addresses(connection: Connection, debtor_ids: Collection[str], day: date) -> dict[str, list[Address]]:
    """Those in force on the day; since when is not asked: an address known later is still where he lives."""
    in_force = or_(addresses.c.until.is_(None), addresses.c.until > day)
    rows = fetch(
        connection,
        debtor_ids,
        lambda ids: select(addresses).where(addresses.c.debtor_id.in_(ids), in_force),
    )
    found: dict[str, list[Address]] = defaultdict(list)
    for row in sorted(rows, key=lambda row: (row["since"], row["id"])):
        found[row["debtor_id"]].append(as_records.address(row))
    return found


def _stopped(
    connection: Connection, debtor_ids: Collection[str], moment: datetime
) -> dict[str, list[Stopped]]:
    holds = or_(stop_states.c.until.is_(None), stop_states.c.until > moment)
    rows = fetch(
        connection,
        debtor_ids,
        lambda ids: select(stop_states).where(stop_states.c.debtor_id.in_(ids), holds),
    )
    found: dict[str, list[Stopped]] = defaultdict(list)
    for row in sorted(rows, key=lambda row: row["id"]):
        kind = StopKind(row["state"])
        channels = closed_channels(kind, row["detail"] or {})
        found[row["debtor_id"]].append(Stopped(row["account_id"], kind, channels))
    return found


def _debtor(row: RowMapping) -> Debtor:
    return Debtor(
        id=row["id"],
        name=row["name"],
        kind=row["kind"],
        document_type=row["document_type"],
        document=row["document"] or "",
        zone=row["timezone"],
        language=row["language"],
    )


def _account(row: RowMapping) -> Account:
    return Account(
        id=row["id"],
        lender=row["lender_id"],
        number=row["number"],
        currency=row["currency"],
        credit_type=row["credit_type"],
        product=row["product"],
        branch=row["branch"],
        team=row["team"],
        zone=row["zone"],
        language=row["language"],
        pack=row["pack"],
        pack_reason=row["pack_reason"],
        exception_evidence=row["exception_evidence"],
        state=AccountState(row["state"]),
        balance=as_records.balance(row, row["balance_currency"]) if row["as_of"] is not None else None,
        last_payment=row["last_payment_on"],
        review_days=row["review_days"],
        counter_hours=row["counter_hours"],
    )
