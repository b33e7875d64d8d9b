"""An agent's visits in the order in which they began, and those beside one. Judges nothing."""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta

from ...records import Address, Known, Visit
from .seen import away_m, began, door_of, point_of, slack_m, void

AROUND = timedelta(hours=24)
_SMALLEST = timedelta(microseconds=1)

Clock = tuple[float | None, float]  # how far ahead, give or take, in seconds


class Line:
    """An agent's visits that were made, at their corrected times, in the order in which they began.

    `clocks` says of each how far the laptop's clock was ahead, and give or take how much; `away` how many
    metres its position certainly is from its address, and `doors` the addresses' coordinates, where known,
    `slack` how far from them the addresses may lie; `laptops` by which laptop it was written.
    """

    def __init__(
        self,
        visits: Iterable[Visit],
        clocks: Mapping[str, Clock] | None = None,
        away: Mapping[str, float] | None = None,
        doors: Mapping[str, tuple[float, float]] | None = None,
        laptops: Mapping[str, str] | None = None,
        slack: Mapping[str, float] | None = None,
    ) -> None:
        self.visits = {visit.id: visit for visit in visits}
        self.ordered = sorted((one for one in self.visits.values() if not void(one)), key=began)
        self.began = [began(visit) for visit in self.ordered]
        self.placed = [visit for visit in self.ordered if lived(visit)]
        self.placed_began = [began(visit) for visit in self.placed]
        self.clocks = clocks or {}
        self.away = away or {}
        self.doors = doors or {}
        self.laptops = laptops or {}
        self.slack = slack or {}
        self.situated = [one for one in self.ordered if lived(one) or self.claimed(one) is not None]
        self.situated_began = [began(visit) for visit in self.situated]
        self.ahead: dict[str | None, list[float]] = defaultdict(list)
        for key, (skew_s, _) in self.clocks.items():
            if skew_s is not None and key in self.visits:
                self.ahead[self.laptops.get(key)].append(skew_s)
        lasted = (visit.happened.end - visit.happened.start for visit in self.ordered)
        self.longest = max(lasted, default=timedelta(0))

    def with_addresses(self, places: Mapping[str, Address]) -> Line:
        """The same line, with what these addresses, by their ids, say of its visits."""
        at = {
            visit.id: place
            for visit in self.visits.values()
            if (place := places.get(visit.address or "")) is not None
        }
        away = {key: far for key, place in at.items() if (far := away_m(self.visits[key], place)) is not None}
        doors = {key: door for key, place in at.items() if (door := door_of(place)) is not None}
        slack = {key: slack_m(at[key]) for key in doors}
        return Line(self.visits.values(), self.clocks, away, doors, self.laptops, slack)

    def claimed(self, visit: Visit) -> tuple[float, float] | None:
        """The door at which a live visit without a measured position says that it was made."""
        if visit.known is not Known.LIVE or point_of(visit.location) is not None:
            return None
        return self.doors.get(visit.id) if visit.id in self.slack else None

    def others_ahead(self, visit: Visit) -> list[float]:
        """How far the same laptop's clock was ahead at the line's other visits, where it was measured."""
        found = list(self.ahead.get(self.laptops.get(visit.id), ()))
        own = self.clocks.get(visit.id, (None, 0.0))[0]
        if own is not None and own in found:
            found.remove(own)
        return found

    def crossing(self, visit: Visit) -> list[Visit]:
        """Those that were still going on when this began, or began before it ended."""
        start, end = visit.happened.start, visit.happened.end
        first = bisect_left(self.began, (start - self.longest, ""))
        past = bisect_left(self.began, (end + _SMALLEST, ""))
        return [one for one in self.ordered[first:past] if one.id != visit.id and one.happened.end >= start]

    def before(self, visit: Visit, *, placed: bool) -> Visit | None:
        """The last that began before this, with a measured place or any, within a day."""
        return _beside(visit, -1, *self._these(placed))

    def after(self, visit: Visit, *, placed: bool) -> Visit | None:
        return _beside(visit, 1, *self._these(placed))

    def situated_before(self, visit: Visit) -> Visit | None:
        """The last live one before this that was measured somewhere or says at which door it was."""
        return _beside(visit, -1, self.situated, self.situated_began)

    def situated_after(self, visit: Visit) -> Visit | None:
        return _beside(visit, 1, self.situated, self.situated_began)

    def _these(self, placed: bool) -> tuple[list[Visit], list[tuple[datetime, str]]]:
        return (self.placed, self.placed_began) if placed else (self.ordered, self.began)


def _beside(
    visit: Visit, step: int, ordered: Sequence[Visit], starts: Sequence[tuple[datetime, str]]
) -> Visit | None:
    own = began(visit)
    at = bisect_left(starts, own)
    at = at - 1 if step < 0 else at + (at < len(starts) and starts[at] == own)
    if not 0 <= at < len(ordered):
        return None
    found = ordered[at]
    return found if abs(found.happened.start - visit.happened.start) <= AROUND else None


def lived(visit: Visit) -> bool:
    """Written where it happened, with a measured position."""
    return visit.known is Known.LIVE and point_of(visit.location) is not None
