"""Money taken in the street: receipts told by laptops, books, counts and deposits. Decides nothing."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, and_, exists, false, func, insert, or_, select, update

from sync.ids import new_id

from .tables import (
    accounts,
    agents,
    cash_counts,
    cash_decisions,
    cash_deposits,
    debtors,
    findings,
    payments,
    receipt_books,
    receipt_gaps,
    reported_payments,
)

Row = dict[str, Any]
FIELD = "field"


def receipts(connection: Connection, agent_id: str, *, limit: int = 500) -> list[Row]:
    """What an agent says he took in cash, newest first, with what the office decided of each."""
    told = exists().where(
        payments.c.account_id == reported_payments.c.account_id,
        payments.c.amount_minor == reported_payments.c.amount_minor,
        payments.c.reverses.is_(None),
        payments.c.value_date >= reported_payments.c.paid_on,
    )
    query = (
        select(
            reported_payments,
            cash_decisions.c.state,
            cash_decisions.c.official,
            cash_decisions.c.because,
            cash_decisions.c.actor,
            accounts.c.number,
            debtors.c.name.label("debtor_name"),
            told.label("told_by_lender"),
        )
        .join(accounts, accounts.c.id == reported_payments.c.account_id)
        .join(debtors, debtors.c.id == reported_payments.c.debtor_id)
        .outerjoin(cash_decisions, cash_decisions.c.payment_id == reported_payments.c.id)
        .where(reported_payments.c.agent_id == agent_id, reported_payments.c.channel == FIELD)
        .order_by(reported_payments.c.paid_on.desc(), reported_payments.c.id.desc())
        .limit(limit)
    )
    return [dict(row) for row in connection.execute(query).mappings()]


def receipt(connection: Connection, payment_id: str) -> Row | None:
    query = (
        select(reported_payments, cash_decisions.c.state)
        .outerjoin(cash_decisions, cash_decisions.c.payment_id == reported_payments.c.id)
        .where(reported_payments.c.id == payment_id, reported_payments.c.channel == FIELD)
    )
    row = connection.execute(query).mappings().first()
    return dict(row) if row is not None else None


def written(connection: Connection, prefixes: Collection[str]) -> list[str]:
    """The receipts' numbers, as written, that begin so, whatever the case; one for each payment."""
    begins = func.upper(func.trim(reported_payments.c.receipt))
    query = select(reported_payments.c.receipt).where(
        reported_payments.c.channel == FIELD,
        reported_payments.c.receipt != "",
        or_(false(), *(begins.startswith(prefix, autoescape=True) for prefix in sorted(prefixes))),
    )
    return list(connection.execute(query).scalars())


def taken(
    connection: Connection, until: date | None = None, agent_id: str | None = None
) -> dict[tuple[str, str], int]:
    """(agent, currency) → cash he took that the office did not refuse; of one agent where he is named."""
    query = (
        select(
            reported_payments.c.agent_id,
            reported_payments.c.currency,
            func.sum(reported_payments.c.amount_minor).label("minor"),
        )
        .outerjoin(cash_decisions, cash_decisions.c.payment_id == reported_payments.c.id)
        .where(
            reported_payments.c.channel == FIELD,
            func.coalesce(cash_decisions.c.state, "") != "refused",
        )
        .group_by(reported_payments.c.agent_id, reported_payments.c.currency)
    )
    if until is not None:
        query = query.where(reported_payments.c.paid_on <= until)
    if agent_id is not None:
        query = query.where(reported_payments.c.agent_id == agent_id)
    return {(row.agent_id, row.currency): int(row.minor) for row in connection.execute(query)}


def paid_in(connection: Connection, state: str, until: date | None = None) -> dict[tuple[str, str], int]:
    """(agent, currency) → what he deposited, by the state of its slips."""
    query = (
        select(
            cash_deposits.c.agent_id,
            cash_deposits.c.currency,
            func.sum(cash_deposits.c.amount_minor).label("minor"),
        )
        .where(cash_deposits.c.state == state)
        .group_by(cash_deposits.c.agent_id, cash_deposits.c.currency)
    )
    if until is not None:
        query = query.where(cash_deposits.c.day <= until)
    return {(row.agent_id, row.currency): int(row.minor) for row in connection.execute(query)}


def decide(connection: Connection, row: Mapping[str, Any]) -> None:
    connection.execute(insert(cash_decisions).values(**row))


def books(connection: Connection, agent_id: str | None = None) -> list[Row]:
    """The books that were given, by agent and first number."""
    query = (
        select(receipt_books, agents.c.name.label("agent_name"))
        .join(agents, agents.c.id == receipt_books.c.agent_id)
        .order_by(agents.c.name, receipt_books.c.prefix, receipt_books.c.first)
    )
    if agent_id is not None:
        query = query.where(receipt_books.c.agent_id == agent_id)
    return [dict(row) for row in connection.execute(query).mappings()]


