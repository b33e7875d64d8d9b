"""Reads the files of an open export as the facts of figures. Needs no office, no database and no page."""

from __future__ import annotations

import csv
import json
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import cached_property
from itertools import groupby
from operator import itemgetter
from pathlib import Path
from typing import Any

from sync.cells import unsafe
from sync.money import to_minor
from sync.records import Balance, Known, Party, Payment, Precision, PromiseState, Result
from sync.rules import ageing
from sync.rules.figures import Settings
from sync.rules.figures_facts import (
    ContactFact,
    CureFact,
    Doer,
    Fact,
    Of,
    PaymentFact,
    RouteFact,
    StandingFact,
    StopFact,
    VisitFact,
)
from sync.rules.figures_reading import (
    Ended,
    civil_day,
    corrected,
    latency_minutes,
    line_metres,
    promise_facts,
    window,
)
from sync.wire.fields import parse_instant

LONGEST_CELL = 1_000_000
SETTINGS = "export.json"
# The columns that figures need of each file.
NEEDED: dict[str, tuple[str, ...]] = {
    "accounts": ("lender", "account", "product", "currency", "edges", "gone_on"),
    "agents": ("agent_id", "agent", "team"),
    "visits": (
        *(
            "visit",
            "lender",
            "account",
            "agent_id",
            "started",
            "ended",
            "known",
            "received",
            "party",
            "result",
        ),
        *("lat", "lon", "evidence", "timezone", "offset_ms", "stop", "verdict", "amended", "complaints"),
    ),
    "promises": (
        "promise",
        "lender",
        "account",
        "agent_id",
        "amount",
        "currency",
        "deadline",
        "end",
        "end_paid",
    ),
    "payments": ("payment", "lender", "account", "value_date", "amount", "currency", "reverses"),
    "balances": (
        *("lender", "account", "as_of", "currency", "principal", "interest", "late_interest", "fees"),
        *("overdue", "oldest_due"),
    ),
    "assignments": ("lender", "account", "agent_id", "outcome", "since", "until"),
    "routes": ("route", "date", "agent_id", "road_m", "value", "bound"),
    "stops": ("stop", "route", "date", "agent_id", "lender", "account", "lat", "lon", "precision"),
    "contacts": ("contact", "lender", "account", "agent_id", "started", "effective", "timezone"),
}
DAY = timedelta(days=1)
Cells = dict[str, str]
Key = tuple[str, str]


class NotAnExport(ValueError):
    """A file that `ronda office export` did not write; the message says what is wrong with it."""


@dataclass(frozen=True)
class Went:
    """A visit as the files tell it, by the office's clock."""

    id: str
    started: datetime
    day: date
    agent: str
    valid: bool


