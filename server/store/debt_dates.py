"""Since when accounts are overdue and when they were last paid: what periods are counted from."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection, select

from sync.rules.circumstances import DebtDates

from .chunks import among, found
from .scope_records import latest_balances
from .tables import payments

_PAID = select(payments.c.id, payments.c.account_id, payments.c.value_date, payments.c.reverses).where(
    among(payments.c.account_id)
)


def of(connection: Connection, accounts: Mapping[str, Mapping[Any, Any]]) -> dict[str, DebtDates]:
    """By account; `accounts` are their rows. The same as `sync.rules.circumstances.dates_of` says."""
    balances = latest_balances(connection, accounts)
    rows = found(connection, _PAID, accounts)
    gone = {row["reverses"] for row in rows if row["reverses"]}
    last = {name: row["last_payment_on"] for name, row in accounts.items()}
    for row in rows:
        if row["reverses"] or row["id"] in gone:
            continue
        before = last[row["account_id"]]
        last[row["account_id"]] = row["value_date"] if before is None else max(before, row["value_date"])
    return {
        name: DebtDates(balances[name]["oldest_due"] if name in balances else None, last[name])
        for name in accounts
    }
