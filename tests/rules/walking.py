"""Carries a day out step by step, as a person with a watch would. Shares no code with the planner."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sync.routing.records import Plan, Problem


@dataclass(frozen=True)
class Met:
    """What was reached when, and by how much too late; lunch is `None`, the way home `"home"`."""

    what: int | str | None
    at_s: int
    late_s: int


def steps_of(plan: Plan) -> list[int | None]:
    """The candidates in order, None where lunch is."""
    steps: list[int | None] = [stop.candidate for stop in plan.stops]
    if plan.lunch is not None:
        steps.insert(plan.lunch.after, None)
    return steps


def walk(problem: Problem, steps: Sequence[int | None], eats_at: int | None) -> list[Met]:
    """Whoever is late is served late and the day goes on."""
    met: list[Met] = []
    now = problem.begins_s
    row = 0 if problem.start is None else problem.start
    for step in steps:
        if step is None:
            assert eats_at is not None
            assert problem.lunch is not None
            now += problem.seconds[row][eats_at]
            met.append(Met(None, now, max(0, now - problem.lunch.latest_s)))
            now = max(now, problem.lunch.earliest_s) + problem.lunch.seconds
            row = eats_at
            continue
        one = problem.candidates[step]
        now += problem.seconds[row][step + 1]
        row = step + 1
        still = [opening for opening in one.openings if opening.latest_s >= now]
        met.append(Met(step, now, 0 if still else now - max(opening.latest_s for opening in one.openings)))
        now = (max(now, still[0].earliest_s) if still else now) + one.service_s
    now += problem.seconds[row][0]
    met.append(Met("home", now, max(0, now - problem.shift_s)))
    return met


def late(met: Sequence[Met]) -> list[Met]:
    return [one for one in met if one.late_s > 0]