def add_book(connection: Connection, row: Mapping[str, Any]) -> None:
    connection.execute(insert(receipt_books).values(**row))


def gaps(connection: Connection, book_id: str) -> dict[int, str]:
    """Number of a book → why it was not used."""
    query = select(receipt_gaps.c.number, receipt_gaps.c.because).where(receipt_gaps.c.book_id == book_id)
    return {row.number: row.because for row in connection.execute(query)}


def add_gap(connection: Connection, row: Mapping[str, Any]) -> None:
    connection.execute(insert(receipt_gaps).values(**row))


def used(connection: Connection, agent_id: str) -> list[str]:
    """The receipt numbers an agent wrote, as he wrote them."""
    query = select(reported_payments.c.receipt).where(
        reported_payments.c.agent_id == agent_id, reported_payments.c.channel == FIELD
    )
    return [text for text in connection.execute(query).scalars() if text]


def counts(connection: Connection, agent_id: str, limit: int = 60) -> list[Row]:
    query = (
        select(cash_counts)
        .where(cash_counts.c.agent_id == agent_id)
        .order_by(cash_counts.c.day.desc(), cash_counts.c.recorded_at.desc())
        .limit(limit)
    )
    return [dict(row) for row in connection.execute(query).mappings()]


def last_counts(connection: Connection) -> dict[tuple[str, str], Row]:
    """(agent, currency) → the last count of what he held."""
    held = (cash_counts.c.agent_id, cash_counts.c.currency)
    last = select(*held, func.max(cash_counts.c.day).label("day")).group_by(*held).subquery()
    query = (
        select(cash_counts)
        .join(
            last,
            and_(
                cash_counts.c.agent_id == last.c.agent_id,
                cash_counts.c.currency == last.c.currency,
                cash_counts.c.day == last.c.day,
            ),
        )
        .order_by(cash_counts.c.recorded_at)
    )
    return {(row["agent_id"], row["currency"]): dict(row) for row in connection.execute(query).mappings()}


def add_count(connection: Connection, row: Mapping[str, Any]) -> None:
    connection.execute(insert(cash_counts).values(**row))


def deposits(connection: Connection, agent_id: str, limit: int = 200) -> list[Row]:
    query = (
        select(cash_deposits)
        .where(cash_deposits.c.agent_id == agent_id)
        .order_by(cash_deposits.c.day.desc(), cash_deposits.c.recorded_at.desc())
        .limit(limit)
    )
    return [dict(row) for row in connection.execute(query).mappings()]


def deposit(connection: Connection, deposit_id: str) -> Row | None:
    row = connection.execute(select(cash_deposits).where(cash_deposits.c.id == deposit_id)).mappings().first()
    return dict(row) if row is not None else None


def same_slip(connection: Connection, bank: str, slip: str) -> bool:
    """True when a slip of that number stands, whoever brought it."""
    query = select(cash_deposits.c.id).where(
        cash_deposits.c.bank == bank, cash_deposits.c.slip == slip, cash_deposits.c.state != "refused"
    )
    return connection.execute(query.limit(1)).first() is not None


def add_deposit(connection: Connection, row: Mapping[str, Any]) -> None:
    connection.execute(insert(cash_deposits).values(**row))


def decide_deposit(connection: Connection, deposit_id: str, **values: Any) -> bool:
    waiting = (cash_deposits.c.id == deposit_id) & (cash_deposits.c.state == "proposed")
    return connection.execute(update(cash_deposits).where(waiting).values(**values)).rowcount == 1


def last_visit(connection: Connection, agent_id: str, day: date) -> Row | None:
    """The last cash receipt up to a day that came with a visit: where a shortage is told from."""
    query = (
        select(reported_payments)
        .where(
            reported_payments.c.agent_id == agent_id,
            reported_payments.c.channel == FIELD,
            reported_payments.c.visit_id.is_not(None),
            reported_payments.c.paid_on <= day,
        )
        .order_by(reported_payments.c.paid_on.desc(), reported_payments.c.id.desc())
        .limit(1)
    )
    row = connection.execute(query).mappings().first()
    return dict(row) if row is not None else None


def currencies(connection: Connection, agent_id: str) -> list[str]:
    query = select(reported_payments.c.currency).where(reported_payments.c.agent_id == agent_id).distinct()
    return sorted(connection.execute(query).scalars())


def add_finding(
    connection: Connection, receipt: Mapping[str, Any], rule: str, because: str, now: datetime
) -> None:
    """A finding on a receipt's visit; one of that rule that stands there is left alone."""
    standing = select(findings.c.id).where(
        findings.c.visit_id == receipt["visit_id"], findings.c.rule == rule
    )
    if connection.execute(standing).first() is None:
        connection.execute(
            insert(findings).values(
                id=new_id(),
                visit_id=receipt["visit_id"],
                agent_id=receipt["agent_id"],
                debtor_id=receipt["debtor_id"],
                rule=rule,
                severity="serious",
                because=because,
                found_at=now,
            )
        )
