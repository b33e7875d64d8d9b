"""A day that begins elsewhere, holds a lunch, obeys a person's order: what every plan must be then."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from itertools import permutations
from multiprocessing import get_context

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sync.routing import day, insertion
from sync.routing.records import Candidate, Lunch, Opening, Plan, Problem, WrongProblem
from sync.routing.timing import timed

from .routing_world import HOUR, a_candidate, a_problem

FEW = settings(derandomize=True, deadline=None, max_examples=40)
Planner = Callable[[Problem], Plan]


def solved(problem: Problem) -> Plan:
    return day.plan_day(problem, seed=1, iterations=40)


PLANNERS = pytest.mark.parametrize("planner", [solved, insertion.plan_day])


def wrong_with(problem: Problem, plan: Plan) -> list[str]:
    """Everything a plan breaks, followed from door to door by the matrix alone."""
    wrong: list[str] = []
    rows = [(stop.candidate + 1, stop.arrival_s, stop.start_s, stop.end_s) for stop in plan.stops]
    if plan.lunch is not None:
        lunch = plan.lunch
        rows.insert(lunch.after, (lunch.place, lunch.arrival_s, lunch.start_s, lunch.end_s))
    clock, here = problem.begins_s, problem.start or 0
    for row, arrival, start, end in rows:
        if arrival != clock + problem.seconds[here][row]:
            wrong.append(f"row {row} is reached at another time than told")
        if start < arrival:
            wrong.append(f"row {row} begins before it is reached")
        clock, here = end, row
    if rows and clock + problem.seconds[here][0] > problem.shift_s:
        wrong.append("the day ends after the shift")
    for stop in plan.stops:
        candidate = problem.candidates[stop.candidate]
        if not any(one.earliest_s <= stop.start_s <= one.latest_s for one in candidate.openings):
            wrong.append(f"{candidate.id} is visited in no opening")
        if stop.end_s - stop.start_s != candidate.service_s:
            wrong.append(f"{candidate.id} has another service than asked")
    visited = [problem.candidates[stop.candidate].id for stop in plan.stops]
    if [one for one in problem.order if one in visited] != [one for one in visited if one in problem.order]:
        wrong.append("the hand order is broken")
    meal = problem.meal
    if (meal is not None and bool(plan.stops)) != (plan.lunch is not None):
        wrong.append("lunch is missing, or nobody asked for it")
    if meal is not None and plan.lunch is not None:
        begun = meal.earliest_s <= plan.lunch.start_s <= meal.latest_s
        if not begun or plan.lunch.end_s - plan.lunch.start_s != meal.seconds:
            wrong.append("lunch is outside its window or of another length")
        if plan.lunch.place not in meal.places:
            wrong.append("lunch is where nobody eats")
    return wrong


@st.composite
def framed(draw: st.DrawFn, most: int = 6) -> Problem:
    """Days with everything at once: an agent on the way since some time, lunch, musts, locks, a hand order."""
    count = draw(st.integers(0, most))
    shift_s = draw(st.integers(3 * HOUR, 8 * HOUR))
    spots = st.tuples(st.integers(-2000, 2000), st.integers(-2000, 2000))
    points = [(0, 0), *draw(st.lists(spots, min_size=count + 3, max_size=count + 3))]
    table = [[abs(x1 - x2) + abs(y1 - y2) for x2, y2 in points] for x1, y1 in points]
    candidates = []
    for number in range(count):
        bounds = sorted(draw(st.lists(st.integers(0, shift_s), min_size=4, max_size=4, unique=True)))
        openings = draw(
            st.sampled_from([((0, shift_s),), ((bounds[0], bounds[2]),), (bounds[0:2], bounds[2:4])])
        )
        candidates.append(
            Candidate(
                f"debtor {number}",
                draw(st.integers(60, 2400)),
                draw(st.integers(1, 100)),
                tuple(Opening(*one) for one in openings),
                appointment=draw(st.booleans()) and number == 0,
                must=draw(st.booleans()) and number == 1,
                locked=draw(st.booleans()) and number == 2,
            )
        )
    named = [candidate.id for candidate in candidates]
    order = draw(st.permutations(named))[: draw(st.integers(0, count))]
    earliest = draw(st.integers(0, shift_s))
    lunch = Lunch(draw(st.integers(0, 2700)), earliest, earliest + HOUR, (count + 2, count + 3))
    return Problem(
        tuple(candidates),
        table,
        table,
        shift_s,
        "plane",
        approximate=True,
        start=draw(st.sampled_from([None, count + 1])),
        begins_s=draw(st.sampled_from([0, shift_s // 3, shift_s])),
        # The places for lunch are always there, so that the matrix has their rows.
        lunch=lunch if draw(st.booleans()) else replace(lunch, earliest_s=0, latest_s=shift_s),
        order=tuple(order),
    )


@PLANNERS
@FEW
@given(problem=framed())
def test_no_plan_breaks_an_opening_the_shift_the_hand_order_or_lunch(
    planner: Planner, problem: Problem
) -> None:
    assert wrong_with(problem, planner(problem)) == []


@PLANNERS
@FEW
@given(problem=framed(most=4))
def test_of_locked_appointed_and_must_the_best_rank_that_is_feasible_is_met(
    planner: Planner, problem: Problem
) -> None:
    plan = planner(problem)
    ranked = sorted(
        (index for index, one in enumerate(problem.candidates) if one.rank),
        key=lambda index: -problem.candidates[index].rank,
    )
    if ranked and timed(problem, ranked[:1]) is not None:
        assert ranked[0] in plan.order


@FEW
@given(problem=framed(most=4))
def test_all_locked_appointed_and_must_are_met_when_they_are_feasible_together(problem: Problem) -> None:
    plan = solved(problem)
    ranked = [index for index, one in enumerate(problem.candidates) if one.rank]
    if any(timed(problem, tried) is not None for tried in permutations(ranked)):
        assert set(ranked) <= set(plan.order)


@FEW
@given(problem=framed(), data=st.data())
def test_a_warm_start_never_ends_worse_than_it_began(problem: Problem, data: st.DataObject) -> None:
    everyone = range(len(problem.candidates))
    warm = data.draw(st.permutations(everyone))[: data.draw(st.integers(0, len(everyone)))]
    kept = insertion.repaired(problem, warm)
    if timed(problem, warm) is not None:
        assert kept == warm
    began = insertion.finished(problem, kept, seed=0, iterations=0, solver="by hand")
    for planned in (
        day.plan_day(problem, seed=1, iterations=5, warm=warm),
        insertion.plan_day(problem, warm=warm),
    ):
        assert planned.certificate.objective <= began.certificate.objective


def a_long_day() -> Problem:
    names = [a_candidate(f"d{i}", value=1 + i * 7 % 90, appointment=i == 9) for i in range(30)]
    plain = a_problem(*names, at=[(i * 389 % 3000, i * 577 % 3000) for i in range(30)])
    return replace(
        plain,
        start=12,
        begins_s=1800,
        lunch=Lunch(2700, 4 * HOUR, 6 * HOUR, (0, 4, 8)),
        order=("d20", "d3", "d11"),
    )


def planned_elsewhere(seed: int) -> Plan:
    return day.plan_day(a_long_day(), seed=seed, iterations=150, warm=(3, 4, 5))


def test_another_process_plans_the_same_day_to_the_last_second() -> None:
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
        there = pool.submit(planned_elsewhere, 7)
        assert planned_elsewhere(7) == there.result()
    assert wrong_with(a_long_day(), planned_elsewhere(7)) == []


@PLANNERS
def test_the_way_begins_where_the_agent_is_and_not_before_he_is_free(planner: Planner) -> None:
    plain = a_problem(a_candidate("ana"), a_candidate("beto"), at=[(600, 0), (5000, 0)])
    (first, _) = planner(replace(plain, start=2, begins_s=HOUR)).stops
    assert (first.candidate, first.arrival_s) == (1, HOUR)


@PLANNERS
def test_who_is_late_already_goes_home_and_visits_nobody(planner: Planner) -> None:
    plain = a_problem(a_candidate("ana"), a_candidate("beto"), at=[(600, 0), (5000, 0)])
    plan = planner(replace(plain, start=2, begins_s=9 * HOUR - 60))
    assert (plan.stops, plan.back_s) == ((), 9 * HOUR - 60 + 5000)


@PLANNERS
def test_lunch_is_held_at_the_place_that_costs_least_and_within_its_window(planner: Planner) -> None:
    names = [a_candidate(f"d{i}", service_s=3600) for i in range(5)]
    plain = a_problem(*names, at=[(1000, 0)] * 5)
    plan = planner(replace(plain, lunch=Lunch(2700, 3 * HOUR, 4 * HOUR, (0, 3))))
    assert plan.lunch is not None
    assert (plan.lunch.place, plan.lunch.arrival_s) == (3, plan.stops[plan.lunch.after - 1].end_s)
    assert len(plan.stops) == 5


@PLANNERS
def test_a_day_with_no_room_for_lunch_is_planned_without_it(planner: Planner) -> None:
    plain = a_problem(a_candidate("ana"), at=[(600, 0)], shift_s=4 * HOUR)
    plan = planner(replace(plain, lunch=Lunch(2700, 5 * HOUR, 6 * HOUR, (0,))))
    assert (plan.order, plan.lunch) == ((0,), None)


@PLANNERS
def test_a_hand_order_holds_although_another_is_shorter(planner: Planner) -> None:
    names = [a_candidate(name) for name in ("near", "middle", "far")]
    plain = a_problem(*names, at=[(1000, 0), (2000, 0), (3000, 500)])
    assert planner(replace(plain, order=("far", "near", "middle"))).order == (2, 0, 1)


@PLANNERS
def test_a_locked_stop_displaces_an_appointment_and_a_must_displaces_value(planner: Planner) -> None:
    once = ((HOUR, HOUR + 60),)
    locked = replace(a_candidate("locked", value=1, openings=once), locked=True)
    agreed = a_candidate("agreed", value=90, openings=once, appointment=True)
    due = replace(a_candidate("due", value=1, service_s=5 * HOUR), must=True)
    rich = a_candidate("rich", value=1000, service_s=5 * HOUR)
    plan = planner(a_problem(locked, agreed, due, rich, at=[(10, 0), (20, 0), (30, 0), (40, 0)]))
    assert {plan.stops[0].candidate, plan.stops[1].candidate} == {0, 2}
    assert len(plan.stops) == 2


def test_a_frame_that_makes_no_sense_is_refused() -> None:
    plain = a_problem(a_candidate("ana"), at=[(600, 0)])
    for frame, told in (
        ({"order": ("ana", "ana")}, "twice"),
        ({"order": ("nobody",)}, "no candidate"),
        ({"start": 2}, "3 x 3"),
        ({"start": -1}, "rows of the matrix"),
        ({"begins_s": -1}, "begins_s"),
        ({"lunch": Lunch(60, 0, 60, ())}, "at least one place"),
    ):
        with pytest.raises(WrongProblem, match=told):
            replace(plain, **frame)
