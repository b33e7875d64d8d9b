"""Opens a figure: the rows it counts, one at a time, with whether each is in its upper part. No SQL.

A row has `fields` of plain values by column; `counts`: it is above the line. Where a figure is of accounts or
money, the amount above is the row's own.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import UTC, date, datetime, time, timedelta
from itertools import islice
from typing import Any

from sqlalchemy import Connection

from sync.money import from_minor
from sync.records import PromiseState
from sync.rules import ageing
from sync.rules.figures_cells import CURRENT, GRADES, PROMISES
from sync.rules.figures_facts import MATURED
from sync.rules.figures_reading import MARGIN, civil_day, latency_minutes
from sync.rules.results import RESULTS

from ..store import as_records, encounters, extracts, figure_facts, payments, standings
from ..store.boards import figure_rows, visits
from ..store.figure_cells import Span
from ..store.scopes import Scope
from .gathering import bucket_of, edges_of
from .outcomes import ended_before

AT_A_TIME = 60
PROMISES_AT_A_TIME = 20
MOST_AT_A_TIME = 240
DAY = timedelta(days=1)
Row = dict[str, Any]

# The columns of each kind of rows, by key; the page gives them their words.
COLUMNS: dict[str, tuple[str, ...]] = {
    "visits": (
        *("when", "counts", "debtor_name", "accounts", "agent_name", "party", "results", "evidence"),
        *("minutes", "latency", "ruled", "amended"),
    ),
    "promises": ("deadline", "counts", "debtor_name", "account", "agent_name", "promised", "paid", "state"),
    "payments": ("value_date", "debtor_name", "account", "agent_name", "amount", "reversal", "bucket"),
    "accounts": ("debtor_name", "counts", "account", "before", "after", "overdue", "total", "agent_name"),
    "stops": ("date", "counts", "sequence", "debtor_name", "agent_name"),
    "routes": ("date", "agent_name", "version", "value", "bound"),
}
# What puts a visit above the line of each figure; the others count every valid visit.
ABOVE: dict[str, Callable[[Row], bool]] = {
    "contactability": lambda row: row["party"] in ("TIT", "AVA"),
    "rpc_per_attempt": lambda row: row["party"] == "TIT",
    "rpc_per_reached": lambda row: row["party"] == "TIT",
    "third_party_share": lambda row: row["party"] in ("FAM", "TER"),
    "promise_rate": lambda row: bool(set(row["codes"]) & {result.value for result in PROMISES}),
    "evidence_rate": lambda row: row["evidence"] in GRADES,
    "under_a_minute": lambda row: row["known"] == "live" and row["seconds"] < 60,
    "compliance_rate": lambda row: not row["ruled"],
    "rework_rate": lambda row: bool(row["amended"]),
}
# Which valid visits are below the line at all, where not all of them are.
BELOW: dict[str, Callable[[Row], bool]] = {
    "rpc_per_reached": lambda row: row["party"] != "NAD",
    "promise_rate": lambda row: any(RESULTS[code].cls.value == "RPC" for code in row["codes"]),
    "time_on_site": lambda row: row["known"] == "live",
    "under_a_minute": lambda row: row["known"] == "live",
}


def rows(
    connection: Connection, scope: Scope, kind: str, code: str, span: Span, by: str, value: str, today: date
) -> Iterator[Row]:
    """The rows of a figure's group, newest first."""
    made = {
        "visits": _visits,
        "promises": _promises,
        "payments": _payments,
        "accounts": _accounts,
        "stops": _stops,
        "routes": _routes,
    }[kind]
    return made(connection, scope, code, span, by, value, today)


def _visits(
    connection: Connection, scope: Scope, code: str, span: Span, by: str, value: str, _today: date
) -> Iterator[Row]:
    found = figure_rows.visits_made(connection, scope, span, by, value, _stood(connection, span, by, value))
    for piece in _pieces(row for row in found if span[0] <= _day(row) <= span[1]):
        told = visits.with_results(connection, scope, piece)
        ids = [row["id"] for row in piece]
        amended, verdicts = extracts.amended(connection, ids), extracts.verdicts(connection, ids)
        buckets = _eves(connection, told) if by == "bucket" else {}
        for row in told:
            mine = [
                one
                for one in row["results"]
                if _wanted(one, by, value) and buckets.get((row["id"], one["account_id"]), value) == value
            ]
            codes = [one["result"] for one in mine]
            if all(result == "NOR" for result in codes):
                continue
            began, ended = as_records.corrected_times(row)
            seen = {
                **row,
                "codes": codes,
                "when": began,
                "seconds": int((ended - began).total_seconds()),
                "minutes": round((ended - began).total_seconds() / 60, 1),
                "latency": latency_minutes(row["received_at"], ended),
                "accounts": ", ".join(one["number"] for one in mine),
                "ruled": verdicts.get(row["id"], "allow") != "allow",
                "amended": row["id"] in amended,
            }
            if BELOW.get(code, _always)(seen):
                yield seen | {"counts": ABOVE.get(code, _always)(seen)}


