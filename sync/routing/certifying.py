"""Makes a plan with what proves it: the bound on its value and the programs that made it."""

from __future__ import annotations

import platform
from dataclasses import replace
from importlib.metadata import PackageNotFoundError, version

from .. import __version__
from .bound import ROUNDS, bound_of
from .day import plan_day
from .records import Plan, Problem

# What a plan and its bound are computed with; the solver names itself.
BESIDE = ("numpy", "scipy")


def versions() -> dict[str, str]:
    """The programs of which a replay needs the same, to the last bit."""
    found = {"ronda": __version__, "python": platform.python_version()}
    for name in BESIDE:
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            continue
    return found


def with_bound(problem: Problem, plan: Plan, *, rounds: int = ROUNDS) -> Plan:
    """The plan with its bound and versions in the certificate."""
    bound = bound_of(problem, plan.order, rounds=rounds)
    certificate = replace(
        plan.certificate, bound=bound.value, relaxation=bound.relaxation, versions=versions()
    )
    return replace(plan, certificate=certificate)


def solved(problem: Problem, *, seed: int, iterations: int, certified: bool) -> Plan:
    """One agent's day, wherever it is solved: a worker needs no more of the program than this package."""
    plan = plan_day(problem, seed=seed, iterations=iterations)
    return with_bound(problem, plan) if certified else plan
