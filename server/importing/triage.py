"""Tells an accepted row's lot from what the office holds: new, changed, renewed, old, unchanged, taken back.

Pure: what is held comes as an argument, and nothing is written.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from sync.money import to_minor
from sync.records import AccountState, Balance

from ..store.accounts import Held
from .rows import PortfolioRow

# Above this share of the lender's open accounts, absences are asked about before they are written.
ASK_ABOVE = 0.05

Figures = tuple[Any, ...]
Latest = Mapping[str, tuple[date, Figures]]


@dataclass
class Triage:
    """The rows by what must be written for them. Every accepted row is in exactly one list."""

    new: list[PortfolioRow] = field(default_factory=list)
    changed: list[PortfolioRow] = field(default_factory=list)  # terms, people or state differ
    renewed: list[PortfolioRow] = field(default_factory=list)  # the same, as of a newer day
    old: list[PortfolioRow] = field(default_factory=list)  # as of a day before the latest balance
    unchanged: list[PortfolioRow] = field(default_factory=list)
    closings: list[PortfolioRow] = field(default_factory=list)  # taken back or closed, without figures
    unknown: list[PortfolioRow] = field(default_factory=list)  # closings of accounts the office never had
    states: dict[str, AccountState] = field(default_factory=dict)  # number → state after the import
    became: dict[str, AccountState] = field(default_factory=dict)  # of those held, where it changes

    @property
    def accepted(self) -> list[PortfolioRow]:
        """All but the unknown closings, in the order of the lists."""
        return [*self.new, *self.changed, *self.renewed, *self.old, *self.unchanged, *self.closings]


def told_apart(
    rows: Collection[PortfolioRow], held: Mapping[str, Held], latest: Latest, as_of: date, pack: str
) -> Triage:
    """Each row in its list."""
    triage = Triage()
    for row in rows:
        account = held.get(row.number)
        if account is None:
            _place_unheld(triage, row)
            continue
        last = latest.get(account.id)
        if last is not None and as_of < last[0]:
            triage.old.append(row)
            triage.states[row.number] = AccountState(account.state)
            continue
        state = _state_after(row, account, last, as_of)
        triage.states[row.number] = state
        if state != account.state:
            triage.became[row.number] = state
        _place_held(triage, row, account, last, state, pack)
    return triage


def _place_unheld(triage: Triage, row: PortfolioRow) -> None:
    if row.balance is None:
        triage.unknown.append(row)
        return
    triage.new.append(row)
    triage.states[row.number] = row.state or AccountState.OPEN


def _place_held(
    triage: Triage,
    row: PortfolioRow,
    account: Held,
    last: tuple[date, Figures] | None,
    state: AccountState,
    pack: str,
) -> None:
    if row.balance is None:
        (triage.closings if state != account.state else triage.unchanged).append(row)
    elif state != account.state or row.content(pack) != account.content:
        triage.changed.append(row)
    elif last is None or row.balance.as_of > last[0]:
        triage.renewed.append(row)
    else:
        triage.unchanged.append(row)


def _state_after(
    row: PortfolioRow, account: Held, last: tuple[date, Figures] | None, as_of: date
) -> AccountState:
    """What the file says; where it is silent, an account taken back stays so until a newer file brings it."""
    if row.state is not None:
        return row.state
    held = AccountState(account.state)
    newer = last is None or as_of > last[0]
    return AccountState.OPEN if held in (AccountState.OPEN, AccountState.ABSENT) or newer else held


def absences(held: Mapping[str, Held], present: Collection[str], unsure: Collection[str]) -> list[Held]:
    """The open accounts a full file does not name.

    `unsure` are the debtors of rejected rows that had no account number: their account may be that very
    row, and stays.
    """
    named = set(present)
    return [
        account
        for account in held.values()
        if account.state == AccountState.OPEN and account.number not in named and account.debtor not in unsure
    ]


def must_ask(absent: int, open_before: int) -> bool:
    """More than 5 % of the lender's open accounts would be marked absent."""
    return absent > open_before * ASK_ABOVE


def figures(balance: Balance) -> Figures:
    """A balance in the order and units of `store.balances.FIGURES`."""
    currency = balance.currency
    amounts = (balance.principal, balance.interest, balance.late_interest, balance.fees, balance.overdue)
    minor = (to_minor(amount, currency) for amount in amounts)
    return (currency, *minor, balance.oldest_due, balance.instalments_overdue)
