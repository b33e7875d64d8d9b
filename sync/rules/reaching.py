"""How likely a visit finds whom it looks for, by kind of place and hour of the day, from visits made.

Few visits lean on many: a debtor's own on those to such places at such hours, and these on what a trade
without records would assume. Knows no store and no clock.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta, tzinfo
from itertools import pairwise
from types import MappingProxyType

from ..records import Interval, Place, Visit
from .caps import REACHED, as_contact

# The local hour at which each band begins; the last one ends the day.
BANDS = (0, 10, 12, 14, 17)
# Assumed before anybody has visited, and each worth as many visits as the weight says.
ASSUMED = MappingProxyType(
    {Place.HOME: 0.35, Place.BUSINESS: 0.55, Place.WORK: 0.45, Place.GUARANTOR_HOME: 0.35, Place.OTHER: 0.3}
)
OF_A_PLACE, OF_A_BAND, OF_A_DEBTOR = 30.0, 12.0, 3.0


@dataclass(frozen=True)
class Tally:
    """Visits made, and those that found the debtor or his guarantor."""

    tries: int = 0
    reached: int = 0

    def __add__(self, other: Tally) -> Tally:
        return Tally(self.tries + other.tries, self.reached + other.reached)

    def smoothed(self, assumed: float, weight: float) -> float:
        return (self.reached + weight * assumed) / (self.tries + weight)


@dataclass(frozen=True)
class Reach:
    """What visits have shown, by place and band. Without any it is what the trade assumes."""

    tallies: Mapping[tuple[Place, int], Tally] = field(default_factory=dict)

    def chance(self, place: Place, band: int, own: Mapping[int, Tally] | None = None) -> float:
        """Of finding him at this kind of place in this band; `own` are the visits made to him there."""
        everywhere = sum(
            (tally for (where, _), tally in self.tallies.items() if where is place), start=Tally()
        )
        of_place = everywhere.smoothed(ASSUMED[place], OF_A_PLACE)
        of_band = self.tallies.get((place, band), Tally()).smoothed(of_place, OF_A_BAND)
        if not own:
            return of_band
        his = sum(own.values(), start=Tally()).smoothed(of_band, OF_A_DEBTOR)
        return own.get(band, Tally()).smoothed(his, OF_A_DEBTOR)

    def over(
        self, place: Place, hours: Sequence[Interval], where: tzinfo, own: Mapping[int, Tally] | None = None
    ) -> tuple[float, int]:
        """The chance over these stretches of one day, each band by its length; and the best band of them."""
        seconds: dict[int, float] = {}
        for span in hours:
            for band, length in _lengths(span, where):
                seconds[band] = seconds.get(band, 0.0) + length
        chances = {band: self.chance(place, band, own) for band, length in seconds.items() if length > 0}
        if not chances:
            return self.chance(place, 0, own), 0
        total = sum(seconds[band] for band in chances)
        mean = sum(chance * seconds[band] for band, chance in chances.items()) / total
        return mean, max(sorted(chances), key=lambda band: chances[band])


def band_of(hour: int) -> int:
    """The band a local hour lies in."""
    return max(number for number, first in enumerate(BANDS) if first <= hour)


def said(band: int) -> str:
    """A band in figures: "10–12"."""
    return f"{BANDS[band]}–{BANDS[band + 1] if band + 1 < len(BANDS) else 24}"


def tally(visits: Iterable[object], place: Place, where: tzinfo) -> dict[int, Tally]:
    """The visits of one debtor that were made at a kind of place, by band."""
    found: dict[int, Tally] = {}
    for one in visits:
        if not isinstance(one, Visit) or one.place is not place or as_contact(one) is None:
            continue
        band = band_of(one.happened.start.astimezone(where).hour)
        found[band] = found.get(band, Tally()) + Tally(1, one.party in REACHED)
    return found


def _lengths(span: Interval, where: tzinfo) -> list[tuple[int, float]]:
    """How many seconds of a stretch within one local day lie in each band."""
    start, end = span.start.astimezone(where), span.end.astimezone(where)
    midnight = start.replace(hour=0, minute=0, second=0, microsecond=0)
    edges = [midnight.replace(hour=hour) for hour in BANDS] + [midnight + timedelta(days=1)]
    found = []
    for band, (first, last) in enumerate(pairwise(edges)):
        found.append((band, max(0.0, (min(last, end) - max(first, start)).total_seconds())))
    return found
