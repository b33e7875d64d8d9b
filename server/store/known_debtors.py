"""Everything a strategy looks at, debtor after debtor in the order of their ids, a piece at a time.

Some ten statements a piece however many debtors it has, so that the time for one does not grow with the
portfolio, and no more than a piece is ever held. `known_at` leaves out what the office learned later. Judges
nothing.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, and_, bindparam, func, or_, select

from sync.records import Address, Contact, Interval, Payment, Promise, Result, Visit, VisitResult
from sync.rules.cease import closed_channels
from sync.rules.clauses import StopKind
from sync.rules.results import RESULTS

from . import as_records, prepared
from .cases import Stopped
from .chunks import among, chunks
from .tables import (
    account_traits,
    accounts,
    addresses,
    amendments,
    assignments,
    balances,
    contacts,
    debtors,
    imports,
    payments,
    promises,
    stop_states,
    visit_results,
    visits,
    work_results,
    writeoffs,
)

PIECE = 1_000
# Further back nobody asks: whoever was not visited in two years counts as never visited.
LOOK_BACK = timedelta(days=730)
EVER = datetime(9000, 1, 1, tzinfo=UTC)
TRAITS = (
    "state",
    "credit_type",
    "product",
    "branch",
    "zone",
    "pack",
    "payday",
    "last_payment_on",
)
OWN = ("id", "debtor_id", "lender_id", "number", "currency", "exception_evidence")
Row = dict[str, Any]


@dataclass
class KnownDebtor:
    """One debtor and what is known of him; `owed` is, by account, its latest balance up to the day."""

    id: str
    kind: str = "person"
    timezone: str = ""
    accounts: list[Row] = field(default_factory=list)
    owed: dict[str, Row] = field(default_factory=dict)
    payments: list[Payment] = field(default_factory=list)
    promises: list[Promise] = field(default_factory=list)
    history: list[Contact | Visit] = field(default_factory=list)
    addresses: list[Address] = field(default_factory=list)
    stops: list[Stopped] = field(default_factory=list)
    in_field_since: date | None = None
    noticed: dict[str, date] = field(default_factory=dict)
    again: dict[str, dict[str, date]] = field(default_factory=dict)  # account → list → put off to
    written_off: set[str] = field(default_factory=set)


@dataclass(frozen=True)
class Asked:
    """Of which day, as known when. `as_it_was`: the accounts' traits too are those known then."""

    day: date
    known_at: datetime
    as_it_was: bool = False

    @property
    def values(self) -> dict[str, Any]:
        since = datetime.combine(self.day, time(), tzinfo=UTC) - LOOK_BACK
        return {"day": self.day, "known": self.known_at, "since": since, "paid_since": since.date()}


def every(connection: Connection, asked: Asked, piece: int = PIECE) -> Iterator[KnownDebtor]:
    """All debtors that have an account, in the order of their ids."""
    last = ""
    while True:
        ids = prepared.rows(connection, _NEXT, {"last": last, "piece": piece})
        if not ids:
            return
        span = {"first": ids[0]["debtor_id"], "last": ids[-1]["debtor_id"]}
        yield from _piece(connection, asked, _by_span(), span)
        last = span["last"]


def named(connection: Connection, asked: Asked, ids: Iterable[str]) -> Iterator[KnownDebtor]:
    """These debtors, in the order of their ids."""
    for piece in chunks(ids, PIECE):
        yield from _piece(connection, asked, _by_ids(), {"ids": piece})


def usual_overdue(connection: Connection, asked: Asked) -> dict[str, int]:
    """By currency, the median of what open accounts have overdue, in minor units."""
    amounts: dict[str, list[int]] = defaultdict(list)
    for row in connection.execute(_OVERDUE, asked.values):
        amounts[row.currency].append(row.overdue_minor)
    found = {}
    for currency, each in amounts.items():
        each.sort()
        middle = len(each) // 2
        found[currency] = each[middle] if len(each) % 2 else (each[middle - 1] + each[middle]) // 2
    return found


def payments_through(connection: Connection, known_at: datetime) -> dict[str, date]:
    """For each lender, the day up to which his payments had been imported by then."""
    rows = connection.execute(_PAID_THROUGH, {"known": known_at}).mappings()
    return {row["lender_id"]: row["through"] for row in rows}


