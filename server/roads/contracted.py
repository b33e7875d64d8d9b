"""Travel on a city's own roads, in this process: contraction hierarchies, with Dijkstra where they lack.

One number per arc carries time and length together, time first, so that the length is that of the fastest
way and both come from one search. The calibration `a + b·t` turns free travel into what a day really takes.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from importlib.util import find_spec
from typing import Any, Protocol

import numpy as np
import shapely
from scipy.sparse import csr_array
from scipy.sparse.csgraph import dijkstra
from shapely.ops import substring

from . import Point, Snapped, Whole
from .network import Joined, Network

# RoutingKit's largest distance is 2^31 - 1: 16 bits of time above 15 bits of length.
LENGTH_BITS = 15
LARGEST = 2**31 - 1
TICK_S = 0.2
LEAST_UNIT_M = 4.0
# Between points of which one is on no road.
NEVER = 10**7


@dataclass(frozen=True)
class Calibration:
    """Seconds of a leg: `constant_s` (parking, starting, looking for the door) + `factor` x free travel."""

    constant_s: float = 0.0
    factor: float = 1.0
    source: str = "none"

    def said(self) -> str:
        return f"{self.constant_s:g} s + {self.factor:g} t ({self.source})"


class Search(Protocol):
    """Cheapest sums of arcs, each a whole number, from weighted starts to nodes."""

    def table(self, starts: Sequence[list[tuple[int, int]]], targets: Whole) -> Whole: ...
    def path(self, starts: list[tuple[int, int]], ends: list[tuple[int, int]]) -> list[int]: ...


class Hierarchies:
    """`routingkit-cch`: milliseconds per thousand targets after half a second of making ready."""

    def __init__(self, network: Network, weights: Whole) -> None:
        import routingkit_cch as cch

        tail, head = network.arcs[0].tolist(), network.arcs[1].tolist()
        lat, lon = (each.tolist() for each in network.at)
        order = cch.compute_order_inertial(len(lat), tail, head, lat, lon)
        self._cch: Any = cch
        self._metric = cch.CCHMetric(cch.CCH(order, tail, head, False), weights.tolist())

    def table(self, starts: Sequence[list[tuple[int, int]]], targets: Whole) -> Whole:
        search = self._cch.CCHOneToMany(self._metric, targets.tolist())
        rows = [search.distances_from_multi(start) if start else [None] * len(targets) for start in starts]
        found = np.array(rows, dtype=float).reshape(len(starts), len(targets))
        return np.where(np.isnan(found), LARGEST, found).astype(np.int64)

    def path(self, starts: list[tuple[int, int]], ends: list[tuple[int, int]]) -> list[int]:
        found = self._cch.CCHQuery(self._metric).run_multi(starts, ends)
        return [] if found.distance is None else list(found.arc_path)


class Dijkstra:
    """scipy's, for where routingkit-cch has no wheel: the same answers, some milliseconds per source."""

    def __init__(self, network: Network, weights: Whole) -> None:
        tail, head = network.arcs[0], network.arcs[1]
        self._size = len(network.at[0])
        # Of parallel arcs only the cheapest counts; the matrix would add them up.
        order = np.lexsort((weights, head, tail))
        first = np.ones(len(order), bool)
        first[1:] = (np.diff(tail[order]) != 0) | (np.diff(head[order]) != 0)
        kept = order[first]
        arcs = (weights[kept].astype(float), (tail[kept], head[kept]))
        self._graph = csr_array(arcs, shape=(self._size, self._size))
        self._arc = {(int(tail[arc]), int(head[arc])): int(arc) for arc in kept}

    def table(self, starts: Sequence[list[tuple[int, int]]], targets: Whole) -> Whole:
        rows = np.full((len(starts), len(targets)), float(LARGEST))
        for row, start in enumerate(starts):
            for node, before in start:
                found = dijkstra(self._graph, indices=node)[targets] + before
                rows[row] = np.minimum(rows[row], found)
        return rows.astype(np.int64)

    def path(self, starts: list[tuple[int, int]], ends: list[tuple[int, int]]) -> list[int]:
        best: tuple[float, list[int]] = (float("inf"), [])
        for node, before in starts:
            far, behind = dijkstra(self._graph, indices=node, return_predecessors=True)
            for end, after in ends:
                if far[end] + before + after < best[0]:
                    best = (far[end] + before + after, list(self._arcs(behind, node, end)))
        return best[1]

    def _arcs(self, behind: Any, start: int, end: int) -> Iterator[int]:
        steps = []
        while end != start:
            steps.append(self._arc[int(behind[end]), end])
            end = int(behind[end])
        return reversed(steps)


