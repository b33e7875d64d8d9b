"""Builds and mends a day's order by cheapest insertion and 2-opt, without the solver. Explains nothing.

It is the laptop's fallback, the repair after the solver, and the start when the solver finds no
feasible day. The same problem always gives the same order.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from .records import Certificate, Plan, PlannedLunch, PlannedStop, Problem
from .timing import Timed, ends_of, limits_of, schedule, timed, travel
from .why import left_out_of

__all__ = ["build", "finished", "insert_all", "plan_day", "repaired", "schedule", "travel", "two_opt"]

SOLVER = "insertion"


def plan_day(problem: Problem, *, warm: Sequence[int] = ()) -> Plan:
    """A feasible day by insertion and 2-opt alone, grown from a `warm` order where one is given."""
    order = build(problem, ())
    if warm:
        order = min(build(problem, repaired(problem, warm)), order, key=lambda one: _loss(problem, one))
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


def repaired(problem: Problem, order: Sequence[int]) -> list[int]:
    """As much of an order as can be carried out: whoever breaks it is passed over, the best first kept."""
    known = [index for index in dict.fromkeys(order) if 0 <= index < len(problem.candidates)]
    if timed(problem, known) is not None:
        return known
    prizes, places = problem.prizes(), {index: place for place, index in enumerate(known)}
    kept: list[int] = []
    for index in sorted(known, key=lambda one: (-prizes[one], places[one])):
        tried = sorted([*kept, index], key=places.__getitem__)
        if timed(problem, tried) is not None:
            kept = tried
    return kept


def insert_all(problem: Problem, order: Sequence[int]) -> list[int]:
    """Insert the rest, best prize per second first, each at its cheapest feasible place, until none fits."""
    prizes = problem.prizes()
    grown, taken = list(order), set(order)
    rest = [index for index in range(len(problem.candidates)) if index not in taken]
    while rest:
        best: tuple[float, int, int] | None = None
        gaps = _gaps(problem, grown)
        for index in rest:
            place = _cheapest(problem, grown, gaps, index)
            if place is None:
                continue
            worth = prizes[index] / (place[0] + problem.candidates[index].service_s + 1)
            if best is None or worth > best[0]:
                best = (worth, index, place[1])
        best = best or _beside_lunch(problem, grown, rest, prizes)
        if best is None:
            return grown
        grown.insert(best[2], best[1])
        rest.remove(best[1])
    return grown


def two_opt(problem: Problem, order: Sequence[int]) -> list[int]:
    """Reverse stretches while the way gets shorter and the day stays feasible."""
    best = list(order)
    start = timed(problem, best)
    if start is None:
        raise ValueError("2-opt starts from a feasible order")
    length, improved = start.travel_s, len(best) > 1
    while improved:
        improved = False
        for first, last in _shortening(problem, best):
            turned = [*best[:first], *reversed(best[first : last + 1]), *best[last + 1 :]]
            found = timed(problem, turned)
            if found is not None and found.travel_s < length:
                best, length, improved = turned, found.travel_s, True
                break
    return best


def _shortening(problem: Problem, order: Sequence[int]) -> Iterator[tuple[int, int]]:
    """Stretches whose reversal shortens the way, lunch and times left aside."""
    rows = [problem.row_from(None), *(index + 1 for index in order), 0]
    seconds = problem.seconds
    turning = [0] * len(rows)  # what reversing the legs up to here adds
    for place in range(2, len(rows) - 1):
        here, before = rows[place], rows[place - 1]
        turning[place] = turning[place - 1] + seconds[here][before] - seconds[before][here]
    for first in range(1, len(rows) - 2):
        before, leader = rows[first - 1], rows[first]
        for last in range(first + 1, len(rows) - 1):
            final, after = rows[last], rows[last + 1]
            joins = seconds[before][final] + seconds[leader][after]
            if joins + turning[last] - turning[first] < seconds[before][leader] + seconds[final][after]:
                yield first - 1, last - 1


def finished(problem: Problem, order: Iterable[int], *, seed: int, iterations: int, solver: str) -> Plan:
    """The plan of a feasible order: its times, the obstacle of each candidate left out, its certificate.

    Raises ValueError for an order that is not feasible: no such plan may leave this package.
    """
    order = list(order)
    found = timed(problem, order)
    if found is None or len(set(order)) != len(order):
        raise ValueError("this order breaks a window or the shift")
    certificate = Certificate(
        objective=objective(problem, order, found),
        value=sum(problem.candidates[index].value for index in order),
        travel_s=found.travel_s,
        travel_m=found.travel_m,
        seed=seed,
        iterations=iterations,
        solver=solver,
        matrix=problem.fingerprint,
        approximate=problem.approximate,
    )
    return Plan(found.stops, left_out_of(problem, order), found.back_s, certificate, found.lunch)


def objective(problem: Problem, order: Sequence[int], found: Timed) -> int:
    """Prizes left behind and seconds of travel: the less the better."""
    prizes = problem.prizes()
    return sum(prizes) - sum(prizes[index] for index in order) + found.travel_s


def _loss(problem: Problem, order: Sequence[int]) -> int:
    found = timed(problem, order)
    if found is None:
        raise ValueError("only a feasible order has an objective")
    return objective(problem, order, found)


@dataclass(frozen=True)
class _Gap:
    """Between two things in the day: from `free_s` at a row, and by `limit_s` at the next one."""

    position: int  # in the order, where an insertion goes
    free_s: int
    before: int
    after: int
    limit_s: int


def _gaps(problem: Problem, order: Sequence[int]) -> list[_Gap]:
    """Every place for one more stop, with lunch left where it is."""
    found = timed(problem, order)
    if found is None:
        raise ValueError("insertion starts from a feasible order")
    things: list[PlannedStop | PlannedLunch] = list(found.stops)
    if found.lunch is not None:
        things.insert(found.lunch.after, found.lunch)
    limit, after, position = problem.shift_s, 0, len(order)
    gaps: list[_Gap] = []
    for thing in reversed(things):
        row = thing.candidate + 1 if isinstance(thing, PlannedStop) else thing.place
        gaps.append(_Gap(position, thing.end_s, row, after, limit))
        limit, after = _latest(problem, thing, limit - problem.seconds[row][after]), row
        position -= isinstance(thing, PlannedStop)
    gaps.append(_Gap(0, problem.begins_s, problem.row_from(None), after, limit))
    gaps.reverse()
    return gaps


def _latest(problem: Problem, thing: PlannedStop | PlannedLunch, leave_by: int) -> int:
    """The last arrival at a stop, or at lunch, from which one can leave in time."""
    if isinstance(thing, PlannedStop):
        candidate = problem.candidates[thing.candidate]
        latest = candidate.latest_arrival(leave_by - candidate.service_s)
        return -1 if latest is None else latest
    return min(problem.lunch.latest_s if problem.lunch else 0, leave_by - (thing.end_s - thing.start_s))


def _allowed(problem: Problem, order: Sequence[int], index: int) -> tuple[int, int]:
    """The first and the last place that the hand order leaves to a candidate."""
    first, last, ranks = 0, len(order), problem.ranks
    if index in ranks:
        for place, other in enumerate(order):
            if other in ranks and ranks[other] < ranks[index]:
                first = place + 1
            elif other in ranks:
                last = min(last, place)
    return first, last


def _cheapest(
    problem: Problem, order: Sequence[int], gaps: Sequence[_Gap], index: int
) -> tuple[int, int] | None:
    """The extra seconds and the place of the cheapest feasible insertion; None when there is none."""
    best: tuple[int, int] | None = None
    candidate, row, seconds = problem.candidates[index], index + 1, problem.seconds
    first, last = _allowed(problem, order, index)
    for gap in gaps:
        if not first <= gap.position <= last:
            continue
        there, onward = seconds[gap.before][row], seconds[row][gap.after]
        start = candidate.start_at(gap.free_s + there)
        if start is None or start + candidate.service_s + onward > gap.limit_s:
            continue
        if not order and timed(problem, [index]) is None:  # nobody visited needs no lunch; one visited does
            continue
        skipped = seconds[gap.before][gap.after] if order or problem.start is not None else 0
        extra = there + onward - skipped
        if best is None or extra < best[0]:
            best = (extra, gap.position)
    return best


def _beside_lunch(
    problem: Problem, order: Sequence[int], rest: Sequence[int], prizes: Sequence[int]
) -> tuple[float, int, int] | None:
    """The best insertion for which lunch must move; None when there is none."""
    if problem.meal is None:
        return None
    ends, limits = ends_of(problem, order), limits_of(problem, order)
    for index in sorted(rest, key=lambda one: (-prizes[one], one)):
        candidate = problem.candidates[index]
        for place, free in enumerate(ends):
            before = order[place - 1] if place else None
            after = order[place] if place < len(order) else None
            start = candidate.start_at(free + problem.travel_s(before, index))
            if start is None:
                continue
            if start + candidate.service_s + problem.travel_s(index, after) > limits[place]:
                continue
            if timed(problem, [*order[:place], index, *order[place:]]) is not None:
                return 0.0, index, place
    return None
