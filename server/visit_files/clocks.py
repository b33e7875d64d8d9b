"""How far ahead a laptop was where a row does not say: as its other rows measured. Judges nothing.

A sync without a measure does not set a clock right: who reckons it right meets visits at once that were not.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from statistics import median

from sync.records import Interval, Known, Visit, changed
from sync.rules.audit import Seen

# So many measures around a row are asked, half of them before it: one of a clock that was set for one visit
# does not move their median.
AROUND = 5
# What was measured longer ago says nothing of today's clock.
REACH = timedelta(days=2)
# Where the measures around disagree, the clock was set between them: their spread so many times over.
DOUBT = 3.0

Measure = tuple[datetime, float, float]  # when by the laptop, how far ahead, give or take


def at_measured_clocks(held: Sequence[Seen]) -> list[Seen]:
    """The visits, those whose own clock was not measured corrected by what the same laptop's others show."""
    measures: dict[str, list[Measure]] = defaultdict(list)
    for seen in held:
        if seen.skew_s is not None and seen.clock is not None:
            measures[seen.laptop].append((seen.clock, seen.skew_s, seen.uncertainty_s))
    for own in measures.values():
        own.sort()
    return [_set_right(seen, measures.get(seen.laptop, ())) for seen in held]


def _set_right(seen: Seen, measures: Sequence[Measure]) -> Seen:
    if seen.skew_s is not None or seen.clock is None:
        return seen
    near = _near(seen.clock, measures)
    if len(near) < 2:
        return seen
    ahead_s = median(ahead for _, ahead, _ in near)
    apart_s = median(abs(ahead - ahead_s) for _, ahead, _ in near)
    doubt_s = median(give_or_take for *_, give_or_take in near) + DOUBT * apart_s
    return replace(seen, visit=moved_back(seen.visit, timedelta(seconds=ahead_s)), uncertainty_s=doubt_s)


def _near(clock: datetime, measures: Sequence[Measure]) -> list[Measure]:
    at = bisect_left(measures, (clock, 0.0, 0.0))
    around = measures[max(0, at - AROUND) : at + AROUND]
    within = [one for one in around if abs(one[0] - clock) <= REACH]
    return sorted(within, key=lambda one: abs(one[0] - clock))[:AROUND]


def moved_back(visit: Visit, ahead: timedelta) -> Visit:
    """As the office corrects it: what the laptop's own clock stamped is moved."""
    happened = visit.happened
    if visit.known is Known.LIVE:
        happened = Interval(happened.start - ahead, happened.end - ahead)
    return changed(visit, happened=happened, recorded=visit.recorded - ahead)
