"""How what was recorded is read as facts of figures: days, minutes, metres, promises that ended.

Whoever has the rows, an office or the files of an export, reads them alike. Knows no store and no file.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import pairwise
from typing import Any
from zoneinfo import ZoneInfo

from ..money import to_minor
from ..records import Promise
from .figures_facts import MATURED, Doer, Of, PromiseFact
from .geo import haversine_m
from .promise import PromiseStanding

Place = tuple[float | None, float | None]


@dataclass(frozen=True)
class Ended:
    """A promise as it stood when the day that is asked about was over, with who got it."""

    promise: Promise
    agent: str
    standing: PromiseStanding


def civil_day(moment: datetime, zone: str) -> date:
    return moment.astimezone(ZoneInfo(zone)).date()


def latency_minutes(received: datetime, ended: datetime) -> int:
    """Whole minutes from the end of a visit to its receipt; none when a clock says it came before."""
    return max(0, int((received - ended).total_seconds() // 60))


def line_metres(places: Sequence[Place]) -> int | None:
    """The straight line through the known places in their order, in whole metres; None for fewer than two."""
    known = [(lat, lon) for lat, lon in places if lat is not None and lon is not None]
    if len(known) < 2:
        return None
    return sum(round(haversine_m(*here, *there)) for here, there in pairwise(known))


def road_metres(matrix: Mapping[str, Any], stops: Sequence[str]) -> int:
    """From the depot over the stops in their order and back, by the matrix that came with the route."""
    points = {point: at for at, point in enumerate(matrix.get("points", ()))}
    table = matrix.get("metres", ())
    way = ["", *stops, ""]
    if not stops or any(point not in points for point in way):
        return 0
    return sum(int(table[points[one]][points[two]]) for one, two in pairwise(way))


def promise_facts(
    ended: Sequence[Ended], day: date, of: Callable[[str], Of], doer: Callable[[str], Doer]
) -> Iterator[PromiseFact]:
    """Those that ended on `day`, each with what came of the account's promise before it."""
    by_account: dict[str, list[Ended]] = {}
    for one in sorted(ended, key=lambda one: (one.standing.deadline, one.promise.id)):
        by_account.setdefault(one.promise.account, []).append(one)
    for account, mine in by_account.items():
        before = None
        for one in mine:
            promise, standing = one.promise, one.standing
            if standing.deadline == day:
                yield PromiseFact(
                    day,
                    doer(one.agent),
                    of(account),
                    standing.state,
                    to_minor(promise.amount, promise.currency),
                    to_minor(standing.paid, promise.currency),
                    promise.currency,
                    before,
                )
            if standing.state in MATURED:
                before = standing.state
