"""Solves prize-collecting routes with time windows for several vehicles. The only module that knows PyVRP.

Who stops on iterations gets the same solution again from the same task and seed, on any machine; who stops
on seconds does not.
"""

from __future__ import annotations

import sys
import time
import warnings
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from importlib.metadata import version
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

from .tasks import Solved, Task, Tour, WrongTask

if TYPE_CHECKING:
    from pyvrp import Client, ProblemData, Route, Solution


class NoSolver(RuntimeError):
    """PyVRP is not installed; the message names the extra that brings it."""


@dataclass(frozen=True)
class Tuning:
    """How the search goes about it; the defaults are the solver's own, and one long search.

    `rounds` is the iterations of a round: so many searches from other starts first, then one from the best.
    Rounds differ in who counts as near and in what lateness costs, for what one finds another may not.
    """

    rounds: int | None = None
    history: int = 300
    perturb_most: int = 25
    neighbours: int = 50
    penalty_most: float = 100_000.0
    penalty_every: int = 500
    waiting: float = 0.2  # how much a wait counts beside the way, for who is near
    both_ways: bool = True  # near in one direction is near in the other

    def of_round(self, number: int) -> Tuning:
        waiting, both_ways = (self.waiting, self.both_ways) if number % 2 else (0.0, False)
        penalty = self.penalty_most if number // 2 % 2 else 0.3 * self.penalty_most
        return replace(self, waiting=waiting, both_ways=both_ways, penalty_most=penalty)


LONG = Tuning()
# Of a search in rounds, the share that goes to other starts; the rest goes on from the best of them.
SHARE_OF_ROUNDS = 0.7
# A larger task needs one long search.
ROUNDS_UP_TO = 300
ALWAYS = (0, sys.maxsize)


