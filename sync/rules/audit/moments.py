"""When an agent's visits were written, and how evenly they began. Typing late is never a finding."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from datetime import timedelta

from ...records import Finding, Known
from ...words import N_, Phrase
from .seen import Seen

# Nobody reads a paper sheet and types a visit from it in less.
PACE = timedelta(seconds=50)


def burst_entry(visits: Sequence[Seen]) -> list[Finding]:
    """One agent's visits that say they were written live, yet were all written together long after.

    What says of itself that it was typed later, or from the paper sheet, is not looked at.
    """
    late = [seen for seen in visits if seen.stamped and _claims_live(seen)]
    late.sort(key=lambda seen: seen.visit.recorded)
    times = [seen.visit.recorded for seen in late]
    found = []
    for seen in late:
        limits = seen.policy.audit
        around = timedelta(minutes=limits.burst_minutes)
        first, past = (
            bisect_left(times, seen.visit.recorded - around),
            bisect_right(times, seen.visit.recorded + around),
        )
        bunch = late[first:past]
        spread = max(one.visit.happened.end for one in bunch) - min(one.visit.happened.start for one in bunch)
        if (
            len(bunch) < limits.burst_visits
            or not _certain(bunch)
            or spread < timedelta(minutes=limits.burst_spread_minutes)
        ):
            continue
        text = N_(
            "{visits} visitas que se dicen escritas en el lugar, a lo largo de {hours} h, se guardaron en "
            "{minutes} min."
        )
        minutes = (bunch[-1].visit.recorded - bunch[0].visit.recorded) / timedelta(minutes=1)
        values = {
            "visits": len(bunch),
            "hours": round(spread / timedelta(hours=1), 1),
            "minutes": round(minutes),
        }
        other = next(one for one in bunch if one is not seen)
        found.append(Finding("audit.burst_entry", seen.id, "review", Phrase(text, values), other.id))
    return found


def _certain(bunch: Sequence[Seen]) -> bool:
    """Where nobody says that they were written live, only a pace at which nobody types says that they were
    not typed honestly in the evening."""
    took = bunch[-1].visit.recorded - bunch[0].visit.recorded
    return not any(seen.unsaid for seen in bunch) or took <= PACE * (len(bunch) - 1)


def _claims_live(seen: Seen) -> bool:
    late = seen.visit.recorded - seen.visit.happened.end
    lag = timedelta(minutes=seen.policy.audit.burst_lag_minutes)
    return (seen.visit.known is Known.LIVE or seen.unsaid) and late > lag


def regular_cadence(visits: Sequence[Seen]) -> list[Finding]:
    """One agent's day whose live visits begin at equal intervals: worth a look, and no more than that."""
    day = sorted(
        (seen for seen in visits if seen.visit.known is Known.LIVE),
        key=lambda seen: (seen.visit.happened.start, seen.id),
    )
    found: list[Finding] = []
    at = 0
    while at < len(day) - 1:
        past = _regular_until(day, at)
        limits = day[at].policy.audit
        if past - at >= limits.cadence_visits:
            gap = day[at + 1].visit.happened.start - day[at].visit.happened.start
            text = N_("{visits} visitas seguidas empiezan cada {minutes} min, con menos de {limit} s de más.")
            minutes = round(gap / timedelta(minutes=1), 1)
            values = {"visits": past - at, "minutes": minutes, "limit": limits.cadence_s}
            found += [
                Finding("audit.regular_cadence", seen.id, "info", Phrase(text, values), day[at].id)
                for seen in day[at + 1 : past]
            ]
        at = max(at + 1, past - 1)
    return found


def _regular_until(day: Sequence[Seen], at: int) -> int:
    """Where the run that begins with the gap after `at` ends."""
    gap = day[at + 1].visit.happened.start - day[at].visit.happened.start
    slack = timedelta(seconds=day[at].policy.audit.cadence_s)
    past = at + 2
    while gap > slack and past < len(day):
        following = day[past].visit.happened.start - day[past - 1].visit.happened.start
        if abs(following - gap) > slack:
            break
        past += 1
    return past
