"""What a day could be worth at most: never below the best day there is, never below the plan's own value."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bench.exact import least_objective, most_value, small_day
from sync.routing import day
from sync.routing.bound import Bound, bound_of, kept_by_all, knapsack
from sync.routing.records import Problem

from .routing_world import HOUR, a_candidate, a_problem

SAMPLE = range(60)
THOUSAND = range(1_000)


def proven(seed: int) -> tuple[Problem, Bound]:
    """A small day, planned, bounded, and compared with the best that CP-SAT finds."""
    problem = small_day(seed)
    plan = day.plan_day(problem, seed=1, iterations=60)
    bound = bound_of(problem, plan.order)
    most, best = most_value(problem, bound.kept), least_objective(problem)
    said = f"day {seed}: planned {plan.certificate.value}, best {most.value}, bound {bound}"
    assert plan.certificate.value <= most.value <= bound.value, said
    assert plan.certificate.objective >= best.objective, said
    assert best.value <= bound.value, said
    assert set(bound.kept) <= set(best.visited), said
    return problem, bound


@pytest.mark.parametrize("tens", range(0, len(SAMPLE), 20))
def test_no_small_day_is_better_than_its_bound(tens: int) -> None:
    for seed in SAMPLE[tens : tens + 20]:
        proven(seed)


@pytest.mark.slow
def test_none_of_a_thousand_small_days_is_better_than_its_bound() -> None:
    for seed in THOUSAND:
        proven(seed)


def test_a_bound_of_a_shorter_shift_would_be_caught() -> None:
    """The control: a bound that forgets three eighths of the day falls below the best day of some."""
    caught = 0
    for problem in map(small_day, SAMPLE[:8]):
        shorter = replace(problem, shift_s=problem.shift_s * 5 // 8)
        caught += bound_of(shorter, ()).value < most_value(problem, ()).value
    assert caught > 0


def a_town(count: int = 40) -> Problem:
    names = [a_candidate(f"d{i}", value=5 + i * 7 % 36, service_s=720) for i in range(count)]
    names[3] = replace(
        names[3], appointment=True, openings=a_candidate("", openings=((HOUR, HOUR + 900),)).openings
    )
    at = [(i * 389 % 2000 - 1000, i * 577 % 2000 - 1000) for i in range(count)]
    return a_problem(*names, at=at, shift_s=5 * HOUR)


def test_the_flow_is_far_tighter_than_the_knapsack_and_the_same_each_time() -> None:
    problem = a_town()
    plan = day.plan_day(problem, seed=1, iterations=200)
    bound = bound_of(problem, plan.order)
    value = plan.certificate.value
    assert bound.relaxation == "flow"
    assert value <= bound.value <= 1.05 * value
    assert bound_of(problem, plan.order) == bound
    rough = bound_of(problem, plan.order, rounds=0)
    assert rough == Bound(knapsack(problem, (3,)), "knapsack", (3,))
    assert rough.value > bound.value


def test_every_round_is_a_bound_and_more_rounds_never_loosen_it() -> None:
    problem = a_town(30)
    plan = day.plan_day(problem, seed=1, iterations=100)
    found = [bound_of(problem, plan.order, rounds=rounds).value for rounds in (1, 3, 6)]
    assert found == sorted(found, reverse=True)
    assert found[-1] >= plan.certificate.value


def test_a_lost_appointment_makes_the_bound_speak_of_all_days() -> None:
    clash = [
        a_candidate(name, openings=((HOUR, HOUR + 300),), appointment=True, service_s=1200)
        for name in ("first", "second")
    ]
    problem = a_problem(*clash, a_candidate("third"), at=[(100, 0), (200, 0), (300, 0)])
    plan = day.plan_day(problem, seed=1, iterations=40)
    assert kept_by_all(problem, plan.order) == ()
    assert bound_of(problem, plan.order).value >= plan.certificate.value


def test_a_day_without_candidates_is_worth_nothing() -> None:
    assert bound_of(a_problem(at=[]), ()).value == 0
