"""Whether plans tell the truth: planted violations, exact small days, and reasons tried out.

It runs the very checks of the tests, on as many days as asked for.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from statistics import fmean
from typing import Any

from sync.routing.bound import bound_of
from sync.routing.checker import check
from sync.routing.day import ITERATIONS, plan_day
from tests.rules.test_routing_checker import BOGOTA, MUTANTS, a_good_route
from tests.rules.test_routing_why import check_reasons

from .exact import least_objective, most_value, small_day

Say = Callable[[str], None]
DAYS, REASONS = 1_000, 500


def run(
    *,
    days: int = DAYS,
    reasons: int = REASONS,
    first: int = 0,
    iterations: int = ITERATIONS,
    say: Say = lambda line: None,
) -> dict[str, Any]:
    """All three, with what is wanted of each."""
    found = {
        "violations": violations(),
        "days": exact_days(days, first, iterations, say),
        "reasons": true_reasons(reasons),
    }
    return found | {"kept": all(one["kept"] for one in found.values())}


def violations() -> dict[str, Any]:
    """Each planted violation must be caught by its own rule, and the good route by none."""
    caught = {
        name: rule in {violation.rule for violation in check(spoil(a_good_route()), BOGOTA)}
        for name, (rule, spoil) in MUTANTS.items()
    }
    clean = not check(a_good_route(), BOGOTA)
    return {
        "planted": len(caught),
        "rules": len({rule for rule, _ in MUTANTS.values()}),
        "caught": sum(caught.values()),
        "missed": sorted(name for name, was in caught.items() if not was),
        "good_route_passes": clean,
        "wanted": "at least 15 planted, every one caught by its own rule",
        "kept": clean and len(caught) >= 15 and all(caught.values()),
    }


def exact_days(count: int, first: int, iterations: int, say: Say) -> dict[str, Any]:
    """Small days planned, bounded, and solved exactly by CP-SAT."""
    wrong: list[int] = []
    gaps: list[float] = []
    best = tight = 0
    began = time.perf_counter()
    for number in range(count):
        problem = small_day(first + number)
        plan = plan_day(problem, seed=1, iterations=iterations)
        bound = bound_of(problem, plan.order)
        most, least = most_value(problem, bound.kept), least_objective(problem)
        value = plan.certificate.value
        honest = (
            value <= most.value <= bound.value
            and least.value <= bound.value
            and plan.certificate.objective >= least.objective
        )
        if not honest:
            wrong.append(first + number)
        gaps.append((bound.value - most.value) / bound.value if bound.value else 0.0)
        best += plan.certificate.objective == least.objective
        tight += bound.value == most.value
        if number % 100 == 99:
            say(f"{number + 1} of {count} days, {len(wrong)} not honest")
    return {
        "days": count,
        "first_seed": first,
        "not_honest": wrong,
        "planned_optimally": best,
        "bound_is_the_optimum": tight,
        "mean_slack_of_bound": round(fmean(gaps), 4),
        "seconds": round(time.perf_counter() - began, 1),
        "wanted": "the bound never below the optimum, the plan's value never above it",
        "kept": not wrong,
    }


def true_reasons(count: int) -> dict[str, Any]:
    """Who was left out is forced in, and the day walked, by code that plans nothing."""
    try:
        kinds = check_reasons(count)
    except AssertionError as wrong:
        return {"tried": count, "untrue": str(wrong), "kept": False}
    return {"tried": count, "kinds": kinds, "wanted": "every reason does what it says", "kept": True}
