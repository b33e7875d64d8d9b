"""Turns an agent's day into a problem of plain numbers, and the plan back into stops. Solves nothing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sync.ids import new_id
from sync.records import Interval
from sync.routing.records import Candidate, Opening, Plan, Problem
from sync.routing.why import said
from sync.words import N_, Phrase

from ..doors import UNSURE_M
from ..roads import MatrixProvider, Point, Snapped
from ..store.agents import Agent
from ..store.routes import Draft, Stop
from .gathering import Subject
from .weighing import NotToday, Visitable, weigh

# More candidates than this make no better day for one agent, only a slower one.
MOST_CANDIDATES = 100


@dataclass(frozen=True)
class Day:
    """One agent's day, ready to be solved: candidate i of the problem is `doors[i]`."""

    agent: Agent
    day: date
    shift: Interval
    doors: tuple[Visitable, ...]
    refused: tuple[tuple[NotToday, int], ...]  # with the value each had, 0 when it was never weighed
    problem: Problem
    home_off_roads: bool = False


def pose(
    agent: Agent,
    day: date,
    subjects: Sequence[Subject],
    roads: MatrixProvider,
    most: int = MOST_CANDIDATES,
    unsure_m: float = UNSURE_M,
) -> Day:
    """Weigh every debtor of the agent and pose the problem of those who are candidates."""
    weighed = [weigh(subject, day, unsure_m) for subject in subjects]
    refused = [(one, 0) for one in weighed if isinstance(one, NotToday)]
    able = [one for one in weighed if isinstance(one, Visitable)]
    snapped = roads.snap([one.point for one in able])
    off = [(one, found) for one, found in zip(able, snapped, strict=True) if found.point is None]
    near = [(one, found.point) for one, found in zip(able, snapped, strict=True) if found.point is not None]
    near.sort(key=lambda pair: (pair[0].appointment is None, -pair[0].value, pair[0].debtor))
    refused += [(_set_aside(one, _off_roads(found)), one.value) for one, found in off]
    for rank, (one, _) in enumerate(near[most:], start=most + 1):
        because = Phrase(
            N_("menor prioridad hoy: puesto {rank} de {count} por valor"), {"rank": rank, "count": len(near)}
        )
        refused.append((_set_aside(one, because), one.value))
    chosen = near[:most]
    starts, ends = agent.shift(day)
    shift = Interval(starts, ends)
    home = roads.snap([agent.home])[0].point if agent.home is not None else None
    problem = _problem(home, shift, [one for one, _ in chosen], [point for _, point in chosen], roads)
    doors = tuple(one for one, _ in chosen)
    return Day(agent, day, shift, doors, tuple(refused), problem, agent.home is not None and home is None)


def _off_roads(found: Snapped) -> Phrase:
    """Why a located door is on no road that can be travelled."""
    if found.why == "island":
        return Phrase(N_("en una isla de la red vial: ninguna vía une su dirección con las demás"))
    return Phrase(
        N_("fuera de la red vial: la vía más cercana a su dirección está a {km} km"),
        {"km": round(found.moved_m / 1000, 1)},
    )


def draft(day: Day, plan: Plan) -> Draft:
    """The route to keep: the stops in order, then everyone left out with a reason."""
    ids = [new_id() for _ in day.doors]
    stops = [
        _stop(day, ids, stop.candidate, stop.start_s, number) for number, stop in enumerate(plan.stops, 1)
    ]
    stops += [
        _left_out(day, ids, left.candidate, said(left.obstacle, day.shift.start, day.agent.where))
        for left in plan.left_out
    ]
    stops += [_never_posed(one, value) for one, value in day.refused]
    return Draft(
        agent=day.agent.id,
        day=day.day,
        starts=day.shift.start,
        ends=day.shift.end,
        depot=day.agent.home,
        approximate=day.problem.approximate,
        matrix=_matrix(day.problem, ids),
        certificate=plan.certificate.to_dict(),
        stops=tuple(stops),
    )


def openings(door: Visitable, shift: Interval) -> tuple[Opening, ...]:
    """When the service may start, in seconds of the shift: the legal hour bounds its end.

    The end of the shift is not in it: who does not fit the shift is told so, and not that he is closed.
    """
    found = []
    for span in door.lawful:
        earliest = _seconds(span.start, shift)
        latest = _seconds(span.end, shift) - door.service_s
        if door.appointment is not None:
            earliest = max(earliest, _seconds(door.appointment.start, shift))
            latest = min(latest, _seconds(door.appointment.end, shift))
        if max(earliest, 0) <= latest:
            found.append(Opening(max(earliest, 0), latest))
    return tuple(found)


def _seconds(moment: datetime, shift: Interval) -> int:
    return int((moment - shift.start).total_seconds())


def _problem(
    home: Point | None,
    shift: Interval,
    doors: Sequence[Visitable],
    points: Sequence[Point],
    roads: MatrixProvider,
) -> Problem:
    places = [home or points[0] if points else (0.0, 0.0), *points]
    seconds, metres = roads.table(places, places)
    if home is None:
        # Without a known home the day begins and ends at a door: no way to it or from it is counted.
        for table in (seconds, metres):
            table[0, :] = 0
            table[:, 0] = 0
    return Problem(
        candidates=tuple(
            Candidate(
                id=door.debtor,
                service_s=door.service_s,
                value=door.value,
                openings=openings(door, shift),
                appointment=door.appointment is not None,
            )
            for door in doors
        ),
        seconds=seconds.tolist(),
        metres=metres.tolist(),
        shift_s=int((shift.end - shift.start).total_seconds()),
        fingerprint=roads.fingerprint(),
        approximate=roads.approximate,
    )


def _matrix(problem: Problem, ids: Sequence[str]) -> dict[str, Any]:
    """The depot and the stops by id, square and row by row."""
    order = sorted(range(len(ids)), key=lambda index: ids[index])
    rows = [0, *(index + 1 for index in order)]
    return {
        "points": ["", *(ids[index] for index in order)],
        "seconds": [[problem.seconds[row][column] for column in rows] for row in rows],
        "metres": [[problem.metres[row][column] for column in rows] for row in rows],
    }


def _set_aside(door: Visitable, because: Phrase) -> NotToday:
    return NotToday(door.debtor, door.accounts, because, address=door.address)


def _stop(day: Day, ids: Sequence[str], index: int, start_s: int, number: int) -> Stop:
    eta = day.shift.start + timedelta(seconds=start_s)
    return _kept(day, ids, index, day.doors[index].why, number, eta)


def _left_out(day: Day, ids: Sequence[str], index: int, because: Phrase) -> Stop:
    return _kept(day, ids, index, because, None, None)


def _kept(
    day: Day, ids: Sequence[str], index: int, why: Phrase, number: int | None, eta: datetime | None
) -> Stop:
    door = day.doors[index]
    return Stop(
        id=ids[index],
        debtor=door.debtor,
        address=door.address.id,
        accounts=door.accounts,
        service_s=door.service_s,
        value=door.value,
        why=why,
        sequence=number,
        lat=door.point[0],
        lon=door.point[1],
        eta=eta,
        window=door.appointment or Interval(door.lawful[0].start, door.lawful[-1].end),
        appointment=door.appointment is not None,
    )


def _never_posed(one: NotToday, value: int) -> Stop:
    return Stop(
        id=new_id(),
        debtor=one.debtor,
        address=one.address.id if one.address else None,
        accounts=one.accounts,
        service_s=0,
        value=value,
        why=one.because,
        lat=one.address.lat if one.address else None,
        lon=one.address.lon if one.address else None,
        rule=one.rule,
        source=one.source,
    )
