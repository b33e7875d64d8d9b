"""A routing task as plain numbers, and its solution: who could be visited by whom. Solves nothing.

Units are the caller's, all whole numbers: a task in tenths of a kilometre and a task in seconds are alike.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any


class WrongTask(ValueError):
    """The task cannot be solved because it is not well formed; the message says where."""


@dataclass(frozen=True)
class Visit:
    """Something to do at a place (a row of the matrices): service begins in one of its windows.

    No window is any time. Visits that share a `group` stand for one another: one of them is made at most.
    """

    place: int
    service: int = 0
    windows: tuple[tuple[int, int], ...] = ()
    prize: int = 0
    required: bool = False
    load: int = 0
    group: int | None = None


@dataclass(frozen=True)
class Vehicle:
    """`count` vehicles alike: from where to where, free from when, back by when, with what room and pace.

    `matrix` numbers the pair of matrices that tells its travel.
    """

    start: int
    end: int
    begins: int
    ends: int
    load: int = 0
    count: int = 1
    fixed_cost: int = 0
    matrix: int = 0


@dataclass(frozen=True)
class Task:
    """The cost of a solution is its distance, its vehicles' fixed costs, and the prizes left behind.

    `distances` and `durations` hold a square matrix each for every pace there is; rows are places. Of a
    group in `needed` one visit has to be made. Loads count only where a visit has one.
    """

    distances: Sequence[Any]
    durations: Sequence[Any]
    visits: tuple[Visit, ...]
    vehicles: tuple[Vehicle, ...]
    needed: frozenset[int] = frozenset()

    def __post_init__(self) -> None:
        size = len(self.durations[0]) if len(self.durations) else 0
        if not size or len(self.distances) != len(self.durations):
            raise WrongTask("a task needs matrices of durations, and as many of distances")
        for matrix in (*self.distances, *self.durations):
            if len(matrix) != size or any(len(row) != size for row in matrix):
                raise WrongTask(f"every matrix must be {size} x {size}, as the first one of durations")
        for number, visit in enumerate(self.visits):
            if not 0 <= visit.place < size or visit.service < 0 or visit.load < 0 or visit.prize < 0:
                raise WrongTask(f"visit {number} needs a place of the matrices and no negative figure")
            if any(early > late or early < 0 for early, late in visit.windows):
                raise WrongTask(f"visit {number} has a window that ends before it begins")
            if visit.required and visit.group is not None:
                raise WrongTask(f"visit {number}: say of its group that it is needed, not of the visit")
        for number, vehicle in enumerate(self.vehicles):
            if not (0 <= vehicle.start < size and 0 <= vehicle.end < size):
                raise WrongTask(f"vehicle {number} starts and ends at places of the matrices")
            if vehicle.begins > vehicle.ends or vehicle.count < 1 or vehicle.begins < 0:
                raise WrongTask(f"vehicle {number} must be free before it has to be back")
            if not 0 <= vehicle.matrix < len(self.durations):
                raise WrongTask(f"vehicle {number} travels by a matrix that is not there")


@dataclass(frozen=True)
class Tour:
    """A vehicle (by its index in the task) and the visits it makes, in order."""

    vehicle: int
    visits: tuple[int, ...]


@dataclass(frozen=True)
class Solved:
    """The best solution seen. `feasible` is the solver's own word: whoever relies on it checks it."""

    tours: tuple[Tour, ...]
    cost: int
    feasible: bool
    iterations: int