@dataclass
class Export:
    """The files of one export. What many figures ask for is read once and kept."""

    folder: Path
    kept: dict[tuple[Key, date], ageing.Standing | None] = field(default_factory=dict)

    def rows(self, name: str) -> Iterator[Cells]:
        """The rows of one file. Raises NotAnExport when it cannot be one."""
        path = self.folder / f"{name}.csv"
        try:
            with path.open(encoding="utf-8-sig", newline="") as file:
                csv.field_size_limit(LONGEST_CELL)  # the whole process's: another reader may have set it
                reader = csv.DictReader(file, restval="")
                absent = [column for column in NEEDED[name] if column not in (reader.fieldnames or ())]
                if absent:
                    raise NotAnExport(f"{path.name} has no column {', '.join(absent)}")
                for row in reader:
                    yield {column: unsafe(row[column]) for column in NEEDED[name]}
        except UnicodeDecodeError as wrong:
            raise NotAnExport(f"{path.name} is not written in UTF-8; export it again") from wrong
        except csv.Error as wrong:
            raise NotAnExport(f"{path.name} is not a CSV file: {wrong}") from wrong

    @cached_property
    def about(self) -> dict[str, Any]:
        """The day of the export and how its figures are reckoned."""
        try:
            told: dict[str, Any] = json.loads((self.folder / SETTINGS).read_text(encoding="utf-8"))
        except ValueError as wrong:
            raise NotAnExport(f"{SETTINGS} is not JSON; export it again") from wrong
        return told

    @property
    def as_of(self) -> date:
        return date.fromisoformat(self.about["as_of"])

    @property
    def settings(self) -> Settings:
        costs = {currency: int(minor) for currency, minor in self.about["day_costs"].items()}
        return Settings(int(self.about["attribution_days"]), costs)

    @cached_property
    def accounts(self) -> dict[Key, Cells]:
        return {_key(row): row for row in self.rows("accounts")}

    @cached_property
    def agents(self) -> dict[str, Cells]:
        return {row["agent_id"]: row for row in self.rows("agents")}

    @cached_property
    def balances(self) -> dict[Key, list[Balance]]:
        """Of each account by day; of one day the last row counts."""
        found: defaultdict[Key, dict[date, Balance]] = defaultdict(dict)
        for row in self.rows("balances"):
            balance = _balance(row)
            found[_key(row)][balance.as_of] = balance
        return {key: [days[day] for day in sorted(days)] for key, days in found.items()}

    @cached_property
    def payments(self) -> dict[Key, list[Payment]]:
        found: defaultdict[Key, list[Payment]] = defaultdict(list)
        for row in self.rows("payments"):
            found[_key(row)].append(_payment(row))
        return dict(found)

    @cached_property
    def assigned(self) -> dict[Key, list[tuple[date, date, str]]]:
        """(since, until, agent) of each account that somebody had, in the order of the decisions."""
        found: defaultdict[Key, list[tuple[date, date, str]]] = defaultdict(list)
        for row in self.rows("assignments"):
            if row["outcome"] == "assigned" and row["agent_id"]:
                until = date.fromisoformat(row["until"]) if row["until"] else date.max
                found[_key(row)].append((date.fromisoformat(row["since"]), until, row["agent_id"]))
        return dict(found)

    def edges(self, key: Key) -> tuple[int, ...]:
        return tuple(map(int, self.accounts[key]["edges"].split()))

    def standing(self, key: Key, day: date) -> ageing.Standing | None:
        """How an account stood on a day; None before its first balance."""
        if (key, day) not in self.kept:
            balances = self.balances.get(key, [])
            at = bisect_right(balances, day, key=lambda balance: balance.as_of)
            self.kept[key, day] = (
                ageing.standing(balances[at - 1], self.payments.get(key, []), day, self.edges(key))
                if at
                else None
            )
        return self.kept[key, day]

    def keeper(self, key: Key, day: date) -> tuple[Doer, date | None]:
        """Who had the account that day, and since when."""
        held = [one for one in self.assigned.get(key, ()) if one[0] <= day < one[1]]
        return (self.doer(held[-1][2]), held[-1][0]) if held else (Doer(), None)

    def doer(self, agent: str) -> Doer:
        return Doer(agent, self.agents[agent]["team"]) if agent in self.agents else Doer()

    def of(self, key: Key, eve: date) -> Of:
        standing = self.standing(key, eve)
        bucket = standing.bucket if standing is not None else ""
        return Of("/".join(key), key[0], self.accounts[key]["product"], bucket)


def first_day(export: Export) -> date:
    """The earliest day of which the files tell that something happened; the export's own when of none."""
    days = [_went(row).day for row in export.rows("visits")]
    days += [date.fromisoformat(row["value_date"]) for row in export.rows("payments")]
    days += [date.fromisoformat(row["date"]) for row in export.rows("routes")]
    days += [date.fromisoformat(row["deadline"]) for row in export.rows("promises") if row["deadline"]]
    days += [civil_day(parse_instant(row["started"]), row["timezone"]) for row in export.rows("contacts")]
    return min([*days, export.as_of])


def facts_of(export: Export, first: date, last: date) -> Iterator[Fact]:
    """What happened from `first` to `last`, both in."""
    visited: defaultdict[Key, list[Went]] = defaultdict(list)
    ridden: defaultdict[tuple[str, date], list[tuple[datetime, str, Any]]] = defaultdict(list)
    reached: defaultdict[str, list[datetime]] = defaultdict(list)
    for _visit, each in groupby(export.rows("visits"), key=itemgetter("visit")):
        rows = list(each)
        went = _went(rows[0])
        for row in rows:
            if row["result"] != Result.NOT_MADE.value:
                visited[_key(row)].append(went)
                if row["stop"]:
                    reached[row["stop"]].append(parse_instant(row["started"]))
        if first <= went.day <= last:
            ridden[went.agent, went.day].append((went.started, went.id, _place(rows[0])))
            yield _visit_fact(export, rows, went)
    yield from _contacts(export, first, last)
    yield from _plans(export, first, last, reached, ridden)
    yield from _promises(export, first, last)
    yield from _payments(export, first, last, visited)
    yield from _cures(export, first, last)