_PAID_THROUGH = (
    select(imports.c.lender_id, func.max(imports.c.as_of).label("through"))
    .where(imports.c.kind == "payments", imports.c.imported_at <= bindparam("known"))
    .group_by(imports.c.lender_id)
)
_NEXT = (
    select(accounts.c.debtor_id)
    .where(accounts.c.debtor_id > bindparam("last"))
    .group_by(accounts.c.debtor_id)
    .order_by(accounts.c.debtor_id)
    .limit(bindparam("piece"))
)
_NEWER = balances.alias("newer")
_OVERDUE = (
    select(balances.c.currency, balances.c.overdue_minor)
    .join(accounts, accounts.c.id == balances.c.account_id)
    .where(
        accounts.c.state == "open",
        balances.c.overdue_minor > 0,
        balances.c.recorded_at <= bindparam("known"),
        balances.c.as_of
        == select(func.max(_NEWER.c.as_of))
        .where(
            _NEWER.c.account_id == balances.c.account_id,
            _NEWER.c.as_of <= bindparam("day"),
            _NEWER.c.recorded_at <= bindparam("known"),
        )
        .scalar_subquery(),
    )
)


@dataclass(frozen=True)
class _Statements:
    """The same questions, of a span of ids or of a list of them; made once."""

    people: Select[Any]
    accounts: Select[Any]
    traits: Select[Any]
    balances: Select[Any]
    payments: Select[Any]
    promises: Select[Any]
    amendments: Select[Any]
    contacts: Select[Any]
    visits: Select[Any]
    results: Select[Any]
    addresses: Select[Any]
    stops: Select[Any]
    held: Select[Any]
    done: Select[Any]
    written_off: Select[Any]


@lru_cache(maxsize=1)
def _by_span() -> _Statements:
    return _statements(lambda column: column.between(bindparam("first"), bindparam("last")))


@lru_cache(maxsize=1)
def _by_ids() -> _Statements:
    return _statements(among)


def _statements(mine: Any) -> _Statements:
    known: Any = bindparam("known")
    visited: ColumnElement[bool] = and_(
        mine(visits.c.debtor_id),
        visits.c.received_at <= known,
        or_(visits.c.started >= bindparam("since"), visits.c.received_at >= bindparam("since")),
    )
    told = [column for column in visits.c if column.name not in ("verdict", "note")]
    return _Statements(
        people=select(debtors.c.id, debtors.c.kind, debtors.c.timezone)
        .where(mine(debtors.c.id))
        .order_by(debtors.c.id),
        accounts=select(*[accounts.c[name] for name in (*OWN, *TRAITS)])
        .where(mine(accounts.c.debtor_id))
        .order_by(accounts.c.lender_id, accounts.c.number),
        traits=select(account_traits)
        .join(accounts, accounts.c.id == account_traits.c.account_id)
        .where(mine(accounts.c.debtor_id), account_traits.c.recorded_at <= known)
        .order_by(account_traits.c.recorded_at),
        balances=select(balances)
        .join(accounts, accounts.c.id == balances.c.account_id)
        .where(
            mine(accounts.c.debtor_id),
            balances.c.as_of <= bindparam("day"),
            balances.c.recorded_at <= known,
        )
        .order_by(balances.c.as_of, balances.c.recorded_at, balances.c.id),
        payments=select(payments, accounts.c.debtor_id)
        .join(accounts, accounts.c.id == payments.c.account_id)
        .where(
            mine(accounts.c.debtor_id),
            payments.c.value_date >= bindparam("paid_since"),
            payments.c.imported_at <= known,
        )
        .order_by(payments.c.value_date, payments.c.id),
        promises=select(promises)
        .join(visits, visits.c.id == promises.c.visit_id)
        .where(mine(promises.c.debtor_id), visits.c.received_at <= known)
        .order_by(promises.c.made_at, promises.c.id),
        amendments=select(amendments, promises.c.id.label("promise_id"), promises.c.account_id)
        .join(promises, promises.c.visit_id == amendments.c.visit_id)
        .where(mine(promises.c.debtor_id), amendments.c.received_at <= known)
        .order_by(amendments.c.recorded_at, amendments.c.id),
        contacts=select(contacts)
        .where(
            mine(contacts.c.debtor_id),
            contacts.c.started >= bindparam("since"),
            contacts.c.started <= known,
        )
        .order_by(contacts.c.started, contacts.c.id),
        visits=select(*told).where(visited).order_by(visits.c.started, visits.c.id),
        results=select(visit_results.c.visit_id, visit_results.c.account_id, visit_results.c.result)
        .join(visits, visits.c.id == visit_results.c.visit_id)
        .where(visited)
        .order_by(visit_results.c.visit_id, visit_results.c.account_id),
        addresses=select(addresses)
        .where(
            mine(addresses.c.debtor_id),
            addresses.c.state == "accepted",
            or_(addresses.c.until.is_(None), addresses.c.until > bindparam("day")),
        )
        .order_by(addresses.c.since, addresses.c.id),
        stops=select(stop_states)
        .where(
            mine(stop_states.c.debtor_id),
            stop_states.c.since <= known,
            or_(stop_states.c.until.is_(None), stop_states.c.until > known),
        )
        .order_by(stop_states.c.id),
        held=select(assignments.c.debtor_id, assignments.c.since, assignments.c.until)
        .where(
            mine(assignments.c.debtor_id),
            assignments.c.agent_id.is_not(None),
            assignments.c.decided_at <= known,
            or_(assignments.c.until.is_(None), assignments.c.until > assignments.c.since),
        )
        .order_by(assignments.c.debtor_id, assignments.c.since),
        done=select(work_results)
        .where(mine(work_results.c.debtor_id), work_results.c.recorded_at <= known)
        .order_by(work_results.c.recorded_at, work_results.c.id),
        written_off=select(writeoffs.c.account_id, writeoffs.c.debtor_id).where(
            mine(writeoffs.c.debtor_id),
            writeoffs.c.state == "accepted",
            writeoffs.c.decided_at <= known,
        ),
    )


