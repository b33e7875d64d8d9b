"""Turns an agent's day into a problem of plain numbers. Solves nothing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

import numpy as np

from sync.records import Interval
from sync.routing.records import Candidate, Lunch, Opening, Problem
from sync.words import N_, Phrase

from ..doors import UNSURE_M
from ..roads import MatrixProvider, Point, Snapped, Whole
from ..store.agents import Agent
from ..store.hands import Hands
from .gathering import Subject
from .weighing import NotToday, Visitable, set_aside, weigh

# More candidates than this make no better day for one agent, only a slower one.
MOST_CANDIDATES = 100
# A planned appointment begins so long before its last minute, so that a slow street does not miss it.
EARLY_S = 300
# From among so many doors the solver chooses where to have lunch.
LUNCH_PLACES = 8
NO_HANDS = Hands()


@dataclass(frozen=True)
class Day:
    """One agent's day, ready to be solved: candidate i of the problem is `doors[i]`.

    `problem` asks for appointments in good time, `patient` lets them begin until their last minute; None
    where both are the same.
    """

    agent: Agent
    day: date
    shift: Interval
    doors: tuple[Visitable, ...]
    refused: tuple[NotToday, ...]
    problem: Problem
    patient: Problem | None = None
    hands: Hands = NO_HANDS
    home_off_roads: bool = False


def pose(
    agent: Agent,
    day: date,
    subjects: Sequence[Subject],
    roads: MatrixProvider,
    most: int = MOST_CANDIDATES,
    unsure_m: float = UNSURE_M,
    hands: Hands = NO_HANDS,
) -> Day:
    """Weigh every debtor of the agent and pose the problem of those who are candidates."""
    shift = Interval(*agent.shift(day))
    weighed = [weigh(subject, day, unsure_m, shift) for subject in subjects]
    return posed(agent, day, weighed, roads, most, hands)


def posed(
    agent: Agent,
    day: date,
    weighed: Sequence[Visitable | NotToday],
    roads: MatrixProvider,
    most: int = MOST_CANDIDATES,
    hands: Hands = NO_HANDS,
) -> Day:
    """The problem of debtors already weighed. Those a person locked go before all others."""
    shift = Interval(*agent.shift(day))
    refused = [one for one in weighed if isinstance(one, NotToday)]
    able = [one for one in weighed if isinstance(one, Visitable)]
    out = [(one, because) for one in able if (because := _out_of_shift(one, agent, shift)) is not None]
    refused += [set_aside(one, because) for one, because in out]
    gone = {one.debtor for one, _ in out}
    able = [one for one in able if one.debtor not in gone]
    snapped = roads.snap([one.point for one in able])
    off = [(one, found) for one, found in zip(able, snapped, strict=True) if found.point is None]
    near = [(one, found.point) for one, found in zip(able, snapped, strict=True) if found.point is not None]
    near.sort(key=lambda pair: _rank(pair[0], hands))
    refused += [set_aside(one, _off_roads(found)) for one, found in off]
    for rank, (one, _) in enumerate(near[most:], start=most + 1):
        because = Phrase(
            N_("menor prioridad hoy: puesto {rank} de {count} por valor"), {"rank": rank, "count": len(near)}
        )
        refused.append(set_aside(one, because))
    doors = tuple(one for one, _ in near[:most])
    home = roads.snap([agent.home])[0].point if agent.home is not None else None
    problem = _problem(agent, day, home, doors, [point for _, point in near[:most]], roads, hands)
    patient = replace(problem, candidates=_candidates(doors, shift, hands, 0))
    return Day(
        agent=agent,
        day=day,
        shift=shift,
        doors=doors,
        refused=tuple(refused),
        problem=problem,
        patient=patient if patient != problem else None,
        hands=hands,
        home_off_roads=agent.home is not None and home is None,
    )


def _rank(one: Visitable, hands: Hands) -> tuple[bool, bool, bool, int, str]:
    return one.debtor not in hands.locked, one.appointment is None, not one.must, -one.value, one.debtor


def _out_of_shift(one: Visitable, agent: Agent, shift: Interval) -> Phrase | None:
    """Why an appointment cannot be kept by an agent who does not work then; None when he does."""
    if one.appointment is None:
        return None
    if one.appointment.end >= shift.start and one.appointment.start < shift.end:
        return None
    text = N_("su cita, de {since} a {until}, queda fuera del turno del gestor, de {from} a {to}")
    names = ("since", "until", "from", "to")
    moments = (one.appointment.start, one.appointment.end, shift.start, shift.end)
    said = (moment.astimezone(agent.where).strftime("%H:%M") for moment in moments)
    return Phrase(text, dict(zip(names, said, strict=True)))


def _off_roads(found: Snapped) -> Phrase:
    """Why a located door is on no road that can be travelled."""
    if found.why == "island":
        return Phrase(N_("en una isla de la red vial: ninguna vía une su dirección con las demás"))
    return Phrase(
        N_("fuera de la red vial: la vía más cercana a su dirección está a {km} km"),
        {"km": round(found.moved_m / 1000, 1)},
    )


def openings(door: Visitable, shift: Interval, early_s: int = 0) -> tuple[Opening, ...]:
    """When the service may start, in seconds of the shift: the legal hour bounds its end.

    An appointment is begun `early_s` before its last minute, where it is long enough. The end of the shift
    is not in it: who does not fit the shift is told so, and not that he is closed.
    """
    found = []
    for span in door.lawful:
        earliest = _seconds(span.start, shift)
        latest = _seconds(span.end, shift) - door.service_s
        if door.appointment is not None:
            earliest = max(earliest, _seconds(door.appointment.start, shift))
            latest = min(latest, _seconds(door.appointment.end, shift))
            latest = max(min(latest, earliest), latest - early_s)
        if max(earliest, 0) <= latest:
            found.append(Opening(max(earliest, 0), latest))
    return tuple(found)


def _seconds(moment: datetime, shift: Interval) -> int:
    return int((moment - shift.start).total_seconds())


def _problem(
    agent: Agent,
    day: date,
    home: Point | None,
    doors: Sequence[Visitable],
    points: Sequence[Point],
    roads: MatrixProvider,
    hands: Hands,
) -> Problem:
    shift = Interval(*agent.shift(day))
    places = [home or points[0] if points else (0.0, 0.0), *points]
    seconds, metres = roads.table(places, places)
    if home is None:
        # Without a known home the day begins and ends at a door: no way to it or from it is counted.
        for table in (seconds, metres):
            table[0, :] = 0
            table[:, 0] = 0
    known = {door.debtor for door in doors}
    return Problem(
        candidates=_candidates(doors, shift, hands, EARLY_S),
        seconds=seconds.tolist(),
        metres=metres.tolist(),
        shift_s=_seconds(shift.end, shift),
        fingerprint=roads.fingerprint(),
        approximate=roads.approximate,
        lunch=_lunch(agent, day, seconds, home is not None),
        order=tuple(debtor for debtor in hands.order if debtor in known),
    )


def _candidates(
    doors: Sequence[Visitable], shift: Interval, hands: Hands, early_s: int
) -> tuple[Candidate, ...]:
    return tuple(
        Candidate(
            id=door.debtor,
            service_s=door.service_s,
            value=door.value,
            openings=openings(door, shift, early_s),
            appointment=door.appointment is not None,
            must=door.must,
            locked=door.debtor in hands.locked,
        )
        for door in doors
    )


def lunch_hours(agent: Agent, day: date) -> Interval | None:
    """When his lunch may begin that day; None for who does not work through all the hours of lunch."""
    hours, (starts, ends) = agent.lunch(day), agent.shift(day)
    if hours is None or hours[0] < starts or ends < hours[1]:
        return None
    latest = hours[1] - timedelta(seconds=agent.lunch_s)
    return Interval(hours[0], latest) if latest >= hours[0] else None


def _lunch(agent: Agent, day: date, seconds: Whole, home: bool) -> Lunch | None:
    hours, shift = lunch_hours(agent, day), Interval(*agent.shift(day))
    if hours is None or len(seconds) < 2:
        return None
    earliest, latest = _seconds(hours.start, shift), _seconds(hours.end, shift)
    return Lunch(agent.lunch_s, earliest, latest, _tables(seconds, home))


def _tables(seconds: Whole, home: bool) -> tuple[int, ...]:
    """Rows where he may eat: his home, and the doors that together lie nearest to all the others."""
    doors = range(1, len(seconds))
    nearest: Whole | None = None
    chosen: list[int] = [0] if home else []
    while len(chosen) < min(LUNCH_PLACES, len(seconds) - 1 + home):
        best = min(
            (row for row in doors if row not in chosen),
            key=lambda row: int(
                (seconds[1:, row] if nearest is None else np.minimum(nearest, seconds[1:, row])).sum()
            ),
        )
        chosen.append(best)
        nearest = seconds[1:, best] if nearest is None else np.minimum(nearest, seconds[1:, best])
    return tuple(sorted(chosen))
