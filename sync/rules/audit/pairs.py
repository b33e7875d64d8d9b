"""Two visits of one agent that cannot both be as told: at once, or too far apart. Files on the odder one."""

from __future__ import annotations

from datetime import timedelta

from ...records import Finding, Known, Visit
from ...words import N_, Phrase
from ..policy import Policy
from .line import Line, lived
from .seen import accuracy_m, began, metres, point_of

# Walking back from the next door takes no speed: shorter legs are within the noise of two fixes.
LEAST_LEG_M = 300.0
# Two coordinates so near each other are one address, as a couple's or a building's are.
ONE_ADDRESS_M = 30.0
# Two so near are neighbours.
NEXT_DOOR_M = 100.0
# Next door a visit may be left open for so long while the neighbour's begins.
NEXT_DOOR_S = 240.0
# What was typed later was told to the quarter of an hour: crossing by less says nothing.
TOLD_ROUGHLY_S = 900.0
SPAN_S = 3600.0
# One of two visits is the odder when what remains without it is so much easier, and with it that hard.
ODDER = 2.0
# So far from its own address a position was not measured there.
ASTRAY_M = 300.0
HARD = 15.0  # m/s: 54 km/h from door to door
# Clocks of one laptop measured minutes apart differ by so much only when the clock was moved between.
DRIFT_S = 900.0
# A cheap clock gains or loses so much of the time that passes.
DRIFT = 1e-4
M_PER_DEGREE = 111_200.0


def pair_findings(visit: Visit, line: Line, policy: Policy, uncertainty_s: float) -> list[Finding]:
    """The findings of this visit with another of the line, whichever of the two each is filed on."""
    found = [
        overlap(visit, other, policy, line, _slack(visit, other, line, uncertainty_s))
        for other in line.crossing(visit)
    ]
    if lived(visit):
        beside = (line.before(visit, placed=True), line.after(visit, placed=True))
        found += [
            impossible_speed(visit, other, policy, line, _slack(visit, other, line, uncertainty_s))
            for other in beside
            if other is not None
        ]
    found += [
        impossible_claim(visit, other, policy, line, _slack(visit, other, line, uncertainty_s))
        for other in (line.situated_before(visit), line.situated_after(visit))
        if other is not None
    ]
    return [finding for finding in found if finding is not None]


def _slack(visit: Visit, other: Visit, line: Line, uncertainty_s: float) -> float:
    """How far the time between two visits may be off: what each may be, and what their clocks disagree."""
    own = line.clocks.get(visit.id, (None, uncertainty_s))
    its = line.clocks.get(other.id, (own[0], uncertainty_s))
    if visit.known is not Known.LIVE or other.known is not Known.LIVE:
        return own[1] + its[1]
    ahead = 0.0 if own[0] is None or its[0] is None else its[0] - own[0]
    either = own[1] + its[1]
    laptop = line.laptops.get(visit.id)
    if laptop is not None and laptop == line.laptops.get(other.id) and abs(ahead) <= either:
        # What is not known of one clock is the same for both: by the laptop's own times the time between
        # them is off by no more than the clock drifts, and may be longer by what the corrections differ.
        earlier, later = _ordered(visit, other)
        longer = ahead if later is other else -ahead
        drifted = DRIFT * abs((later.happened.start - earlier.happened.start).total_seconds())
        return min(either, max(0.0, longer) + drifted)
    return either + (abs(ahead) if abs(ahead) <= DRIFT_S else 0.0)


def overlap(visit: Visit, other: Visit, policy: Policy, line: Line, slack_s: float = 0.0) -> Finding | None:
    """One agent in two visits at once. Two people at one address may be visited together."""
    earlier, later = _ordered(visit, other)
    if _one_door(earlier, later, line):
        return None
    near_m = _near_m(earlier, later, line)
    if near_m == float("inf") and _as_one(earlier, later, policy.audit.overlap_s):
        return None
    shared = min(earlier.happened.end, later.happened.end) - later.happened.start
    seconds = shared.total_seconds() - slack_s
    live = earlier.known is Known.LIVE and later.known is Known.LIVE
    least = float(policy.audit.overlap_s)
    if near_m <= NEXT_DOOR_M:
        least = max(least, NEXT_DOOR_S)
    if not live:
        least = max(least, TOLD_ROUGHLY_S)
    if seconds <= least or _told_as_span(earlier) or _told_as_span(later):
        return None
    odd, plain = _odder(earlier, later, line)
    text = N_("Se cruza {seconds} s con otra visita del mismo gestor.")
    because = Phrase(text, {"seconds": round(seconds)})
    return Finding("audit.overlap", odd.id, "serious" if live else "review", because, plain.id)


def _as_one(one: Visit, other: Visit, slack_s: float) -> bool:
    """Begun and ended together: where nothing says how far apart they are, a couple was visited at once."""
    apart = (one.happened.start - other.happened.start, one.happened.end - other.happened.end)
    return all(abs(each.total_seconds()) <= slack_s for each in apart)


def impossible_speed(
    visit: Visit, other: Visit, policy: Policy, line: Line, slack_s: float = 0.0
) -> Finding | None:
    """Two live visits with measured positions, too far apart for the time between them."""
    if not lived(visit) or not lived(other):
        return None
    earlier, later = _ordered(visit, other)
    seconds = max(0.0, _between(earlier, later).total_seconds() + slack_s)
    possible = max(LEAST_LEG_M, policy.audit.max_speed_kmh / 3.6 * seconds)
    if _at_most_m(earlier, later) <= possible:
        return None
    apart = _apart_m(earlier, later)
    if apart - accuracy_m(earlier) - accuracy_m(later) <= possible:
        return None
    odd, plain = _odder(earlier, later, line)
    text = N_("Recorrió {metres} m en {seconds} s entre esta visita y otra (límite {limit} km/h).")
    values = {"metres": round(apart), "seconds": round(seconds), "limit": policy.audit.max_speed_kmh}
    return Finding("audit.impossible_speed", odd.id, "serious", Phrase(text, values), plain.id)