def standing_facts(export: Export, first: date, last: date) -> Iterator[StandingFact]:
    """How every account stood on the eve of `first` and on `last`."""
    eve = first - DAY
    for key, row in export.accounts.items():
        gone = date.fromisoformat(row["gone_on"]) if row["gone_on"] else date.max
        opened, closed = (_end(export, key, day, gone) for day in (eve, last))
        keeper = export.keeper(key, last)[0]
        yield StandingFact(
            export.of(key, eve),
            row["currency"],
            opened,
            closed,
            export.keeper(key, eve)[0],
            keeper,
            assigned=bool(keeper.agent),
        )


def _end(export: Export, key: Key, day: date, gone: date) -> tuple[str, int, int]:
    standing = export.standing(key, day) if day < gone else None
    if standing is None:
        return "", 0, 0
    overdue, total = (to_minor(amount, standing.currency) for amount in (standing.overdue, standing.total))
    return standing.bucket, overdue, total


def _visit_fact(export: Export, rows: list[Cells], went: Went) -> VisitFact:
    row = rows[0]
    live = row["known"] == Known.LIVE.value
    started, ended = _clock(row)
    return VisitFact(
        went.id,
        went.day,
        export.doer(went.agent),
        Party(row["party"]),
        tuple((export.of(_key(one), went.day - DAY), Result(one["result"])) for one in rows),
        row["evidence"],
        int((ended - started).total_seconds()) if live else None,
        latency_minutes(parse_instant(row["received"]), ended),
        ruled=row["verdict"] != "allow",
        amended=row["amended"] == "yes",
        complaints=int(row["complaints"]),
    )


def _contacts(export: Export, first: date, last: date) -> Iterator[ContactFact]:
    for _contact, each in groupby(export.rows("contacts"), key=itemgetter("contact")):
        rows = list(each)
        day = civil_day(parse_instant(rows[0]["started"]), rows[0]["timezone"])
        if first <= day <= last:
            accounts = tuple(export.of(_key(row), day - DAY) for row in rows)
            yield ContactFact(day, export.doer(rows[0]["agent_id"]), accounts, rows[0]["effective"] == "yes")


def _plans(
    export: Export,
    first: date,
    last: date,
    reached: Mapping[str, list[datetime]],
    ridden: Mapping[tuple[str, date], list[tuple[datetime, str, Any]]],
) -> Iterator[StopFact | RouteFact]:
    lines: defaultdict[str, list[Any]] = defaultdict(list)
    for stop, each in groupby(export.rows("stops"), key=itemgetter("stop")):
        rows = list(each)
        day = date.fromisoformat(rows[0]["date"])
        if first <= day <= last:
            lines[rows[0]["route"]].append(_place(rows[0]))
            start, end = window(day)
            done = any(start <= moment < end for moment in reached.get(stop, ()))
            accounts = tuple(export.of(_key(row), day - DAY) for row in rows if row["account"])
            doer = export.doer(rows[0]["agent_id"])
            yield StopFact(day, doer, accounts, done, Precision(rows[0]["precision"]))
    for row in export.rows("routes"):
        day = date.fromisoformat(row["date"])
        if first <= day <= last:
            line = line_metres(lines[row["route"]])
            way = [place for _at, _id, place in sorted(ridden.get((row["agent_id"], day), []))]
            yield RouteFact(
                day,
                export.doer(row["agent_id"]),
                int(row["road_m"]),
                line or 0,
                line_metres(way) if line else None,
                int(row["value"]) if row["value"] else None,
                int(row["bound"]) if row["bound"] else None,
            )


