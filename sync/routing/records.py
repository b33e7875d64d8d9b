"""The problem of one agent's day and its plan, as plain values. Solves nothing.

All times are whole seconds since the problem's start (the start of the shift); travel is whole
seconds and metres. The matrices are square and row-major: row 0 is the depot, row i + 1 candidate i.
A value is a whole number from 1; only its ratio to the other values of the day matters.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

Matrix = Sequence[Sequence[int]]

# One unit of value outweighs 1,000 s of travel: value first, then the shorter way (ROUTING 1b).
PRIZE_PER_VALUE = 1_000
# An appointment is worth more than anything else in the day, yet two that clash lose one, not the day.
APPOINTMENT_PRIZE = 10_000_000


class WrongProblem(ValueError):
    """The problem cannot be planned because it is not well formed; the message says where."""


@dataclass(frozen=True)
class Opening:
    """A stretch in which the service at a door may start, both ends included."""

    earliest_s: int
    latest_s: int


@dataclass(frozen=True)
class Candidate:
    """One debtor at one address who could be visited in the day. `openings` are in order and apart."""

    id: str
    service_s: int
    value: int
    openings: tuple[Opening, ...]
    appointment: bool = False

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
class Problem:
    """One agent, one day. The day starts and ends at the depot, within `shift_s` seconds."""

    candidates: tuple[Candidate, ...]
    seconds: Matrix
    metres: Matrix
    shift_s: int
    fingerprint: str
    approximate: bool

    def __post_init__(self) -> None:
        size = len(self.candidates) + 1
        for name, matrix in (("seconds", self.seconds), ("metres", self.metres)):
            if len(matrix) != size or any(len(row) != size for row in matrix):
                raise WrongProblem(f"{name} must be {size} x {size}: the depot and {size - 1} candidates")
            if any(cell < 0 for row in matrix for cell in row):
                raise WrongProblem(f"{name} has a negative entry")
        if len({candidate.id for candidate in self.candidates}) != size - 1:
            raise WrongProblem("a candidate is listed twice; one stop per debtor and address")
        for candidate in self.candidates:
            if candidate.value < 1 or candidate.service_s < 0:
                raise WrongProblem(f"candidate {candidate.id} needs a value from 1 and a service from 0 s")

    def travel_s(self, origin: int | None, target: int | None) -> int:
        """Seconds between two candidates; None is the depot."""
        return self.seconds[_row(origin)][_row(target)]

    def travel_m(self, origin: int | None, target: int | None) -> int:
        """Metres between two candidates; None is the depot."""
        return self.metres[_row(origin)][_row(target)]

    def prizes(self) -> list[int]:
        """What each candidate is worth to the solver; one appointment outweighs all that are none."""
        plain = [candidate.value * PRIZE_PER_VALUE for candidate in self.candidates]
        optional = sum(
            prize for prize, one in zip(plain, self.candidates, strict=True) if not one.appointment
        )
        huge = max(APPOINTMENT_PRIZE, optional + 1)
        return [
            prize + huge if one.appointment else prize
            for prize, one in zip(plain, self.candidates, strict=True)
        ]


def _row(candidate: int | None) -> int:
    return 0 if candidate is None else candidate + 1


@dataclass(frozen=True)
class PlannedStop:
    """A candidate (by index) with its arrival, and the start and end of the service."""

    candidate: int
    arrival_s: int
    start_s: int
    end_s: int


@dataclass(frozen=True)
class Obstacle:
    """What a forced insertion of a left-out candidate would break.

    `kind`: closed (no opening in the shift), shift (the day would end too late), window (its own
    opening would be missed), displaces (`stop`, a position in the route, would be late). `at_s` is
    the moment that would be reached, `by_s` how far it is past the limit.
    """

    kind: str
    by_s: int = 0
    at_s: int = 0
    stop: int | None = None


@dataclass(frozen=True)
class LeftOut:
    candidate: int
    obstacle: Obstacle


@dataclass(frozen=True)
class Certificate:
    """How the plan was made, so that it can be made again: replay stops on iterations, never on seconds.

    `objective` (minimised) = prizes left behind + seconds of travel. `bound` is a proven lower bound
    where one can be had.
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

    def to_dict(self) -> dict[str, Any]:
        return {
            "objective": self.objective,
            "bound": self.bound,
            "value": self.value,
            "travel_s": self.travel_s,
            "travel_m": self.travel_m,
            "seed": self.seed,
            "iterations": self.iterations,
            "solver": self.solver,
            "matrix": self.matrix,
            "approximate": self.approximate,
        }


@dataclass(frozen=True)
class Plan:
    """The stops in order, those left out with their obstacle, and when the agent is back."""

    stops: tuple[PlannedStop, ...]
    left_out: tuple[LeftOut, ...]
    back_s: int
    certificate: Certificate

    @property
    def order(self) -> tuple[int, ...]:
        return tuple(stop.candidate for stop in self.stops)
