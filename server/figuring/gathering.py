"""Makes the facts of a day, and of a period's ends, from the office's rows. No SQL and no formula."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from typing import Any
from urllib.parse import quote

from sqlalchemy import Connection

from sync.records import Known, Party, Precision, Result
from sync.rules import ageing
from sync.rules.allocating import deadline
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
    MARGIN,
    Ended,
    civil_day,
    latency_minutes,
    line_metres,
    promise_facts,
    road_metres,
    window,
)
from sync.rules.policy import edges_of as edges_under

from ..packs import pack_of
from ..store import as_records, encounters, figure_facts, payments
from ..store.standings import packs_in_use
from .outcomes import ended_before

DAY = timedelta(days=1)
NOT_MADE = Result.NOT_MADE.value
Rows = list[dict[str, Any]]


def slice_of(row: Mapping[str, Any]) -> str:
    """The share of the portfolio that an account is of: lender, branch and team."""
    return _slice(row["lender_id"], row["branch"], row["team"])


def slice_of_agent(row: Mapping[str, Any]) -> str:
    """An agent's: whoever sees his branch and team sees his routes, whatever the lender."""
    return _slice("*", row["branch"], row["team"])


@lru_cache(maxsize=10_000)
def _slice(lender: str, branch: str | None, team: str | None) -> str:
    return "|".join([lender, *(quote(name or "", safe="") for name in (branch, team))])


@dataclass
class Around:
    """What the facts of a day are put together with."""

    day: date
    agents: Mapping[str, dict[str, Any]]
    accounts: dict[str, dict[str, Any]]
    stood: dict[str, dict[str, Any]]  # on the eve
    kept: dict[str, tuple[str, date]]  # on the eve
    edges: Callable[[str], tuple[int, ...]]
    made: dict[str, Of] = field(default_factory=dict)

    def doer(self, agent: str | None) -> Doer:
        return Doer(agent, self.agents[agent]["team"]) if agent and agent in self.agents else Doer()

    def of(self, account: str) -> Of:
        if account not in self.made:
            row = self.accounts[account]
            bucket = self.bucket(account)
            self.made[account] = Of(account, row["lender"], row["product"], bucket, slice_of(row))
        return self.made[account]

    def bucket(self, account: str) -> str:
        return bucket_of(self.stood.get(account), self.day - DAY, self.edges(self.accounts[account]["pack"]))

    def keeper(self, account: str) -> Doer:
        return self.doer(self.kept[account][0]) if account in self.kept else Doer()


def bucket_of(stood: Mapping[str, Any] | None, day: date, edges: tuple[int, ...]) -> str:
    """The bucket on `day`; empty where no balance is known."""
    return "" if stood is None else ageing.bucket(max(0, (day - stood["late_since"]).days), edges)


def edges_of(pack: str) -> tuple[int, ...]:
    return edges_under(pack_of(pack))


def facts_of(connection: Connection, day: date, today: date, attribution_days: int) -> list[Fact]:
    """Every fact of `day`, as known now. Promises whose last good day it is count once it is over."""
    seen = figure_facts.visits_between(connection, *window(day))
    made = [row for row in seen if _day_of(row) == day]
    met = [
        row
        for row in figure_facts.contacts_between(connection, *window(day))
        if civil_day(row["started"], row["timezone"]) == day
    ]
    held = figure_facts.accounts_of_debtors(connection, {row["debtor_id"] for row in met})
    stops = figure_facts.stops_on(connection, day)
    paid = figure_facts.payments_on(connection, day)
    moved = figure_facts.moved_on(connection, day)
    ended = _ended(connection, day) if day < today else []
    named = {account for row in made for account, _result in row["results"]}
    named |= {account for row in stops for account in row["accounts"]}
    named |= {row["account_id"] for row in paid} | moved | {one.account for one in ended}
    named |= {account for ids in held.values() for account in ids}
    around = _around(connection, day, named)
    facts: list[Fact] = [_visit(row, around) for row in made if row["results"]]
    facts += [_contact(row, held, around) for row in met]
    facts += _stops(stops, _done(seen, window(day)), around)
    facts += _routes(connection, day, stops, made, around)
    facts += promise_facts(ended, day, around.of, around.doer)
    facts += _payments(connection, paid, around, attribution_days)
    facts += _cures(connection, moved, around)
    return facts


