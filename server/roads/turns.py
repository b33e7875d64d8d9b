"""Turns that are forbidden: read off an extract's relations, and built into a network as nodes of their own.

Who comes along a street whose turn is forbidden arrives at a copy of the corner, from which every other
street leads on. Restrictions over several streets (`via` a way) and those of certain hours are not kept.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

Whole = NDArray[np.int64]

# Whom a restriction binds, as bits of a turn; who walks is bound by none.
BINDS = {"car": 1, "motorcycle": 2}
EXCEPT = {"motorcar": 1, "motorcycle": 2, "motor_vehicle": 3}
ROUNDS = 5


@dataclass(frozen=True)
class Told:
    """One restriction as the extract has it: way numbers and the node where they meet."""

    only: bool
    begins: tuple[int, ...]
    at: int
    ends: tuple[int, ...]
    binds: int


@dataclass
class Corners:
    """Which edges of which way end at which node, of those that restrictions speak of."""

    told: Sequence[Told]
    by_way: dict[tuple[int, int], list[int]] = field(default_factory=lambda: defaultdict(list))
    by_node: dict[int, list[int]] = field(default_factory=lambda: defaultdict(list))

    def __post_init__(self) -> None:
        self._nodes = {one.at for one in self.told}

    def add(self, edge: int, way: int, ends: tuple[int, int]) -> None:
        for node in ends:
            if node in self._nodes:
                self.by_way[way, node].append(edge)
                self.by_node[node].append(edge)

    def forbidden(self) -> Iterator[tuple[int, int, int, int]]:
        """(from edge, node of the extract, to edge, whom it binds)."""
        for one in self.told:
            begins = [edge for way in one.begins if (edge := self._one(way, one.at)) is not None]
            ends = [edge for way in one.ends if (edge := self._one(way, one.at)) is not None]
            if not ends:
                continue
            closed = [edge for edge in self.by_node[one.at] if edge not in ends] if one.only else ends
            for begin in begins:
                for end in closed:
                    yield begin, one.at, end, one.binds

    def _one(self, way: int, node: int) -> int | None:
        """The edge of a way at a node; none where the way goes on there: which half is meant is not said."""
        edges = self.by_way.get((way, node), [])
        return edges[0] if len(edges) == 1 else None


def told_by(relation: Any) -> Told | None:
    """The restriction of a relation; None for anything else, and for what is not kept."""
    tags = relation.tags
    if tags.get("type") != "restriction":
        return None
    kind = tags.get("restriction") or tags.get("restriction:motor_vehicle") or ""
    binds = 3
    for name, bit in BINDS.items():
        if not kind and (kind := tags.get(f"restriction:{'motorcar' if name == 'car' else name}") or ""):
            binds = bit
    for name in tags.get("except", "").split(";"):
        binds &= ~EXCEPT.get(name.strip(), 0)
    members = [(one.type, one.ref, one.role) for one in relation.members]
    begins = tuple(ref for type, ref, role in members if type == "w" and role == "from")
    ends = tuple(ref for type, ref, role in members if type == "w" and role == "to")
    over = [(type, ref) for type, ref, role in members if role == "via"]
    if not kind.startswith(("no_", "only_")) or not binds or not begins or not ends:
        return None
    if len(over) != 1 or over[0][0] != "n":
        return None
    return Told(kind.startswith("only_"), begins, over[0][1], ends, binds)


@dataclass(frozen=True)
class Edges:
    """What of a network decides who reaches what. Milliseconds are below zero where nobody may go."""

    tail: Whole
    head: Whole
    forward_ms: Whole
    backward_ms: Whole
    nodes: int

    def leaving(self, wanted: set[int]) -> Mapping[int, list[tuple[int, bool]]]:
        """By node, the edges on which one may leave it, and whether forward."""
        found: dict[int, list[tuple[int, bool]]] = defaultdict(list)
        near = np.isin(self.tail, list(wanted)) | np.isin(self.head, list(wanted))
        for edge in np.flatnonzero(near).tolist():
            if self.forward_ms[edge] >= 0:
                found[int(self.tail[edge])].append((edge, True))
            if self.backward_ms[edge] >= 0:
                found[int(self.head[edge])].append((edge, False))
        return found


@dataclass(frozen=True)
class Corner:
    """A copy of a node: who arrives along `edge` (`forward` or against it) goes on by these arcs alone."""

    edge: int
    forward: bool
    node: int
    closed: frozenset[int]
    onward: tuple[tuple[int, bool], ...]


def corners(forbidden: Iterable[tuple[int, bool, int]], edges: Edges) -> list[Corner]:
    """The copies that these turns (edge, whether forward, edge) need, without those that would cut a place
    off: there the map is wrong, or tells only a part.
    """
    closed: dict[tuple[int, bool], set[int]] = defaultdict(set)
    for edge, forward, other in forbidden:
        closed[edge, forward].add(other)
    nodes = {begin: int((edges.head if begin[1] else edges.tail)[begin[0]]) for begin in closed}
    leaving = edges.leaving(set(nodes.values()))
    made = []
    for begin, others in sorted(closed.items()):
        onward = tuple(arc for arc in leaving[nodes[begin]] if arc[0] not in others)
        if onward:
            made.append(Corner(*begin, nodes[begin], frozenset(others), onward))
    for _ in range(ROUNDS):
        lost = _lost(made, edges)
        if not lost:
            return made
        made = [
            one
            for number, one in enumerate(made, edges.nodes)
            if not lost & {number, one.node, *_far_ends(one, edges)}
        ]
    return []


def ends_with(made: Sequence[Corner], tail: Whole, head: Whole, nodes: int) -> tuple[Whole, Whole]:
    """Where who takes an edge forward arrives, and who takes it backward: its end, or a copy of it."""
    ahead, back = head.copy(), tail.copy()
    for number, one in enumerate(made, nodes):
        (ahead if one.forward else back)[one.edge] = number
    return ahead, back


def _far_ends(one: Corner, edges: Edges) -> Iterator[int]:
    for edge in one.closed:
        yield int(edges.tail[edge])
        yield int(edges.head[edge])


def _lost(made: Sequence[Corner], edges: Edges) -> set[int]:
    """Nodes that are no longer reached from everywhere, or from which not everything is."""
    ahead, back = ends_with(made, edges.tail, edges.head, edges.nodes)
    one, other = np.flatnonzero(edges.forward_ms >= 0), np.flatnonzero(edges.backward_ms >= 0)
    onward = [(number, *arc) for number, corner in enumerate(made, edges.nodes) for arc in corner.onward]
    more = np.array([number for number, _, _ in onward], dtype=np.int64)
    into = np.array([(ahead if forward else back)[edge] for _, edge, forward in onward], dtype=np.int64)
    rows = np.concatenate([edges.tail[one], edges.head[other], more])
    columns = np.concatenate([ahead[one], back[other], into])
    size = edges.nodes + len(made)
    graph = coo_array((np.ones(len(rows), np.int8), (rows, columns)), shape=(size, size))
    _, part = connected_components(graph, connection="strong")
    return set(np.flatnonzero(part != np.bincount(part).argmax()).tolist())
