"""Conditions of a segment as conditions on the standings of a day: a list is asked of SQL. Judges nothing.

The words are those of `sync.rules.segment.Segment`; what a worklist's run found of an account (its segment,
risk and stage) is asked of the latest run.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import ColumnElement, Connection, and_, func, or_, select

from sync.money import digits
from sync.rules.segment import Segment

from ..standings import OnDay
from ..tables import accounts, balances, debtors, worklist_rows, worklist_runs

NONE = "-"  # as a value: what has none
Conditions = tuple[ColumnElement[bool], ...]


@dataclass(frozen=True)
class Found:
    """What the run of a strategy's worklists found of an account; "" asks nothing."""

    run: str = ""
    segment: str = ""
    risk: str = ""
    stage: str = ""


def conditions(on_day: OnDay, segment: Segment, found: Found, currencies: Collection[str]) -> Conditions:
    """What narrows the day's rows to this segment. `currencies`: those that amounts may be in."""
    c = on_day.rows.c
    parts = [*_days(on_day, segment), *_amounts(on_day, segment, currencies)]
    for column, among in (
        (c.zone, segment.zones),
        (c.branch, segment.branches),
        (c.product, segment.products),
        (c.lender_id, segment.lenders),
    ):
        if among:
            parts.append(column.in_(["" if value == NONE else value for value in among]))
    if segment.currency:
        parts.append(c.currency == segment.currency)
    if segment.credit_types:
        types = ["" if value == NONE else value for value in segment.credit_types]
        parts.append(c.account_id.in_(select(accounts.c.id).where(accounts.c.credit_type.in_(types))))
    if segment.kinds:
        parts.append(c.debtor_id.in_(select(debtors.c.id).where(debtors.c.kind.in_(segment.kinds))))
    return (*parts, *_of_run(on_day, found))


def latest_run(connection: Connection) -> str:
    """The id of the worklists worked out last; "" for none."""
    query = (
        select(worklist_runs.c.id)
        .where(worklist_runs.c.finished_at.is_not(None))
        .order_by(worklist_runs.c.as_of.desc(), worklist_runs.c.made_at.desc())
    )
    return connection.execute(query.limit(1)).scalar() or ""


def credit_types(connection: Connection, on_day: OnDay) -> list[str]:
    """The credit types that the scope's accounts have."""
    query = select(accounts.c.credit_type).where(on_day.scope.accounts()).distinct()
    return sorted(value for value in connection.execute(query).scalars() if value)


def ageing_by(connection: Connection, on_day: OnDay, name: str) -> list[dict[str, Any]]:
    """The open accounts by currency, a column of the standings and bucket: accounts, minor units overdue."""
    c, band = on_day.rows.c, on_day.band().label("band")
    column = c[name].label("value")
    query = (
        select(
            c.currency,
            column,
            band,
            func.count().label("accounts"),
            func.sum(c.overdue_minor).label("overdue_minor"),
        )
        .where(on_day.seen(), c.state == "open", c.as_of.is_not(None))
        .group_by(c.currency, column, band)
    )
    return [
        dict(row) | {"bucket": on_day.bucket_of(row["band"])} for row in connection.execute(query).mappings()
    ]


def _days(on_day: OnDay, segment: Segment) -> list[ColumnElement[bool]]:
    c, parts = on_day.rows.c, []
    if segment.dpd_from > 0:
        parts.append(c.late_since <= on_day.day - timedelta(days=segment.dpd_from))
    if segment.dpd_to is not None:
        parts.append(and_(c.as_of.is_not(None), c.late_since >= on_day.day - timedelta(days=segment.dpd_to)))
    return parts


def _amounts(on_day: OnDay, segment: Segment, currencies: Collection[str]) -> list[ColumnElement[bool]]:
    c = on_day.rows.c
    capital = (
        select(balances.c.principal_minor)
        .where(balances.c.account_id == c.account_id, balances.c.as_of == c.as_of)
        .order_by(balances.c.recorded_at.desc(), balances.c.id.desc())
        .limit(1)
        .scalar_subquery()
    )
    parts: list[ColumnElement[bool]] = []
    for column, least, most in (
        (c.overdue_minor, segment.overdue_from, segment.overdue_to),
        (capital, segment.capital_from, segment.capital_to),
    ):
        if not least and most is None:
            continue
        ways = []
        for currency in [segment.currency] if segment.currency else sorted(currencies):
            bounds = [c.currency == currency, c.as_of.is_not(None)]
            bounds += [column >= _minor(least, currency)] if least else []
            bounds += [column <= _minor(most, currency)] if most is not None else []
            ways.append(and_(*bounds))
        parts.append(or_(*ways))
    return parts


def _minor(amount: Decimal, currency: str) -> int:
    return int(amount.scaleb(digits(currency)))


def _of_run(on_day: OnDay, found: Found) -> list[ColumnElement[bool]]:
    asked = [
        (worklist_rows.c.segment, found.segment),
        (worklist_rows.c.risk, found.risk),
        (worklist_rows.c.stage, found.stage),
    ]
    wanted = [column == value for column, value in asked if value]
    if not wanted:
        return []
    rows = select(worklist_rows.c.account_id).where(worklist_rows.c.run_id == found.run, *wanted)
    return [on_day.rows.c.account_id.in_(rows)]