def standing_facts(connection: Connection, first: date, last: date) -> Iterator[StandingFact]:
    """How every account stood on the eve of `first` and on `last`. One that its lender took back, or whose
    full file no longer lists it, stands until the day of the file that said so."""
    eve = first - DAY
    agents = {row["id"]: row for row in figure_facts.agents_known(connection)}
    before, after = (figure_facts.stood(connection, day) for day in (eve, last))
    kept_before, kept_after = (figure_facts.keepers(connection, day) for day in (eve, last))

    def doer(kept: Mapping[str, tuple[str, date]], account: str) -> Doer:
        agent = kept[account][0] if account in kept else ""
        return Doer(agent, agents[agent]["team"]) if agent in agents else Doer()

    for row in figure_facts.every_account(connection):
        account, edges = row["id"], edges_of(row["pack"])
        gone = None if row["state"] == "open" else row["last_file"]
        ends = [
            _end(stood.get(account) if gone is None or day < gone else None, day, edges)
            for stood, day in ((before, eve), (after, last))
        ]
        keeper = doer(kept_after, account)
        yield StandingFact(
            Of(account, row["lender"], row["product"], "", slice_of(row)),
            row["currency"],
            ends[0],
            ends[1],
            doer(kept_before, account),
            keeper,
            assigned=bool(keeper.agent),
        )


def _end(stood: Mapping[str, Any] | None, day: date, edges: tuple[int, ...]) -> tuple[str, int, int]:
    if stood is None:
        return "", 0, 0
    return bucket_of(stood, day, edges), stood["overdue_minor"], stood["total_minor"]


def _around(connection: Connection, day: date, named: set[str]) -> Around:
    agents = {row["id"]: row for row in figure_facts.agents_known(connection)}
    return Around(
        day,
        agents,
        figure_facts.accounts_of(connection, named),
        figure_facts.stood(connection, day - DAY, named),
        figure_facts.keepers(connection, day - DAY, named),
        edges_of,
    )


def _day_of(row: Mapping[str, Any]) -> date:
    return civil_day(as_records.corrected_times(row)[0], row["timezone"])


def _visit(row: Mapping[str, Any], around: Around) -> VisitFact:
    started, ended = as_records.corrected_times(row)
    told = (row["verdict"] or {}).get("rulings", ())
    live = row["known"] == Known.LIVE
    return VisitFact(
        row["id"],
        around.day,
        around.doer(row["agent_id"]),
        Party(row["party"]),
        tuple((around.of(account), Result(result)) for account, result in row["results"]),
        row["evidence"],
        int((ended - started).total_seconds()) if live else None,
        latency_minutes(row["received_at"], ended),
        ruled=any(ruling["decision"] != "allow" for ruling in told),
        amended=row["amended"],
        complaints=row["complaints"],
    )


def _contact(row: Mapping[str, Any], held: Mapping[str, list[str]], around: Around) -> ContactFact:
    mine = [row["account_id"]] if row["account_id"] else held.get(row["debtor_id"], [])
    accounts = tuple(around.of(account) for account in mine if account in around.accounts)
    return ContactFact(around.day, around.doer(row["agent_id"]), accounts, bool(row["effective"]))


def _done(seen: Rows, when: tuple[datetime, datetime]) -> set[str]:
    """The stops to which a valid visit was made about that day."""
    return {
        row["stop_id"]
        for row in seen
        if row["stop_id"]
        and when[0] <= row["started"] < when[1]
        and any(result != NOT_MADE for _account, result in row["results"])
    }


def _stops(rows: Rows, done: set[str], around: Around) -> Iterator[StopFact]:
    for row in rows:
        accounts = tuple(around.of(account) for account in row["accounts"] if account in around.accounts)
        precision = Precision(row["precision"] or "none")
        yield StopFact(around.day, around.doer(row["agent_id"]), accounts, row["id"] in done, precision)


