"""One agent's day: what every plan must be, whoever plans it."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from itertools import permutations
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings

from sync.routing import day, insertion, solver
from sync.routing.checker import check
from sync.routing.records import LeftOut, Obstacle, Plan, Problem, WrongProblem
from sync.routing.why import said

from .routing_world import HOUR, STARTS, a_candidate, a_problem, claimed, problems

BOGOTA = ZoneInfo("America/Bogota")
FEW = settings(derandomize=True, deadline=None, max_examples=60)
Planner = Callable[[Problem], Plan]


def solved(problem: Problem) -> Plan:
    return day.plan_day(problem, seed=1, iterations=40)


def best_by_trying_all(problem: Problem) -> int:
    """The least objective over every order of every subset."""
    everyone = range(len(problem.candidates))
    found = [
        insertion.finished(problem, order, seed=0, iterations=0, solver="all").certificate.objective
        for size in range(len(problem.candidates) + 1)
        for order in permutations(everyone, size)
        if insertion.schedule(problem, order) is not None
    ]
    return min(found)


@pytest.mark.parametrize("planner", [solved, insertion.plan_day])
@FEW
@given(problem=problems())
def test_a_plan_visits_a_subset_once_each_and_explains_all_the_others(
    planner: Planner, problem: Problem
) -> None:
    plan = planner(problem)
    left = [one.candidate for one in plan.left_out]
    assert len(set(plan.order)) == len(plan.order)
    assert sorted([*plan.order, *left]) == list(range(len(problem.candidates)))


@pytest.mark.parametrize("planner", [solved, insertion.plan_day])
@FEW
@given(problem=problems())
def test_a_plan_passes_the_independent_checker(planner: Planner, problem: Problem) -> None:
    assert check(claimed(problem, planner(problem)), BOGOTA) == ()


@FEW
@given(problem=problems())
def test_the_solver_never_ends_worse_than_the_insertion_it_starts_from(problem: Problem) -> None:
    assert solved(problem).certificate.objective <= insertion.plan_day(problem).certificate.objective


@settings(derandomize=True, deadline=None, max_examples=40)
@given(problem=problems(most=4))
def test_a_small_day_is_planned_as_well_as_by_trying_everything(problem: Problem) -> None:
    found, least = solved(problem).certificate.objective, best_by_trying_all(problem)
    # Value comes first; among equal values the plan may be a little longer than the shortest.
    assert found // 1000 <= least // 1000 + 2


@FEW
@given(problem=problems())
def test_whoever_is_left_out_does_not_fit_at_any_place(problem: Problem) -> None:
    plan = solved(problem)
    for left in plan.left_out:
        for place in range(len(plan.order) + 1):
            forced = [*plan.order[:place], left.candidate, *plan.order[place:]]
            assert insertion.schedule(problem, forced) is None
        assert left.obstacle.kind == "closed" or left.obstacle.by_s > 0


@FEW
@given(problem=problems())
def test_two_opt_keeps_the_same_stops_and_never_lengthens_the_way(problem: Problem) -> None:
    order = insertion.insert_all(problem, ())
    shorter = insertion.two_opt(problem, order)
    assert sorted(shorter) == sorted(order)
    assert insertion.travel(problem, shorter)[0] <= insertion.travel(problem, order)[0]


def test_the_same_seed_gives_the_same_plan_to_the_last_second() -> None:
    names = [a_candidate(f"d{i}", value=1 + i * 7 % 90) for i in range(40)]
    problem = a_problem(*names, at=[(i * 389 % 3000, i * 577 % 3000) for i in range(40)])
    first = day.plan_day(problem, seed=7, iterations=60)
    assert day.plan_day(problem, seed=7, iterations=60) == first
    assert first.certificate.to_dict() == {
        "objective": first.certificate.objective,
        "bound": None,
        "gap": None,
        "relaxation": "",
        "value": sum(problem.candidates[i].value for i in first.order),
        "travel_s": first.certificate.travel_s,
        "travel_m": first.certificate.travel_m,
        "seed": 7,
        "iterations": 60,
        "solver": "pyvrp 0.14.1",
        "versions": {},
        "problem": "",
        "matrix": "plane",
        "approximate": True,
    }


def test_an_appointment_is_kept_whatever_value_it_costs() -> None:
    far = a_candidate("far", value=1, openings=((4 * HOUR, 4 * HOUR + 900),), appointment=True)
    others = [a_candidate(f"d{i}", value=100, service_s=1800) for i in range(8)]
    problem = a_problem(far, *others, at=[(12_000, 0), *((-500 * i, 0) for i in range(8))])
    plan = day.plan_day(problem, seed=1)
    assert 0 in plan.order
    assert len(plan.left_out) > 0


def test_two_appointments_that_clash_lose_one_and_not_the_day() -> None:
    clash = [
        a_candidate(name, openings=((HOUR, HOUR + 300),), appointment=True, service_s=1200)
        for name in ("first", "second")
    ]
    problem = a_problem(*clash, a_candidate("third"), at=[(100, 0), (200, 0), (300, 0)])
    plan = day.plan_day(problem, seed=1, iterations=40)
    assert 2 in plan.order
    assert len(plan.stops) == 2
    (left,) = plan.left_out
    assert left.obstacle.kind in ("window", "displaces")


def test_an_agent_who_arrives_before_the_opening_waits_at_the_door() -> None:
    problem = a_problem(a_candidate("ana", openings=((HOUR, 2 * HOUR),)), at=[(600, 0)])
    (stop,) = solved(problem).stops
    assert (stop.arrival_s, stop.start_s, stop.end_s) == (600, HOUR, HOUR + 600)


def test_between_two_openings_the_second_is_waited_for() -> None:
    ana = a_candidate("ana", openings=((0, 300), (2 * HOUR, 3 * HOUR)))
    problem = a_problem(ana, at=[(600, 0)])
    assert solved(problem).stops[0].start_s == 2 * HOUR


def test_who_does_not_fit_the_shift_is_told_the_hour_and_the_minutes() -> None:
    problem = a_problem(a_candidate("ana", service_s=9 * HOUR), at=[(1200, 0)])
    (left,) = solved(problem).left_out
    assert left == LeftOut(0, Obstacle("shift", by_s=2400, at_s=9 * HOUR + 2400))
    told = str(said(left.obstacle, STARTS, BOGOTA))
    assert told == ("fuera del turno: la jornada terminaría a las 17:40, 40 min después del fin del turno")


def test_who_cannot_be_reached_in_time_is_told_so() -> None:
    problem = a_problem(a_candidate("ana", openings=((0, 60),)), at=[(1200, 0)])
    (left,) = solved(problem).left_out
    assert "fuera de su ventana: se llegaría a las 08:20, 19 min después" in str(
        said(left.obstacle, STARTS, BOGOTA)
    )


def test_who_would_make_another_late_is_told_which_stop() -> None:
    pressed = a_candidate("beto", value=90, openings=((0, 700),), service_s=600)
    long = a_candidate("ana", value=1, openings=((0, 700),), service_s=3600)
    problem = a_problem(pressed, long, at=[(600, 0), (300, 0)])
    plan = solved(problem)
    (left,) = plan.left_out
    assert problem.candidates[left.candidate].id == "ana"
    # Before Beto she would make him late; after him her own window has passed, and that by less.
    assert left.obstacle.kind == "window"


def test_who_has_no_lawful_hour_in_the_shift_is_told_so() -> None:
    problem = a_problem(a_candidate("ana", openings=()), at=[(10, 0)])
    (left,) = solved(problem).left_out
    assert "ninguna hora permitida" in str(said(left.obstacle, STARTS, BOGOTA))


def test_a_problem_that_lists_a_debtor_twice_is_refused() -> None:
    with pytest.raises(WrongProblem, match="listed twice"):
        a_problem(a_candidate("ana"), a_candidate("ana"), at=[(1, 1), (2, 2)])


def test_a_matrix_of_another_size_is_refused() -> None:
    with pytest.raises(WrongProblem, match="3 x 3"):
        a_problem(a_candidate("ana"), a_candidate("beto"), at=[(1, 1)])


def test_without_the_solver_the_message_names_the_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(solver, "find_spec", lambda name: None)
    with pytest.raises(day.NoSolver, match=r"ronda\[routing\]"):
        day.plan_day(a_problem(at=[]), seed=1)


def test_insertion_plans_on_a_laptop_that_has_neither_solver_nor_numpy() -> None:
    program = (
        "import sys; sys.modules['pyvrp'] = sys.modules['numpy'] = None\n"
        "from sync.routing import checker, day, insertion, why\n"
        "from tests.rules.routing_world import a_candidate, a_problem\n"
        "plan = insertion.plan_day(a_problem(a_candidate('ana'), at=[(60, 0)]))\n"
        "print(len(plan.stops))"
    )
    ran = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert (ran.stdout.strip(), ran.returncode) == ("1", 0), ran.stderr