def tuned(task: Task) -> Tuning:
    """What suits a task by its size and by whether visits may be left out (measured in bench/plan.py)."""
    optional = sorted(visit.prize for visit in task.visits if visit.prize and not visit.required)
    if 2 * len(optional) < len(task.visits):
        return LONG
    if len(task.visits) > ROUNDS_UP_TO:
        return Tuning(perturb_most=10, neighbours=30)
    # Being late by one unit costs no more than a small part of a usual prize.
    lateness = min(max(optional[len(optional) // 2] / 15, 10.0), LONG.penalty_most)
    few = sum(vehicle.count for vehicle in task.vehicles) == 1
    return Tuning(
        rounds=500 if few else 800,
        history=30 if few else 300,
        neighbours=100,
        penalty_most=lateness,
        penalty_every=100,
    )


def available() -> bool:
    """True when the solver can be imported."""
    return find_spec("pyvrp") is not None and find_spec("numpy") is not None


def name() -> str:
    """The solver and its version, as a certificate names them."""
    return f"pyvrp {version('pyvrp')}"


def solve(
    task: Task,
    *,
    seed: int,
    iterations: int | None = None,
    seconds: float | None = None,
    warm: Sequence[Tour] = (),
    tuning: Tuning | None = None,
    clock: Callable[[], float] = time.perf_counter,
) -> Solved:
    """The best solution found within so many iterations, or else within so many seconds of the clock.

    `tuning` is what suits the task (`tuned`) where none is given.

    It is never worse than `warm` where that is feasible. Raises NoSolver and WrongTask.
    """
    if not available():
        raise NoSolver("the day's solver is missing; install it with: pip install 'ronda[routing]'")
    budget = _Budget(iterations, seconds, clock)
    if not task.visits or not task.vehicles:
        return Solved((), sum(visit.prize for visit in task.visits), not task.needed, 0)
    model, tuning = _Model(task), tuning or tuned(task)
    # Nobody visited is a solution too, where nobody is required.
    best = model.better(model.solution(warm), model.solution(()))
    number = 0
    while tuning.rounds and budget.share_left() > 1 - SHARE_OF_ROUNDS:
        start = best if warm and number == 0 else None
        found = model.search(budget.round(tuning.rounds), seed + number, start, tuning.of_round(number))
        best = model.better(best, found)
        number += 1
    start = best if best.num_clients() else None
    best = model.better(best, model.search(budget, seed + number, start, tuning))
    return model.solved(best, budget.spent)


class _Budget:
    """What a search may spend, over all its rounds. The solver asks before every iteration: is it spent?"""

    def __init__(self, iterations: int | None, seconds: float | None, clock: Callable[[], float]) -> None:
        if (iterations is None) == (seconds is None):
            raise WrongTask("a search stops on iterations or on seconds: say one of them")
        self._most = iterations or 0
        self._seconds = seconds
        self._clock = clock
        self._began = clock()
        self.spent = 0

    def share_left(self) -> float:
        if self._seconds is None:
            return 1 - self.spent / max(self._most, 1)
        return 1 - (self._clock() - self._began) / self._seconds

    def __call__(self, _best_cost: int) -> bool:
        if self.share_left() <= 0:
            return True
        self.spent += 1
        return False

    def round(self, iterations: int) -> _Round:
        return _Round(self, iterations)


class _Round:
    """So many iterations of a budget, or what it has left."""

    def __init__(self, budget: _Budget, iterations: int) -> None:
        self._budget, self._left = budget, iterations

    def __call__(self, best_cost: int) -> bool:
        if self._left <= 0:
            return True
        self._left -= 1
        return self._budget(best_cost)


class _Model:
    """A task in the solver's terms. A visit with several windows is a group of clients there."""

    def __init__(self, task: Task) -> None:
        self.task = task
        self.owners: list[int] = []  # the visit of each client
        self.firsts: list[int] = []  # the first client of each visit
        for number, visit in enumerate(task.visits):
            self.firsts.append(len(self.owners))
            self.owners += [number] * max(len(visit.windows), 1)

    @cached_property
    def data(self) -> ProblemData:
        from pyvrp import ProblemData

        clients, groups = self._clients()
        depots, vehicles = self._fleet()
        return ProblemData(
            # Coordinates only serve the solver's drawings; the matrices hold what counts.
            locations=_nowhere(len(self.task.durations[0])),
            clients=clients,
            depots=depots,
            vehicle_types=vehicles,
            distance_matrices=[_square(matrix) for matrix in self.task.distances],
            duration_matrices=[_square(matrix) for matrix in self.task.durations],
            groups=groups,
        )

    def _clients(self) -> tuple[list[Client], list[Any]]:
        from pyvrp import Client, ClientGroup

        loaded = any(visit.load for visit in self.task.visits)
        members: dict[tuple[str, int], list[int]] = {}
        for client, owner in enumerate(self.owners):
            visit = self.task.visits[owner]
            if visit.group is not None:
                members.setdefault(("group", visit.group), []).append(client)
            elif len(visit.windows) > 1:
                members.setdefault(("visit", owner), []).append(client)
        group_of = {one: number for number, ones in enumerate(members.values()) for one in ones}
        groups = [ClientGroup(ones, required=self._needed(key)) for key, ones in members.items()]
        clients = []
        for client, owner in enumerate(self.owners):
            visit = self.task.visits[owner]
            group = group_of.get(client)
            early, late = visit.windows[client - self.firsts[owner]] if visit.windows else ALWAYS
            clients.append(
                Client(
                    location=visit.place,
                    delivery=[visit.load] if loaded else [],
                    service_duration=visit.service,
                    prize=visit.prize,
                    required=visit.required and group is None,
                    tw_early=early,
                    tw_late=late,
                    group=group,
                )
            )
        return clients, groups

    def _needed(self, key: tuple[str, int]) -> bool:
        kind, number = key
        return number in self.task.needed if kind == "group" else self.task.visits[number].required

    def _fleet(self) -> tuple[list[Any], list[Any]]:
        from pyvrp import Depot, VehicleType

        loaded = any(visit.load for visit in self.task.visits)
        ends = dict.fromkeys(place for one in self.task.vehicles for place in (one.start, one.end))
        depot_of = {place: number for number, place in enumerate(ends)}
        return [Depot(place) for place in ends], [
            VehicleType(
                num_available=one.count,
                capacity=[one.load] if loaded else [],
                start_depot=depot_of[one.start],
                end_depot=depot_of[one.end],
                fixed_cost=one.fixed_cost,
                tw_early=one.begins,
                tw_late=one.ends,
                profile=one.matrix,
            )
            for one in self.task.vehicles
        ]

    def search(self, stop: Any, seed: int, start: Solution | None, tuning: Tuning) -> Solution:
        """The solver's best from a start of its own, or from the one given."""
        from pyvrp import IteratedLocalSearchParams, PenaltyParams, SolveParams
        from pyvrp import solve as search
        from pyvrp.exceptions import PenaltyBoundWarning
        from pyvrp.search import NeighbourhoodParams, PerturbationParams

        # That it found no feasible solution is seen from what it returns.
        warnings.filterwarnings("ignore", category=PenaltyBoundWarning)
        params = SolveParams(
            ils=IteratedLocalSearchParams(history_length=tuning.history),
            penalty=PenaltyParams(
                max_penalty=tuning.penalty_most, solutions_between_updates=tuning.penalty_every
            ),
            neighbourhood=NeighbourhoodParams(tuning.waiting, tuning.neighbours, tuning.both_ways),
            perturbation=PerturbationParams(1, tuning.perturb_most),
        )
        found = search(
            self.data,
            stop,
            seed=seed,
            collect_stats=False,
            display=False,
            params=params,
            initial_solution=start,
        )
        best: Solution = found.best
        return best

    def better(self, one: Solution, other: Solution) -> Solution:
        """The feasible one of lower cost; the first where they are equal."""
        if other.is_feasible() and not one.is_feasible():
            return other
        if one.is_feasible() and not other.is_feasible():
            return one
        return other if _cost(other) < _cost(one) else one

    def solution(self, tours: Sequence[Tour]) -> Solution:
        """Tours in the solver's terms: of several windows, the one in which the service would begin."""
        from pyvrp import Route, Solution

        routes = [
            Route(self.data, list(self._timed(tour)), vehicle_type=tour.vehicle)
            for tour in tours
            if tour.visits
        ]
        return Solution(self.data, routes)

    def _timed(self, tour: Tour) -> Iterator[int]:
        vehicle = self.task.vehicles[tour.vehicle]
        durations = self.task.durations[vehicle.matrix]
        clock, here = vehicle.begins, vehicle.start
        for number in tour.visits:
            visit = self.task.visits[number]
            clock += int(durations[here][visit.place])
            open_still = [at for at, (_, late) in enumerate(visit.windows) if clock <= late]
            chosen = open_still[0] if open_still else max(len(visit.windows) - 1, 0)
            if visit.windows:
                clock = max(clock, visit.windows[chosen][0])
            clock, here = clock + visit.service, visit.place
            yield self.firsts[number] + chosen

    def solved(self, solution: Solution, iterations: int) -> Solved:
        tours = tuple(
            Tour(route.vehicle_type(), tuple(self.owners[one.idx] for one in _clients_of(route)))
            for route in solution.routes()
        )
        made = {visit for tour in tours for visit in tour.visits}
        left = sum(visit.prize for number, visit in enumerate(self.task.visits) if number not in made)
        cost = left + int(solution.distance_cost()) + int(solution.fixed_vehicle_cost())
        return Solved(tours, cost, solution.is_feasible(), iterations)


def _clients_of(route: Route) -> Iterator[Any]:
    return (activity for activity in route.schedule() if activity.is_client())


def _cost(solution: Solution) -> int:
    prizes: int = solution.uncollected_prizes()
    return prizes + int(solution.distance_cost()) + int(solution.fixed_vehicle_cost())


def _square(matrix: Any) -> Any:
    """The matrix as the solver wants it: whole numbers, and nothing from a place to itself."""
    import numpy as np

    made = np.array(matrix, dtype=np.int64)
    np.fill_diagonal(made, 0)
    return made


def _nowhere(count: int) -> list[Any]:
    from pyvrp import Location

    return [Location(0, 0) for _ in range(count)]
