"""The problem of one agent's day and its plan, as plain values. Solves nothing.

All times are whole seconds since the problem's start (the start of the shift); travel is whole
seconds and metres. The matrices are square and row-major: row 0 is the depot (home), row i + 1
candidate i, and any rows after them are other places: where the agent is now, where he could eat.
A value is a whole number from 1; only its ratio to the other values of the day matters.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

Matrix = Sequence[Sequence[int]]

# One unit of value outweighs 1,000 s of travel: value first, then the shorter way (ROUTING 1b).
PRIZE_PER_VALUE = 1_000
# An appointment is worth more than anything else in the day, yet two that clash lose one, not the day.
APPOINTMENT_PRIZE = 10_000_000
# Ranks of candidates: each outweighs all that is below it.
MUST, APPOINTMENT, LOCKED = 1, 2, 3


class WrongProblem(ValueError):
    """The problem cannot be planned because it is not well formed; the message says where."""


@dataclass(frozen=True)
class Opening:
    """A stretch in which the service at a door may start, both ends included."""

    earliest_s: int
    latest_s: int


@dataclass(frozen=True)
class Candidate:
    """One debtor at one address who could be visited in the day. `openings` are in order and apart.

    `must`: left out only for an appointment, a locked stop or where it cannot be reached. `locked`: a
    person put it into this day; it yields to nothing but another locked stop.
    """

    id: str
    service_s: int
    value: int
    openings: tuple[Opening, ...]
    appointment: bool = False
    must: bool = False
    locked: bool = False

    @property
    def rank(self) -> int:
        """0 for a candidate of plain value, else what makes it outweigh them."""
        return LOCKED if self.locked else APPOINTMENT if self.appointment else MUST if self.must else 0

    def start_at(self, arrival_s: int) -> int | None:
        """When service starts for one who arrives then; None when every opening has passed."""
        for opening in self.openings:
            if arrival_s <= opening.latest_s:
                return max(arrival_s, opening.earliest_s)
        return None

    def latest_arrival(self, limit_s: int) -> int | None:
        """The last arrival whose service starts no later than `limit_s`; None when there is none."""
        for opening in reversed(self.openings):
            if opening.earliest_s <= limit_s:
                return min(opening.latest_s, limit_s)
        return None


@dataclass(frozen=True)
class Lunch:
    """A stretch of rest at one of some places (rows of the matrix), begun within a window."""

    seconds: int
    earliest_s: int
    latest_s: int
    places: tuple[int, ...]


@dataclass(frozen=True)
class Problem:
    """One agent, one day. It ends at the depot within `shift_s` seconds.

    `start` is the row of the matrix where the agent is when it is not the depot, and `begins_s` the
    moment from which he is free. Whoever is visited of `order` is visited in that order.
    """

    candidates: tuple[Candidate, ...]
    seconds: Matrix
    metres: Matrix
    shift_s: int
    fingerprint: str
    approximate: bool
    start: int | None = None
    begins_s: int = 0
    lunch: Lunch | None = None
    order: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        count = len(self.candidates)
        named = (0 if self.start is None else self.start, *(self.lunch.places if self.lunch else ()))
        size = max(count, *named) + 1
        if min(named) < 0:
            raise WrongProblem("the start and the places for lunch are rows of the matrix, from 0")
        rows_said = f"the depot and {count} candidates"
        if size > count + 1:
            rows_said += f" and {size - 1 - count} other places"
        for name, matrix in (("seconds", self.seconds), ("metres", self.metres)):
            if len(matrix) != size or any(len(row) != size for row in matrix):
                raise WrongProblem(f"{name} must be {size} x {size}: {rows_said}")
            if any(cell < 0 for row in matrix for cell in row):
                raise WrongProblem(f"{name} has a negative entry")
        if len({candidate.id for candidate in self.candidates}) != count:
            raise WrongProblem("a candidate is listed twice; one stop per debtor and address")
        for candidate in self.candidates:
            if candidate.value < 1 or candidate.service_s < 0:
                raise WrongProblem(f"candidate {candidate.id} needs a value from 1 and a service from 0 s")
        self._check_the_frame()

    def _check_the_frame(self) -> None:
        if self.begins_s < 0:
            raise WrongProblem("begins_s counts from the start of the shift and is not negative")
        if self.lunch is not None and (self.lunch.seconds < 0 or not self.lunch.places):
            raise WrongProblem("lunch needs a length from 0 s and at least one place")
        if len(set(self.order)) != len(self.order):
            raise WrongProblem("the hand order names a candidate twice")
        if not {candidate.id for candidate in self.candidates}.issuperset(self.order):
            raise WrongProblem("the hand order names somebody who is no candidate")

    def travel_s(self, origin: int | None, target: int | None) -> int:
        """Seconds between two candidates; None as origin is where the day starts, as target the depot."""
        return self.seconds[self.row_from(origin)][self.row_to(target)]

    def travel_m(self, origin: int | None, target: int | None) -> int:
        """Metres between two candidates; None as origin is where the day starts, as target the depot."""
        return self.metres[self.row_from(origin)][self.row_to(target)]

    def row_from(self, candidate: int | None) -> int:
        """The row of a candidate's door; of None, that of where the day starts."""
        return (self.start or 0) if candidate is None else candidate + 1

    def row_to(self, candidate: int | None) -> int:
        """The row of a candidate's door; of None, that of the depot."""
        return 0 if candidate is None else candidate + 1

    @cached_property
    def ranks(self) -> dict[int, int]:
        """The place in the hand order of each candidate that is in it."""
        index = {candidate.id: number for number, candidate in enumerate(self.candidates)}
        return {index[one]: rank for rank, one in enumerate(self.order)}

    @cached_property
    def meal(self) -> Lunch | None:
        """The lunch, where the rest of the shift has room for it at all. Every day with a stop holds it."""
        if self.lunch is None:
            return None
        for place in self.lunch.places:
            begin = max(self.begins_s + self.seconds[self.start or 0][place], self.lunch.earliest_s)
            back = begin + self.lunch.seconds + self.seconds[place][0]
            if begin <= self.lunch.latest_s and back <= self.shift_s:
                return self.lunch
        return None

    def prizes(self) -> list[int]:
        """What each candidate is worth to the solver: value, and above it three ranks.

        One `must` outweighs all the value of the day, one appointment all that is less than one, and
        one locked stop everything that is not locked.
        """
        prizes = [candidate.value * PRIZE_PER_VALUE for candidate in self.candidates]
        ranks = [candidate.rank for candidate in self.candidates]
        for rank in (MUST, APPOINTMENT, LOCKED):
            lower = sum(prize for prize, one in zip(prizes, ranks, strict=True) if one < rank)
            more = max(0 if rank == MUST else APPOINTMENT_PRIZE, lower + 1)
            prizes = [
                prize + more if one == rank else prize for prize, one in zip(prizes, ranks, strict=True)
            ]
        return prizes


