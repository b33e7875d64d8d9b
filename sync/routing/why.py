"""Why a candidate is not in the day: forces it in and names what breaks, by how much. Plans nothing.

Whoever would be late is served late; lunch stays between the stops where it is, and a hand order is kept.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta, tzinfo

from ..words import N_, Phrase
from .records import LeftOut, Obstacle, Problem
from .timing import Timed, timed


@dataclass(frozen=True)
class _Thing:
    """A stop (by candidate), or lunch (None), the row where it is, and when the agent is free after it."""

    candidate: int | None
    row: int
    end_s: int


@dataclass(frozen=True)
class _Late:
    """What the forced day misses at one thing: kind, by how much, and when it would be reached."""

    kind: str
    by_s: int
    at_s: int
    candidate: int | None = None


def left_out_of(problem: Problem, order: Sequence[int]) -> tuple[LeftOut, ...]:
    """Everyone who is not in the feasible day `order`, with the obstacle."""
    day = Day(problem, order)
    taken = set(order)
    return tuple(
        LeftOut(index, day.obstacle(index)) for index in range(len(problem.candidates)) if index not in taken
    )


def why_left_out(problem: Problem, order: Sequence[int], candidate: int) -> Obstacle:
    """The obstacle of one candidate: what forcing it in would break."""
    return Day(problem, order).obstacle(candidate)


class Day:
    """A feasible day, ready to have others forced into it."""

    def __init__(self, problem: Problem, order: Sequence[int]) -> None:
        found = timed(problem, order)
        if found is None:
            raise ValueError("only a day that can be carried out tells why others are not in it")
        self.problem, self.order = problem, list(order)
        self.prizes = problem.prizes()
        lunch: list[int | None] = [found.lunch.place] if found.lunch is not None else []
        if not order and problem.meal is not None:
            lunch = list(problem.meal.places)  # the first visit of a day brings lunch with it
        self.days = [self._timed(order, place, found) for place in lunch or [None]]
        self.without: dict[int, tuple[list[_Thing], list[int]]] = {}

    def obstacle(self, candidate: int) -> Obstacle:
        """What breaks at the place where forcing the candidate in would break least."""
        if not self.problem.candidates[candidate].openings:
            return Obstacle("closed")
        tried = [
            (things, gap, self._forced(candidate, things, gap))
            for things in self.days
            for gap in self._gaps(candidate, things)
        ]
        things, gap, late = min(tried, key=lambda one: sum(miss.by_s for miss in one[2]))
        position = sum(thing.candidate is not None for thing in things[:gap])
        return self._with_swap(candidate, replace(self._told(late), position=position))

    def _timed(self, order: Sequence[int], place: int | None, found: Timed) -> list[_Thing]:
        """The things of the day, in order, with when the agent is free after each."""
        things: list[tuple[int | None, int]] = [(one, self.problem.row_to(one)) for one in order]
        if place is not None:
            things.insert(found.lunch.after if found.lunch is not None else 0, (None, place))
        return self._freed(things)

    def _freed(self, things: Sequence[tuple[int | None, int]]) -> list[_Thing]:
        row, clock, timed_things = self.problem.row_from(None), self.problem.begins_s, []
        for candidate, target in things:
            start, _, seconds = self._served(candidate, clock + self.problem.seconds[row][target])
            clock, row = start + seconds, target
            timed_things.append(_Thing(candidate, row, clock))
        return timed_things

    def _gaps(self, candidate: int, things: Sequence[_Thing]) -> range:
        """The places among these things that the hand order leaves to the candidate."""
        ranks = self.problem.ranks
        first, last = 0, len(things)
        if candidate in ranks:
            for place, thing in enumerate(things):
                if thing.candidate in ranks and ranks[thing.candidate] < ranks[candidate]:
                    first = place + 1
                elif thing.candidate in ranks:
                    last = min(last, place)
        return range(first, last + 1)

    def _forced(self, candidate: int, things: Sequence[_Thing], gap: int) -> list[_Late]:
        """Everything that would be late, in order, with the candidate served at this place."""
        problem, late = self.problem, []
        row, clock = problem.row_from(None), problem.begins_s
        if gap:
            row, clock = things[gap - 1].row, things[gap - 1].end_s
        new = _Thing(candidate, problem.row_to(candidate), 0)
        for thing in [new, *things[gap:]]:
            arrival = clock + problem.seconds[row][thing.row]
            start, latest, seconds = self._served(thing.candidate, arrival)
            if arrival > latest:
                kind = "lunch" if thing.candidate is None else "window" if thing is new else "displaces"
                late.append(_Late(kind, arrival - latest, arrival, thing.candidate))
            clock, row = start + seconds, thing.row
        back = clock + problem.seconds[row][0]
        if back > problem.shift_s:
            late.append(_Late("shift", back - problem.shift_s, back))
        return late

    def _served(self, candidate: int | None, arrival: int) -> tuple[int, int, int]:
        """When service (or lunch) would start, the last moment it should, and how long it takes."""
        if candidate is not None:
            one = self.problem.candidates[candidate]
            start = one.start_at(arrival)
            return arrival if start is None else start, one.openings[-1].latest_s, one.service_s
        meal = self.problem.meal
        if meal is None:
            raise ValueError("there is no lunch in a day without one")
        return max(arrival, meal.earliest_s), meal.latest_s, meal.seconds

    def _told(self, late: Sequence[_Late]) -> Obstacle:
        """The gravest: its own window, an appointment, another stop, lunch, the end of the shift."""
        if not late:  # only lunch, moved elsewhere, leaves no room: an order that was not filled up
            return Obstacle("shift")
        told = min(late, key=lambda one: (self._gravity(one), one.at_s))
        if told.candidate is None or told.kind != "displaces":
            return Obstacle(told.kind, told.by_s, told.at_s)
        late_one = self.problem.candidates[told.candidate]
        agreed = late_one.openings[0].earliest_s if late_one.appointment else None
        return Obstacle(told.kind, told.by_s, told.at_s, self.order.index(told.candidate), agreed_s=agreed)

    def _gravity(self, late: _Late) -> int:
        if late.kind == "displaces" and late.candidate is not None:
            return 1 if self.problem.candidates[late.candidate].appointment else 2
        return {"window": 0, "lunch": 3, "shift": 4}[late.kind]

    def _with_swap(self, candidate: int, found: Obstacle) -> Obstacle:
        """The obstacle with the cheapest stop in whose place alone the candidate would fit."""
        for stop in sorted(range(len(self.order)), key=lambda one: (self.prizes[self.order[one]], one)):
            if self._fits_without(candidate, stop):
                own, theirs = (self.problem.candidates[one].value for one in (candidate, self.order[stop]))
                return replace(found, instead=stop, own=own, theirs=theirs)
        return found

    def _fits_without(self, candidate: int, stop: int) -> bool:
        problem, one = self.problem, self.problem.candidates[candidate]
        if stop not in self.without:
            others = [
                (thing.candidate, thing.row) for thing in self.days[0] if thing.candidate != self.order[stop]
            ]
            things = self._freed(others)
            self.without[stop] = things, self._limits(things)
        things, limits = self.without[stop]
        row = problem.row_to(candidate)
        for place in self._gaps(candidate, things):
            before = things[place - 1] if place else None
            here, free = (before.row, before.end_s) if before else (problem.row_from(None), problem.begins_s)
            start = one.start_at(free + problem.seconds[here][row])
            onward = problem.seconds[row][things[place].row if place < len(things) else 0]
            if start is not None and start + one.service_s + onward <= limits[place]:
                return True
        return False

    def _limits(self, things: Sequence[_Thing]) -> list[int]:
        """The last arrival at each thing, and at the depot, that the rest of the day can bear."""
        limits, after = [self.problem.shift_s], 0
        for thing in reversed(things):
            leave_by = limits[0] - self.problem.seconds[thing.row][after]
            limits.insert(0, self._last_arrival(thing, leave_by))
            after = thing.row
        return limits

    def _last_arrival(self, thing: _Thing, leave_by: int) -> int:
        if thing.candidate is not None:
            one = self.problem.candidates[thing.candidate]
            latest = one.latest_arrival(leave_by - one.service_s)
            return -1 if latest is None else latest
        meal = self.problem.meal
        return min(meal.latest_s, leave_by - meal.seconds) if meal is not None else -1


# Nobody is a day's way from anywhere in a city: there is no way at all.
NO_WAY_S = 24 * 3600
TEXTS = {
    "closed": N_("sin horario: ninguna hora permitida para visitarlo cae dentro del turno"),
    "no way": N_("sin camino: ninguna vía llega a su puerta desde las demás"),
    "window": N_("fuera de su ventana: se llegaría a las {clock}, {minutes} min después de su última hora"),
    "agreed": N_("no cabe: haría llegar {minutes} min tarde a la cita de las {agreed}, la parada {stop}"),
    "displaces": N_("no cabe: desplazaría la parada {stop} hasta las {clock}, {minutes} min tarde"),
    "lunch": N_("no cabe: el almuerzo empezaría a las {clock}, {minutes} min tarde"),
    "shift": N_(
        "fuera del turno: la jornada terminaría a las {clock}, {minutes} min después del fin del turno"
    ),
}
# The same, where it would fit in the place of one stop.
SWAPS = {
    "window": N_(
        "fuera de su ventana: se llegaría a las {clock}, {minutes} min después de su última hora; "
        "solo cabría en lugar de la parada {instead}, que vale {theirs} puntos y esta {own}"
    ),
    "agreed": N_(
        "no cabe: haría llegar {minutes} min tarde a la cita de las {agreed}, la parada {stop}; "
        "solo cabría en lugar de la parada {instead}, que vale {theirs} puntos y esta {own}"
    ),
    "displaces": N_(
        "no cabe: desplazaría la parada {stop} hasta las {clock}, {minutes} min tarde; "
        "solo cabría en lugar de la parada {instead}, que vale {theirs} puntos y esta {own}"
    ),
    "lunch": N_(
        "no cabe: el almuerzo empezaría a las {clock}, {minutes} min tarde; "
        "solo cabría en lugar de la parada {instead}, que vale {theirs} puntos y esta {own}"
    ),
    "shift": N_(
        "fuera del turno: la jornada terminaría a las {clock}, {minutes} min después del fin del turno; "
        "solo cabría en lugar de la parada {instead}, que vale {theirs} puntos y esta {own}"
    ),
}


def said(obstacle: Obstacle, starts: datetime, zone: tzinfo) -> Phrase:
    """The obstacle in words; `starts` is the start of the shift and `zone` the agent's."""
    kind = obstacle.kind
    if kind == "displaces" and obstacle.agreed_s is not None:
        kind = "agreed"
    if obstacle.by_s >= NO_WAY_S:
        kind = "no way"
    if kind in ("closed", "no way"):
        return Phrase(TEXTS[kind])

    def clock(seconds: int) -> str:
        return (starts + timedelta(seconds=seconds)).astimezone(zone).strftime("%H:%M")

    values: dict[str, str | int] = {"minutes": -(-obstacle.by_s // 60)}
    if kind == "agreed":
        values |= {"agreed": clock(obstacle.agreed_s or 0)}
    else:
        values |= {"clock": clock(obstacle.at_s)}
    if kind in ("agreed", "displaces"):
        values |= {"stop": (obstacle.stop or 0) + 1}
    if obstacle.instead is None:
        return Phrase(TEXTS[kind], values)
    return Phrase(
        SWAPS[kind],
        values | {"instead": obstacle.instead + 1, "theirs": obstacle.theirs, "own": obstacle.own},
    )