def _piece(
    connection: Connection, asked: Asked, ask: _Statements, which: Mapping[str, Any]
) -> Iterator[KnownDebtor]:
    values = {**which, **asked.values}

    def rows(statement: Select[Any]) -> list[Row]:
        return prepared.rows(connection, statement, values)

    found = {row["id"]: KnownDebtor(row["id"], row["kind"], row["timezone"]) for row in rows(ask.people)}
    was = {row["account_id"]: row for row in rows(ask.traits)} if asked.as_it_was else None
    owner: dict[str, KnownDebtor] = {}
    for row in rows(ask.accounts):
        if was is not None:
            if row["id"] not in was:
                continue
            row |= {name: was[row["id"]][name] for name in TRAITS}
        if row["debtor_id"] in found:
            owner[row["id"]] = found[row["debtor_id"]]
            found[row["debtor_id"]].accounts.append(row)
    for row in rows(ask.balances):
        if row["account_id"] in owner:
            owner[row["account_id"]].owed[row["account_id"]] = row
    for row in rows(ask.payments):
        found[row["debtor_id"]].payments.append(as_records.payment(row))
    _told(found, rows(ask.promises), rows(ask.amendments))
    _met(found, rows(ask.contacts), rows(ask.visits), rows(ask.results))
    for row in rows(ask.addresses):
        found[row["debtor_id"]].addresses.append(as_records.address(row))
    for row in rows(ask.stops):
        kind = StopKind(row["state"])
        closed = closed_channels(kind, row["detail"] or {})
        found[row["debtor_id"]].stops.append(Stopped(row["account_id"], kind, closed))
    _held(found, rows(ask.held))
    for row in rows(ask.done):
        _done(found[row["debtor_id"]], row)
    for row in rows(ask.written_off):
        found[row["debtor_id"]].written_off.add(row["account_id"])
    yield from found.values()


def _done(debtor: KnownDebtor, row: Row) -> None:
    """A result of a list: the last one says until when he is put off."""
    if row["channel"] == "letter" and row["result"] in ("noticed", "already"):
        debtor.noticed[row["account_id"]] = row["happened"].date()
    put_off = debtor.again.setdefault(row["account_id"], {})
    put_off.pop(row["list"], None)
    if row["next_on"] is not None:
        put_off[row["list"]] = row["next_on"]


def _told(found: dict[str, KnownDebtor], made: list[Row], amended: list[Row]) -> None:
    """Promises that no correction took back, the last correction deciding."""
    last = {row["promise_id"]: row for row in amended if "results" in row["replaces"]}
    for row in made:
        correction = last.get(row["id"])
        if correction is None or _still(correction):
            found[row["debtor_id"]].promises.append(as_records.promise(row))


def _still(correction: Row) -> bool:
    return any(
        result["account"] == correction["account_id"] and RESULTS[Result(result["result"])].promise
        for result in correction["replaces"]["results"]
    )


def _met(found: dict[str, KnownDebtor], spoken: list[Row], visited: list[Row], told: list[Row]) -> None:
    results: dict[str, list[VisitResult]] = {}
    for row in told:
        results.setdefault(row["visit_id"], []).append(
            VisitResult(row["account_id"], _RESULTS[row["result"]])
        )
    for row in spoken:
        happened = Interval(row["started"], row["ended"])
        one = Contact(
            row["id"], row["debtor_id"], row["channel"], happened, bool(row["effective"]), row["source"]
        )
        found[row["debtor_id"]].history.append(one)
    for row in visited:
        visit = as_records.corrected({**row, "note": ""}, tuple(results.get(row["id"], ())))
        found[row["debtor_id"]].history.append(visit)


_RESULTS = {member.value: member for member in Result}


def _held(found: dict[str, KnownDebtor], rows: list[Row]) -> None:
    """Since when each has been some agent's without a break, whoever the agent was."""
    last: dict[str, date | None] = {}
    for row in rows:
        debtor = found[row["debtor_id"]]
        if debtor.in_field_since is None or last[debtor.id] != row["since"]:
            debtor.in_field_since = row["since"]
        last[debtor.id] = row["until"]
    for one, until in last.items():
        if until is not None:
            found[one].in_field_since = None
