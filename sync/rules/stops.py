"""Decides which stops of a debtor are open on a day, from what his visits recorded. Knows no store."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime

from ..records import Visit, VisitResult
from .clauses import StopKind
from .results import RESULTS
from .typed import day

# What concerns one debt; all others concern the person, and so every account of his.
_OF_ONE_ACCOUNT = (StopKind.DISPUTE,)


def open_stops(
    visits: Iterable[Visit],
    today: date,
    *,
    account: str | None = None,
    lifted: Mapping[StopKind, datetime] | None = None,
) -> tuple[StopKind, ...]:
    """The stops set by a debtor's visits and not lifted since by the office, in StopKind's order.

    With `account`, a dispute counts only for the account disputed. A person held or in hospital is
    stopped through the `hold_until` that was noted. `lifted`: when the office last released each kind.
    """
    released = lifted or {}
    found: set[StopKind] = set()
    for visit in visits:
        for result in visit.results:
            kind = RESULTS[result.result].stops
            if kind is None or (kind in released and visit.happened.end <= released[kind]):
                continue
            if kind in _OF_ONE_ACCOUNT and account not in (None, result.account):
                continue
            if kind is not StopKind.HELD or _still_held(result, today):
                found.add(kind)
    return tuple(kind for kind in StopKind if kind in found)


def _still_held(result: VisitResult, today: date) -> bool:
    until = day(result.detail.get("hold_until", ""))
    return until is None or today <= until
