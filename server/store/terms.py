"""Offers asked for, agreements, suggestions and settlement letters as rows. Judges and decides nothing."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, case, func, insert, select, update

from sync import agreed
from sync.ids import new_id
from sync.money import from_minor, parse_decimal
from sync.rules.agreement import Agreement

from .chunks import among, append, found
from .scopes import Scope
from .tables import (
    accounts,
    agents,
    agreements,
    debtors,
    lenders,
    offers,
    payments,
    promises,
    settlement_letters,
    suggestions,
    users,
)

Row = Mapping[Any, Any]
Grouped = dict[str, list[Row]]
PENDING, APPROVED, REJECTED = "pending", "approved", "rejected"


def add_offers(connection: Connection, rows: list[dict[str, Any]]) -> None:
    append(connection, offers, rows)


def add_agreements(connection: Connection, rows: list[dict[str, Any]]) -> None:
    append(connection, agreements, rows)


def add_suggestions(connection: Connection, rows: list[dict[str, Any]]) -> None:
    append(connection, suggestions, rows)


def of_accounts(connection: Connection, ids: Iterable[str]) -> dict[str, Grouped]:
    """By kind of record (`agreement`, `offer`, `suggestion`) and account, in the order they were made."""
    wanted = sorted(set(ids))
    return {
        kind: _grouped(found(connection, query, wanted))
        for kind, query in (("agreement", _AGREEMENTS), ("offer", _OFFERS), ("suggestion", _SUGGESTIONS))
    }


_AGREEMENTS = select(agreements).where(among(agreements.c.account_id)).order_by(agreements.c.made_at)
_OFFERS = select(offers).where(among(offers.c.account_id)).order_by(offers.c.made_at)
_SUGGESTIONS = select(suggestions).where(among(suggestions.c.account_id)).order_by(suggestions.c.made_at)


def terms_of(said: Mapping[str, Any]) -> dict[str, Any]:
    """A row's terms with their types: amounts as Decimal, days as dates."""
    return {
        "kind": said["kind"],
        "as_of": date.fromisoformat(said["as_of"]),
        "debt": {name: parse_decimal(text) for name, text in said["debt"].items()},
        "discount": {name: parse_decimal(text) for name, text in said["discount"].items()},
        "charge": parse_decimal(said["charge"]),
        "interest": parse_decimal(said["interest"]),
        "instalments": [
            {"due": date.fromisoformat(one["due"]), "amount": parse_decimal(one["amount"])}
            for one in said["instalments"]
        ],
    }


def as_agreement(row: Row) -> Agreement:
    """From a row of `agreements`, or of `offers` as the agreement it would be."""
    return agreed.agreement(
        row["id"],
        {
            **terms_of(row["terms"]),
            "account": row["account_id"],
            "debtor": row["debtor_id"],
            "visit": row["visit_id"],
            "currency": row["currency"],
            "settles": row.get("settles", True),
            "agreed_by": row.get("agreed_by", ""),
            "approver": row.get("approver", ""),
            "offer": row.get("offer_id"),
        },
        row["made_at"],
    )


def as_suggestion(row: Row) -> agreed.Suggestion:
    names = ("currency", "pay_on", "text", "said_by", "signed")
    minor = row["amount_minor"]
    said = {name: row[name] for name in names} | {
        "account": row["account_id"],
        "debtor": row["debtor_id"],
        "visit": row["visit_id"],
        "amount": None if minor is None else from_minor(minor, row["currency"]),
    }
    return agreed.suggestion(row["id"], said, row["made_at"])


def offer(connection: Connection, offer_id: str, scope: Scope) -> Row | None:
    """One request in scope, with its account, debtor and who asked."""
    query = _asked(scope).where(offers.c.id == offer_id)
    return connection.execute(query).mappings().first()


def requests(connection: Connection, scope: Scope, state: str | None, limit: int = 200) -> Sequence[Row]:
    """Requests in scope: those that wait first and oldest first, then the decided ones, newest first."""
    query = _asked(scope)
    if state is not None:
        query = query.where(offers.c.state == state)
    order = (offers.c.decided_at.isnot(None), offers.c.decided_at.desc(), offers.c.made_at, offers.c.id)
    return connection.execute(query.order_by(*order).limit(limit)).mappings().all()


def waiting(connection: Connection, scope: Scope) -> int:
    query = (
        select(func.count())
        .select_from(offers)
        .join(accounts, accounts.c.id == offers.c.account_id)
        .where(offers.c.state == PENDING, scope.accounts())
    )
    return int(connection.execute(query).scalar_one())


def _asked(scope: Scope) -> Select[Any]:
    return (
        select(
            offers,
            accounts.c.number,
            accounts.c.branch,
            debtors.c.name.label("debtor_name"),
            debtors.c.timezone,
            agents.c.name.label("agent_name"),
            users.c.username.label("asked_by"),
        )
        .join(accounts, accounts.c.id == offers.c.account_id)
        .join(debtors, debtors.c.id == offers.c.debtor_id)
        .join(agents, agents.c.id == offers.c.agent_id)
        .outerjoin(users, users.c.id == agents.c.user_id)
        .where(scope.accounts())
    )


def decide(connection: Connection, offer_id: str, **values: Any) -> bool:
    """Give the word on a request that waits; False when it was given already."""
    statement = update(offers).where(offers.c.id == offer_id, offers.c.state == PENDING).values(**values)
    return connection.execute(statement).rowcount == 1


