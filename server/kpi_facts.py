"""What the files of an open export tell, as facts of figures. Needs no office, no database and no page."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from itertools import groupby
from operator import itemgetter
from typing import Any

from sync.money import to_minor
from sync.records import Known, Party, Precision, PromiseState, Result
from sync.rules import ageing
from sync.rules.figures_facts import (
    ContactFact,
    CureFact,
    Fact,
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

from .kpi_reading import Cells, Export, Key, key_of

DAY = timedelta(days=1)


@dataclass(frozen=True)
class Went:
    """A visit as the files tell it, by the office's clock."""

    id: str
    started: datetime
    day: date
    agent: str
    valid: bool


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
                visited[key_of(row)].append(went)
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
        tuple((export.of(key_of(one), went.day - DAY), Result(one["result"])) for one in rows),
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
            accounts = tuple(export.of(key_of(row), day - DAY) for row in rows)
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
            accounts = tuple(export.of(key_of(row), day - DAY) for row in rows if row["account"])
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
            ended[key_of(row)].append(_ended(row))
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


def _place(row: Cells) -> tuple[float | None, float | None]:
    return (float(row["lat"]), float(row["lon"])) if row["lat"] and row["lon"] else (None, None)


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