def _wanted(result: Mapping[str, Any], by: str, value: str) -> bool:
    return by != "lender" or result["lender"] == value


def _always(_row: Row) -> bool:
    return True


def _day(row: Mapping[str, Any]) -> date:
    return civil_day(as_records.corrected_times(row)[0], row["timezone"])


def _stood(connection: Connection, span: Span, by: str, value: str) -> figure_rows.Stood | None:
    """Where a bucket is asked for: who may have been in it about the period. No balance is no bucket."""
    if by != "bucket" or not value:
        return None
    days = {pack: ageing.days_of(value, edges_of(pack)) for pack in standings.packs_in_use(connection)}
    named = {pack: each for pack, each in days.items() if each is not None}
    return figure_rows.Stood(span[0] - 2 * DAY, span[1] + DAY, named)


def _eves(connection: Connection, told: Iterable[Row]) -> dict[tuple[str, str], str]:
    """(visit, account) → the bucket on the eve of the visit."""
    eves = {
        (row["id"], one["account_id"]): (one["account_id"], _day(row) - DAY)
        for row in told
        for one in row["results"]
    }
    buckets = _buckets(connection, set(eves.values()))
    return {pair: buckets[asked] for pair, asked in eves.items()}


def _promises(
    connection: Connection, scope: Scope, code: str, span: Span, by: str, value: str, today: date
) -> Iterator[Row]:
    through = encounters.payments_through(connection)
    agents = {row["id"]: row for row in figure_facts.agents_known(connection)}
    stood = _stood(connection, span, by, value)
    found = figure_rows.promising_accounts(connection, scope, span, by, value, stood)
    for piece in _pieces(found, PROMISES_AT_A_TIME):
        told: dict[str, list[Row]] = {}
        for row in figure_facts.promises_of(connection, piece):
            told.setdefault(row["account_id"], []).append(row)
        paid = payments.of_accounts(connection, piece)
        gone = encounters.cancelled(connection, {row["debtor_id"] for each in told.values() for row in each})
        called = extracts.called(connection, piece)
        ended = [
            (account, one)
            for account, each in told.items()
            for one in ended_before(each, paid.get(account, []), through, gone, today, since=span[0])
            if one.deadline <= span[1] and one.state in MATURED
        ]
        asked = {(account, one.deadline - DAY) for account, one in ended} if by == "bucket" else set()
        buckets = _buckets(connection, asked)
        for account, one in ended:
            if not _of_group(agents, one.agent, by, value):
                continue
            if by == "bucket" and buckets[account, one.deadline - DAY] != value:
                continue
            yield {
                **called[account],
                "deadline": one.deadline,
                "agent_name": agents.get(one.agent, {}).get("name", ""),
                "promised": from_minor(one.promised, one.currency),
                "paid": from_minor(one.paid, one.currency),
                "currency": one.currency,
                "state": one.state.value,
                "counts": one.state is _above(code),
            }


def _of_group(agents: Mapping[str, Row], agent: str, by: str, value: str) -> bool:
    """What an agent did is of the group; of a group of accounts whoever did it."""
    if by == "agent":
        return agent == value
    return by != "team" or (agents.get(agent, {}).get("team") or "") == value


def _above(code: str) -> PromiseState:
    named = {"partial_rate": PromiseState.PARTIAL, "broken_streak": PromiseState.BROKEN}
    return named.get(code, PromiseState.KEPT)


def _payments(
    connection: Connection, scope: Scope, _code: str, span: Span, by: str, value: str, _today: date
) -> Iterator[Row]:
    stood = _stood(connection, span, by, value)
    for piece in _pieces(figure_rows.payments_made(connection, scope, span, by, value, stood)):
        buckets = _buckets(connection, {(row["account_id"], row["value_date"] - DAY) for row in piece})
        for row in piece:
            bucket = buckets[row["account_id"], row["value_date"] - DAY]
            if by == "bucket" and bucket != value:
                continue
            amount = from_minor(row["amount_minor"], row["currency"])
            yield {
                **row,
                "account": row["number"],
                "amount": -amount if row["reverses"] else amount,
                "reversal": bool(row["reverses"]),
                "bucket": bucket,
            }


