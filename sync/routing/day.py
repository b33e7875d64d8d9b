"""Plans one agent's day: poses it to the solver, and mends and times what comes back.

Replay is exact: the same problem, warm start, seed and iterations give the same plan, on any machine,
because nothing here stops on seconds.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise, permutations

from . import solver
from .insertion import build, finished, objective, repaired
from .records import Opening, Plan, Problem
from .solver import NoSolver, Tuning, available
from .tasks import Task, Tour, Vehicle, Visit
from .timing import timed

__all__ = ["ITERATIONS", "NoSolver", "available", "plan_day"]

ITERATIONS = 800
# Once more, for this much longer, when an appointment is not in the day; somebody waits for a day replanned.
PATIENCE, REPLANNING_PATIENCE = 4, 2
# More appointments than this are not tried in every order to see whether they clash.
TRIED = 6
# A hand order is kept by dividing the day's hours among its stops; so often they are divided anew.
DIVISIONS = 3


def plan_day(
    problem: Problem,
    *,
    seed: int,
    iterations: int = ITERATIONS,
    warm: Sequence[int] = (),
    tuning: Tuning | None = None,
) -> Plan:
    """The best day found: value first, then the shorter way. Raises NoSolver without the extra `routing`.

    The plan is feasible always: every service starts in an opening, lunch is held, the hand order kept, and
    the agent is back within the shift. It is never worse than `warm`, as far as that can be carried out.
    Appointments are lost only when they clash with one another, with what is locked, or with the shift.
    """
    if not available():
        raise NoSolver("the day's solver is missing; install it with: pip install 'ronda[routing]'")
    start = build(problem, ())
    if warm:
        start = _better(problem, build(problem, repaired(problem, warm)), start)
    tuning = tuning or tuned(problem)
    order = _attempt(problem, start, seed, iterations, tuning)
    if _misses_appointment(problem, order):
        longer = iterations * (REPLANNING_PATIENCE if warm else PATIENCE)
        order = _better(problem, order, _attempt(problem, start, seed + 1, longer, tuning))
    return finished(problem, order, seed=seed, iterations=iterations, solver=solver.name())


def tuned(problem: Problem) -> Tuning:
    """For a day's few hundred iterations: less shaken, and each door tried beside a third of the others.

    A search of four times the neighbours and twice the shaking found 0.05 % more value in three times the
    processor time (measured on 20 days of 50 candidates).
    """
    return Tuning(history=100, perturb_most=12, neighbours=max(18, len(problem.candidates) * 35 // 100))


def _better(problem: Problem, one: list[int], other: list[int]) -> list[int]:
    return other if _loss(problem, other) < _loss(problem, one) else one


def _loss(problem: Problem, order: Sequence[int]) -> int:
    found = timed(problem, order)
    if found is None:
        raise ValueError("only an order that can be carried out has an objective")
    return objective(problem, order, found)


def _attempt(problem: Problem, start: list[int], seed: int, iterations: int, tuning: Tuning) -> list[int]:
    """The best order of a search from a feasible one; with a hand order, of several searches."""
    best, rounds = start, DIVISIONS if problem.order else 1
    for number in range(rounds):
        found = _search(problem, best, seed + number, iterations // rounds, tuning)
        best = _better(problem, best, build(problem, repaired(problem, found)))
    return best


def _search(problem: Problem, start: list[int], seed: int, iterations: int, tuning: Tuning) -> list[int]:
    """The order of candidates in the solver's best solution, which may want mending.

    It starts from the feasible order `start`: with candidates of several openings a cold search of
    this length ended worse than plain insertion (measured), and so it never can.
    """
    task, owners = posed(problem, start)
    if not owners:
        return []
    warm = _tour(problem, start, owners)
    found = solver.solve(task, seed=seed, iterations=iterations, warm=warm, tuning=tuning)
    return [owners[visit] for tour in found.tours for visit in tour.visits if visit < len(owners)]


def posed(problem: Problem, start: Sequence[int] = ()) -> tuple[Task, list[int]]:
    """The day as a task of one vehicle, and the candidate of each of its first visits; then comes lunch.

    Where there is a hand order, the hours are divided among its stops as `start` has them, and those of it
    whom `start` does not visit are not posed.
    """
    prizes, hours = problem.prizes(), _divided(problem, start)
    owners: list[int] = []
    visits: list[Visit] = []
    for index, candidate in enumerate(problem.candidates):
        windows = tuple(_within(opening, hours.get(index)) for opening in candidate.openings)
        windows = tuple(window for window in windows if window[0] <= window[1])
        if windows and (index not in problem.ranks or index in hours):
            owners.append(index)
            visits.append(Visit(index + 1, candidate.service_s, windows, prizes[index]))
    meal = problem.meal
    if meal is not None:
        window = ((meal.earliest_s, meal.latest_s),)
        visits += [Visit(place, meal.seconds, window, group=0) for place in meal.places]
    task = Task(
        distances=[problem.seconds],
        durations=[problem.seconds],
        visits=tuple(visits),
        vehicles=(
            Vehicle(problem.row_from(None), 0, problem.begins_s, max(problem.shift_s, problem.begins_s)),
        ),
        needed=frozenset([0] if meal is not None else []),
    )
    return task, owners


def _within(opening: Opening, hours: tuple[int, int] | None) -> tuple[int, int]:
    earliest, latest = hours or (opening.earliest_s, opening.latest_s)
    return max(opening.earliest_s, earliest), min(opening.latest_s, latest)


def _divided(problem: Problem, start: Sequence[int]) -> dict[int, tuple[int, int]]:
    """The hours in which each stop of the hand order may begin, so that none can pass another."""
    found = timed(problem, start) if problem.order else None
    if found is None:
        return {}
    held = [stop for stop in found.stops if stop.candidate in problem.ranks]
    between = [(one.start_s + other.start_s) // 2 for one, other in pairwise(held)]
    bounds = [0, *between, problem.shift_s]
    return {stop.candidate: (bounds[number], bounds[number + 1]) for number, stop in enumerate(held)}


def _tour(problem: Problem, start: Sequence[int], owners: Sequence[int]) -> list[Tour]:
    """A feasible order as the task's tour, with lunch where it falls."""
    found = timed(problem, start)
    if found is None or not found.stops:
        return []
    visit_of = {candidate: visit for visit, candidate in enumerate(owners)}
    visits = [visit_of[stop.candidate] for stop in found.stops]
    if found.lunch is not None and problem.meal is not None:
        visits.insert(found.lunch.after, len(owners) + problem.meal.places.index(found.lunch.place))
    return [Tour(0, tuple(visits))]


def _misses_appointment(problem: Problem, order: Sequence[int]) -> bool:
    """True when an appointment is left out that could perhaps be met together with all the others."""
    agreed = [index for index, one in enumerate(problem.candidates) if one.appointment]
    if set(agreed) <= set(order):
        return False
    able = [index for index in agreed if timed(problem, [index]) is not None]
    if set(able) <= set(order):
        return False
    return len(able) > TRIED or any(timed(problem, tried) is not None for tried in permutations(able))
