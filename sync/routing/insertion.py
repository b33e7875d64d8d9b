"""Builds and mends a day's order by cheapest insertion and 2-opt, without the solver. Explains nothing.

It is the laptop's fallback, the repair after the solver, and the start when the solver finds no
feasible day. The same problem always gives the same order.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import pairwise

from .records import Certificate, LeftOut, Plan, PlannedStop, Problem
from .why import why_left_out

SOLVER = "insertion"


def plan_day(problem: Problem) -> Plan:
    """A feasible day by insertion and 2-opt alone."""
    order = build(problem, ())
    return finished(problem, order, seed=0, iterations=0, solver=SOLVER)


def build(problem: Problem, order: Sequence[int]) -> list[int]:
    """Insert what fits into a feasible `order`, shorten the way, and insert what fits then."""
    grown = insert_all(problem, order)
    while True:
        shorter = two_opt(problem, grown)
        fuller = insert_all(problem, shorter)
        if len(fuller) == len(grown):
            return fuller
        grown = fuller


def schedule(problem: Problem, order: Sequence[int]) -> tuple[tuple[PlannedStop, ...], int] | None:
    """The stops with their times, and the return; None when the order breaks a window or the shift."""
    stops: list[PlannedStop] = []
    here: int | None = None
    clock = 0
    for index in order:
        arrival = clock + problem.travel_s(here, index)
        start = problem.candidates[index].start_at(arrival)
        if start is None:
            return None
        clock = start + problem.candidates[index].service_s
        stops.append(PlannedStop(index, arrival, start, clock))
        here = index
    back = clock + problem.travel_s(here, None) if order else 0
    return None if back > problem.shift_s else (tuple(stops), back)


def travel(problem: Problem, order: Sequence[int]) -> tuple[int, int]:
    """Seconds and metres of the whole way, from the depot and back to it."""
    if not order:
        return 0, 0
    path: list[int | None] = [None, *order, None]
    legs = list(pairwise(path))
    return sum(problem.travel_s(*leg) for leg in legs), sum(problem.travel_m(*leg) for leg in legs)


def insert_all(problem: Problem, order: Sequence[int]) -> list[int]:
    """Insert the rest, best prize per second first, each at its cheapest feasible place, until none fits."""
    prizes = problem.prizes()
    grown = list(order)
    rest = [index for index in range(len(problem.candidates)) if index not in set(grown)]
    while rest:
        best: tuple[float, int, int] | None = None
        ends, limits = _slack(problem, grown)
        for index in rest:
            place = _cheapest(problem, grown, ends, limits, index)
            if place is None:
                continue
            extra, position = place
            worth = prizes[index] / (extra + problem.candidates[index].service_s + 1)
            if best is None or worth > best[0]:
                best = (worth, index, position)
        if best is None:
            return grown
        grown.insert(best[2], best[1])
        rest.remove(best[1])
    return grown


def two_opt(problem: Problem, order: Sequence[int]) -> list[int]:
    """Reverse stretches while the way gets shorter and the day stays feasible."""
    best = list(order)
    length = travel(problem, best)[0]
    improved = True
    while improved:
        improved = False
        for first in range(len(best) - 1):
            for last in range(first + 1, len(best)):
                turned = [*best[:first], *reversed(best[first : last + 1]), *best[last + 1 :]]
                shorter = travel(problem, turned)[0]
                if shorter < length and schedule(problem, turned) is not None:
                    best, length, improved = turned, shorter, True
    return best


def finished(problem: Problem, order: Iterable[int], *, seed: int, iterations: int, solver: str) -> Plan:
    """The plan of a feasible order: its times, the obstacle of each candidate left out, its certificate.

    Raises ValueError for an order that is not feasible: no such plan may leave this package.
    """
    order = list(order)
    timed = schedule(problem, order)
    if timed is None or len(set(order)) != len(order):
        raise ValueError("this order breaks a window or the shift")
    stops, back = timed
    taken = set(order)
    left = [index for index in range(len(problem.candidates)) if index not in taken]
    prizes = problem.prizes()
    seconds, metres = travel(problem, order)
    certificate = Certificate(
        objective=sum(prizes[index] for index in left) + seconds,
        value=sum(problem.candidates[index].value for index in order),
        travel_s=seconds,
        travel_m=metres,
        seed=seed,
        iterations=iterations,
        solver=solver,
        matrix=problem.fingerprint,
        approximate=problem.approximate,
    )
    left_out = tuple(LeftOut(index, why_left_out(problem, order, index)) for index in left)
    return Plan(stops, left_out, back, certificate)


def _slack(problem: Problem, order: Sequence[int]) -> tuple[list[int], list[int]]:
    """For each place: when the stop before it ends, and the last arrival that the stop after it can bear."""
    timed = schedule(problem, order)
    if timed is None:
        raise ValueError("insertion starts from a feasible order")
    ends = [0, *(stop.end_s for stop in timed[0])]
    limits = [problem.shift_s]
    following: int | None = None
    for index in reversed(order):
        leave_by = limits[0] - problem.travel_s(index, following)
        latest = problem.candidates[index].latest_arrival(leave_by - problem.candidates[index].service_s)
        limits.insert(0, latest if latest is not None else -1)
        following = index
    return ends, limits


def _cheapest(
    problem: Problem, order: Sequence[int], ends: Sequence[int], limits: Sequence[int], index: int
) -> tuple[int, int] | None:
    """The extra seconds and the place of the cheapest feasible insertion; None when there is none."""
    best: tuple[int, int] | None = None
    candidate = problem.candidates[index]
    for position in range(len(order) + 1):
        before = order[position - 1] if position else None
        after = order[position] if position < len(order) else None
        there, onward = problem.travel_s(before, index), problem.travel_s(index, after)
        start = candidate.start_at(ends[position] + there)
        if start is None or start + candidate.service_s + onward > limits[position]:
            continue
        skipped = problem.travel_s(before, after) if order else 0
        extra = there + onward - skipped
        if best is None or extra < best[0]:
            best = (extra, position)
    return best
