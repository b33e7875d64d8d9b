"""Adds to a plan what proves it: the bound on its value and the programs that made it. Plans nothing."""

from __future__ import annotations

import platform
from dataclasses import replace
from importlib.metadata import PackageNotFoundError, version

from .. import __version__
from .bound import ROUNDS, bound_of
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


def certified(problem: Problem, plan: Plan, *, rounds: int = ROUNDS) -> Plan:
    """The plan with its bound and versions in the certificate."""
    bound = bound_of(problem, plan.order, rounds=rounds)
    certificate = replace(
        plan.certificate, bound=bound.value, relaxation=bound.relaxation, versions=versions()
    )
    return replace(plan, certificate=certificate)