@dataclass(frozen=True)
class PlannedStop:
    """A candidate (by index) with its arrival, and the start and end of the service."""

    candidate: int
    arrival_s: int
    start_s: int
    end_s: int


@dataclass(frozen=True)
class PlannedLunch:
    """Where (a row of the matrix) and when the agent rests: after so many stops."""

    place: int
    after: int
    arrival_s: int
    start_s: int
    end_s: int


@dataclass(frozen=True)
class Obstacle:
    """What forcing a left-out candidate in at `position` of the route would break, all else left as it is.

    `kind`: closed (no opening in the shift), shift (the day would end too late), window (its own
    opening would be missed), displaces (`stop`, a position in the route, would be late; `agreed_s` is
    when its appointment begins, if it has one), lunch (it would begin too late). `at_s` is the moment that
    would be reached, `by_s` how far it is past the limit. `instead` is the cheapest stop in whose place
    alone it would fit, worth `theirs` where the candidate is worth `own`.
    """

    kind: str
    by_s: int = 0
    at_s: int = 0
    stop: int | None = None
    position: int = 0
    agreed_s: int | None = None
    instead: int | None = None
    own: int = 0
    theirs: int = 0


@dataclass(frozen=True)
class LeftOut:
    candidate: int
    obstacle: Obstacle


@dataclass(frozen=True)
class Certificate:
    """How the plan was made, so that it can be made again: replay stops on iterations, never on seconds.

    `objective` (minimised) = prizes left behind + seconds of travel. `bound` is proven: no day that keeps
    the promises of this one is worth more, by `relaxation`; None where none was worked out. `versions`
    names the programs of which a replay needs the same.
    """

    objective: int
    value: int
    travel_s: int
    travel_m: int
    seed: int
    iterations: int
    solver: str
    matrix: str
    approximate: bool
    bound: int | None = None
    relaxation: str = ""
    versions: Mapping[str, str] = field(default_factory=dict)
    problem: str = ""  # names the problem, where it is kept for a replay

    @property
    def gap(self) -> float | None:
        """By how many percent a better day could be worth more than this one, at most."""
        if self.bound is None:
            return None
        return round(100 * (self.bound - self.value) / self.bound, 2) if self.bound else 0.0

    def to_dict(self) -> dict[str, Any]:
        return {
            "objective": self.objective,
            "bound": self.bound,
            "gap": self.gap,
            "relaxation": self.relaxation,
            "value": self.value,
            "travel_s": self.travel_s,
            "travel_m": self.travel_m,
            "seed": self.seed,
            "iterations": self.iterations,
            "solver": self.solver,
            "versions": dict(self.versions),
            "problem": self.problem,
            "matrix": self.matrix,
            "approximate": self.approximate,
        }


@dataclass(frozen=True)
class Plan:
    """The stops in order, those left out with their obstacle, and when the agent is back.

    `lunch` is None where none was asked for, where no stop is planned, and where the rest of the shift
    has no room for it (`Problem.meal`).
    """

    stops: tuple[PlannedStop, ...]
    left_out: tuple[LeftOut, ...]
    back_s: int
    certificate: Certificate
    lunch: PlannedLunch | None = None

    @property
    def order(self) -> tuple[int, ...]:
        return tuple(stop.candidate for stop in self.stops)