def agreement(connection: Connection, agreement_id: str, scope: Scope) -> Row | None:
    query = _agreed(scope).where(agreements.c.id == agreement_id)
    return connection.execute(query).mappings().first()


def agreed_in(connection: Connection, scope: Scope, letter: str, limit: int, offset: int) -> Sequence[Row]:
    """Agreements in scope, the newest first, with the letter where one was issued; `letter`: all of them, or
    those whose letter is issued or delivered."""
    query = _agreed(scope).where(*_LETTERS[letter]).order_by(agreements.c.made_at.desc(), agreements.c.id)
    return connection.execute(query.limit(limit).offset(offset)).mappings().all()


def count_agreed(connection: Connection, scope: Scope, letter: str) -> int:
    query = _agreed(scope).where(*_LETTERS[letter]).with_only_columns(func.count())
    return int(connection.execute(query).scalar_one())


def maybe_paid(connection: Connection, scope: Scope) -> Sequence[Row]:
    """Agreements that settle, without a letter, of accounts that paid as much since: the only ones whose
    letter may be owed. Whoever knows the allocation judges."""
    paid = (
        select(func.sum(case((payments.c.reverses.is_(None), payments.c.amount_minor), else_=0)))
        .where(payments.c.account_id == agreements.c.account_id)
        .scalar_subquery()
    )
    asked = (agreements.c.settles, settlement_letters.c.id.is_(None), paid >= agreements.c.total_minor)
    query = _agreed(scope).where(*asked).order_by(agreements.c.made_at.desc(), agreements.c.id)
    return connection.execute(query).mappings().all()


_LETTERS: dict[str, tuple[ColumnElement[bool], ...]] = {
    "all": (),
    "issued": (settlement_letters.c.id.is_not(None), settlement_letters.c.delivered_on.is_(None)),
    "delivered": (settlement_letters.c.delivered_on.is_not(None),),
}


def _agreed(scope: Scope) -> Select[Any]:
    letter = ("due_on", "issued_on", "issued_by", "reference", "delivered_on", "delivered_by")
    return (
        select(
            agreements,
            accounts.c.number,
            accounts.c.pack,
            accounts.c.lender_id,
            lenders.c.name.label("lender"),
            debtors.c.name.label("debtor_name"),
            debtors.c.document_type,
            debtors.c.document,
            debtors.c.timezone,
            agents.c.name.label("agent_name"),
            settlement_letters.c.id.label("letter_id"),
            *(settlement_letters.c[name] for name in letter),
        )
        .join(accounts, accounts.c.id == agreements.c.account_id)
        .join(lenders, lenders.c.id == accounts.c.lender_id)
        .join(debtors, debtors.c.id == agreements.c.debtor_id)
        .join(agents, agents.c.id == agreements.c.agent_id)
        .outerjoin(settlement_letters, settlement_letters.c.agreement_id == agreements.c.id)
        .where(scope.accounts())
    )


def debtor_of(connection: Connection, account_id: str, scope: Scope) -> str | None:
    """Whose account it is, when it is in scope."""
    query = select(accounts.c.debtor_id).where(accounts.c.id == account_id, scope.accounts())
    return connection.execute(query).scalar()


def promises_of(connection: Connection, account_ids: Iterable[str]) -> Grouped:
    """By account, in the order they were made."""
    return _grouped(found(connection, _PROMISES, sorted(set(account_ids))))


_PROMISES = select(promises).where(among(promises.c.account_id)).order_by(promises.c.made_at, promises.c.id)


def cancel(connection: Connection, promise_ids: Iterable[str], at: datetime, by: str, because: str) -> int:
    """Cancel those that are not yet; answers how many."""
    wanted = sorted(set(promise_ids))
    statement = (
        update(promises)
        .where(promises.c.id.in_(wanted), promises.c.cancelled_at.is_(None))
        .values(cancelled_at=at, cancelled_by=by, cancelled_because=because)
    )
    return int(connection.execute(statement).rowcount)


def promise(connection: Connection, promise_id: str, scope: Scope) -> Row | None:
    query = (
        select(promises, debtors.c.timezone)
        .join(accounts, accounts.c.id == promises.c.account_id)
        .join(debtors, debtors.c.id == promises.c.debtor_id)
        .where(promises.c.id == promise_id, scope.accounts())
    )
    return connection.execute(query).mappings().first()


def payment(connection: Connection, payment_id: str, scope: Scope) -> Row | None:
    query = (
        select(payments, accounts.c.debtor_id)
        .join(accounts, accounts.c.id == payments.c.account_id)
        .where(payments.c.id == payment_id, scope.accounts())
    )
    return connection.execute(query).mappings().first()


def name_payment(connection: Connection, payment_id: str, promise_id: str | None) -> None:
    connection.execute(update(payments).where(payments.c.id == payment_id).values(promise_id=promise_id))


def issue_letter(connection: Connection, agreement_id: str, **values: Any) -> None:
    connection.execute(insert(settlement_letters).values(id=new_id(), agreement_id=agreement_id, **values))


def deliver_letter(connection: Connection, agreement_id: str, on: date, by: str) -> bool:
    statement = (
        update(settlement_letters)
        .where(settlement_letters.c.agreement_id == agreement_id, settlement_letters.c.delivered_on.is_(None))
        .values(delivered_on=on, delivered_by=by)
    )
    return connection.execute(statement).rowcount == 1


def _grouped(rows: Iterable[Row]) -> Grouped:
    groups: Grouped = defaultdict(list)
    for row in rows:
        groups[row["account_id"]].append(row)
    return groups
