"""Positions that no measuring gives: repeated to the last figure, or on the mark."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import timedelta
from statistics import median_low

from ...records import Finding, LocationSource
from ...words import N_, Phrase
from .alone import exactly
from .chance import at_least
from .seen import (
    FINE_DECIMALS,
    Seen,
    began,
    decimals,
    mark_of,
    metres,
    point_of,
    point_there,
    slack_m,
)

# A fix this near its own address may well have been made there: it is the original of the others.
AT_HOME_M = 80.0
# Doors so near the nearest one are in its building.
BESIDE_M = 20.0
# A telephone may give its last position again within so long, to so near.
CACHED = timedelta(minutes=10)
CACHED_M = 250.0
# Coordinates rounded to squares of a street need addresses farther apart than the square.
COARSE_M = 200.0
COARSE_DECIMALS = 4
# Without known addresses: so many debtors over so long from one identical position.
NO_ADDRESS_VISITS = 4
NO_ADDRESS_SPREAD = timedelta(hours=2)
# So far off a telephone has measured anew, and its last position is another.
LEFT_M = 300.0
# One position elsewhere between two that are the same may be the one that is false.
LEFT_TIMES = 2
# Of honest fixes fifteen lie between one and four times a distance for each within it.
RING = 4.0
TOO_MANY = 3
# So seldom one of an agent's days is by chance so much more exact than his others.
CHANCE = 1e-3


def same_fix(visits: Sequence[Seen]) -> list[Finding]:
    """One agent's visits with one position at different addresses; the one at home there is spared."""
    groups: dict[tuple[float, float], list[Seen]] = defaultdict(list)
    for seen in visits:
        point = point_there(seen)
        if point is not None and decimals(point) >= COARSE_DECIMALS:
            groups[point].append(seen)
    found: list[Finding] = []
    for point, group in groups.items():
        if len(group) > 1:
            found += _identical(point, group)
            found += _come_back_to(point, group, visits)
    return found


def _identical(point: tuple[float, float], group: Sequence[Seen]) -> list[Finding]:
    doors = {seen.id: mark_of(seen.address) for seen in group}
    if not any(doors.values()):
        return _without_addresses(group)
    fine = decimals(point) >= FINE_DECIMALS
    found = []
    for seen in group:
        door = doors[seen.id]
        if door is None or metres(door, point) <= min(AT_HOME_M, _nearest(point, doors) + BESIDE_M):
            continue
        if _original(seen, group, point, door):
            continue
        apart = [one for one in group if _elsewhere(seen, one, doors, fine)]
        if apart:
            found.append(_repeated(seen, apart[0], len(group)))
    return found


def _original(
    seen: Seen, group: Sequence[Seen], point: tuple[float, float], door: tuple[float, float]
) -> bool:
    """The first of them, where its address is known only so roughly that it may have been made there."""
    if seen.address is None or slack_m(seen.address) <= AT_HOME_M:
        return False
    first = min(group, key=lambda one: (one.visit.happened.start, one.id))
    return seen is first and metres(door, point) <= AT_HOME_M + slack_m(seen.address)


def _nearest(point: tuple[float, float], doors: dict[str, tuple[float, float] | None]) -> float:
    return min(metres(door, point) for door in doors.values() if door is not None)


def _elsewhere(seen: Seen, other: Seen, doors: dict[str, tuple[float, float] | None], fine: bool) -> bool:
    here, there = doors[seen.id], doors[other.id]
    if here is None or there is None or other is seen:
        return False
    apart = metres(here, there)
    between = abs(seen.visit.happened.start - other.visit.happened.start)
    if between <= CACHED and apart <= CACHED_M:
        return False
    return apart > max(seen.policy.audit.same_fix_m, 0.0 if fine else COARSE_M)


def _without_addresses(group: Sequence[Seen]) -> list[Finding]:
    starts = [seen.visit.happened.start for seen in group]
    debtors = {seen.visit.debtor for seen in group}
    if len(debtors) < NO_ADDRESS_VISITS or max(starts) - min(starts) < NO_ADDRESS_SPREAD:
        return []
    return [_repeated(seen, group[0] if seen is not group[0] else group[1], len(group)) for seen in group]


