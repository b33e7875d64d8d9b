"""How a rule says yes, perhaps, no, or "this field is missing". Decides nothing itself."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from ..records import Ruling, Verdict
from ..words import Phrase
from .clauses import Cite


@dataclass(frozen=True)
class FieldError:
    """One field of a form that cannot be taken as it is; `field` is its key, `account` whose row it is."""

    field: str
    because: Phrase
    rule: str = ""
    account: str = ""


def allow(cite: Cite, because: Phrase) -> Ruling:
    return Ruling(cite.id, "allow", because, cite.source or cite.quote)


def warn(cite: Cite, because: Phrase) -> Ruling:
    return Ruling(cite.id, "warn", because, cite.source or cite.quote)


def block(cite: Cite, because: Phrase) -> Ruling:
    return Ruling(cite.id, "block", because, cite.source or cite.quote)


RULINGS_REMEMBERED = 4096


def remembered(
    known: dict[tuple[Any, ...], Any], asked: tuple[Any, ...], make: Callable[[], Ruling]
) -> Ruling:
    """The ruling that `make` gives, made once for all it depends on."""
    found: Ruling | None = known.get(asked)
    if found is None:
        if len(known) >= RULINGS_REMEMBERED:
            known.clear()
        found = known[asked] = make()
    return found


def strictest(verdicts: Iterable[Verdict]) -> Verdict:
    """The union of several verdicts: every ruling once, so that the strictest decides."""
    verdicts = tuple(verdicts)
    if len(verdicts) == 1:
        return verdicts[0]
    union: list[Ruling] = []
    by_rule: dict[str, list[Ruling]] = {}
    for verdict in verdicts:
        new = []
        for ruling in verdict.rulings:
            told = by_rule.get(ruling.rule)
            # Most rules speak once, and most rulings that are said twice are one and the same.
            if told is None or not any(ruling is one or ruling == one for one in told):
                new.append(ruling)
        for ruling in new:
            by_rule.setdefault(ruling.rule, []).append(ruling)
        union += new
    return Verdict(tuple(union))


def deciding(verdict: Verdict) -> Ruling | None:
    """The first ruling that decides the verdict, to be shown alone; None for a verdict without rulings."""
    return next((ruling for ruling in verdict.rulings if ruling.decision == verdict.decision), None)
