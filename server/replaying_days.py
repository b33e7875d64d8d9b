"""Puts an agent's day together: what was planned, what was done at corrected times, and what is not known.

A place is known at a visit and nowhere else: between two visits nothing is drawn, and a visit outside the
agent's hours keeps its place to itself. Knows no page and no map.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import pairwise
from typing import Any

from sqlalchemy import Connection

from . import auditing
from .store import agent_days, histories, reviews, routes
from .store.agents import Agent
from .store.boards import replays
from .store.routes import Route, Stop
from .store.scopes import Scope

# A laptop's clock may have been off by this much; what happened is placed by the corrected time.
WIDEST = timedelta(hours=12)
SHORTEST_GAP = timedelta(minutes=60)
SYNCS_APART = timedelta(minutes=10)  # exchanges closer than this are told as one
VISITED, SKIPPED, WITHDRAWN, NOTHING = "visited", "skipped", "withdrawn", "nothing"


@dataclass(frozen=True)
class Made:
    """A visit at its corrected time. `told` is the row as it was told; the place is None where it is not
    shown, and `place_why` says why: "" (shown), none (there was none), off_duty, forgotten."""

    id: str
    start: datetime
    end: datetime
    uncertainty_s: float
    told: Mapping[str, Any]
    lat: float | None
    lon: float | None
    place_why: str
    planned: Stop | None
    findings: tuple[Mapping[str, Any], ...]

    @property
    def moved_s(self) -> int:
        """How far the correction moved it, in seconds."""
        return int((self.start - self.told["started"]).total_seconds())


@dataclass(frozen=True)
class Intended:
    """A planned stop and what became of it: visited, skipped (with his cause), withdrawn, or nothing told."""

    stop: Stop
    name: str
    fate: str
    visit: str = ""
    at: datetime | None = None
    cause: str = ""


@dataclass(frozen=True)
class Gap:
    """A stretch of his hours of which he told nothing. `lunch`: his lunch may be in it."""

    start: datetime
    end: datetime
    lunch: bool


@dataclass(frozen=True)
class Day:
    """One agent's day; `away` is the reason why he did not work, "" when he did."""

    agent: Agent
    day: date
    starts: datetime
    ends: datetime
    route: Route | None
    made: tuple[Made, ...]
    intended: tuple[Intended, ...]
    gaps: tuple[Gap, ...]
    syncs: tuple[datetime, ...]
    away: str | None = None


def replay(connection: Connection, agent: Agent, day: date, scope: Scope, now: datetime) -> Day:
    """The day as it is known now. Names of debtors outside the scope are left out."""
    said = {one.agent: one for one in agent_days.between(connection, day, day)}.get(agent.id)
    agent = agent_days.as_that_day(agent, said)
    starts, ends = agent.shift(day)
    first = datetime.combine(day, time(), tzinfo=agent.where)
    last = first + timedelta(days=1)
    route = routes.sent(connection, agent.id, day)
    made = _made(connection, agent, scope, (first, last), (starts, ends), route)
    skipped = replays.skips_between(connection, scope, agent.id, first, last)
    names = replays.names_of(connection, scope, [stop.debtor for stop in route.planned] if route else [])
    spoken = replays.syncs_between(connection, agent.id, first, last)
    return Day(
        agent,
        day,
        starts,
        ends,
        route,
        made,
        tuple(_intended(route, made, skipped, names)) if route else (),
        tuple(_gaps(_told(made, skipped), starts, min(ends, now), _lunch(agent, day, route))),
        tuple(_apart(spoken)),
        away=said.because if said is not None and said.away else None,
    )


def _made(
    connection: Connection,
    agent: Agent,
    scope: Scope,
    span: tuple[datetime, datetime],
    shift: tuple[datetime, datetime],
    route: Route | None,
) -> tuple[Made, ...]:
    rows = replays.visits_between(connection, scope, agent.id, span[0] - WIDEST, span[1] + WIDEST)
    told = {row["id"]: row for row in rows}
    found = reviews.findings_of(connection, told)
    by_stop = {stop.id: stop for stop in route.planned} if route else {}
    by_debtor = {stop.debtor: stop for stop in route.planned} if route else {}
    made = []
    for held in histories.for_audit(connection, list(told)):
        happened, row = auditing.corrected(held).happened, told[held.visit.id]
        if not span[0] <= happened.start < span[1]:
            continue
        why = place_why(row, happened.start < shift[1] and happened.end > shift[0])
        made.append(
            Made(
                row["id"],
                happened.start,
                happened.end,
                (held.uncertainty_ms or 0) / 1000,
                row,
                None if why else row["lat"],
                None if why else row["lon"],
                why,
                by_stop.get(row["stop_id"]) or by_debtor.get(row["debtor_id"]),
                tuple(found.get(row["id"], ())),
            )
        )
    return tuple(sorted(made, key=lambda one: (one.start, one.id)))


def place_why(row: Mapping[str, Any], on_duty: bool) -> str:
    """Why the place of a visit is not shown; "" when it is."""
    if row["location_source"] == "none":
        return "none"
    if row["lat"] is None:
        return "forgotten"
    return "" if on_duty else "off_duty"


def _intended(
    route: Route, made: Sequence[Made], skipped: Iterable[Mapping[str, Any]], names: Mapping[str, str]
) -> Iterable[Intended]:
    visited = {one.planned.id: one for one in reversed(made) if one.planned is not None}
    said = {row["stop_id"]: row for row in skipped} | {row["debtor_id"]: row for row in skipped}
    for stop in route.planned:
        name = names.get(stop.debtor, "")
        skip = said.get(stop.id) or said.get(stop.debtor)
        if stop.id in visited:
            one = visited[stop.id]
            yield Intended(stop, name, VISITED, one.id, one.start)
        elif skip is not None:
            yield Intended(stop, name, SKIPPED, at=skip["happened"], cause=skip["cause"])
        elif stop.withdrawn is not None:
            yield Intended(stop, name, WITHDRAWN)
        else:
            yield Intended(stop, name, NOTHING)


def _lunch(agent: Agent, day: date, route: Route | None) -> tuple[datetime, datetime] | None:
    if route is not None and route.lunch is not None:
        return route.lunch.starts, route.lunch.ends
    return agent.lunch(day)


def _told(made: Iterable[Made], skipped: Iterable[Mapping[str, Any]]) -> list[tuple[datetime, datetime]]:
    """The stretches of which he told something, in order."""
    said = [(row["happened"], row["happened"]) for row in skipped]
    return sorted([*((one.start, one.end) for one in made), *said])


def _gaps(
    told: Sequence[tuple[datetime, datetime]],
    starts: datetime,
    ends: datetime,
    lunch: tuple[datetime, datetime] | None,
) -> Iterable[Gap]:
    """Within his hours only: before and after them he owes no account of himself."""
    edges = [(starts, starts), *told, (ends, ends)]
    reached = starts
    for (_from, until), (begins, _to) in pairwise(edges):
        reached = max(reached, until)
        left, right = max(starts, reached), min(ends, begins)
        if right - left >= SHORTEST_GAP:
            yield Gap(left, right, lunch is not None and lunch[0] < right and lunch[1] > left)


def _apart(moments: Iterable[datetime]) -> Iterable[datetime]:
    last: datetime | None = None
    for moment in moments:
        if last is None or moment - last >= SYNCS_APART:
            yield moment
        last = moment
