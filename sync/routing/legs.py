"""A day cut into legs at its anchors: kept stops whose order no day could change. Knows no program.

Of each leg it knows the first and last moment of its anchors, and which ways can be gone in it at all.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from .records import Problem

Floats = NDArray[np.float64]
Whole = NDArray[np.int64]
Truth = NDArray[np.bool_]


class Legs:
    """The day cut at its anchors. Index `n`: as a tail where the day begins, as a head where it ends."""

    def __init__(self, problem: Problem, kept: Sequence[int]) -> None:
        self.problem = problem
        self.n = len(problem.candidates)
        self.value = np.array([one.value for one in problem.candidates] + [0], dtype=float)
        self.service = np.array([one.service_s for one in problem.candidates] + [0], dtype=np.int64)
        self.way = _ways(problem)
        self.least = _least(self.way, self.n)
        self.anchors = [self.n, *self._forced(kept), self.n]
        self.kept = frozenset(kept)
        self.count = len(self.anchors) - 1
        self._hours()
        self.open = [self._admissible(leg) for leg in range(self.count)]

    def _forced(self, kept: Sequence[int]) -> list[int]:
        """Kept stops of which none could come before the one it follows, by their hours."""
        ordered = sorted(kept, key=lambda one: (self._last(one), self._first(one), one))
        chain: list[int] = []
        for one in ordered:
            if all(
                self._first(one) + self.service[one] + self.least[one, before] > self._last(before)
                for before in chain
            ):
                chain.append(one)
        return chain

    def _first(self, index: int) -> int:
        return self.problem.candidates[index].openings[0].earliest_s

    def _last(self, index: int) -> int:
        return min(self.problem.candidates[index].openings[-1].latest_s, self.problem.shift_s)

    def _hours(self) -> None:
        """The first and the last moment each anchor's service can begin."""
        problem, inner = self.problem, self.anchors[1:-1]
        first = [problem.begins_s]
        for before, one in pairwise(self.anchors[:-1]):
            arrival = first[-1] + int(self.service[before] + self.least[before, one])
            first.append(_start(problem, one, arrival))
        last = [problem.shift_s]
        for one, after in zip(reversed(inner), reversed(self.anchors[2:]), strict=True):
            last.insert(0, _latest(problem, one, last[0] - int(self.service[one] + self.least[one, after])))
        self.first = [*first, problem.begins_s]
        self.last = [problem.begins_s, *last]

    def _admissible(self, leg: int) -> Truth:
        """Which ways (tail, head) can be gone in the leg at all."""
        n, problem = self.n, self.problem
        tail, head = self.anchors[leg], self.anchors[leg + 1]
        early = np.full(n + 1, problem.shift_s + 1, dtype=np.int64)
        late = np.full(n + 1, -1, dtype=np.int64)
        early[tail], late[head] = self.first[leg], self.last[leg + 1]
        for index in range(n):
            if index in self.anchors:
                continue
            arrival = self.first[leg] + int(self.service[tail] + self.least[tail, index])
            early[index] = _start(problem, index, arrival)
            onward = int(self.service[index] + self.least[index, head])
            late[index] = _latest(problem, index, self.last[leg + 1] - onward)
        able = np.nonzero(early[:n] > late[:n])[0]
        others = [index for index in able if index not in (tail, head)]
        early[others], late[others] = problem.shift_s + 1, -1
        fits: Truth = (early + self.service)[:, None] + self.way <= late[None, :]
        np.fill_diagonal(fits, False)
        if leg == 0 and self.count == 1:
            fits[n, n] = True  # the day without a stop
        fits[:, tail] &= tail == head
        fits[head, :] &= tail == head
        for one, rank in problem.ranks.items():
            for other, later in problem.ranks.items():
                if later < rank:
                    fits[one, other] = False
        return fits

    def room(self, begin: int, end: int) -> int:
        """Seconds for ways and services between two anchors, less the lunch where it must lie there."""
        seconds = self.last[end] - self.first[begin]
        meal = self.problem.meal
        if meal is None:
            return seconds
        after = begin == 0 or self.last[begin] <= meal.earliest_s
        before = end == self.count or self.first[end] >= meal.latest_s
        return seconds - meal.seconds if after and before else seconds


def _start(problem: Problem, index: int, arrival: int) -> int:
    start = problem.candidates[index].start_at(arrival)
    return problem.shift_s + 1 if start is None else start


def _latest(problem: Problem, index: int, limit: int) -> int:
    latest = problem.candidates[index].latest_arrival(limit)
    return -1 if latest is None else latest


def _ways(problem: Problem) -> Whole:
    """Travel between candidates; the last row is from where the day begins, the last column to where it ends.

    Where lunch could be eaten on the way, the way by its place counts if it were shorter.
    """
    n = len(problem.candidates)
    table = np.array(problem.seconds, dtype=np.int64)
    rows = [*range(1, n + 1), problem.row_from(None)]
    columns = [*range(1, n + 1), 0]
    way: Whole = table[np.ix_(rows, columns)]
    for place in problem.meal.places if problem.meal else ():
        way = np.minimum(way, table[rows, place][:, None] + table[place, columns][None, :])
    return way


def _least(way: Whole, n: int) -> Whole:
    """The shortest ways by any other doors: a table need not keep the triangle's rule."""
    least = way.copy()
    for by in range(n):
        least = np.minimum(least, least[:, by : by + 1] + least[by : by + 1, :])
    return least
