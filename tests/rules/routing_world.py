"""Small days to plan: points on a plane in seconds of travel, candidates by short names."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import strategies as st

from sync.records import Interval
from sync.routing.checker import ClaimedRoute, ClaimedStop
from sync.routing.records import Candidate, Opening, Plan, Problem

STARTS = datetime(2026, 11, 23, 13, 0, tzinfo=UTC)  # 08:00 in Bogotá
HOUR = 3600


def a_problem(*candidates: Candidate, at: list[tuple[int, int]], shift_s: int = 9 * HOUR) -> Problem:
    """Candidates at points of a plane where one unit is a second and a metre; the depot is at (0, 0)."""
    points = [(0, 0), *at]
    table = [[abs(x1 - x2) + abs(y1 - y2) for x2, y2 in points] for x1, y1 in points]
    return Problem(candidates, table, table, shift_s, "plane", approximate=True)


def a_candidate(
    name: str,
    *,
    value: int = 10,
    service_s: int = 600,
    openings: tuple[tuple[int, int], ...] = ((0, 9 * HOUR),),
    appointment: bool = False,
) -> Candidate:
    return Candidate(name, service_s, value, tuple(Opening(*one) for one in openings), appointment)


def claimed(problem: Problem, plan: Plan, *, agent: str = "rosa") -> ClaimedRoute:
    """The plan as a stored route claims it. An opening is lawful until the service that starts last ends."""
    stops, before = [], None
    for stop in plan.stops:
        candidate = problem.candidates[stop.candidate]
        lawful = tuple(
            Interval(
                STARTS + timedelta(seconds=one.earliest_s),
                STARTS + timedelta(seconds=one.latest_s + candidate.service_s),
            )
            for one in candidate.openings
        )
        begins = Interval(
            STARTS + timedelta(seconds=candidate.openings[0].earliest_s),
            STARTS + timedelta(seconds=candidate.openings[-1].latest_s),
        )
        stops.append(
            ClaimedStop(
                id=f"stop {candidate.id}",
                debtor=candidate.id,
                address=f"address of {candidate.id}",
                owner=agent,
                starts=STARTS + timedelta(seconds=stop.start_s),
                service_s=candidate.service_s,
                travel_s=problem.travel_s(before, stop.candidate),
                lawful=lawful,
                appointment=begins if candidate.appointment else None,
            )
        )
        before = stop.candidate
    shift = Interval(STARTS, STARTS + timedelta(seconds=problem.shift_s))
    return ClaimedRoute(agent, shift, stops, problem.travel_s(before, None) if plan.stops else 0)


@st.composite
def problems(draw: st.DrawFn, most: int = 7) -> Problem:
    """Days in which not everything fits: long services, narrow openings, short shifts."""
    count = draw(st.integers(0, most))
    shift_s = draw(st.integers(2 * HOUR, 8 * HOUR))
    at, candidates = [], []
    for number in range(count):
        at.append((draw(st.integers(-2000, 2000)), draw(st.integers(-2000, 2000))))
        bounds = sorted(draw(st.lists(st.integers(0, shift_s), min_size=4, max_size=4, unique=True)))
        pairs = ((0, shift_s),), ((bounds[0], bounds[1]),), ((bounds[0], bounds[1]), (bounds[2], bounds[3]))
        candidates.append(
            a_candidate(
                f"debtor {number}",
                value=draw(st.integers(1, 100)),
                service_s=draw(st.integers(60, 2400)),
                openings=draw(st.sampled_from([*pairs, ()])),
                appointment=draw(st.booleans()) and number < 2,
            )
        )
    return a_problem(*candidates, at=at, shift_s=shift_s)