def _routes(
    connection: Connection, day: date, stops: Rows, made: Rows, around: Around
) -> Iterator[RouteFact]:
    ordered: defaultdict[str, Rows] = defaultdict(list)
    for stop in stops:
        ordered[stop["route_id"]].append(stop)
    ridden: defaultdict[str, Rows] = defaultdict(list)
    for visit in sorted(made, key=lambda row: (as_records.corrected_times(row)[0], row["id"])):
        ridden[visit["agent_id"]].append(visit)
    for row in figure_facts.routes_on(connection, day):
        mine, agent = ordered[row["id"]], row["agent_id"]
        line = line_metres([(stop["lat"], stop["lon"]) for stop in mine])
        certificate = row["certificate"] or {}
        yield RouteFact(
            day,
            around.doer(agent),
            road_metres(row["matrix"] or {}, [stop["id"] for stop in mine]),
            line or 0,
            line_metres([(one["lat"], one["lon"]) for one in ridden[agent]]) if line else None,
            certificate.get("value"),
            certificate.get("bound"),
            slice_of_agent(around.agents[agent]),
        )


def _ended(connection: Connection, day: date) -> list[Ended]:
    """The promises of the accounts of which one ended on `day`, each with what came of it by then."""
    graces = [policy.promise.grace_days for policy in map(pack_of, packs_in_use(connection)) if policy]
    longest = timedelta(days=max(graces, default=0))
    near = figure_facts.promised_accounts(connection, day - longest, day)
    rows = figure_facts.promises_of(connection, near)
    mine = [row for row in rows if _last_day(row) == day]
    accounts = {row["account_id"] for row in mine}
    if not accounts:
        return []
    rows = [row for row in rows if row["account_id"] in accounts]
    by_account: defaultdict[str, Rows] = defaultdict(list)
    for row in rows:
        by_account[row["account_id"]].append(row)
    paid = payments.of_accounts(connection, accounts)
    through = encounters.payments_through(connection)
    gone = encounters.cancelled(connection, {row["debtor_id"] for row in rows})
    return [
        one
        for account, told in by_account.items()
        for one in ended_before(told, paid.get(account, []), through, gone, day + DAY)
    ]


def _last_day(row: Mapping[str, Any]) -> date | None:
    policy = pack_of(row["pack"])
    return deadline(as_records.promise(row), policy) if policy is not None else None


def _payments(
    connection: Connection, rows: Rows, around: Around, attribution_days: int
) -> Iterator[PaymentFact]:
    if not rows:
        return
    earliest = min(row["paid_on"] for row in rows) - timedelta(days=attribution_days)
    start = datetime.combine(earliest, time(), tzinfo=UTC) - MARGIN
    visited: defaultdict[str, list[tuple[datetime, str, date, str]]] = defaultdict(list)
    for seen in figure_facts.visits_of(connection, {row["account_id"] for row in rows}, start):
        if seen["result"] != NOT_MADE:
            when = as_records.corrected_times(seen)[0]
            told = (when, seen["id"], civil_day(when, seen["timezone"]), seen["agent_id"])
            visited[seen["account_id"]].append(told)
    for row in rows:
        account, until = row["account_id"], row["paid_on"]
        since = until - timedelta(days=attribution_days)
        before = [one for one in visited[account] if since <= one[2] <= until]
        yield PaymentFact(
            around.day,
            around.keeper(account),
            around.of(account),
            -row["amount_minor"] if row["reverses"] else row["amount_minor"],
            row["currency"],
            around.doer(max(before)[3]) if before else None,
        )


def _cures(connection: Connection, moved: set[str], around: Around) -> Iterator[CureFact]:
    after = figure_facts.stood(connection, around.day, moved)
    for account in sorted(moved):
        edges = edges_of(around.accounts[account]["pack"])
        now = bucket_of(after.get(account), around.day, edges)
        if around.bucket(account) not in ("", ageing.buckets()[0]) and now == ageing.buckets()[0]:
            kept = around.kept.get(account)
            days = (around.day - kept[1]).days if kept is not None else None
            yield CureFact(around.day, around.keeper(account), around.of(account), days)
