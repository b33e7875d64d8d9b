"""Reasons are true: forcing the one left out in does what the reason says, seen by who only walks the day."""

from __future__ import annotations

from dataclasses import replace
from zoneinfo import ZoneInfo

import pytest

from bench.exact import small_day
from sync.routing import day, insertion
from sync.routing.records import LeftOut, Plan, Problem
from sync.routing.why import said

from .routing_world import HOUR, STARTS, a_candidate, a_problem
from .walking import Met, late, steps_of, walk

BOGOTA = ZoneInfo("America/Bogota")
KINDS = {"window", "displaces", "lunch", "shift"}


def crowded(seed: int) -> Problem:
    """A small day cut to five eighths, so that more is left out."""
    problem = small_day(seed)
    return replace(problem, shift_s=problem.shift_s * 5 // 8, begins_s=problem.begins_s // 2)


def forced(problem: Problem, plan: Plan, left: LeftOut) -> list[list[Met]]:
    """The day walked with the one left out at the place the reason names, before lunch and after it."""
    steps = steps_of(plan)
    eats_at = plan.lunch.place if plan.lunch is not None else None
    found = []
    for gap in range(len(steps) + 1):
        if sum(step is not None for step in steps[:gap]) == left.obstacle.position:
            found.append(walk(problem, [*steps[:gap], left.candidate, *steps[gap:]], eats_at))
    if not plan.stops and problem.meal is not None:
        found = [
            walk(problem, order, place)
            for place in problem.meal.places
            for order in ([None, left.candidate], [left.candidate, None])
        ]
    return found


def does_what_it_says(problem: Problem, plan: Plan, left: LeftOut) -> bool:
    told = left.obstacle
    what: int | str | None = {"window": left.candidate, "shift": "home", "lunch": None}.get(told.kind)
    if told.kind == "displaces":
        assert told.stop is not None
        what = plan.order[told.stop]
    named = Met(what, told.at_s, told.by_s)
    return any(named in late(met) for met in forced(problem, plan, left))


def swap_is_possible(problem: Problem, plan: Plan, left: LeftOut) -> bool:
    """Without the stop the reason names, and with the one left out somewhere, nothing is late."""
    assert left.obstacle.instead is not None
    gone = plan.order[left.obstacle.instead]
    steps = [step for step in steps_of(plan) if step != gone]
    eats_at = plan.lunch.place if plan.lunch is not None else None
    return any(
        not late(walk(problem, [*steps[:gap], left.candidate, *steps[gap:]], eats_at))
        for gap in range(len(steps) + 1)
    )


def check_reasons(wanted: int, first: int = 0) -> dict[str, int]:
    """So many reasons of left-out candidates, each tried out; how many of each kind."""
    counts = dict.fromkeys([*sorted(KINDS), "closed", "swaps"], 0)
    checked = 0
    for seed in range(first, first + 20 * wanted):
        problem = crowded(seed)
        plan = insertion.plan_day(problem)
        assert not late(walk(problem, steps_of(plan), plan.lunch.place if plan.lunch else None))
        for left in plan.left_out:
            checked += 1
            counts[left.obstacle.kind] += 1
            said_of = f"day {seed}, candidate {left.candidate}: {left.obstacle}"
            if left.obstacle.kind == "closed":
                assert not problem.candidates[left.candidate].openings, said_of
                continue
            assert left.obstacle.by_s > 0, said_of
            assert does_what_it_says(problem, plan, left), said_of
            if left.obstacle.instead is not None:
                counts["swaps"] += 1
                assert swap_is_possible(problem, plan, left), said_of
            if checked >= wanted:
                return counts
    raise AssertionError(f"only {checked} candidates were left out")


def test_five_hundred_reasons_are_true() -> None:
    counts = check_reasons(500)
    assert all(counts[kind] for kind in KINDS | {"swaps"}), counts


@pytest.mark.slow
def test_ten_thousand_reasons_are_true() -> None:
    check_reasons(10_000, first=10_000)


def test_a_reason_that_is_off_by_a_minute_is_caught() -> None:
    """The control."""
    problem = crowded(1)
    plan = insertion.plan_day(problem)
    left = next(one for one in plan.left_out if one.obstacle.kind != "closed")
    wrong = replace(left, obstacle=replace(left.obstacle, by_s=left.obstacle.by_s + 60))
    assert does_what_it_says(problem, plan, left)
    assert not does_what_it_says(problem, plan, wrong)


def test_who_would_make_an_appointment_late_is_told_which_and_in_whose_place_he_would_fit() -> None:
    agreed = a_candidate("beto", openings=((3 * HOUR, 3 * HOUR + 600),), appointment=True, service_s=900)
    before = a_candidate("carla", value=31, service_s=10_000)
    after = a_candidate("dora", value=90, service_s=17_000)
    ana = a_candidate("ana", value=12, service_s=1800, openings=((0, 2 * HOUR),))
    problem = a_problem(agreed, before, after, ana, at=[(600, 0), (300, 0), (600, 300), (300, 30)])
    plan = day.plan_day(problem, seed=1, iterations=60)
    (left,) = plan.left_out
    assert problem.candidates[left.candidate].id == "ana"
    told = str(said(left.obstacle, STARTS, BOGOTA))
    assert told.startswith("no cabe: haría llegar ")
    assert "min tarde a la cita de las 11:00, la parada 2; " in told
    assert told.endswith("solo cabría en lugar de la parada 1, que vale 31 puntos y esta 12")


def test_who_cannot_be_reached_by_any_road_is_told_so() -> None:
    problem = a_problem(a_candidate("ana"), at=[(10_000_000, 0)])
    (left,) = day.plan_day(problem, seed=1, iterations=20).left_out
    assert "ninguna vía llega" in str(said(left.obstacle, STARTS, BOGOTA))
