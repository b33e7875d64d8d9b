"""Plans one agent's day with PyVRP: which candidates, in which order. The only module that knows the solver.

Replay is exact: the same problem, seed and iterations give the same plan, on any machine, because
nothing here stops on seconds.
"""

from __future__ import annotations

from collections.abc import Sequence
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

from .insertion import build, finished, repaired, schedule
from .records import Plan, Problem

if TYPE_CHECKING:
    from pyvrp import Client, ProblemData, Solution

ITERATIONS = 500
# Once more, for this much longer, when an appointment is not in the day.
PATIENCE = 4


class NoSolver(RuntimeError):
    """PyVRP is not installed; the message names the extra that brings it."""


def available() -> bool:
    """True when the solver can be imported."""
    return find_spec("pyvrp") is not None and find_spec("numpy") is not None


def plan_day(problem: Problem, *, seed: int, iterations: int = ITERATIONS, warm: Sequence[int] = ()) -> Plan:
    """The best day found: value first, then the shorter way. Raises NoSolver without the extra `routing`.

    The plan is feasible always: every service starts in an opening and the agent is back within the
    shift. Appointments are lost only when they clash with one another or with the shift.
    """
    if not available():
        raise NoSolver("the day's solver is missing; install it with: pip install 'ronda[routing]'")
    if problem.order or problem.meal or problem.start is not None or problem.begins_s:
        return finished(
            problem, build(problem, repaired(problem, warm)), seed=seed, iterations=0, solver="insertion"
        )
    plan = _attempt(problem, seed, iterations)
    if _misses_appointment(problem, plan):
        again = _attempt(problem, seed + 1, iterations * PATIENCE)
        plan = min(plan, again, key=lambda one: one.certificate.objective)
    return plan


def _attempt(problem: Problem, seed: int, iterations: int) -> Plan:
    start = build(problem, ())
    order = _solve(problem, start, seed, iterations)
    if schedule(problem, order) is None:  # the search ended without a feasible day
        order = start
    return finished(
        problem, build(problem, order), seed=seed, iterations=iterations, solver=f"pyvrp {_version()}"
    )


def _misses_appointment(problem: Problem, plan: Plan) -> bool:
    return any(
        problem.candidates[left.candidate].appointment and left.obstacle.kind != "closed"
        for left in plan.left_out
    )


def _solve(problem: Problem, start: list[int], seed: int, iterations: int) -> list[int]:
    """The order of candidates in the solver's best solution, feasible or not.

    It starts from the feasible order `start`: with candidates of several openings a cold search of
    this length ended worse than plain insertion (measured), and so it never can.
    """
    from pyvrp import Solution, solve
    from pyvrp.stop import MaxIterations

    data, owners = _model(problem)
    if not owners:
        return []
    initial = Solution(data, [_visits(problem, start, owners)] if start else [])
    found = solve(
        data,
        MaxIterations(iterations),
        seed=seed,
        collect_stats=False,
        display=False,
        initial_solution=initial,
    )
    return _order(found.best, owners)


def _visits(problem: Problem, order: list[int], owners: list[int]) -> list[int]:
    """The solver's clients of an order: of several openings, the one in which the service starts."""
    first = {owner: client for client, owner in reversed(list(enumerate(owners)))}
    timed = schedule(problem, order)
    if timed is None:
        raise ValueError("the search starts from a feasible order")
    return [
        first[stop.candidate]
        + next(
            number
            for number, opening in enumerate(problem.candidates[stop.candidate].openings)
            if opening.earliest_s <= stop.start_s <= opening.latest_s
        )
        for stop in timed[0]
    ]


def _order(solution: Solution, owners: list[int]) -> list[int]:
    return [
        owners[activity.idx]
        for route in solution.routes()
        for activity in route.schedule()
        if activity.is_client()
    ]


def _model(problem: Problem) -> tuple[ProblemData, list[int]]:
    """The solver's data, and for each of its clients the candidate it stands for.

    A candidate with several openings is a group of clients of which at most one is visited.
    """
    import numpy as np
    from pyvrp import ClientGroup, Depot, Location, ProblemData, VehicleType

    # Any: the solver's stubs name the array's type in a form that numpy 2 has left.
    seconds: Any = np.array(problem.seconds, dtype=np.int64)
    np.fill_diagonal(seconds, 0)
    clients: list[Client] = []
    owners: list[int] = []
    groups: list[ClientGroup] = []
    prizes = problem.prizes()
    for index, candidate in enumerate(problem.candidates):
        group = len(groups) if len(candidate.openings) > 1 else None
        if group is not None:
            members = range(len(clients), len(clients) + len(candidate.openings))
            groups.append(ClientGroup(list(members), required=False))
        for opening in range(len(candidate.openings)):
            clients.append(_client(problem, index, opening, prizes[index], group))
            owners.append(index)
    data = ProblemData(
        # Coordinates only serve the solver's drawings; the matrices hold what counts.
        locations=[Location(0, 0) for _ in range(len(problem.candidates) + 1)],
        clients=clients,
        depots=[Depot(0)],
        vehicle_types=[VehicleType(1, tw_early=0, tw_late=problem.shift_s)],
        distance_matrices=[seconds],
        duration_matrices=[seconds],
        groups=groups,
    )
    return data, owners


def _client(problem: Problem, index: int, opening: int, prize: int, group: int | None) -> Client:
    from pyvrp import Client

    candidate = problem.candidates[index]
    return Client(
        location=index + 1,
        service_duration=candidate.service_s,
        tw_early=candidate.openings[opening].earliest_s,
        tw_late=candidate.openings[opening].latest_s,
        prize=prize,
        required=False,
        group=group,
    )


def _version() -> str:
    from importlib.metadata import version

    return version("pyvrp")