def _promises(export: Export, first: date, last: date) -> Iterator[Fact]:
    ended: defaultdict[Key, list[Ended]] = defaultdict(list)
    for row in export.rows("promises"):
        if row["end"]:
            ended[_key(row)].append(_ended(row))
    for key, mine in ended.items():
        for day in sorted({one.deadline for one in mine}):
            if first <= day <= last:
                of = export.of(key, day - DAY)
                before = [one for one in mine if one.deadline <= day]
                yield from promise_facts(before, day, lambda _account, of=of: of, export.doer)  # type: ignore[misc]  # of is bound at once


def _payments(
    export: Export, first: date, last: date, visited: Mapping[Key, list[Went]]
) -> Iterator[PaymentFact]:
    days = timedelta(days=export.settings.attribution_days)
    valued = {one.id: one.value_date for each in export.payments.values() for one in each}
    for key, each in export.payments.items():
        for one in each:
            if not first <= one.value_date <= last:
                continue
            until = valued.get(one.reverses or "", one.value_date)
            before = [went for went in visited.get(key, ()) if until - days <= went.day <= until]
            latest = max(before, key=lambda went: (went.started, went.id), default=None)
            minor = to_minor(one.amount, one.currency)
            eve = one.value_date - DAY
            yield PaymentFact(
                one.value_date,
                export.keeper(key, eve)[0],
                export.of(key, eve),
                -minor if one.reverses else minor,
                one.currency,
                export.doer(latest.agent) if latest is not None else None,
            )


def _cures(export: Export, first: date, last: date) -> Iterator[CureFact]:
    """Only a payment, or a balance, makes an account current."""
    for key in export.accounts:
        days = {one.value_date for one in export.payments.get(key, ())}
        days |= {one.as_of for one in export.balances.get(key, ())}
        for day in sorted(days):
            if not first <= day <= last:
                continue
            was, now = export.standing(key, day - DAY), export.standing(key, day)
            current = ageing.buckets()[0]
            if was is not None and now is not None and was.bucket != current and now.bucket == current:
                keeper, since = export.keeper(key, day - DAY)
                after = (day - since).days if since is not None else None
                yield CureFact(day, keeper, export.of(key, day - DAY), after)


def _went(row: Cells) -> Went:
    started, _ended_at = _clock(row)
    day = civil_day(started, row["timezone"])
    return Went(row["visit"], started, day, row["agent_id"], row["result"] != Result.NOT_MADE.value)


def _clock(row: Cells) -> tuple[datetime, datetime]:
    live = row["known"] == Known.LIVE.value
    offset = int(row["offset_ms"]) if row["offset_ms"] else None
    return corrected(parse_instant(row["started"]), parse_instant(row["ended"]), live, offset)


def _key(row: Mapping[str, str]) -> Key:
    return row["lender"], row["account"]


def _place(row: Cells) -> tuple[float | None, float | None]:
    return (float(row["lat"]), float(row["lon"])) if row["lat"] and row["lon"] else (None, None)


def _balance(row: Cells) -> Balance:
    return Balance(
        as_of=date.fromisoformat(row["as_of"]),
        currency=row["currency"],
        principal=Decimal(row["principal"]),
        interest=Decimal(row["interest"]),
        late_interest=Decimal(row["late_interest"]),
        fees=Decimal(row["fees"]),
        overdue=Decimal(row["overdue"]),
        oldest_due=date.fromisoformat(row["oldest_due"]) if row["oldest_due"] else None,
        instalments_overdue=None,
    )


def _payment(row: Cells) -> Payment:
    return Payment(
        id=row["payment"],
        account=row["account"],
        amount=Decimal(row["amount"]),
        currency=row["currency"],
        value_date=date.fromisoformat(row["value_date"]),
        posted_date=None,
        imported_at=None,
        channel="",
        receipt="",
        reverses=row["reverses"] or None,
    )


def _ended(row: Cells) -> Ended:
    currency = row["currency"]
    return Ended(
        row["promise"],
        row["account"],
        row["agent_id"],
        date.fromisoformat(row["deadline"]),
        PromiseState(row["end"]),
        to_minor(Decimal(row["amount"]), currency),
        to_minor(Decimal(row["end_paid"]), currency),
        currency,
    )


def missing(folder: Path) -> list[str]:
    """The files that a folder lacks to be an export."""
    return [name for name in (*(f"{one}.csv" for one in NEEDED), SETTINGS) if not (folder / name).is_file()]
