"""What each account owed as of a date. Rows are only added: of one day, the last recorded counts."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta
from typing import Any

from sqlalchemy import Connection, RowMapping, Select, func, insert, select

from sync.records import Balance

from . import as_records, chunks
from .tables import accounts, balances

FIGURES = (
    "currency",
    "principal_minor",
    "interest_minor",
    "late_interest_minor",
    "fees_minor",
    "overdue_minor",
    "oldest_due",
    "instalments_overdue",
)
Figures = tuple[Any, ...]


def add(connection: Connection, rows: list[dict[str, Any]]) -> None:
    chunks.write(connection, insert(balances), rows)


def figures_of(row: RowMapping) -> Figures:
    """The figures of a row, in the order of FIGURES: what two balances are compared by."""
    return tuple(row[name] for name in FIGURES)


def latest_of_lender(connection: Connection, lender_id: str) -> dict[str, tuple[date, Figures]]:
    """Account id → (as-of date, figures) of the latest balance of each account of a lender."""
    mine = select(accounts.c.id).where(accounts.c.lender_id == lender_id)
    ranked = _ranked().where(balances.c.account_id.in_(mine)).subquery()
    query = select(ranked).where(ranked.c.rank == 1)
    return {
        row["account_id"]: (row["as_of"], figures_of(row)) for row in connection.execute(query).mappings()
    }


def latest(connection: Connection, account_ids: Iterable[str], day: date | None = None) -> dict[str, Balance]:
    """The latest balance of each of these accounts, as of `day` or before when one is given."""
    found: dict[str, Balance] = {}
    for piece in chunks.chunks(account_ids):
        query = _ranked().where(balances.c.account_id.in_(piece))
        if day is not None:
            query = query.where(balances.c.as_of <= day)
        ranked = query.subquery()
        for row in connection.execute(select(ranked).where(ranked.c.rank == 1)).mappings():
            found[row["account_id"]] = as_records.balance(row)
    return found


def all_of(connection: Connection, account_ids: Iterable[str], since: date) -> dict[str, list[Balance]]:
    """The balances of each of these accounts from a day on, oldest first, with the last one before it; of one
    day the last recorded."""
    query = select(balances).order_by(balances.c.as_of, balances.c.recorded_at, balances.c.id)
    query = query.where(balances.c.as_of >= since)
    rows = chunks.fetch(connection, account_ids, lambda piece: query.where(balances.c.account_id.in_(piece)))
    before = latest(connection, account_ids, since - timedelta(days=1))
    by_day: dict[str, dict[date, Balance]] = {key: {one.as_of: one} for key, one in before.items()}
    for row in rows:
        by_day.setdefault(row["account_id"], {})[row["as_of"]] = as_records.balance(row)
    return {account: list(each.values()) for account, each in by_day.items()}


def on_day(connection: Connection, account_ids: Iterable[str], day: date) -> dict[str, Figures]:
    """The figures recorded last for exactly that day, by account id."""
    query = select(balances).where(balances.c.as_of == day).order_by(balances.c.recorded_at, balances.c.id)
    rows = chunks.fetch(connection, account_ids, lambda piece: query.where(balances.c.account_id.in_(piece)))
    return {row["account_id"]: figures_of(row) for row in rows}


def _ranked() -> Select[Any]:
    order = (balances.c.as_of.desc(), balances.c.recorded_at.desc(), balances.c.id.desc())
    rank = func.row_number().over(partition_by=balances.c.account_id, order_by=order).label("rank")
    return select(balances, rank)
