"""The solver by itself: several vehicles, loads, groups, paces, and what it owes to its warm start."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sync.routing import solver
from sync.routing.tasks import Solved, Task, Tour, Vehicle, Visit, WrongTask

FEW = settings(derandomize=True, deadline=None, max_examples=25)


def on_a_line(*visits: Visit, vehicles: tuple[Vehicle, ...], needed: frozenset[int] = frozenset()) -> Task:
    """Places 0 to 9 on a line, ten units apart."""
    table = [[10 * abs(one - other) for other in range(10)] for one in range(10)]
    return Task([table], [table], visits, vehicles, needed)


def wrong_with(task: Task, found: Solved) -> list[str]:
    """Everything the tours break, followed place by place."""
    wrong: list[str] = []
    made = [visit for tour in found.tours for visit in tour.visits]
    groups = [task.visits[visit].group for visit in made if task.visits[visit].group is not None]
    if len(set(made)) != len(made) or len(set(groups)) != len(groups):
        wrong.append("a visit or a group is made twice")
    for number, vehicle in enumerate(task.vehicles):
        tours = [tour for tour in found.tours if tour.vehicle == number]
        if len(tours) > vehicle.count:
            wrong.append("more vehicles than there are")
        for tour in tours:
            clock, here, load = vehicle.begins, vehicle.start, 0
            for visit in (task.visits[index] for index in tour.visits):
                clock += task.durations[vehicle.matrix][here][visit.place]
                late = [window for window in visit.windows if clock <= window[1]]
                if visit.windows and not late:
                    wrong.append("a window is missed")
                clock = max(clock, late[0][0] if late else 0) + visit.service
                here, load = visit.place, load + visit.load
            if clock + task.durations[vehicle.matrix][here][vehicle.end] > vehicle.ends:
                wrong.append("a vehicle is late")
            if load > vehicle.load and any(visit.load for visit in task.visits):
                wrong.append("a vehicle is overloaded")
    return wrong


def cost_of(task: Task, found: Solved) -> int:
    """Distance, fixed costs and what is left behind, added up from the task."""
    made = {visit for tour in found.tours for visit in tour.visits}
    cost = sum(visit.prize for number, visit in enumerate(task.visits) if number not in made)
    for tour in found.tours:
        vehicle = task.vehicles[tour.vehicle]
        places = [vehicle.start, *(task.visits[visit].place for visit in tour.visits), vehicle.end]
        table = task.distances[vehicle.matrix]
        cost += vehicle.fixed_cost
        cost += sum(table[one][other] for one, other in pairwise(places))
    return cost


@st.composite
def tasks(draw: st.DrawFn) -> Task:
    visits = []
    for _ in range(draw(st.integers(1, 8))):
        bounds = sorted(draw(st.lists(st.integers(0, 200), min_size=4, max_size=4, unique=True)))
        windows = draw(
            st.sampled_from([(), ((bounds[0], bounds[2]),), ((bounds[0], bounds[1]), (bounds[2], bounds[3]))])
        )
        visits.append(
            Visit(
                draw(st.integers(0, 9)),
                draw(st.integers(0, 30)),
                windows,
                draw(st.integers(0, 200)),
                load=draw(st.integers(0, 3)),
                group=draw(st.sampled_from([None, None, 7])),
            )
        )
    vehicles = tuple(
        Vehicle(
            draw(st.integers(0, 9)),
            draw(st.integers(0, 9)),
            begins,
            begins + draw(st.integers(100, 250)),
            load=draw(st.integers(0, 6)),
            count=draw(st.integers(1, 2)),
            matrix=draw(st.integers(0, 1)),
        )
        for begins in draw(st.lists(st.integers(0, 50), min_size=1, max_size=2))
    )
    walk = [[10 * abs(one - other) for other in range(10)] for one in range(10)]
    ride = [[cell // 2 for cell in row] for row in walk]
    return Task([walk, walk], [walk, ride], tuple(visits), vehicles)


@FEW
@given(task=tasks())
def test_what_the_solver_calls_feasible_breaks_nothing_and_costs_what_it_says(task: Task) -> None:
    found = solver.solve(task, seed=3, iterations=60)
    assert found.feasible  # nobody has to be visited
    assert wrong_with(task, found) == []
    assert cost_of(task, found) == found.cost


@FEW
@given(task=tasks())
def test_a_warm_start_is_never_made_worse(task: Task) -> None:
    began = solver.solve(task, seed=3, iterations=60)
    for rounds in (None, 3):
        tuning = solver.Tuning(rounds=rounds)
        again = solver.solve(task, seed=4, iterations=8, warm=began.tours, tuning=tuning)
        assert again.cost <= began.cost


@FEW
@given(task=tasks())
def test_the_same_seed_gives_the_same_tours_in_rounds_as_in_one_search(task: Task) -> None:
    for tuning in (solver.LONG, solver.Tuning(rounds=7), None):
        one, other = (solver.solve(task, seed=5, iterations=40, tuning=tuning) for _ in range(2))
        assert one == other
        assert one.iterations <= 40


def test_each_vehicle_leaves_from_its_own_place_at_its_own_time() -> None:
    vehicles = (Vehicle(0, 0, 0, 60), Vehicle(9, 9, 100, 160))
    low, high = Visit(2, windows=((0, 60),), prize=900), Visit(7, windows=((0, 200),), prize=900)
    found = solver.solve(on_a_line(low, high, vehicles=vehicles), seed=1, iterations=50)
    assert set(found.tours) == {Tour(0, (0,)), Tour(1, (1,))}


def test_a_visit_worth_less_than_its_way_is_left_out_and_a_required_one_is_not() -> None:
    far = Visit(9, prize=100)
    vehicles = (Vehicle(0, 0, 0, 1000),)
    assert solver.solve(on_a_line(far, vehicles=vehicles), seed=1, iterations=20).tours == ()
    found = solver.solve(on_a_line(replace(far, required=True), vehicles=vehicles), seed=1, iterations=20)
    assert (found.tours, found.cost) == ((Tour(0, (0,)),), 180)


def test_of_a_needed_group_one_visit_is_made_the_nearest() -> None:
    eating = tuple(Visit(place, 5, ((0, 500),), group=3) for place in (9, 4, 6))
    vehicles = (Vehicle(0, 0, 0, 1000),)
    found = solver.solve(on_a_line(*eating, vehicles=vehicles, needed=frozenset([3])), seed=1, iterations=50)
    assert found.tours == (Tour(0, (1,)),)


def test_what_cannot_be_done_is_said_to_be_infeasible() -> None:
    twice = tuple(Visit(place, 5, ((10, 12),), required=True) for place in (1, 9))
    found = solver.solve(on_a_line(*twice, vehicles=(Vehicle(0, 0, 0, 500),)), seed=1, iterations=600)
    assert not found.feasible


def test_a_task_of_nobody_and_one_with_nobody_to_do_it_are_solved() -> None:
    assert solver.solve(on_a_line(vehicles=(Vehicle(0, 0, 0, 9),)), seed=1, iterations=5).cost == 0
    left = solver.solve(on_a_line(Visit(1, prize=7), vehicles=()), seed=1, iterations=5)
    assert (left.cost, left.feasible) == (7, True)


def test_a_task_that_makes_no_sense_is_refused() -> None:
    car = Vehicle(0, 0, 0, 9)
    for visits, vehicles, told in (
        ((Visit(10),), (car,), "visit 0 needs a place"),
        ((Visit(1, windows=((5, 4),)),), (car,), "ends before it begins"),
        ((Visit(1, required=True, group=2),), (car,), "say of its group"),
        ((Visit(1),), (replace(car, matrix=1),), "not there"),
        ((Visit(1),), (replace(car, start=12),), "starts and ends at places"),
        ((Visit(1),), (replace(car, ends=-1),), "before it has to be back"),
    ):
        with pytest.raises(WrongTask, match=told):
            on_a_line(*visits, vehicles=vehicles)
    with pytest.raises(WrongTask, match="one of them"):
        solver.solve(on_a_line(Visit(1), vehicles=(car,)), seed=1)
    with pytest.raises(WrongTask, match="every matrix must be"):
        Task([[[0]]], [[[0, 1], [1, 0]]], (), (car,))
