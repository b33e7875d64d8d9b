"""How a rule says yes, perhaps, no, or "this field is missing". Decides nothing itself."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from ..records import Ruling, Verdict
from ..words import Phrase


@dataclass(frozen=True)
class FieldError:
    """One field of a form that cannot be taken as it is; `field` is its key, `account` whose row it is."""

    field: str
    because: Phrase
    rule: str = ""
    account: str = ""


def strictest(verdicts: Iterable[Verdict]) -> Verdict:
    """The union of several verdicts: every ruling once, so that the strictest decides."""
    seen: list[Ruling] = []
    for verdict in verdicts:
        for ruling in verdict.rulings:
            if ruling not in seen:
                seen.append(ruling)
    return Verdict(tuple(seen))
