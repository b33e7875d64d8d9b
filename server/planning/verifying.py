"""Checks a stored route against what is known now, through the checker that shares nothing with the planner.

It puts together what the route claims and what the office knows; it decides nothing of its own.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta

from sync.records import Interval, Visit
from sync.routing.checker import (
    ClaimedCap,
    ClaimedLunch,
    ClaimedRoute,
    ClaimedStop,
    LunchRule,
    Violation,
    check,
)
from sync.rules.caps import counted
from sync.rules.overriding import lifting
from sync.rules.policy import local_day
from sync.words import N_, Phrase

from ..roads import MatrixProvider, Point, Roads
from ..store.agents import Agent
from ..store.routes import Meal, Route, Stop
from .gathering import Subject
from .posing import lunch_hours
from .weighing import NotToday, Visitable, judge, weigh

Weighed = Visitable | NotToday
LUNCH = "lunch"


def verify(
    route: Route,
    agent: Agent,
    subjects: Mapping[str, Subject],
    owners: Mapping[str, str | None],
    roads: Roads | None = None,
    *,
    away: bool = False,
) -> list[Violation]:
    """Everything wrong with a stored route today, given the agent's debtors and who has each debtor.

    `agent` has the hours and the vehicle of the day; `away` when he does not work on it. With `roads` the
    ways are measured again too.
    """
    # Whether to go where the place is unsure was said when the day was planned.
    held = {stop.debtor for stop in route.stops if stop.sequence is not None or stop.locked}
    weighed = {one: weigh(subjects[one], route.day, math.inf) for one in held if one in subjects}
    ways = _Ways(route, roads(agent.vehicle) if roads is not None else None)
    claimed, ruled = [], []
    done = _done(route, subjects)
    for number, stop in enumerate(route.planned, 1):
        door = weighed.get(stop.debtor)
        if stop in done and stop.eta is not None:
            claimed.append(_past(route, stop))
            continue
        claimed.append(_claim(stop, number, door, subjects.get(stop.debtor), owners, ways))
        ruled += _ruled_out(stop, number, door, subjects.get(stop.debtor))
    whole = _whole(route, agent, claimed, weighed, ways)
    whole = replace(whole, frozen=tuple((stop.id, stop.eta) for stop in done if stop.eta is not None))
    if away:
        whole = replace(whole, away=(Interval(route.starts, route.ends),))
    return [*ruled, *check(whole, agent.where)]


def _done(route: Route, subjects: Mapping[str, Subject]) -> list[Stop]:
    """The stops with which a route made in the middle of the day begins, as far as they were made."""
    done: list[Stop] = []
    for stop in route.planned[: int(route.certificate.get("frozen", 0))]:
        subject = subjects.get(stop.debtor)
        if subject is None or not any(
            isinstance(one, Visit) and route.starts <= one.happened.end and one.happened.start <= route.ends
            for one in subject.history
        ):
            break
        done.append(stop)
    return done


def _past(route: Route, stop: Stop) -> ClaimedStop:
    """A stop that was made, as it was planned: no rule of today changes it."""
    starts = stop.eta or route.starts
    lawful = Interval(starts, starts + timedelta(seconds=stop.service_s))
    return ClaimedStop(
        id=stop.id,
        debtor=stop.debtor,
        address=stop.address or "",
        owner=route.agent,
        starts=starts,
        service_s=stop.service_s,
        travel_s=0,
        lawful=(lawful,),
        value=stop.value,
    )


def _whole(
    route: Route,
    agent: Agent,
    claimed: list[ClaimedStop],
    weighed: Mapping[str, Weighed],
    ways: _Ways,
) -> ClaimedRoute:
    hours, last = lunch_hours(agent, route.day), len(claimed)
    able = {debtor for debtor, door in weighed.items() if isinstance(door, Visitable)}
    value, bound = (route.certificate.get(name) for name in ("value", "bound"))
    back_s, measured_back_s = ways.leg(last, None) if claimed else (0, None)
    return ClaimedRoute(
        agent=route.agent,
        shift=Interval(*agent.shift(route.day)),
        stops=claimed,
        back_s=back_s,
        roads=str(route.certificate.get("matrix", "")) if ways.measured else "",
        measured_by=ways.fingerprint,
        measured_back_s=measured_back_s,
        lunch=_lunch(route.lunch, ways),
        lunch_rule=LunchRule(hours, agent.lunch_s) if hours is not None else None,
        locked=tuple(sorted(stop.debtor for stop in route.stops if stop.locked and stop.debtor in able)),
        hand_order=route.hand_order or (),
        value=value if isinstance(value, int) else None,
        bound=bound if isinstance(bound, int) else None,
    )


def _lunch(meal: Meal | None, ways: _Ways) -> ClaimedLunch | None:
    if meal is None:
        return None
    travel_s, measured_s = ways.to_lunch(meal)
    return ClaimedLunch(meal.after, meal.starts, meal.ends, travel_s, measured_s)


def _claim(
    stop: Stop,
    number: int,
    door: Weighed | None,
    subject: Subject | None,
    owners: Mapping[str, str | None],
    ways: _Ways,
) -> ClaimedStop:
    able = door if isinstance(door, Visitable) else None
    if stop.eta is None:
        raise ValueError(f"stop {stop.id} is planned and has no time")
    travel_s, measured_s = ways.leg(number - 1, number)
    return ClaimedStop(
        id=stop.id,
        debtor=stop.debtor,
        address=stop.address or "",
        owner=owners.get(stop.debtor),
        starts=stop.eta,
        service_s=stop.service_s,
        travel_s=travel_s,
        lawful=able.lawful if able else (),
        appointment=able.appointment if able else None,
        received=able.received if able else None,
        measured_s=measured_s,
        needs_s=able.service_s if able else 0,
        caps=_caps(able, subject, stop.eta) if able and subject else (),
        value=stop.value,
    )


def _caps(door: Visitable, subject: Subject, at: datetime) -> tuple[ClaimedCap, ...]:
    """The caps of each account's pack on visits, with the days of the contacts that count for it.

    One that somebody with the authority set aside for this debtor and day is none.
    """
    day = local_day(at, subject.case.debtor.zone)
    zone, contacts = subject.case.debtor.zone, counted(subject.history)
    packs = {answer.debt.policy.name: answer.debt.policy for answer in door.answers if answer.debt.policy}
    return tuple(
        ClaimedCap(
            rule=cap.cite.id,
            maximum=cap.maximum,
            per=cap.per,
            counted=tuple(
                local_day(one.happened.start, zone)
                for one in contacts
                if one.channel in cap.channels and (one.effective or not cap.effective_only)
            ),
            days=cap.days,
            gap_days=cap.min_gap_days,
        )
        for _, policy in sorted(packs.items())
        for cap in policy.caps
        if "visit" in cap.channels
        and lifting(policy, cap.cite.id, subject.case.overrides, day, "visit") is None
    )


def _ruled_out(stop: Stop, number: int, door: Weighed | None, subject: Subject | None) -> list[Violation]:
    """What the rules say today of the stop at its very hour, and of each account it names."""
    if door is None or subject is None or stop.eta is None:
        return []  # nobody's or another's: the checker says so
    if isinstance(door, NotToday):
        return [Violation(door.rule or "route.not_visitable", stop.id, door.because)]
    if not set(stop.accounts) <= set(door.accounts):
        text = N_("la parada {n} nombra una cuenta que ya no se puede visitar")
        return [Violation("route.accounts", stop.id, Phrase(text, {"n": number}))]
    happened = Interval(stop.eta, stop.eta + timedelta(seconds=stop.service_s))
    rulings = (judge(subject, answer, door.place, happened, door.address) for answer in door.answers)
    return [Violation(ruling.rule, stop.id, ruling.because) for ruling in rulings if ruling is not None]


class _Ways:
    """The legs of a stored route: as its matrix says and, with roads, as these say now.

    Position 0 is where the day begins, n the nth stop, None where it ends.
    """

    def __init__(self, route: Route, roads: MatrixProvider | None) -> None:
        self.route, self.roads = route, roads
        self.index = {point: number for number, point in enumerate(route.matrix["points"])}
        self.chain = ["", *(stop.id for stop in route.planned)]
        self.measured = roads is not None
        self.fingerprint = roads.fingerprint() if roads is not None else ""
        self.now: dict[str, dict[str, int]] = {}
        if roads is not None:
            self._measure(roads)

    def leg(self, origin: int, target: int | None) -> tuple[int, int | None]:
        """Seconds to a stop, or home, as claimed and as measured; from lunch where that is between."""
        after = self.route.lunch.after if self.route.lunch is not None else -1
        here = LUNCH if after == origin else self.chain[origin]
        return self._way(here, "" if target is None else self.chain[target])

    def to_lunch(self, meal: Meal) -> tuple[int, int | None]:
        return self._way(self.chain[meal.after], LUNCH)

    def _way(self, origin: str, target: str) -> tuple[int, int | None]:
        rows = [self.index[self._point(one)] for one in (origin, target)]
        claimed = int(self.route.matrix["seconds"][rows[0]][rows[1]])
        return claimed, self.now.get(origin, {}).get(target)

    def _point(self, one: str) -> str:
        """Lunch is had at a door of the day, or at home: the point of the matrix that lies there."""
        if one != LUNCH or self.route.lunch is None:
            return one
        place = self.route.lunch.lat, self.route.lunch.lon
        at_home = self.route.depot == place
        return "" if at_home else next(stop.id for stop in self.route.stops if (stop.lat, stop.lon) == place)

    def _measure(self, roads: MatrixProvider) -> None:
        """The ways between all places of the day; without a depot none is counted to it or from it."""
        places: dict[str, Point] = {}
        for stop in self.route.planned:
            if stop.lat is not None and stop.lon is not None:
                places[stop.id] = stop.lat, stop.lon
        meal = self.route.lunch
        if meal is not None and meal.lat is not None and meal.lon is not None:
            places[LUNCH] = meal.lat, meal.lon
        if self.route.depot is not None:
            places[""] = self.route.depot
        names = list(places)
        snapped = [found.point for found in roads.snap([places[name] for name in names])]
        known = [(name, point) for name, point in zip(names, snapped, strict=True) if point is not None]
        points = [point for _, point in known]
        if not points:
            return
        seconds, _ = roads.table(points, points)
        for row, (origin, _) in enumerate(known):
            self.now[origin] = {target: int(seconds[row, column]) for column, (target, _) in enumerate(known)}
