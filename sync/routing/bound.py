"""What no day could be worth more than: an upper bound on a plan's value, from relaxations. Plans nothing.

The flow relaxation cuts the day at the appointments, whose order is forced, and lets the agent go in
fractions between them; a linear program finds good multipliers. The bound is then worked out from the
multipliers alone, so that it holds whatever the program's precision was. Loose where other windows bind.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from importlib.util import find_spec

from .records import APPOINTMENT, LOCKED, MUST, Problem

# How often the program grows by arcs and cuts: twice as often tightens the bound by some 0.3 % of the value.
ROUNDS = 6


@dataclass(frozen=True)
class Bound:
    """No day that keeps the stops in `kept` (candidates) is worth more than `value`.

    `relaxation` says what was left out of account: `flow` (fractions of ways between appointments) or
    `knapsack` (only the time of the services and of the shortest way to each door).
    """

    value: int
    relaxation: str
    kept: tuple[int, ...]


def bound_of(problem: Problem, order: Sequence[int], *, rounds: int = ROUNDS) -> Bound:
    """The bound for the plan `order`. The same input gives the same bound: nothing stops on seconds."""
    kept = kept_by_all(problem, order)
    rough = knapsack(problem, kept)
    if rounds < 1 or not problem.candidates or find_spec("scipy") is None or find_spec("numpy") is None:
        return Bound(rough, "knapsack", kept)
    from .flow import flow_bound

    fine = flow_bound(problem, order, kept, rounds)
    return Bound(rough, "knapsack", kept) if rough <= fine else Bound(fine, "flow", kept)


def kept_by_all(problem: Problem, order: Sequence[int]) -> tuple[int, ...]:
    """The candidates that every best day keeps, as far as the plan itself shows it.

    A plan that keeps everything locked that can be kept at all proves that a best day does too; likewise
    one rank lower, and so on. At the first rank of which it loses one, nothing more is known.
    """
    taken = set(order)
    kept: list[int] = []
    for rank in (LOCKED, APPOINTMENT, MUST):
        mine = [index for index, one in enumerate(problem.candidates) if one.rank == rank]
        kept += [index for index in mine if index in taken]
        if any(index not in taken and _alone(problem, index) for index in mine):
            return tuple(sorted(index for index in kept if problem.candidates[index].rank > rank))
    return tuple(sorted(kept))


def _alone(problem: Problem, index: int) -> bool:
    """Whether the candidate could be the only stop of the day."""
    candidate = problem.candidates[index]
    start = candidate.start_at(problem.begins_s + least_way_to(problem, index))
    return start is not None and start + candidate.service_s <= problem.shift_s


def least_way_to(problem: Problem, index: int) -> int:
    """The shortest way to a door from anywhere in the matrix but itself."""
    own = problem.row_to(index)
    return min(row[own] for number, row in enumerate(problem.seconds) if number != own)


def knapsack(problem: Problem, kept: Sequence[int]) -> int:
    """The most value whose services and shortest ways fit into the shift, the last in part.

    `kept` are in whatever they take. No window, no order, and every way is the shortest to its door.
    """
    room = problem.shift_s - problem.begins_s - (problem.meal.seconds if problem.meal else 0)
    cost = [least_way_to(problem, index) + one.service_s for index, one in enumerate(problem.candidates)]
    total = Fraction(sum(problem.candidates[index].value for index in kept))
    room -= sum(cost[index] for index in kept)
    others = [
        (one.value, cost[index])
        for index, one in enumerate(problem.candidates)
        if index not in set(kept) and _alone(problem, index)
    ]
    for value, seconds in sorted(others, key=lambda pair: Fraction(pair[0], max(pair[1], 1)), reverse=True):
        if room <= 0 and seconds > 0:
            break
        share = Fraction(min(room, seconds), seconds) if seconds else Fraction(1)
        total += value * share
        room -= seconds
    return int(total)
