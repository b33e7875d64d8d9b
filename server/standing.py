"""Where the accounts of a scope stand on a day: computed from the facts, or asked of the cache of them."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import lru_cache
from typing import Any

from sqlalchemy import Connection

from sync.money import from_minor
from sync.records import Balance, Payment
from sync.rules import ageing
from sync.rules.policy import edges_of
from sync.words import Phrase

from .packs import pack_of
from .store import as_records, lenders, standings
from .store.boards import accounts as boards
from .store.said import phrase_of
from .store.scopes import Scope
from .store.standings import Ages, Packs

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
    connection: Connection,
    scope: Scope,
    day: date,
    *,
    debtor_id: str | None = None,
    account_ids: Collection[str] | None = None,
) -> list[AccountToday]:
    """The accounts of a debtor, or those named, on `day`; by debtor's name and account number.

    Of a whole portfolio it takes seconds: a page asks `on_day` and `page_of`.
    """
    moved: dict[str, list[Payment]] = {}
    for row in boards.moved_since(connection, scope, day, debtor_id=debtor_id, account_ids=account_ids):
        moved.setdefault(row["account_id"], []).append(as_records.payment(row))
    rows = boards.in_scope(connection, scope, day, debtor_id=debtor_id, account_ids=account_ids)
    return [_today(row, moved.get(row["id"], []), day) for row in rows]


def on_day(connection: Connection, scope: Scope, day: date) -> standings.OnDay:
    """The standings of a scope on a day, by the packs in use: what `store.standings` is asked with."""
    return standings.on(connection, scope, day, _packs(connection))


def page_of(connection: Connection, scope: Scope, day: date, ids: Sequence[str]) -> list[AccountToday]:
    """These accounts in this order."""
    if not ids:
        return []
    found = {one.id: one for one in accounts_today(connection, scope, day, account_ids=ids)}
    return [found[one] for one in ids if one in found]


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


def board_of(connection: Connection, scope: Scope, day: date) -> list[BoardLine]:
    """The same of a whole scope, asked of the cache."""

    def counted() -> list[BoardLine]:
        groups: dict[tuple[str, str], list[dict[str, Any]]] = {}
        for row in standings.board(connection, on_day(connection, scope, day)):
            groups.setdefault((row["currency"], row["bucket"]), []).append(row)
        lines = [
            BoardLine(
                currency=currency,
                bucket=bucket,
                accounts=sum(row["accounts"] for row in each),
                debtors=sum(row["debtors"] for row in each),
                overdue=from_minor(int(sum(row["overdue_minor"] for row in each)), currency),
                total=from_minor(int(sum(row["total_minor"] for row in each)), currency),
            )
            for (currency, bucket), each in groups.items()
        ]
        return sorted(lines, key=lambda line: (line.currency, lateness(line.bucket)))

    return standings.remembered(connection, ("board", scope, day), counted)


def figures(connection: Connection, scope: Scope, day: date) -> dict[str, Any]:
    """The scope in numbers, as `store.standings.figures` names them."""

    def counted() -> dict[str, Any]:
        return standings.figures(connection, on_day(connection, scope, day))

    return standings.remembered(connection, ("figures", scope, day), counted)


@dataclass(frozen=True)
class Choices:
    """What a list of accounts can be narrowed to, as the scope has it; lenders by name."""

    buckets: tuple[str, ...]
    currencies: tuple[str, ...]
    zones: tuple[str, ...]
    lenders: tuple[str, ...]


def choices(connection: Connection, scope: Scope, day: date) -> Choices:
    def counted() -> Choices:
        asked = on_day(connection, scope, day)

        def words(name: str) -> tuple[str, ...]:
            return tuple(row[0] for row in standings.tallied(connection, asked, name) if row[0])

        return Choices(
            buckets=tuple(sorted(standings.buckets_seen(connection, asked), key=lateness)),
            currencies=words("currency"),
            zones=words("zone"),
            lenders=tuple(sorted(lenders.names_of(connection, words("lender_id")).values())),
        )

    return standings.remembered(connection, ("choices", scope, day), counted)


def _packs(connection: Connection) -> Packs:
    """How the packs in use age, where not as usual."""
    names = standings.remembered(connection, "packs", lambda: standings.packs_in_use(connection))
    return _ages(tuple(names))


@lru_cache(maxsize=32)
def _ages(names: tuple[str, ...]) -> Packs:
    own = []
    for name in names:
        policy = pack_of(name)
        ages = Ages(policy.ageing_edges, policy.field_from_dpd) if policy is not None else Ages()
        if ages != Ages():
            own.append((name, ages))
    return Packs(tuple(own))


def lateness(bucket: str) -> int:
    """The first day of a bucket, to put buckets in order."""
    digits = bucket.replace("+", "-").partition("-")[0]
    return int(digits) if digits.isdigit() else 0


def _today(row: dict[str, Any], paid: list[Payment], day: date) -> AccountToday:
    balance = as_records.balance(row) if row["as_of"] is not None else None
    edges = edges_of(pack_of(row["pack"]))
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
