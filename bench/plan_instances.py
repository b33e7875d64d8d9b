"""Instances of the literature as plain figures, and what a solution of them is worth. Solves nothing.

The worth is worked out from the figures of the file alone, stop by stop; nothing here knows a solver.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

Distance = Callable[[float], float]


class NotFeasible(ValueError):
    """The solution breaks the instance; the message says where."""


class Unreadable(ValueError):
    """The folder or a file of it is not laid out as expected; the message says what is missing."""


@dataclass(frozen=True)
class Node:
    """A place of an instance; the first one is the depot."""

    x: float
    y: float
    demand: float
    opens: float
    closes: float
    service: float
    prize: float = 0.0


@dataclass(frozen=True)
class Instance:
    """Figures as the file has them. `rounded` is what its authors make of a Euclidean distance."""

    name: str
    nodes: tuple[Node, ...]
    vehicles: int
    capacity: float
    rounded: Distance

    def far(self, one: int, other: int) -> float:
        here, there = self.nodes[one], self.nodes[other]
        return self.rounded(math.hypot(here.x - there.x, here.y - there.y))


def exactly(distance: float) -> float:
    return distance


def floored(decimals: int) -> Distance:
    """Cut off after so many decimals, as the files of the orienteering problem are meant."""
    tens = float(10**decimals)

    def cut(distance: float) -> float:
        return math.floor(distance * tens + 1e-9) / tens

    return cut


@dataclass(frozen=True)
class Worth:
    distance: float
    collected: float
    left: float
    vehicles: int
    visited: int


def worth(instance: Instance, tours: Sequence[Sequence[int]], *, all_of_them: bool, slack: float) -> Worth:
    """What the tours (of node numbers, without the depot) drive, collect and leave. Raises NotFeasible.

    `slack` is by how much a window may be overrun where distances are no round figures.
    """
    seen: set[int] = set()
    used = [tour for tour in tours if tour]
    if len(used) > instance.vehicles:
        raise NotFeasible(f"{len(used)} tours for {instance.vehicles} vehicles")
    driven = 0.0
    for tour in used:
        driven += _driven(instance, tour, seen, slack)
    prizes = sum(node.prize for node in instance.nodes[1:])
    collected = sum(instance.nodes[number].prize for number in seen)
    if all_of_them and len(seen) < len(instance.nodes) - 1:
        raise NotFeasible(f"{len(instance.nodes) - 1 - len(seen)} customers are not visited")
    return Worth(driven, collected, prizes - collected, len(used), len(seen))


def _driven(instance: Instance, tour: Sequence[int], seen: set[int], slack: float) -> float:
    depot = instance.nodes[0]
    clock, here, driven = depot.opens, 0, 0.0
    if sum(instance.nodes[number].demand for number in tour) > instance.capacity:
        raise NotFeasible(f"the tour {list(tour)} carries more than {instance.capacity}")
    for number in tour:
        if number in seen or not 0 < number < len(instance.nodes):
            raise NotFeasible(f"customer {number} is visited twice, or is none")
        seen.add(number)
        node, leg = instance.nodes[number], instance.far(here, number)
        clock, driven, here = max(clock + leg, node.opens), driven + leg, number
        if clock > node.closes + slack:
            raise NotFeasible(f"customer {number} is reached at {clock:.2f}, after {node.closes}")
        clock += node.service
    leg = instance.far(here, 0)
    if clock + leg > depot.closes + slack:
        raise NotFeasible(f"the tour {list(tour)} ends at {clock + leg:.2f}, after {depot.closes}")
    return driven + leg
