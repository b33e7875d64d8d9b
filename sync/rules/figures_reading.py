"""How what was recorded is read as facts of figures: days, minutes, metres, promises that ended.

Whoever has the rows, an office or the files of an export, reads them alike. Knows no store and no file.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from typing import Any
from zoneinfo import ZoneInfo

from ..records import PromiseState
from .figures_facts import MATURED, Doer, Of, PromiseFact
from .geo import haversine_m

Place = tuple[float | None, float | None]


# No zone, and no clock that is less than a day off, moves a visit further than this from the day it says.
MARGIN = timedelta(days=2)
FAR_OFF_MS = 86_400_000
# The kinds of case that are complaints of how a visit was made.
ABOUT_CONDUCT = ("complaint", "conduct")


@dataclass(frozen=True)
class Ended:
    """A promise as it stood when its last good day was over, with who got it. Amounts in minor units."""

    promise: str
    account: str
    agent: str
    deadline: date
    state: PromiseState
    promised: int
    paid: int
    currency: str


def window(day: date) -> tuple[datetime, datetime]:
    """From when to when a visit may have begun, by its laptop, to be of `day` or to a stop of that day."""
    midnight = datetime.combine(day, time(), tzinfo=UTC)
    return midnight - MARGIN, midnight + timedelta(days=1) + MARGIN


def corrected(
    started: datetime, ended: datetime, live: bool, offset_ms: int | None
) -> tuple[datetime, datetime]:
    """When a visit began and ended by the office's clock: what was typed later was read off a watch."""
    if not live or not offset_ms:
        return started, ended
    shift = timedelta(milliseconds=offset_ms)
    return started - shift, ended - shift


def civil_day(moment: datetime, zone: str) -> date:
    """The day of that zone; of UTC where the visit says none."""
    return moment.astimezone(ZoneInfo(zone or "UTC")).date()


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
    ended: Iterable[Ended], day: date, of: Callable[[str], Of], doer: Callable[[str], Doer]
) -> Iterator[PromiseFact]:
    """Those that ended on `day`, each with what came of the account's promise that matured before it."""
    by_account: dict[str, list[Ended]] = {}
    for one in sorted(ended, key=lambda one: (one.deadline, one.promise)):
        by_account.setdefault(one.account, []).append(one)
    for account, mine in by_account.items():
        before = None
        for one in mine:
            if one.deadline == day:
                amounts = (one.promised, one.paid, one.currency)
                yield PromiseFact(day, doer(one.agent), of(account), one.state, *amounts, before)
            if one.state in MATURED:
                before = one.state
