"""Shares debtors out among agents: near to each agent's own ground, with even loads. Knows no rule, no store.

A min-cost flow (OR-Tools) over travel time to each agent's centre, repeated while centres settle on
the middle of what each agent has. The same input always gives the same shares.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import ceil, dist, floor

import numpy as np
from numpy.typing import NDArray
from ortools.graph.python import min_cost_flow

from ..roads import MatrixProvider, Point, Whole
from .burdens import Bearer, Load, Share, narrowed, widened
from .cutting import CUT, cut

ROUNDS = 3
BAND = 0.05  # loads lie within 5 % of an even share where that is possible
HOME_SHARE = 0.3  # how much the way from home counts beside the way to the centre (ROUTING 7)
ZONE_BONUS_S = 900
STAY_BONUS_S = 1200  # what it must save to take a debtor from who knows him
WARY_S = 300  # a warning, not a refusal: it tips the scales between agents about as near
BEST = 8  # so many agents are ranked for each debtor
FAR_S = 3600  # for who is not on the map, or an agent whose ground is not known
MANY = 1000
MIDDLES = 16  # so many points about the middle of an agent's ground could be its centre
STEP = 1_000_000  # more than any travel: even loads before short ways


def share_out(
    loads: Sequence[Load], bearers: Sequence[Bearer], roads: MatrixProvider, most: int = CUT
) -> list[Share]:
    """A share for each load, in order. Beyond `most` (debtors times agents) the ground is cut first."""
    if not loads or not bearers:
        return [Share(None) for _ in loads]
    shares: list[Share] = [Share(None)] * len(loads)
    for rows, columns in cut(loads, bearers, most):
        place = {column: number for number, column in enumerate(columns)}
        part = [narrowed(loads[row], place) for row in rows]
        for row, share in zip(rows, _shared(part, [bearers[one] for one in columns], roads), strict=True):
            shares[row] = widened(share, columns)
    return shares


def _shared(loads: Sequence[Load], bearers: Sequence[Bearer], roads: MatrixProvider) -> list[Share]:
    if not loads or not bearers:
        return [Share(None) for _ in loads]
    centres = _first_centres(loads, bearers, roads)
    taken: list[int | None] = []
    points = [load.point for load in loads if load.point is not None]
    from_home = _ways([bearer.home for bearer in bearers], points, roads)[0]
    for _ in range(ROUNDS):
        costs, metres = _costs(loads, centres, from_home, _ways(centres, points, roads))
        now = _within_room(loads, bearers, costs)
        if now == taken:
            break
        taken = now
        centres = [
            middle(_ground(loads, bearer, taken, index), roads) or centres[index]
            for index, bearer in enumerate(bearers)
        ]
    return [
        _share(load, bearer, costs[row], metres[row])
        for row, (load, bearer) in enumerate(zip(loads, taken, strict=True))
    ]


def _share(load: Load, bearer: int | None, costs: NDArray[np.int64], metres: NDArray[np.int64]) -> Share:
    ranked = sorted((int(costs[one]), one) for one in load.allowed)[:BEST]
    ranking = tuple((one, cost) for cost, one in ranked)
    if bearer is None:
        return Share(None, ranking=ranking)
    nearest = int(costs[bearer]) <= ranked[0][0]
    known = load.point is not None and metres[bearer] >= 0
    return Share(bearer, int(metres[bearer]) if known else None, nearest, ranking)


def _first_centres(
    loads: Sequence[Load], bearers: Sequence[Bearer], roads: MatrixProvider
) -> list[Point | None]:
    """The middle of what an agent keeps, else his home; those with no home of their own are spread out."""
    centres: list[Point | None] = []
    for bearer in bearers:
        centre = middle(bearer.kept_points, roads) or bearer.home
        centres.append(None if centre in centres else centre)
    points = sorted({load.point for load in loads if load.point is not None})
    for index, centre in enumerate(centres):
        if centre is None and points:
            centres[index] = _farthest(points, [known for known in centres if known is not None], roads)
    return centres


def _farthest(points: list[Point], known: list[Point], roads: MatrixProvider) -> Point:
    if not known:
        return middle(points, roads) or points[0]
    seconds = roads.table(points, known)[0]
    return points[int(np.argmax(seconds.min(axis=1)))]


def middle(points: Sequence[Point], roads: MatrixProvider) -> Point | None:
    """Of the points in their middle the one with the least travel to all; None without points.

    Thinned out where they are many.
    """
    if not points:
        return None
    points = sorted(points)[:: 1 + len(points) // MANY]
    mean = tuple(sum(axis) / len(points) for axis in zip(*points, strict=True))
    near = sorted(points, key=lambda one: (dist(one, mean), one))[:MIDDLES]
    return near[int(np.argmin(roads.table(near, points)[0].sum(axis=1)))]


def _ground(
    loads: Sequence[Load], bearer: Bearer, taken: Sequence[int | None], index: int
) -> tuple[Point, ...]:
    new = (load.point for load, who in zip(loads, taken, strict=True) if who == index)
    return (*bearer.kept_points, *(point for point in new if point is not None))


def _ways(
    places: Sequence[Point | None], points: Sequence[Point], roads: MatrixProvider
) -> tuple[Whole, Whole]:
    """Seconds and metres from each place to each point, a row per point; -1 from a place not known."""
    seconds = np.full((len(points), len(places)), -1, dtype=np.int64)
    metres = seconds.copy()
    known = [index for index, place in enumerate(places) if place is not None]
    told = [place for place in places if place is not None]
    if told and points:
        # One table from the few to the many: a search begins at each of the few.
        ways = roads.table(told, points)
        seconds[:, known], metres[:, known] = ways[0].T, ways[1].T
    return seconds, metres


def _costs(
    loads: Sequence[Load], centres: Sequence[Point | None], from_home: Whole, from_centre: tuple[Whole, Whole]
) -> tuple[Whole, Whole]:
    """Seconds-like costs and metres to the centre (-1: not known), a row per load."""
    costs = np.full((len(loads), len(centres)), FAR_S, dtype=np.int64)
    metres = np.full((len(loads), len(centres)), -1, dtype=np.int64)
    rows = [row for row, load in enumerate(loads) if load.point is not None]
    if rows:
        seconds, metres[rows] = from_centre
        home = np.where(from_home < 0, seconds, from_home)
        known = np.array([centre is not None for centre in centres])
        costs[rows] = np.where(known, np.rint(seconds + HOME_SHARE * home).astype(np.int64), FAR_S)
    for row, load in enumerate(loads):
        for index in load.same_zone:
            costs[row, index] = max(0, costs[row, index] - ZONE_BONUS_S)
        if load.current is not None:
            costs[row, load.current] = max(0, costs[row, load.current] - STAY_BONUS_S)
        for index in load.wary:
            costs[row, index] += WARY_S
    return costs, metres


def _within_room(loads: Sequence[Load], bearers: Sequence[Bearer], costs: Whole) -> list[int | None]:
    """Flows until no agent's accounts pass his limit; the network itself counts debtors only."""
    room = [
        len(loads) if bearer.max_accounts is None else max(0, bearer.max_accounts - bearer.kept_accounts)
        for bearer in bearers
    ]
    rooms = list(room)
    while True:
        taken = _flow(loads, bearers, costs, rooms)
        over = False
        for index, limit in enumerate(room):
            mine = [row for row, who in enumerate(taken) if who == index]
            fits = _how_many_fit([loads[row].accounts for row in mine], limit)
            if bearers[index].max_accounts is not None and fits < len(mine):
                rooms[index], over = fits, True
        if not over:
            return taken


