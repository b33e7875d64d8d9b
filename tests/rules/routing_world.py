"""Small days to plan: points on a plane in seconds of travel, candidates by short names."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import strategies as st

from sync.records import Interval
from sync.routing.checker import ClaimedCap, ClaimedLunch, ClaimedRoute, ClaimedStop, LunchRule
from sync.routing.records import Candidate, Opening, Plan, PlannedStop, Problem

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


def at(seconds: int) -> datetime:
    return STARTS + timedelta(seconds=seconds)


def claimed(problem: Problem, plan: Plan, *, agent: str = "rosa") -> ClaimedRoute:
    """The plan as a stored route claims it. An opening is lawful until the service that starts last ends."""
    row, eats = problem.row_from(None), plan.lunch
    stops: list[ClaimedStop] = []
    lunch: ClaimedLunch | None = None
    for number in range(len(plan.stops) + 1):
        if eats is not None and eats.after == number:
            way = problem.seconds[row][eats.place]
            lunch = ClaimedLunch(number, at(eats.start_s), at(eats.end_s), way, way)
            row = eats.place
        if number < len(plan.stops):
            stop = plan.stops[number]
            stops.append(_claimed_stop(problem, stop, problem.seconds[row][stop.candidate + 1], agent))
            row = stop.candidate + 1
    back = problem.seconds[row][0] if plan.stops else 0
    rule = problem.meal
    return ClaimedRoute(
        agent,
        Interval(STARTS, at(problem.shift_s)),
        stops,
        back,
        roads=problem.fingerprint,
        measured_by=problem.fingerprint,
        measured_back_s=back,
        lunch=lunch,
        lunch_rule=LunchRule(Interval(at(rule.earliest_s), at(rule.latest_s)), rule.seconds)
        if rule
        else None,
        locked=tuple(
            one.id for index, one in enumerate(problem.candidates) if one.locked and index in plan.order
        ),
        hand_order=problem.order,
        free_from=at(problem.begins_s),
        value=plan.certificate.value,
        bound=plan.certificate.bound,
    )


def _claimed_stop(problem: Problem, stop: PlannedStop, way: int, agent: str) -> ClaimedStop:
    candidate = problem.candidates[stop.candidate]
    lawful = tuple(
        Interval(at(one.earliest_s), at(one.latest_s + candidate.service_s)) for one in candidate.openings
    )
    begins = Interval(at(candidate.openings[0].earliest_s), at(candidate.openings[-1].latest_s))
    return ClaimedStop(
        id=f"stop {candidate.id}",
        debtor=candidate.id,
        address=f"address of {candidate.id}",
        owner=agent,
        starts=at(stop.start_s),
        service_s=candidate.service_s,
        travel_s=way,
        lawful=lawful,
        appointment=begins if candidate.appointment else None,
        received=lawful,
        measured_s=way,
        needs_s=candidate.service_s,
        caps=(ClaimedCap("co.frequency.weekly", 2, "week", (STARTS.date() - timedelta(days=3),)),),
        value=candidate.value,
    )


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