def _come_back_to(point: tuple[float, float], group: Sequence[Seen], visits: Sequence[Seen]) -> list[Finding]:
    """Without addresses: those measured at the point of others before, after visits measured elsewhere.

    A telephone gives its last position again, never the last but one.
    """
    if any(mark_of(seen.address) for seen in group) or decimals(point) < FINE_DECIMALS:
        return []
    away = [seen.visit.happened.start for seen in visits if _elsewhere_than(point, seen)]
    found = []
    ordered = sorted(group, key=lambda seen: began(seen.visit))
    for at, seen in enumerate(ordered):
        before = [one for one in ordered[:at] if one.visit.debtor != seen.visit.debtor]
        if not before or seen.visit.location.source is not LocationSource.GNSS:
            continue
        first, start = before[0].visit.happened.start, seen.visit.happened.start
        if sum(1 for left in away if first < left < start) >= LEFT_TIMES:
            found.append(_repeated(seen, before[0], len(group)))
    return found


def _elsewhere_than(point: tuple[float, float], seen: Seen) -> bool:
    here = point_there(seen)
    return here is not None and metres(here, point) > LEFT_M


def _repeated(seen: Seen, other: Seen, visits: int) -> Finding:
    text = N_("La posición es idéntica, hasta la última cifra, en {visits} visitas a direcciones distintas.")
    return Finding("audit.same_fix", seen.id, "review", Phrase(text, {"visits": visits}), other.id)


def too_near(visits: Sequence[Seen]) -> list[Finding]:
    """One agent's days with several fixes nearer their addresses than the day's others allow, or than his
    other days do."""
    days: dict[object, list[tuple[float, Seen]]] = defaultdict(list)
    for seen in visits:
        here, door = exactly(seen.visit, seen.address)
        if here is not None and door is not None:
            days[seen.visit.happened.start.date()].append((metres(here, door), seen))
    counts = {day: (_fixes(_near(fixes)), _fixes(fixes)) for day, fixes in days.items()}
    all_near, all_fixes = (sum(each) for each in zip(*counts.values(), strict=True)) if counts else (0, 0)
    found = []
    for day, fixes in days.items():
        near, many = counts[day]
        if near < TOO_MANY:
            continue
        ring = sum(1 for away, seen in fixes if seen.policy.audit.exact_near_m < away <= RING * 3)
        usual = (all_near - near + 1) / (all_fixes - many + RING**2)
        if near > 2 * ring + 1 or at_least(near, usual * many) < CHANCE:
            found += _at_the_mark(_near(fixes))
    return found


def _near(fixes: Sequence[tuple[float, Seen]]) -> list[tuple[float, Seen]]:
    return [(away, seen) for away, seen in fixes if away <= seen.policy.audit.exact_near_m]


def _fixes(fixes: Sequence[tuple[float, Seen]]) -> int:
    """How many were measured: a fix that served for a building's doors was made once."""
    return len({point_of(seen.visit.location) for _, seen in fixes})


def _at_the_mark(near: Sequence[tuple[float, Seen]]) -> list[Finding]:
    text = N_(
        "{visits} posiciones del día están a {metres} m o menos de su dirección: ninguna medición "
        "es tan exacta."
    )
    found = []
    for at, (_, seen) in enumerate(near):
        because = Phrase(text, {"visits": len(near), "metres": seen.policy.audit.exact_near_m})
        other = near[at - 1 if at else 1][1]
        found.append(Finding("audit.too_exact", seen.id, "review", because, other.id))
    return found


def copied_marks(visits: Sequence[Seen]) -> list[Finding]:
    """One agent's positions that are their address's own coordinate, figure by figure or rounded, where his
    device writes finely what it measures."""
    points = {seen.id: point for seen in visits if (point := point_there(seen)) is not None}
    if not points or median_low(map(decimals, points.values())) < FINE_DECIMALS:
        return []
    found = []
    for seen in visits:
        point = points.get(seen.id)
        field = seen.address is None or seen.address.origin == "field"
        mark = mark_of(seen.address)
        if point is None or mark is None or field or not _written_from(point, mark):
            continue
        because = Phrase(N_("La posición es, cifra por cifra, la coordenada de la dirección."))
        found.append(Finding("audit.too_exact", seen.id, "review", because))
    return found


def _written_from(point: tuple[float, float], mark: tuple[float, float]) -> bool:
    """True where a position is a coordinate, or that coordinate rounded to the figures it is written with."""
    fine = decimals(point)
    return point == mark or (fine >= FINE_DECIMALS and point == (round(mark[0], fine), round(mark[1], fine)))
