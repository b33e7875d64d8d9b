"""The audit's finding on what was written of a visit. Judges by the same rules as while it was written."""

from __future__ import annotations

from collections.abc import Iterable

from ...records import Finding, Visit
from ..policy import Policy
from .linting import lint
from .result import TextKind

RULE = "audit.wording"


def texts_of(visit: Visit) -> tuple[str, ...]:
    """What its collector wrote in his own words."""
    steps = (step.value for step in visit.conduct.steps if not step.implied)
    answers = (answer.text for answer in visit.conduct.answers)
    return tuple(text for text in (visit.note, visit.location.reason, *steps, *answers) if text.strip())


def wording(visit: Visit, policy: Policy | None, beside: Iterable[str] = ()) -> Finding | None:
    """One finding on the first words that break a rule, in the visit's own texts and those `beside` it."""
    for text in (*texts_of(visit), *beside):
        found = lint(text, policy, TextKind.NOTE).found
        if found:
            return Finding(RULE, visit.id, "review", found[0].because)
    return None
