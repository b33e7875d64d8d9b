"""The peers of a planned day: a person, a greedy rule, VROOM and OR-Tools, on the same matrices.

Each returns an order of candidates per agent. None of them judges itself: `plan_day.judge` does.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from sync.routing.records import Problem

Orders = list[list[int]]
# Before an appointment a person waits at the door rather than crosses the city once more.
PATIENCE_S = 600
LOST = 10_000_000


def nearest_neighbour(problems: Sequence[Problem]) -> Orders:
    """A person: always to the nearest door that still lets all appointments be kept."""
    return [_step_by_step(problem, lambda spent, value: -spent) for problem in problems]


def greedy(problems: Sequence[Problem]) -> Orders:
    """Always to the door of most value for the time it takes, all appointments kept."""
    return [_step_by_step(problem, lambda spent, value: value / spent) for problem in problems]


def _step_by_step(problem: Problem, taste: Callable[[int, int], float]) -> list[int]:
    seconds, people = problem.seconds, problem.candidates
    agreed = sorted(
        (index for index, one in enumerate(people) if one.appointment),
        key=lambda index: people[index].openings[0].latest_s,
    )
    kept: list[int] = []
    for index in agreed:  # those that can be met one after the other, from home
        if _meets(problem, 0, 0, [*kept, index]):
            kept.append(index)
    rest = {index for index, one in enumerate(people) if not one.appointment}
    order: list[int] = []
    row, clock = 0, 0
    while True:
        best: tuple[float, int, int] | None = None
        for index in sorted(rest | set(kept[:1])):
            opening, ahead = people[index].openings[0], [one for one in kept if one != index]
            arrival = clock + seconds[row][index + 1]
            start = max(arrival, opening.earliest_s)
            if start > opening.latest_s or (index in kept and start - arrival > PATIENCE_S):
                continue
            end = start + people[index].service_s
            if _meets(problem, index + 1, end, ahead):
                liked = taste(end - clock, people[index].value)
                if best is None or liked > best[0]:
                    best = (liked, index, end)
        if best is None:
            if not kept:
                return order
            index = kept[0]
            start = max(clock + seconds[row][index + 1], people[index].openings[0].earliest_s)
            best = (0.0, index, start + people[index].service_s)
        _, index, clock = best
        row = index + 1
        order.append(index)
        rest.discard(index)
        kept = [one for one in kept if one != index]


def _meets(problem: Problem, row: int, clock: int, ahead: Sequence[int]) -> bool:
    """True when all of `ahead` can be met in order, and home reached within the shift."""
    for index in ahead:
        opening = problem.candidates[index].openings[0]
        clock = max(clock + problem.seconds[row][index + 1], opening.earliest_s)
        if clock > opening.latest_s:
            return False
        clock, row = clock + problem.candidates[index].service_s, index + 1
    return clock + problem.seconds[row][0] <= problem.shift_s


def vroom(problems: Sequence[Problem], *, threads: int | None = None, explore: int = 5) -> Orders:
    """VROOM on the whole team: own accounts by skills, value as priority, appointments above all."""
    import vroom as peer

    asked = peer.Input()
    table, rows = _team(problems)
    asked.set_durations_matrix("car", table.astype(np.uint32))
    names: dict[int, tuple[int, int]] = {}
    for agent, problem in enumerate(problems):
        home = rows[agent][0]
        asked.add_vehicle(
            peer.Vehicle(
                agent,
                start=home,
                end=home,
                skills={agent + 1},
                time_window=peer.TimeWindow(0, problem.shift_s),
            )
        )
        for index, one in enumerate(problem.candidates):
            names[len(names)] = (agent, index)
            asked.add_job(
                peer.Job(
                    len(names) - 1,
                    location=rows[agent][index + 1],
                    default_service=one.service_s,
                    skills={agent + 1},
                    priority=100 if one.appointment else min(one.value, 99),
                    time_windows=[peer.TimeWindow(o.earliest_s, o.latest_s) for o in one.openings],
                )
            )
    found = asked.solve(exploration_level=explore, nb_threads=threads or os.cpu_count() or 1)
    orders: Orders = [[] for _ in problems]
    steps = found.routes
    for kind, job, vehicle in zip(steps["type"], steps["id"], steps["vehicle_id"], strict=True):
        if kind == "job":
            agent, index = names[int(job)]
            assert agent == int(vehicle)
            orders[agent].append(index)
    return orders


def _team(problems: Sequence[Problem]) -> tuple[Any, list[list[int]]]:
    """One table for all, and each agent's rows of it. Between the doors of two agents nobody ever travels."""
    rows, size = [], 0
    for problem in problems:
        count = len(problem.candidates) + 1
        rows.append(list(range(size, size + count)))
        size += count
    table: Any = np.full((size, size), 100_000, dtype=np.int64)
    for problem, mine in zip(problems, rows, strict=True):
        table[mine[0] : mine[-1] + 1, mine[0] : mine[-1] + 1] = np.array(problem.seconds)
    return table, rows


def or_tools(problems: Sequence[Problem], *, seconds: float) -> Orders:
    """OR-Tools' routing on the whole team: own accounts by the vehicles allowed, value as a penalty."""
    from ortools.constraint_solver import pywrapcp, routing_enums_pb2

    table, rows = _team(problems)
    homes = [mine[0] for mine in rows]
    manager = pywrapcp.RoutingIndexManager(len(table), len(problems), homes, homes)
    routing = pywrapcp.RoutingModel(manager)
    times = table.tolist()
    service = [0] * len(times)
    owner: dict[int, tuple[int, int]] = {}
    for agent, problem in enumerate(problems):
        for index, one in enumerate(problem.candidates):
            owner[rows[agent][index + 1]] = (agent, index)
            service[rows[agent][index + 1]] = one.service_s
    travel = routing.RegisterTransitMatrix(times)
    routing.SetArcCostEvaluatorOfAllVehicles(travel)
    with_service = [[cell + service[row] for cell in cells] for row, cells in enumerate(times)]
    longest = max(problem.shift_s for problem in problems)
    routing.AddDimension(routing.RegisterTransitMatrix(with_service), longest, longest, False, "time")
    clock = routing.GetDimensionOrDie("time")
    for row, (agent, index) in owner.items():
        one, node = problems[agent].candidates[index], manager.NodeToIndex(row)
        latest = min(one.openings[-1].latest_s, longest)
        clock.CumulVar(node).SetRange(one.openings[0].earliest_s, latest)
        routing.AddDisjunction([node], one.value * 1000 + (LOST if one.appointment else 0))
        routing.VehicleVar(node).SetValues([-1, agent])
    for agent, problem in enumerate(problems):
        clock.CumulVar(routing.End(agent)).SetMax(problem.shift_s)
    asked = pywrapcp.DefaultRoutingSearchParameters()
    asked.first_solution_strategy = routing_enums_pb2.FirstSolutionStrategy.PARALLEL_CHEAPEST_INSERTION
    asked.local_search_metaheuristic = routing_enums_pb2.LocalSearchMetaheuristic.GUIDED_LOCAL_SEARCH
    asked.time_limit.FromMilliseconds(round(seconds * 1000))
    found = routing.SolveWithParameters(asked)
    orders: Orders = [[] for _ in problems]
    for agent in range(len(problems)):
        at = routing.Start(agent)
        while found is not None and not routing.IsEnd(at):
            row = manager.IndexToNode(at)
            if row in owner:
                orders[agent].append(owner[row][1])
            at = found.Value(routing.NextVar(at))
    return orders
