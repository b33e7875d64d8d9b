"""The rest of a day that has begun, planned again: what is done is frozen, what happened is taken in.

Both sides ask it, the laptop on the matrix that came with its route. Knows no store, no clock and no road.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta, tzinfo
from typing import Any

from ..records import Interval
from ..words import Phrase
from . import day, insertion
from .records import Candidate, Lunch, Opening, Plan, Problem
from .why import said

ITERATIONS = 300
# A road that is closed: longer than any day, so that nobody is sent along it and the reason says so.
CLOSED_S = 48 * 3600
# What a certificate names where a person set the order.
BY_HAND = "by hand"


@dataclass(frozen=True)
class PlannedDoor:
    """A stop as the route holds it; `window` bounds the whole service, an appointment's its beginning."""

    id: str
    service_s: int
    value: int
    window: Interval | None
    appointment: bool
    eta: datetime | None
    locked: bool = False


@dataclass(frozen=True)
class Happened:
    """What the morning brought: stops given up, promises called in, roads closed between two, time lost.

    `order`: the collector's own, of all that is still ahead; then nothing is searched for, only reckoned.
    """

    given_up: frozenset[str] = frozenset()
    called: Mapping[str, Interval] = field(default_factory=dict)
    closed: Collection[tuple[str, str]] = ()
    late_s: int = 0
    order: tuple[str, ...] = ()


@dataclass(frozen=True)
class Began:
    """The day so far: its shift, the moment, the stop where the agent is ("" at home), and who is done."""

    shift: Interval
    now: datetime
    at: str
    done: Collection[str]


@dataclass(frozen=True)
class LunchAhead:
    """A lunch still to come: so long, begun between these two moments of the shift, wherever he then is."""

    seconds: int
    earliest_s: int
    latest_s: int


@dataclass(frozen=True)
class Served:
    """One stop of the rest of the day as it would now be served."""

    id: str
    eta: datetime
    before: datetime | None  # as the route had it; None for one that it left out


@dataclass(frozen=True)
class Rest:
    """What is proposed for the rest of the day, with the words for whoever is no longer in it."""

    stops: tuple[Served, ...]
    out: tuple[tuple[str, Phrase], ...]
    back: datetime
    approximate: bool
    plan: Plan

    @property
    def dropped(self) -> tuple[str, ...]:
        return tuple(one for one, _ in self.out)


def plan_rest(
    doors: Sequence[PlannedDoor],
    matrix: Mapping[str, Any],
    began: Began,
    happened: Happened,
    *,
    zone: tzinfo,
    seed: int = 1,
    iterations: int = ITERATIONS,
    approximate: bool = False,
    lunch: LunchAhead | None = None,
) -> Rest:
    """Plan what is left of the day, from where the agent is; warm from the order he has.

    `matrix` is a route's: `points` ("" the depot, then stops), `seconds` and `metres` by rows. Stops that
    are not in it cannot be planned and are passed over. Without the solver it is insertion and 2-opt.
    """
    left = [one for one in doors if one.id in set(matrix["points"]) and one.id not in began.done]
    left = [one for one in left if one.id not in happened.given_up]
    problem = _problem(left, matrix, began, happened, approximate, lunch)
    order = sorted((one for one in left if one.eta is not None), key=lambda one: one.eta or began.now)
    index = {one.id: number for number, one in enumerate(left)}
    warm = [index[one.id] for one in order]
    if happened.order:
        wanted = [index[one] for one in happened.order if one in index]
        held = insertion.repaired(problem, wanted)
        plan = insertion.finished(problem, held, seed=0, iterations=0, solver=BY_HAND)
    elif day.available():
        plan = day.plan_day(problem, seed=seed, iterations=iterations, warm=warm)
    else:
        plan = insertion.plan_day(problem, warm=warm)
    starts = began.shift.start
    # A stop's number in a reason is its place among those still ahead.
    return Rest(
        stops=tuple(
            Served(left[one.candidate].id, starts + timedelta(seconds=one.start_s), left[one.candidate].eta)
            for one in plan.stops
        ),
        out=tuple((left[one.candidate].id, said(one.obstacle, starts, zone)) for one in plan.left_out),
        back=starts + timedelta(seconds=plan.back_s),
        approximate=approximate or plan.certificate.solver == insertion.SOLVER,
        plan=plan,
    )


def _problem(
    left: Sequence[PlannedDoor],
    matrix: Mapping[str, Any],
    began: Began,
    happened: Happened,
    approximate: bool,
    lunch: LunchAhead | None,
) -> Problem:
    known = {point: row for row, point in enumerate(matrix["points"])}
    rows = [0, *(known[one.id] for one in left)]
    elsewhere = began.at in known and began.at != ""
    if elsewhere:
        rows.append(known[began.at])
    seconds = [[int(matrix["seconds"][row][column]) for column in rows] for row in rows]
    metres = [[int(matrix["metres"][row][column]) for column in rows] for row in rows]
    place = {matrix["points"][row]: number for number, row in enumerate(rows)}
    for one, other in happened.closed:
        if one in place and other in place:
            seconds[place[one]][place[other]] = seconds[place[other]][place[one]] = CLOSED_S
    shift = began.shift
    spent = max(0, int((began.now - shift.start).total_seconds())) + max(0, happened.late_s)
    return Problem(
        candidates=tuple(_candidate(one, shift, happened.called.get(one.id)) for one in left),
        seconds=seconds,
        metres=metres,
        shift_s=max(spent, int((shift.end - shift.start).total_seconds())),
        fingerprint="",
        approximate=approximate,
        start=len(rows) - 1 if elsewhere else None,
        begins_s=spent,
        lunch=_anywhere(lunch, len(left)),
    )


def _anywhere(lunch: LunchAhead | None, doors: int) -> Lunch | None:
    """At home or at any door ahead."""
    if lunch is None:
        return None
    return Lunch(lunch.seconds, lunch.earliest_s, lunch.latest_s, tuple(range(doors + 1)))


def _candidate(one: PlannedDoor, shift: Interval, called: Interval | None) -> Candidate:
    whole = int((shift.end - shift.start).total_seconds())
    window = called or one.window
    agreed = called is not None or one.appointment
    first, last = 0, whole
    if window is not None:
        first = max(0, int((window.start - shift.start).total_seconds()))
        ends = int((window.end - shift.start).total_seconds())
        last = min(whole, ends) if agreed else min(whole, ends - one.service_s)
    openings = (Opening(first, last),) if first <= last else ()
    return Candidate(
        one.id, one.service_s, max(1, one.value), openings, appointment=agreed, locked=one.locked
    )
