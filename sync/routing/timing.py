"""The times of an order of visits: what is reached when, where lunch falls, and whether it can be done.

It judges orders and changes none. Lunch is no part of an order: it is put where it costs least.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from .records import Lunch, PlannedLunch, PlannedStop, Problem


@dataclass(frozen=True)
class Timed:
    """A feasible order with its times and its whole way."""

    stops: tuple[PlannedStop, ...]
    lunch: PlannedLunch | None
    back_s: int
    travel_s: int
    travel_m: int


def timed(problem: Problem, order: Sequence[int]) -> Timed | None:
    """None when the order breaks a window, the shift, the hand order, or leaves no room for lunch.

    Nobody visited is always feasible: the agent only goes home.
    """
    if not order:
        free = problem.start is None
        travel = 0 if free else problem.travel_s(None, None)
        way = 0 if free else problem.travel_m(None, None)
        return Timed((), None, problem.begins_s + travel, travel, way)
    if not in_hand_order(problem, order):
        return None
    meal = problem.meal
    if meal is None:
        return _walk(problem, order, None, 0, 0)
    found = _lunch_place(problem, order, meal)
    return None if found is None else _walk(problem, order, meal, *found)


def schedule(problem: Problem, order: Sequence[int]) -> tuple[tuple[PlannedStop, ...], int] | None:
    """The stops with their times, and the return; None when the order cannot be carried out."""
    found = timed(problem, order)
    return None if found is None else (found.stops, found.back_s)


def travel(problem: Problem, order: Sequence[int]) -> tuple[int, int]:
    """Seconds and metres of the whole way, lunch left aside: from where the day starts to the depot."""
    if not order:
        return (
            (0, 0) if problem.start is None else (problem.travel_s(None, None), problem.travel_m(None, None))
        )
    seconds = metres = 0
    here: int | None = None
    for index in order:
        seconds += problem.travel_s(here, index)
        metres += problem.travel_m(here, index)
        here = index
    return seconds + problem.travel_s(here, None), metres + problem.travel_m(here, None)


def in_hand_order(problem: Problem, order: Sequence[int]) -> bool:
    """True when those visited of the hand order are visited in it."""
    ranks = problem.ranks
    if not ranks:
        return True
    held = [ranks[index] for index in order if index in ranks]
    return held == sorted(held)


def ends_of(problem: Problem, order: Sequence[int]) -> list[int]:
    """When the agent is free to leave for each stop (and for the depot), without lunch.

    It ends early where a stop is reached too late.
    """
    ends, here, clock = [problem.begins_s], None, problem.begins_s
    for index in order:
        start = problem.candidates[index].start_at(clock + problem.travel_s(here, index))
        if start is None:
            return ends
        clock = start + problem.candidates[index].service_s
        ends.append(clock)
        here = index
    return ends


def limits_of(problem: Problem, order: Sequence[int]) -> list[int]:
    """The last arrival at each stop (and at the depot) that the rest of the day can bear, without lunch."""
    limits = [problem.shift_s]
    following: int | None = None
    for index in reversed(order):
        leave_by = limits[-1] - problem.travel_s(index, following)
        latest = problem.candidates[index].latest_arrival(leave_by - problem.candidates[index].service_s)
        limits.append(latest if latest is not None else -1)
        following = index
    limits.reverse()
    return limits


def _lunch_place(problem: Problem, order: Sequence[int], meal: Lunch) -> tuple[int, int] | None:
    """After how many stops and where lunch costs the least way; None when it fits nowhere."""
    limits = limits_of(problem, order)
    best: tuple[int, int, int, int] | None = None
    for after, free in enumerate(ends_of(problem, order)):
        if free > meal.latest_s:
            break
        here = problem.row_from(order[after - 1] if after else None)
        onward = problem.row_to(order[after] if after < len(order) else None)
        skipped = problem.seconds[here][onward]
        for place in meal.places:
            there, away = problem.seconds[here][place], problem.seconds[place][onward]
            start = max(free + there, meal.earliest_s)
            if start > meal.latest_s or start + meal.seconds + away > limits[after]:
                continue
            # Of two that cost no more way the one with less waiting: nobody begins his day with lunch at one.
            found = (there + away - skipped, start - free - there, after, place)
            if best is None or found[:2] < best[:2]:
                best = found
    return None if best is None else best[2:]


def _walk(problem: Problem, order: Sequence[int], meal: Lunch | None, after: int, place: int) -> Timed | None:
    """Carry the order out, with lunch after so many stops."""
    clock, here = problem.begins_s, problem.row_from(None)
    stops: list[PlannedStop] = []
    lunch: PlannedLunch | None = None
    seconds = metres = 0
    for number in range(len(order) + 1):
        if meal is not None and number == after:
            arrival = clock + problem.seconds[here][place]
            start = max(arrival, meal.earliest_s)
            lunch = PlannedLunch(place, after, arrival, start, start + meal.seconds)
            seconds, metres = seconds + problem.seconds[here][place], metres + problem.metres[here][place]
            clock, here = lunch.end_s, place
        target = order[number] if number < len(order) else None
        row = problem.row_to(target)
        clock += problem.seconds[here][row]
        seconds, metres = seconds + problem.seconds[here][row], metres + problem.metres[here][row]
        if target is None:
            break
        begin = problem.candidates[target].start_at(clock)
        if begin is None:
            return None
        stops.append(PlannedStop(target, clock, begin, begin + problem.candidates[target].service_s))
        clock, here = stops[-1].end_s, row
    return None if clock > problem.shift_s else Timed(tuple(stops), lunch, clock, seconds, metres)
