"""Small days made at random, and the best of each found exactly by CP-SAT. Shares no code with the planner.

A day of 6 to 9 candidates in which not everything fits: appointments, several windows, lunch, musts, locked
stops, a hand order, an agent who is free late and elsewhere.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from random import Random

from ortools.sat.python import cp_model

from sync.routing.records import Candidate, Lunch, Opening, Problem

HOUR = 3600


def small_day(seed: int) -> Problem:
    """The same seed makes the same day."""
    rng = Random(seed)
    count = rng.randint(6, 9)
    shift_s = rng.randrange(2 * HOUR, 5 * HOUR, 60)
    candidates = tuple(_candidate(rng, number, shift_s) for number in range(count))
    lunch = None
    places: tuple[int, ...] = ()
    if rng.random() < 0.4:
        places = tuple(range(count + 1, count + 1 + rng.randint(1, 3)))
        earliest = rng.randrange(0, shift_s // 2, 60)
        lunch = Lunch(
            rng.choice((900, 1800, 2700)), earliest, earliest + rng.randrange(900, HOUR, 60), places
        )
    elsewhere = count + 1 + len(places) if rng.random() < 0.3 else None
    size = count + 1 + len(places) + (elsewhere is not None)
    table = _table(rng, size)
    return Problem(
        candidates,
        table,
        table,
        shift_s,
        "made",
        approximate=True,
        start=elsewhere,
        begins_s=rng.randrange(0, shift_s // 3, 60) if rng.random() < 0.3 else 0,
        lunch=lunch,
        order=tuple(
            f"d{number}" for number in sorted(rng.sample(range(count), 3), key=lambda _: rng.random())
        )
        if rng.random() < 0.25
        else (),
    )


def _candidate(rng: Random, number: int, shift_s: int) -> Candidate:
    kind = rng.random()
    if kind < 0.25:
        begin = rng.randrange(0, shift_s - 1800, 60)
        openings: tuple[Opening, ...] = (Opening(begin, begin + rng.randrange(900, 1801, 60)),)
    elif kind < 0.5:
        bounds = sorted(rng.sample(range(0, shift_s, 60), 4))
        openings = (Opening(bounds[0], bounds[1]), Opening(bounds[2], bounds[3]))
    elif kind < 0.53:
        openings = ()
    else:
        openings = (Opening(0, shift_s),)
    return Candidate(
        f"d{number}",
        rng.randrange(300, 2401, 60),
        rng.randint(1, 60),
        openings,
        appointment=kind < 0.25,
        must=rng.random() < 0.1,
        locked=rng.random() < 0.06,
    )


def _table(rng: Random, size: int) -> list[list[int]]:
    """Ways in a town of one-way streets: there and back differ, and the triangle's rule nearly holds."""
    points = [(rng.randint(0, 3000), rng.randint(0, 3000)) for _ in range(size)]
    return [
        [
            0 if one == other else 60 + abs(one[0] - other[0]) + abs(one[1] - other[1]) + rng.randint(0, 90)
            for other in points
        ]
        for one in points
    ]


@dataclass(frozen=True)
class Best:
    """The best day: who is in it, what they are worth, and the planner's own objective."""

    visited: tuple[int, ...]
    value: int
    objective: int


def least_objective(problem: Problem) -> Best:
    """The day with the least prizes left behind plus seconds of travel."""
    return _solved(problem, (), by_value=False)


def most_value(problem: Problem, kept: Collection[int]) -> Best:
    """The day worth most among those that visit all of `kept`."""
    return _solved(problem, kept, by_value=True)


def _solved(problem: Problem, kept: Collection[int], *, by_value: bool) -> Best:
    model = cp_model.CpModel()
    count = len(problem.candidates)
    visited = [model.new_bool_var(f"visited {index}") for index in range(count)]
    starts = [model.new_int_var(0, problem.shift_s, f"start {index}") for index in range(count)]
    for index, candidate in enumerate(problem.candidates):
        chosen = [model.new_bool_var("") for _ in candidate.openings]
        model.add(sum(chosen) == visited[index])
        for opening, taken in zip(candidate.openings, chosen, strict=True):
            model.add(starts[index] >= opening.earliest_s).only_enforce_if(taken)
            model.add(starts[index] <= opening.latest_s).only_enforce_if(taken)
    for index in kept:
        model.add(visited[index] == 1)
    travel = _walk(model, problem, visited, starts)
    _hand_order(model, problem, visited, starts)
    prizes = problem.prizes()
    left = sum(prize * (1 - taken) for prize, taken in zip(prizes, visited, strict=True))
    value = sum(one.value * taken for one, taken in zip(problem.candidates, visited, strict=True))
    if by_value:
        model.maximize(value)
    else:
        model.minimize(left + travel)
    solver = cp_model.CpSolver()
    solver.parameters.num_workers = 1
    solver.parameters.random_seed = 1
    if solver.solve(model) != cp_model.OPTIMAL:
        raise RuntimeError("a small day has a best day, and it was not found")
    return Best(
        tuple(index for index in range(count) if solver.value(visited[index])),
        solver.value(value),
        solver.value(left + travel),
    )


def _walk(
    model: cp_model.CpModel,
    problem: Problem,
    visited: Sequence[cp_model.IntVar],
    starts: Sequence[cp_model.IntVar],
) -> cp_model.LinearExprT:
    """One way from where the day begins through everyone visited, and lunch, to the depot. Its seconds."""
    count = len(problem.candidates)
    eats = problem.meal
    # Nodes: 0 is where the day begins and ends, then the candidates, then the places for lunch.
    rows_out = [problem.start or 0, *range(1, count + 1), *(eats.places if eats else ())]
    rows_in = [0, *range(1, count + 1), *(eats.places if eats else ())]
    there = [*visited, *(model.new_bool_var("") for _ in (eats.places if eats else ()))]
    begins = [*starts]
    lasts = [one.service_s for one in problem.candidates]
    if eats:
        for _ in eats.places:
            begins.append(model.new_int_var(eats.earliest_s, eats.latest_s, "lunch"))
            lasts.append(eats.seconds)
        some = model.new_bool_var("somebody is visited")
        model.add_max_equality(some, visited)
        model.add(sum(there[count:]) == some)
    nobody = model.new_bool_var("nobody is visited")
    arcs: list[tuple[int, int, cp_model.LiteralT]] = [(0, 0, nobody)]
    arcs += [(node + 1, node + 1, there[node].negated()) for node in range(len(there))]
    terms = []
    for one in range(len(there) + 1):
        for other in range(len(there) + 1):
            if one == other:
                continue
            gone = model.new_bool_var("")
            arcs.append((one, other, gone))
            way = problem.seconds[rows_out[one]][rows_in[other]]
            terms.append(way * gone)
            leaves = problem.begins_s if one == 0 else begins[one - 1] + lasts[one - 1]
            arrives = problem.shift_s if other == 0 else begins[other - 1]
            model.add(leaves + way <= arrives).only_enforce_if(gone)
    model.add_circuit(arcs)
    return sum(terms)


def _hand_order(
    model: cp_model.CpModel,
    problem: Problem,
    visited: Sequence[cp_model.IntVar],
    starts: Sequence[cp_model.IntVar],
) -> None:
    index = {candidate.id: number for number, candidate in enumerate(problem.candidates)}
    named = [index[one] for one in problem.order]
    for place, one in enumerate(named):
        for other in named[place + 1 :]:
            both = [visited[one], visited[other]]
            model.add(starts[one] + 1 <= starts[other]).only_enforce_if(both)
