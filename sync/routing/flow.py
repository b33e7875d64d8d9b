"""The flow relaxation of a day: paths in fractions between appointments, and the bound its multipliers prove.

The day is cut into legs at `anchors`: kept stops whose order no day could change. In each leg one unit
flows from the anchor before to the anchor after; a candidate is worth the flow into it, at most one in all
legs; ways and services of any run of legs fit between its anchors' hours. Cuts forbid flow that circles.
Knows no solver of days.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from math import floor
from typing import Any

import numpy as np
from scipy.optimize import linprog
from scipy.sparse import csr_array, hstack, vstack
from scipy.sparse.csgraph import maximum_flow

from .legs import Floats, Legs, Truth, Whole
from .records import Problem

NEAREST = 5  # ways out of a door, and into it, with which the program begins
MORE = 1_500  # arcs added at once
UNIT = 1_000_000  # flow in whole numbers, to look for cuts
DEAR = 0.5  # of the mean value: an arc that would cost so much is dropped
SLACK = 0.03  # a cut is worth adding from this violation on


def flow_bound(problem: Problem, order: Sequence[int], kept: Sequence[int], rounds: int) -> int:
    """The most value of any day that keeps `kept`, by this relaxation. `order` is one such day."""
    legs = Legs(problem, kept)
    program = Program(legs, order)
    best = float(sum(candidate.value for candidate in problem.candidates))
    for number in range(rounds):
        program.solve()
        best = min(best, program.proven())
        if number:
            program.drop()
        grown = program.add_arcs()
        cut = program.add_cuts() if number + 1 < rounds else 0
        if not grown and not cut:
            break
    return floor(best + 1e-6)


@dataclass
class Program:
    """The linear program over some of the arcs; grows by arcs that would raise it and by cuts that lower it.

    Rows: conservation per leg and candidate; one unit out of each leg's anchor; a visit per candidate; the
    time of each run of legs; then the cuts.
    """

    legs: Legs
    order: Sequence[int]
    arcs: Whole = field(init=False)
    cuts: list[tuple[int, Truth, int]] = field(default_factory=list)

    def __post_init__(self) -> None:
        legs = self.legs
        self.runs = [(a, b) for a in range(legs.count) for b in range(a + 1, legs.count + 1)]
        self.out = legs.count * legs.n
        self.visit = self.out + legs.count
        self.time = self.visit + legs.n
        self.rows = self.time + len(self.runs)
        kept = legs.kept - set(legs.anchors)
        least = np.array([1.0 if one in kept else 0.0 for one in range(legs.n)])
        room = np.array([legs.room(*run) for run in self.runs], dtype=float)
        self.lower = np.concatenate(
            [np.zeros(self.out), np.ones(legs.count), least, np.full(len(room), -np.inf)]
        )
        self.upper = np.concatenate([np.zeros(self.out), np.ones(legs.count), np.ones(legs.n), room])
        self.arcs = np.empty((0, 3), dtype=np.int64)
        self.there = np.zeros((legs.count, legs.n + 1, legs.n + 1), dtype=bool)
        self.table = csr_array((self.rows, 0))
        self._add(self._first_arcs())

    def _first_arcs(self) -> Whole:
        """The plan's own ways, so that the program can always be met, and the shortest of each door."""
        legs = self.legs
        picked = np.zeros_like(self.there)
        far = np.iinfo(np.int64).max // 2
        for leg, fits in enumerate(legs.open):
            way = np.where(fits, legs.way, far)
            near = np.argsort(way, axis=1, kind="stable")[:, :NEAREST]
            np.put_along_axis(picked[leg], near, True, axis=1)
            near = np.argsort(way, axis=0, kind="stable")[:NEAREST]
            np.put_along_axis(picked[leg], near, True, axis=0)
            picked[leg] &= fits
            picked[leg, :, legs.anchors[leg + 1]] |= fits[:, legs.anchors[leg + 1]]
            picked[leg, legs.anchors[leg]] |= fits[legs.anchors[leg]]
        leg = 0
        for tail, head in pairwise([legs.n, *self.order, legs.n]):
            picked[leg, tail, head] = legs.open[leg][tail, head]
            leg += head == legs.anchors[leg + 1] and leg + 1 < legs.count
        return np.argwhere(picked)

    def _add(self, arcs: Whole) -> None:
        """Columns for these arcs (leg, tail, head)."""
        legs, n = self.legs, self.legs.n
        leg, tail, head = arcs.T
        here = np.arange(len(arcs))
        anchors = np.array(legs.anchors)
        parts: list[tuple[Any, Any, Any]] = []
        inner = tail != anchors[leg]
        parts.append((here[inner], (leg * n + tail)[inner], -1.0))
        parts.append((here[~inner], (self.out + leg)[~inner], 1.0))
        visited = head != anchors[leg + 1]
        parts.append((here[visited], (leg * n + head)[visited], 1.0))
        parts.append((here[visited], (self.visit + head)[visited], 1.0))
        seconds = (legs.way[tail, head] + legs.service[tail]).astype(float)
        for number, (begin, end) in enumerate(self.runs):
            inside = (leg >= begin) & (leg < end)
            parts.append((here[inside], np.full(inside.sum(), self.time + number), seconds[inside]))
        for number, cut in enumerate(self.cuts):
            factor = _in_cut(cut, arcs)
            used = factor != 0
            parts.append((here[used], np.full(used.sum(), self.rows + number), factor[used]))
        column = np.concatenate([part[0] for part in parts])
        row = np.concatenate([part[1] for part in parts])
        factors = np.concatenate([np.broadcast_to(part[2], part[0].shape) for part in parts])
        new = csr_array((factors, (row, column)), shape=(self.rows + len(self.cuts), len(arcs)))
        self.table = hstack([self.table, new], format="csr")
        self.arcs = np.concatenate([self.arcs, arcs])
        self.there[leg, tail, head] = True

    def solve(self) -> None:
        """The flow on each arc at the program's best, and the multiplier of each row."""
        kept = self.lower[self.visit : self.time] > 0
        equal = np.concatenate([np.arange(self.visit), self.visit + np.flatnonzero(kept)])
        below = np.concatenate([self.visit + np.flatnonzero(~kept), np.arange(self.time, self.rows)])
        cuts = np.arange(self.rows, self.rows + len(self.cuts))
        found = linprog(
            -self.legs.value[self.arcs[:, 2]],
            A_ub=vstack([self.table[below], -self.table[cuts]]),
            b_ub=np.concatenate([self.upper[below], np.zeros(len(cuts))]),
            A_eq=self.table[equal],
            b_eq=self.upper[equal],
            bounds=(0, 1),
            method="highs-ds",
        )
        self.dual = np.zeros(self.rows + len(cuts))
        if found.x is None:  # too hard a program: multipliers of nothing prove the sum of all values
            self.flow = np.zeros(len(self.arcs))
            return
        self.flow = found.x
        self.dual[equal] = found.eqlin.marginals
        self.dual[below] = found.ineqlin.marginals[: len(below)]
        self.dual[cuts] = -found.ineqlin.marginals[len(below) :]

    def proven(self) -> float:
        """The bound that the multipliers prove: whatever they are, no day is worth more."""
        self.excess = self._excess()
        dual = self._lawful()
        plain = dual[: self.rows]
        bound = np.where(plain > 0, np.where(np.isfinite(self.lower), self.lower, 0.0), self.upper)
        # A door is left once at most in a day, whatever the leg.
        beyond = self.excess.max(axis=(0, 2)).clip(min=0).sum()
        return float(beyond - plain @ bound)

    def _lawful(self) -> Floats:
        """The multipliers with every sign as a bound of one side must have it."""
        dual = self.dual.copy()
        time = slice(self.time, self.rows)
        dual[time] = dual[time].clip(max=0)
        dual[self.rows :] = dual[self.rows :].clip(min=0)
        return dual

    def _excess(self) -> Floats:
        """What one more unit would add beyond its price, on every arc there could be."""
        legs, n, dual = self.legs, self.legs.n, self._lawful()
        visit = np.append(dual[self.visit : self.time], 0.0)
        seconds = legs.way + legs.service[:, None]
        found = np.full(self.there.shape, -np.inf)
        for leg in range(legs.count):
            keep = np.append(dual[leg * n : (leg + 1) * n], 0.0)
            source, sink = legs.anchors[leg], legs.anchors[leg + 1]
            into = legs.value + keep + visit
            into[sink] = legs.value[sink]
            out = -keep
            out[source] = dual[self.out + leg]
            spent = sum(
                dual[self.time + number]
                for number, (begin, end) in enumerate(self.runs)
                if begin <= leg < end
            )
            price = into[None, :] + out[:, None] + spent * seconds
            for number, cut in enumerate(self.cuts):
                if cut[0] == leg and dual[self.rows + number] > 0:
                    price[np.ix_(~cut[1], cut[1])] += dual[self.rows + number]
                    price[:, cut[2]] -= dual[self.rows + number]
            found[leg] = np.where(legs.open[leg], price, -np.inf)
        return found

    def drop(self) -> None:
        """Let go of the arcs that are far too dear and of the cuts that bind nothing."""
        dear = DEAR * float(self.legs.value.mean())
        near = self.excess[tuple(self.arcs.T)] > -dear
        self.there[tuple(self.arcs[~near].T)] = False
        binding = np.concatenate([np.ones(self.rows, dtype=bool), self.dual[self.rows :] > 1e-9])
        self.arcs, self.flow = self.arcs[near], self.flow[near]
        self.cuts = [cut for cut, used in zip(self.cuts, binding[self.rows :], strict=True) if used]
        self.dual = self.dual[binding]
        self.table = self.table[np.flatnonzero(binding)][:, np.flatnonzero(near)]

    def add_arcs(self) -> int:
        """Take in the arcs that would raise the program most; how many."""
        price = np.where(self.there, -np.inf, self.excess)
        better = np.flatnonzero(price > 1e-6)
        chosen = better[np.argsort(-price.ravel()[better], kind="stable")[:MORE]]
        if len(chosen):
            self._add(np.stack(np.unravel_index(chosen, price.shape), axis=1))
        return len(chosen)

    def add_cuts(self) -> int:
        """Cut off what circles without coming from the leg's anchor; how many cuts."""
        legs = self.legs
        new: list[tuple[int, Truth, int]] = []
        for leg in range(legs.count):
            mine = (self.arcs[: len(self.flow), 0] == leg) & (self.flow > 1e-6)
            tail, head = self.arcs[: len(self.flow)][mine, 1], self.arcs[: len(self.flow)][mine, 2]
            # Where the day begins and ends in one leg, its end is a point of its own.
            ends = np.where(head == legs.anchors[leg + 1], legs.n + 1, head)
            size = legs.n + 2
            through = np.zeros((size, size))
            np.add.at(through, (tail, ends), self.flow[mine])
            new += [
                (leg, inside[: legs.n + 1], door)
                for inside, door in _circles(through, legs.anchors[leg], legs.n + 1)
            ]
        new += self._in_other_legs(new)
        if not new:
            return 0
        rows = csr_array(np.array([_in_cut(cut, self.arcs) for cut in new]))
        self.table = vstack([self.table, rows], format="csr")
        self.cuts += new
        return len(new)

    def _in_other_legs(self, new: Sequence[tuple[int, Truth, int]]) -> list[tuple[int, Truth, int]]:
        """The same sets in the legs whose anchors lie outside them: there the flow would circle next."""
        anchors = self.legs.anchors
        known = {(leg, inside.tobytes(), door) for leg, inside, door in [*self.cuts, *new]}
        found = []
        for _, inside, door in new:
            for leg, (begin, end) in enumerate(pairwise(anchors)):
                key = leg, inside.tobytes(), door
                if key not in known and not inside[[begin, end]].any():
                    known.add(key)
                    found.append((leg, inside, door))
        return found


