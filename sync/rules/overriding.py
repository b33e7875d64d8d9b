"""Decides which refusals of a pack a person's override lifts, and says so in the ruling. Knows no store."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from ..records import Ruling, Verdict
from ..words import N_, Phrase, Terms
from .answers import strictest
from .circumstances import Override
from .policy import Policy

# The rule of the ruling that stands where one was set aside: an audit finds it by this name.
OVERRIDDEN = "policy.override"
ROLES = {
    "coordinator": N_("coordinación"),
    "supervisor": N_("supervisión"),
    "compliance": N_("cumplimiento"),
}
_SAID = N_("Permitido por excepción a la regla {rule}, de {by} ({role}), porque: {why}")
_TWO = N_("Permitido por excepción a la regla {rule}, de {by} ({role}) con {second}, porque: {why}")


def lifting(
    policy: Policy, rule: str, overrides: Iterable[Override], day: date, channel: str
) -> Override | None:
    """The override that sets this rule aside on the debtor's day and channel; None when there is none.

    Where the pack asks for two people, the word of one lifts nothing.
    """
    may = policy.overrides
    if may is None or rule not in may.rules:
        return None
    for one in overrides:
        named = one.rule == rule and one.day == day and one.channel == channel
        if named and (one.approved_by or not may.four_eyes):
            return one
    return None


def overridden(
    policy: Policy, verdict: Verdict, overrides: Iterable[Override], day: date, channel: str
) -> Verdict:
    """The verdict with each block that a person set aside told as a warning that names him and his reason."""
    held = tuple(overrides)
    if not held or not verdict.blocked:
        return verdict
    rulings = []
    for ruling in verdict.rulings:
        lifted = lifting(policy, ruling.rule, held, day, channel) if ruling.decision == "block" else None
        rulings.append(ruling if lifted is None else _lifted(ruling, lifted))
    return strictest([Verdict(tuple(rulings))])


def lifted_rules(verdict: Verdict) -> frozenset[str]:
    """The rules that somebody set aside in a verdict."""
    return frozenset(str(one.because.values["rule"]) for one in verdict.rulings if one.rule == OVERRIDDEN)


def _lifted(ruling: Ruling, override: Override) -> Ruling:
    values: dict[str, str | int] = {
        "rule": ruling.rule,
        "by": override.by,
        "role": Terms(ROLES.get(override.role, override.role)),
        "why": override.why,
    }
    if override.approved_by:
        said = Phrase(_TWO, values | {"second": override.approved_by})
    else:
        said = Phrase(_SAID, values)
    return Ruling(OVERRIDDEN, "warn", said, ruling.source)
