"""Visits to several addresses from one spot, and addresses whose coordinate is not where they are."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import replace
from math import floor

from ...records import Finding, Known
from ...words import N_, Phrase
from .seen import Seen, accuracy_m, mark_of, metres, point_there, slack_m

# Off its address by so much a visit was not made at the door, though it is not far by itself.
OFF_M = 100.0
APART_M = 150.0
# However large the area, fixes from one spot for addresses far apart in it are not from all of them.
AREA_M = 300.0
M_PER_DEGREE = 111_195.0


def same_spot(visits: Sequence[Seen]) -> list[Finding]:
    """One agent's visits off their addresses, from one spot, whose addresses are not one another's: three on
    whatever days, or two on the day of a visit to somebody who does live there."""
    spot_m = max((seen.policy.audit.same_spot_m for seen in visits), default=1)
    placed = _Spots((seen for seen in visits if point_there(seen) is not None), spot_m)
    own = at_own_place(visits)
    away = {seen.id for seen in visits if seen.id not in own and _off(seen)}
    found = []
    for seen in visits:
        if seen.id not in away:
            continue
        near = [one for one in placed.around(seen) if _from_there(seen, one)]
        off = [
            one for one in near if one.id in away and (_one_day(seen, one) or (_sure(seen) and _sure(one)))
        ]
        at_home = [one for one in near if one.id not in away and off and _one_day(seen, one, off[0])]
        many = len(off) + len(at_home) + 1
        if many >= seen.policy.audit.same_spot_visits:
            text = N_("{visits} visitas a direcciones distintas se registraron desde un mismo punto.")
            because = Phrase(text, {"visits": many})
            found.append(Finding("audit.same_spot", seen.id, "review", because, off[0].id))
    return found


def at_own_place(visits: Sequence[Seen]) -> frozenset[str]:
    """Those off the coordinate of their address where its visits of other days were measured too, and fewer
    of other addresses': there it is the coordinate that is wrong."""
    off = [seen for seen in visits if seen.visit.known is Known.LIVE and _off(seen)]
    placed = _Spots(off, APART_M)
    found = set()
    for seen in off:
        if seen.visit.address is None:
            continue
        near = [one for one in placed.around(seen) if _beside(seen, one)]
        there = [one for one in near if one.visit.address == seen.visit.address]
        if not all(_one_day(seen, one) for one in there) and 1 + len(there) > len(near) - len(there):
            found.add(seen.id)
    return frozenset(found)


def mislaid(finding: Finding) -> Finding:
    """What is found far from a coordinate that is itself wrong only informs: the address is to be mended."""
    return replace(finding, severity="info") if finding.rule == "audit.far_from_address" else finding


def _beside(seen: Seen, other: Seen) -> bool:
    here, there = point_there(seen), point_there(other)
    return here is not None and there is not None and metres(here, there) <= APART_M


def _sure(seen: Seen) -> bool:
    """True of a position certainly of the visit: written there, as somebody says or its hour shows."""
    return seen.visit.known is Known.LIVE and (seen.stamped or not seen.unsaid)


def _one_story(seen: Seen, other: Seen) -> bool:
    """True of visits of one day, or of two whose positions are certainly theirs."""
    return _one_day(seen, other) or (_sure(seen) and _sure(other))


def _one_day(*visits: Seen) -> bool:
    return len({seen.visit.happened.start.date() for seen in visits}) == 1


class _Spots:
    """Visits by the squares of the ground they were measured in, so wide that none nearer is missed."""

    def __init__(self, visits: Iterable[Seen], wide_m: float) -> None:
        self.side = max(1.0, wide_m) / M_PER_DEGREE
        self.squares: dict[tuple[int, int], list[Seen]] = defaultdict(list)
        for seen in visits:
            self.squares[self._square(seen)].append(seen)

    def around(self, seen: Seen) -> list[Seen]:
        row, column = self._square(seen)
        beside = (-1, 0, 1)
        squares = (self.squares.get((row + north, column + east), ()) for north in beside for east in beside)
        return [one for square in squares for one in square if one is not seen]

    def _square(self, seen: Seen) -> tuple[int, int]:
        point = point_there(seen) or (0.0, 0.0)
        # Degrees of longitude are shorter than those of latitude; beyond 60 degrees nobody collects.
        return floor(point[0] / self.side), floor(point[1] / (2 * self.side))


def _off(seen: Seen) -> bool:
    point, door = point_there(seen), mark_of(seen.address)
    if point is None or door is None or seen.address is None:
        return False
    return metres(point, door) > OFF_M + accuracy_m(seen.visit) + min(slack_m(seen.address), AREA_M)


def _from_there(seen: Seen, other: Seen) -> bool:
    here, there = point_there(seen), point_there(other)
    door, its = mark_of(seen.address), mark_of(other.address)
    if other is seen or here is None or there is None or door is None or its is None:
        return False
    return metres(here, there) <= seen.policy.audit.same_spot_m and metres(door, its) > APART_M
