"""Turns the plan of a posed day back into the stops of a route to keep. Solves nothing."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sync.ids import new_id
from sync.records import Interval
from sync.routing.records import Plan, PlannedLunch, Problem
from sync.routing.why import said
from sync.words import Phrase

from ..store.routes import Draft, Meal, Stop
from .posing import Day
from .weighing import NotToday


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
    stops += [_never_posed(day, one) for one in day.refused]
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
        lunch=_meal(day, plan.lunch),
        hand_order=day.hands.order or None,
    )


def _meal(day: Day, lunch: PlannedLunch | None) -> Meal | None:
    if lunch is None:
        return None
    point = day.agent.home if lunch.place == 0 else day.doors[lunch.place - 1].point
    starts, ends = (day.shift.start + timedelta(seconds=one) for one in (lunch.start_s, lunch.end_s))
    return Meal(lunch.after, starts, ends, *(point or (None, None)))


def _matrix(problem: Problem, ids: Sequence[str]) -> dict[str, Any]:
    """The depot and the stops by id, square and row by row."""
    order = sorted(range(len(ids)), key=lambda index: ids[index])
    rows = [0, *(index + 1 for index in order)]
    return {
        "points": ["", *(ids[index] for index in order)],
        "seconds": [[problem.seconds[row][column] for column in rows] for row in rows],
        "metres": [[problem.metres[row][column] for column in rows] for row in rows],
    }


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
        locked=door.debtor in day.hands.locked,
        reach=door.reach,
        best_hours=door.best_hours,
    )


def _never_posed(day: Day, one: NotToday) -> Stop:
    return Stop(
        id=new_id(),
        debtor=one.debtor,
        address=one.address.id if one.address else None,
        accounts=one.accounts,
        service_s=0,
        value=one.value,
        why=one.because,
        lat=one.address.lat if one.address else None,
        lon=one.address.lon if one.address else None,
        rule=one.rule,
        source=one.source,
        locked=one.debtor in day.hands.locked,
    )