def _buckets(connection: Connection, asked: set[tuple[str, date]]) -> dict[tuple[str, date], str]:
    """(account, day) → the bucket in which it stood."""
    if not asked:
        return {}
    ids, each = {account for account, _day_asked in asked}, [day for _account, day in asked]
    packs = figure_facts.accounts_of(connection, ids)
    stood = figure_facts.stood_over(connection, min(each), max(each), ids)
    made: dict[tuple[str, date], str] = {}
    for account, day in asked:
        told = (row for row in stood.get(account, ()) if row["since"] <= day)
        then = next((row for row in told if row["until"] is None or row["until"] > day), None)
        made[account, day] = bucket_of(then, day, edges_of(packs[account]["pack"]))
    return made


def _accounts(
    connection: Connection, scope: Scope, code: str, span: Span, by: str, value: str, _today: date
) -> Iterator[Row]:
    """At the start for what counts from there (rolls and cures), else at the end."""
    eve, last = span[0] - DAY, span[1]
    opening = code in ("roll_rate", "cure_rate", "time_to_cure")
    agents = {row["id"]: row for row in figure_facts.agents_known(connection)}
    seen_on = eve if opening else last
    stood_on = _stood(connection, (seen_on, seen_on), by, value)
    found = figure_rows.accounts_seen(
        connection, scope, by, value, seen_on, stood_on, assigned=code == "coverage"
    )
    for piece in _pieces(found):
        ids = [row["id"] for row in piece]
        before, after = (figure_facts.stood(connection, day, ids) for day in (eve, last))
        kept = figure_facts.keepers(connection, seen_on, ids)
        seen = _visited(connection, ids, span, by, value, agents) if code == "coverage" else set()
        for row in piece:
            edges, account = edges_of(row["pack"]), row["id"]
            opened = bucket_of(before.get(account), eve, edges)
            closed = bucket_of(after.get(account), last, edges)
            if (by == "bucket" and (opened if opening else closed) != value) or not (opened or closed):
                continue
            if code == "coverage" and account not in kept:
                continue
            if code == "cure_rate" and opened in ("", CURRENT):
                continue
            stood = after.get(account) or {"overdue_minor": 0, "total_minor": 0}
            yield {
                **row,
                "account": row["number"],
                "before": opened,
                "after": closed,
                "overdue": from_minor(stood["overdue_minor"], row["currency"]),
                "total": from_minor(stood["total_minor"], row["currency"]),
                "agent_name": agents.get(kept[account][0], {}).get("name", "") if account in kept else "",
                "counts": account in seen if code == "coverage" else _rolled(code, opened, closed),
            }


def _visited(
    connection: Connection, ids: list[str], span: Span, by: str, value: str, agents: Mapping[str, Row]
) -> set[str]:
    """Those of these accounts with a valid visit in the period that was of the same group: made by that agent
    or team, or while the account was in that bucket."""
    start = datetime.combine(span[0], time(), tzinfo=UTC) - MARGIN
    made = [
        (row["account_id"], day)
        for row in figure_facts.visits_of(connection, ids, start)
        if row["result"] != "NOR"
        and span[0] <= (day := _day(row)) <= span[1]
        and _of_group(agents, row["agent_id"], by, value)
    ]
    buckets = _buckets(connection, {(one, day - DAY) for one, day in made}) if by == "bucket" else {}
    return {one for one, day in made if by != "bucket" or buckets[one, day - DAY] == value}


def _rolled(code: str, before: str, after: str) -> bool:
    if code == "cure_rate":
        return after == CURRENT
    if code == "roll_rate":
        order = [*ageing.buckets()]
        return before in order and after in order and order.index(after) == order.index(before) + 1
    return after != CURRENT


def _stops(
    connection: Connection, scope: Scope, code: str, span: Span, by: str, value: str, _today: date
) -> Iterator[Row]:
    for row in figure_rows.stops_planned(connection, scope, span, by, value):
        yield {**row, "counts": bool(row["done"]) if code == "plan_completion" else row["lat"] is not None}


def _routes(
    connection: Connection, scope: Scope, _code: str, span: Span, by: str, value: str, _today: date
) -> Iterator[Row]:
    for row in figure_rows.routes_published(connection, scope, span, by, value):
        certificate = row["certificate"] or {}
        yield {**row, "value": certificate.get("value"), "bound": certificate.get("bound")}


def _pieces(found: Iterable[Any], size: int = AT_A_TIME) -> Iterator[list[Any]]:
    """Small ones first, for the first page; then larger ones, as whoever reads on reads far."""
    each = iter(found)
    while piece := list(islice(each, size)):
        yield piece
        size = min(2 * size, MOST_AT_A_TIME)
