"""A street as it lies: its line, what it crosses, the houses known on it. Pure; reads no file."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import pairwise

from .parsing import Way
from .plane import Spot, along, apart, middle, towards

# Beyond the end of a street as drawn, a house may still stand; further than this it is a guess.
BEYOND_M = 100.0


@dataclass(frozen=True)
class House:
    """A house whose number and place are known. `cross` and `metres` only on a street of numbers."""

    spot: Spot
    number: str
    cross: str = ""
    metres: int = 0


@dataclass(frozen=True)
class Street:
    """All ways of one name. `lines` are indices of `nodes`; `crossings`: key of a street → where."""

    way: Way
    nodes: Sequence[Spot]
    lines: Sequence[Sequence[int]]
    crossings: Mapping[str, Sequence[int]]
    crossed: Mapping[str, Way] = field(default_factory=dict)
    houses: Sequence[House] = ()

    @cached_property
    def beside(self) -> dict[int, list[int]]:
        near: dict[int, set[int]] = defaultdict(set)
        for line in self.lines:
            for one, other in pairwise(line):
                near[one].add(other)
                near[other].add(one)
        return {node: sorted(found) for node, found in near.items()}

    @cached_property
    def pieces(self) -> dict[int, int]:
        """Which connected piece of the street each node is in: far quarters may share a name."""
        piece: dict[int, int] = {}
        for start in self.beside:
            if start in piece:
                continue
            piece[start], waiting = start, [start]
            while waiting:
                for node in self.beside[waiting.pop()]:
                    if node not in piece:
                        piece[node] = start
                        waiting.append(node)
        return piece

    def connected(self, one: int, other: int) -> bool:
        return self.pieces.get(one) == self.pieces.get(other)

    @cached_property
    def length_m(self) -> float:
        return sum(apart(one, other) for one, other in self._steps())

    @cached_property
    def middle(self) -> Spot:
        """The point of the street nearest to the middle of its nodes."""
        centre = middle(self.nodes)
        return min(self.nodes, key=lambda node: apart(node, centre))

    def _steps(self) -> Iterator[tuple[Spot, Spot]]:
        for line in self.lines:
            for one, other in pairwise(line):
                yield self.nodes[one], self.nodes[other]

    def walk(self, start: int, heading: Spot, metres: float) -> tuple[Spot, Spot]:
        """(where one is, the direction of the street there) after so many metres towards a spot."""
        here, before, left = start, None, metres
        direction = towards(self.nodes[start], heading)
        while True:
            onward = [node for node in self.beside.get(here, []) if node != before]
            if not onward:
                return along(self.nodes[here], direction, min(left, BEYOND_M)), direction
            ahead = max(
                onward, key=lambda node: _turn(direction, towards(self.nodes[here], self.nodes[node]))
            )
            step = apart(self.nodes[here], self.nodes[ahead])
            direction = towards(self.nodes[here], self.nodes[ahead]) if step else direction
            if step >= left:
                return along(self.nodes[here], direction, left), direction
            left -= step
            before, here = here, ahead


def _turn(one: Spot, other: Spot) -> float:
    return one[0] * other[0] + one[1] * other[1]