class CityRoads:
    """`MatrixProvider` on the roads of a city package."""

    def __init__(
        self, network: Network, calibration: Calibration | None = None, *, hierarchies: bool | None = None
    ) -> None:
        self.network = network
        self.calibration = calibration or Calibration()
        self._use_cch = find_spec("routingkit_cch") is not None if hierarchies is None else hierarchies

    @property
    def approximate(self) -> bool:
        return False

    @cached_property
    def _unit_m(self) -> float:
        """Metres per unit of length: coarser for a country than for a city."""
        spread_m = float(np.hypot(np.ptp(self.network.lat), np.ptp(self.network.lon))) * 111_000
        coarse: float = 2.5 * spread_m / 2**LENGTH_BITS
        return max(LEAST_UNIT_M, coarse)

    @cached_property
    def _weights(self) -> Whole:
        _, _, ms, edge, _ = self.network.arcs
        return self._packed(ms / 1000, self.network.length_m[edge])

    def _packed(self, seconds: Any, metres: Any) -> Whole:
        ticks = np.rint(np.asarray(seconds) / TICK_S).astype(np.int64)
        units = np.rint(np.asarray(metres) / self._unit_m).astype(np.int64)
        packed: Whole = np.maximum((ticks << LENGTH_BITS) + units, 1)
        return packed

    @cached_property
    def _search(self) -> Search:
        kind = Hierarchies if self._use_cch else Dijkstra
        return kind(self.network, self._weights)

    def snap(self, points: Sequence[Point]) -> list[Snapped]:
        """Each on the nearest road within 300 m; None further away, or on roads cut off from the others."""
        joined = self.network.join(points)
        return [
            Snapped(None, float(moved), "island" if island else "away")
            if edge < 0
            else Snapped((float(on[0]), float(on[1])), float(moved))
            for edge, on, moved, island in zip(
                joined.edge, joined.point, joined.moved_m, joined.island, strict=True
            )
        ]

    def table(self, sources: Sequence[Point], targets: Sequence[Point]) -> tuple[Whole, Whole]:
        """Whole seconds, calibrated, and whole metres. `NEVER` where a point is on no road."""
        if not sources or not targets:
            empty = np.zeros((len(sources), len(targets)), np.int64)
            return empty, empty
        start, end = self.network.join(sources), self.network.join(targets)
        least = self._least(start, end)
        seconds = (least >> LENGTH_BITS) * TICK_S
        metres = (least & ((1 << LENGTH_BITS) - 1)) * self._unit_m
        same = (np.abs(seconds) < TICK_S / 2) & (metres < self._unit_m / 2)
        told = np.where(same, 0.0, self.calibration.constant_s + self.calibration.factor * seconds)
        lost = (start.edge < 0)[:, None] | (end.edge < 0)[None, :] | (least >= LARGEST)
        return (
            np.where(lost, NEVER, np.rint(told)).astype(np.int64),
            np.where(lost, NEVER, np.rint(metres)).astype(np.int64),
        )

    def _least(self, start: Joined, end: Joined) -> Whole:
        """Packed time and length of the fastest way between all pairs."""
        ends = [self._reach(end, place) for place in range(len(end.edge))]
        nodes, at = np.unique([node for pair in ends for node, _ in pair], return_inverse=True)
        found = self._search.table(
            [self._leave(start, place) for place in range(len(start.edge))], nodes.astype(np.int64)
        )
        least = np.full((len(start.edge), len(end.edge)), LARGEST, np.int64)
        column = 0
        for place, pair in enumerate(ends):
            for _, after in pair:
                least[:, place] = np.minimum(least[:, place], found[:, at[column]] + after)
                column += 1
        for one in range(len(start.edge)):
            for other in np.flatnonzero((end.edge == start.edge[one]) & (end.edge >= 0)):
                least[one, other] = min(least[one, other], self._along(start, one, end, int(other)))
        return least

    def _leave(self, joined: Joined, place: int) -> list[tuple[int, int]]:
        """Where a traveller comes out of the edge he starts on, and what it took him."""
        edge, share = int(joined.edge[place]), float(joined.share[place])
        ahead, back = self.network.ends
        return [
            (int((ahead if forward else back)[edge]), cost)
            for forward, cost in self._costs(edge, 1 - share, share)
        ]

    def _reach(self, joined: Joined, place: int) -> list[tuple[int, int]]:
        """Where he comes into the edge of his goal, and what is left to go."""
        edge, share = int(joined.edge[place]), float(joined.share[place])
        net = self.network
        return [
            (node, cost)
            for forward, cost in self._costs(edge, share, 1 - share)
            for node in (
                int((net.tail if forward else net.head)[edge]),
                *net.ways_in.get((edge, forward), ()),
            )
        ]

    def _costs(self, edge: int, ahead: float, back: float) -> Iterator[tuple[bool, int]]:
        """(whether forward, cost) of these shares of an edge, for each direction in which it may be taken."""
        net = self.network
        if edge < 0:
            return
        for forward, ms, share in (
            (True, int(net.forward_ms[edge]), ahead),
            (False, int(net.backward_ms[edge]), back),
        ):
            if ms >= 0:
                yield forward, int(self._packed(ms / 1000 * share, net.length_m[edge] * share))

    def _along(self, start: Joined, one: int, end: Joined, other: int) -> int:
        """From one place of an edge to another of the same edge, without leaving it."""
        edge, net = int(start.edge[one]), self.network
        moved = float(end.share[other] - start.share[one])
        ms = int(net.forward_ms[edge] if moved >= 0 else net.backward_ms[edge])
        if ms < 0:
            return LARGEST
        return int(self._packed(ms / 1000 * abs(moved), net.length_m[edge] * abs(moved))) if moved else 0

    def geometry(self, sequence: Sequence[Point]) -> list[Point]:
        """The roads from point to point, as a line; straight where a point is on no road."""
        joined = self.network.join(sequence)
        line: list[Point] = []
        for place in range(len(sequence) - 1):
            line += self._leg(joined, place, sequence[place], sequence[place + 1])
        return line

    def _leg(self, joined: Joined, place: int, start: Point, end: Point) -> list[Point]:
        here, there = int(joined.edge[place]), int(joined.edge[place + 1])
        if here < 0 or there < 0:
            return [start, end]
        share, other = float(joined.share[place]), float(joined.share[place + 1])
        if here == there and self._along(joined, place, joined, place + 1) < LARGEST:
            return [start, *self._piece(here, share, other), end]
        net = self.network
        tail, head, _, edge, forward = net.arcs
        leaving, reaching = self._leave(joined, place), self._reach(joined, place + 1)
        arcs = self._search.path(leaving, reaching)
        out = int(tail[arcs[0]]) if arcs else self._meeting(leaving, reaching)
        last = int(head[arcs[-1]]) if arcs else out
        line = [start, *self._piece(here, share, 1.0 if net.ends[0][here] == out else 0.0)]
        for arc in arcs:
            shape = net.shapes[int(edge[arc])]
            line += [(float(lat), float(lon)) for lat, lon in (shape if forward[arc] else shape[::-1])]
        first = 0.0 if net.tail[there] == net.node_of(last) else 1.0
        return [*line, *self._piece(there, first, other), end]

    @staticmethod
    def _meeting(leaving: list[tuple[int, int]], reaching: list[tuple[int, int]]) -> int:
        """The node where two edges meet, when nothing lies between them."""
        costs = dict(leaving)
        shared = [(costs[node] + cost, node) for node, cost in reaching if node in costs]
        return min(shared)[1] if shared else leaving[0][0]

    def _piece(self, edge: int, start: float, end: float) -> list[Point]:
        """The points of an edge between two shares of it."""
        line = shapely.linestrings(self.network.shapes[edge][:, ::-1])
        part = shapely.get_coordinates(substring(line, start, end, normalized=True))
        return [(float(lat), float(lon)) for lon, lat in part]

    def fingerprint(self) -> str:
        said = self.calibration
        return f"roads {self.network.digest} {self.network.profile} {said.constant_s:g} s + {said.factor:g} t"
