"""Where every account of a scope stands on a day, computed from facts and never stored. Knows no page."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import Connection

from sync.records import Balance, Payment
from sync.rules import ageing
from sync.words import Phrase

from .packs import pack_of
from .store import as_records
from .store.boards import accounts as boards
from .store.said import phrase_of
from .store.scopes import Scope

ZERO = Decimal(0)


@dataclass(frozen=True)
class AccountToday:
    """One account on a day. Without a balance up to that day there is no figure, and none is guessed."""

    id: str
    number: str
    lender: str
    debtor: str
    debtor_name: str
    search_name: str
    document_type: str
    document: str
    currency: str
    credit_type: str
    product: str
    branch: str
    zone: str
    state: str
    pack: str
    balance: Balance | None
    standing: ageing.Standing | None
    outcome: str | None  # assigned | barred | unassigned; None: nothing was decided yet
    because: Phrase | None
    rule: str
    rule_source: str
    agent: str | None
    agent_name: str | None
    received: str = ""  # when the company receives who collects, as its lender wrote it

    @property
    def bucket(self) -> str:
        return self.standing.bucket if self.standing else ""

    @property
    def dpd(self) -> int | None:
        return self.standing.dpd if self.standing else None

    @property
    def overdue(self) -> Decimal | None:
        return self.standing.overdue if self.standing else None

    @property
    def total(self) -> Decimal | None:
        return self.standing.total if self.standing else None

    @property
    def goes_to_the_field(self) -> bool:
        """True from the day on which its pack sends it to the street."""
        policy = pack_of(self.pack)
        least = policy.field_from_dpd if policy is not None else ageing.DEFAULT_EDGES[-1]
        return self.state == "open" and self.dpd is not None and self.dpd >= least


@dataclass(frozen=True)
class BoardLine:
    """One bucket of one currency; amounts of two currencies are never added."""

    currency: str
    bucket: str
    accounts: int
    debtors: int
    overdue: Decimal
    total: Decimal


def accounts_today(
    connection: Connection, scope: Scope, day: date, *, debtor_id: str | None = None
) -> list[AccountToday]:
    """Every account of the scope on `day`, by debtor's name and account number."""
    moved: dict[str, list[Payment]] = {}
    for row in boards.moved_since(connection, scope, day):
        moved.setdefault(row["account_id"], []).append(as_records.payment(row))
    rows = boards.in_scope(connection, scope, day, debtor_id=debtor_id)
    return [_today(row, moved.get(row["id"], []), day) for row in rows]


def board(held: Iterable[AccountToday]) -> list[BoardLine]:
    """The open accounts by currency and bucket, each bucket of a currency's packs once, late ones last."""
    groups: dict[tuple[str, str], list[AccountToday]] = {}
    for account in held:
        if account.state == "open" and account.standing is not None:
            groups.setdefault((account.currency, account.bucket), []).append(account)
    lines = [
        BoardLine(
            currency=currency,
            bucket=bucket,
            accounts=len(each),
            debtors=len({account.debtor for account in each}),
            overdue=sum((account.overdue or ZERO for account in each), ZERO),
            total=sum((account.total or ZERO for account in each), ZERO),
        )
        for (currency, bucket), each in groups.items()
    ]
    return sorted(lines, key=lambda line: (line.currency, lateness(line.bucket)))


def lateness(bucket: str) -> int:
    """The first day of a bucket, to put buckets in order."""
    digits = bucket.replace("+", "-").partition("-")[0]
    return int(digits) if digits.isdigit() else 0


def _today(row: dict[str, Any], paid: list[Payment], day: date) -> AccountToday:
    balance = as_records.balance(row) if row["as_of"] is not None else None
    policy = pack_of(row["pack"])
    edges = policy.ageing_edges if policy is not None else ageing.DEFAULT_EDGES
    return AccountToday(
        id=row["id"],
        number=row["number"],
        lender=row["lender"],
        debtor=row["debtor_id"],
        debtor_name=row["debtor_name"],
        search_name=row["search_name"],
        document_type=row["document_type"],
        document=row["document"] or "",
        currency=row["currency"],
        credit_type=row["credit_type"],
        product=row["product"],
        branch=row["branch"],
        zone=row["zone"],
        state=row["state"],
        pack=row["pack"],
        balance=balance,
        standing=ageing.standing(balance, paid, day, edges) if balance is not None else None,
        outcome=row["outcome"],
        because=phrase_of(row["because"]) if row["because"] else None,
        rule=row["rule"] or "",
        rule_source=row["rule_source"] or "",
        agent=row["agent_id"] if row["outcome"] == "assigned" else None,
        agent_name=row["agent_name"] if row["outcome"] == "assigned" else None,
        received="; ".join(text for text in (row["review_days"], row["counter_hours"]) if text),
    )