def _in_cut(cut: tuple[int, Truth, int], arcs: Whole) -> Floats:
    """The factor of each arc in a cut: flow into the set, less the flow into the door it is for."""
    leg, inside, door = cut
    mine = arcs[:, 0] == leg
    into = mine & ~inside[arcs[:, 1]] & inside[arcs[:, 2]]
    found: Floats = into.astype(float) - (mine & (arcs[:, 2] == door))
    return found


def _circles(through: Floats, source: int, sink: int) -> list[tuple[Truth, int]]:
    """Sets of doors into which less flows from outside than into one of them, with that door."""
    visited = through.sum(axis=0)
    whole = np.rint(through * UNIT).astype(np.int32)
    graph = csr_array(whole)
    found: list[tuple[Truth, int]] = []
    known: set[int] = set()
    for door in np.argsort(-visited, kind="stable"):
        if visited[door] < SLACK:
            break
        if door in (source, sink) or int(door) in known:
            continue
        best = maximum_flow(graph, source, int(door))
        if best.flow_value >= (visited[door] - SLACK) * UNIT:
            continue
        # The smallest such set: the doors from which more could flow to this one.
        left = whole - best.flow.toarray() > 0
        inside = np.zeros(len(whole), dtype=bool)
        inside[door] = True
        edge = inside.copy()
        while edge.any():
            edge = left[:, edge].any(axis=1) & ~inside
            inside |= edge
        found.append((inside, int(door)))
        known |= set(np.nonzero(inside)[0].tolist())
    return found