def _how_many_fit(accounts: Sequence[int], limit: int) -> int:
    """So many debtors that any choice of them fits: the ones with most accounts counted first."""
    total = 0
    for count, each in enumerate(sorted(accounts, reverse=True)):
        total += each
        if total > limit:
            return count
    return len(accounts)


def _flow(
    loads: Sequence[Load], bearers: Sequence[Bearer], costs: Whole, rooms: Sequence[int]
) -> list[int | None]:
    """The cheapest shares: within the band at no cost, above it at a step, and nobody at a dearer one."""
    count, agents = len(loads), len(bearers)
    nobody, sink = count + agents, count + agents + 1
    tails, heads, capacities, prices = [], [], [], []

    def arc(tail: int, head: int, capacity: int, price: int) -> None:
        if capacity > 0:
            tails.append(tail)
            heads.append(head)
            capacities.append(capacity)
            prices.append(price)

    for row, load in enumerate(loads):
        for index in sorted(load.allowed):
            arc(row, count + index, 1, int(costs[row, index]))
        arc(row, nobody, 1, 0)
    for index, fair in enumerate(_fair(loads, bearers)):
        for capacity, price in _steps(fair, bearers[index].kept, rooms[index]):
            arc(count + index, sink, capacity, price)
    arc(nobody, sink, count, 8 * STEP)

    network = min_cost_flow.SimpleMinCostFlow()
    arcs = network.add_arcs_with_capacity_and_unit_cost(
        np.array(tails), np.array(heads), np.array(capacities), np.array(prices)
    )
    network.set_nodes_supplies(
        np.arange(count + agents + 2), np.array([1] * count + [0] * (agents + 1) + [-count])
    )
    status = network.solve()
    if status != network.OPTIMAL:
        raise RuntimeError(f"the assignment network has no optimum (status {status})")
    taken: list[int | None] = [None] * count
    for used, tail, head in zip(network.flows(arcs), tails, heads, strict=True):
        if used and tail < count and head != nobody:
            taken[tail] = head - count
    return taken


def _fair(loads: Sequence[Load], bearers: Sequence[Bearer]) -> list[float]:
    """An even share for each agent of all that he and his equals may have, what they keep included."""
    shares = [0.0] * len(bearers)
    groups: dict[frozenset[int], int] = {}
    for load in loads:
        groups[load.allowed] = groups.get(load.allowed, 0) + 1
    for allowed, number in groups.items():
        total = number + sum(bearers[index].kept for index in allowed)
        for index in allowed:
            shares[index] = max(shares[index], total / len(allowed))
    return shares


def _steps(fair: float, kept: int, room: int) -> list[tuple[int, int]]:
    """Capacity and price of an agent's arcs: below the band is cheapest, each step above it dearer."""
    lower = min(floor(fair), ceil(fair * (1 - BAND)))
    upper = max(ceil(fair), floor(fair * (1 + BAND)))
    bounds = (lower, upper, int(fair * 1.25) + 1, int(fair * 1.5) + 1, int(fair * 2) + 1)
    steps, before = [], 0
    for number, bound in enumerate(bounds):
        until = min(max(bound - kept, 0), room)
        if until > before:
            steps.append((until - before, number * STEP))
            before = until
    steps.append((room - before, len(bounds) * STEP))
    return steps