def impossible_claim(
    visit: Visit, other: Visit, policy: Policy, line: Line, slack_s: float = 0.0
) -> Finding | None:
    """Two live visits too far apart for the time between, one of them without a position: it says that it
    was made at its door, and a door may lie as far from its coordinate as a position from the door."""
    earlier, later = _ordered(visit, other)
    if not (line.claimed(earlier) or line.claimed(later)) or _one_door(earlier, later, line):
        return None
    apart, doubt = _told_apart(earlier, later, line)
    seconds = max(0.0, _between(earlier, later).total_seconds() + slack_s)
    possible = max(LEAST_LEG_M, policy.audit.max_speed_kmh / 3.6 * seconds)
    if apart - doubt - policy.audit.far_m <= possible:
        return None
    odd, plain = _odder(earlier, later, line)
    text = N_(
        "Por su dirección, pues una de las dos no tiene posición, recorrió {metres} m en {seconds} s entre "
        "esta visita y otra (límite {limit} km/h)."
    )
    values = {"metres": round(apart), "seconds": round(seconds), "limit": policy.audit.max_speed_kmh}
    return Finding("audit.impossible_speed", odd.id, "review", Phrase(text, values), plain.id)


def _told_apart(one: Visit, other: Visit, line: Line) -> tuple[float, float]:
    """How far apart two visits say that they were, by position or else by door, and give or take how much."""
    here, doubt = _situated(one, line)
    there, its = _situated(other, line)
    return (0.0, 0.0) if here is None or there is None else (metres(here, there), doubt + its)


def _situated(visit: Visit, line: Line) -> tuple[tuple[float, float] | None, float]:
    if lived(visit):
        return point_of(visit.location), accuracy_m(visit)
    return line.claimed(visit), line.slack.get(visit.id, 0.0)


def _odder(earlier: Visit, later: Visit, line: Line) -> tuple[Visit, Visit]:
    """Which of two is the odd one, first: the one typed later against the one written live; the one astray
    from its own address; the one without which the agent's way is easier; else the later. No threshold
    decides it."""
    if (earlier.known is Known.LIVE) != (later.known is Known.LIVE):
        return (later, earlier) if earlier.known is Known.LIVE else (earlier, later)
    off, off_later = line.away.get(earlier.id, 0.0), line.away.get(later.id, 0.0)
    if max(off, off_later) > ASTRAY_M and max(off, off_later) > 3 * min(off, off_later):
        return (earlier, later) if off > off_later else (later, earlier)
    if lived(earlier) and lived(later):
        before, after = line.situated_before(earlier), line.situated_after(later)
    else:
        before, after = line.before(earlier, placed=False), line.after(later, placed=False)
    without_earlier = max(_strain(before, later, line), _strain(later, after, line))
    without_later = max(_strain(before, earlier, line), _strain(earlier, after, line))
    if without_later > HARD and without_earlier * ODDER < without_later:
        return earlier, later
    return later, earlier


def _strain(one: Visit | None, other: Visit | None, line: Line) -> float:
    """How hard it is to have been at both, as a speed in m/s; being at two doors at once is harder."""
    if one is None or other is None or _one_door(one, other, line):
        return 0.0
    seconds = _between(one, other).total_seconds()
    crossing = max(0.0, -seconds)
    if one.known is not Known.LIVE or other.known is not Known.LIVE:
        return crossing
    apart, doubt = _told_apart(one, other, line)
    return crossing + max(0.0, apart - doubt) / max(60.0, seconds)


def _one_door(one: Visit, other: Visit, line: Line) -> bool:
    """At one address, as a couple is; where nobody says how far their addresses are, at one position."""
    if one.address is not None and one.address == other.address:
        return True
    doors = line.doors.get(one.id), line.doors.get(other.id)
    if doors[0] is not None and doors[1] is not None:
        return metres(doors[0], doors[1]) <= ONE_ADDRESS_M
    return lived(one) and lived(other) and _apart_m(one, other) <= NEXT_DOOR_M


def _near_m(one: Visit, other: Visit, line: Line) -> float:
    """How near their doors are, or else their positions; endlessly far where neither is known."""
    here, there = line.doors.get(one.id), line.doors.get(other.id)
    if here is not None and there is not None:
        return metres(here, there)
    return _apart_m(one, other) if lived(one) and lived(other) else float("inf")


def _apart_m(one: Visit, other: Visit) -> float:
    here, there = point_of(one.location), point_of(other.location)
    return 0.0 if here is None or there is None else metres(here, there)


def _at_most_m(one: Visit, other: Visit) -> float:
    """A bound on how far apart they are, at the cost of a sum: most legs are far within it."""
    here, there = point_of(one.location), point_of(other.location)
    if here is None or there is None:
        return 0.0
    east = abs(here[1] - there[1])
    return (abs(here[0] - there[0]) + min(east, 360.0 - east)) * M_PER_DEGREE


def _told_as_span(visit: Visit) -> bool:
    """Typed later as a stretch of the day within which it happened: two such need not cross."""
    lasted = (visit.happened.end - visit.happened.start).total_seconds()
    return visit.known is not Known.LIVE and lasted > SPAN_S


def _ordered(visit: Visit, other: Visit) -> tuple[Visit, Visit]:
    return (visit, other) if began(visit) <= began(other) else (other, visit)


def _between(earlier: Visit, later: Visit) -> timedelta:
    return later.happened.start - earlier.happened.end
