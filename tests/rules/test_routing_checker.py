"""The checker: a good route passes, and each way of spoiling it is caught by its own rule."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import assume, given, settings

from sync.records import Interval
from sync.routing import insertion
from sync.routing.checker import ClaimedRoute, ClaimedStop, check
from sync.routing.records import Problem

from .routing_world import HOUR, a_candidate, a_problem, claimed, problems

BOGOTA = ZoneInfo("America/Bogota")
MINUTE = timedelta(minutes=1)


def a_good_route() -> ClaimedRoute:
    problem = a_problem(
        a_candidate("ana"),
        a_candidate("beto", openings=((HOUR, HOUR + 900),), appointment=True),
        a_candidate("carla", openings=((2 * HOUR, 8 * HOUR),)),
        at=[(300, 0), (600, 0), (900, 300)],
    )
    return claimed(problem, insertion.plan_day(problem))


def change(route: ClaimedRoute, number: int, **values: object) -> ClaimedRoute:
    stops = list(route.stops)
    stops[number] = replace(stops[number], **values)  # type: ignore[arg-type]  # fields vary by mutant
    return replace(route, stops=stops)


def swap(route: ClaimedRoute) -> ClaimedRoute:
    first, second, *rest = route.stops
    return replace(route, stops=[second, first, *rest])


def window_of(stop: ClaimedStop) -> Interval:
    assert stop.appointment is not None
    return stop.appointment


MUTANTS: dict[str, tuple[str, Callable[[ClaimedRoute], ClaimedRoute]]] = {
    "another agent's debtor": ("route.own_agent", lambda route: change(route, 0, owner="luis")),
    "nobody's debtor": ("route.own_agent", lambda route: change(route, 0, owner=None)),
    "one debtor twice": (
        "route.one_stop_per_debtor",
        lambda route: change(route, 2, debtor=route.stops[0].debtor),
    ),
    "a stop before one can arrive": (
        "route.travel",
        lambda route: change(route, 0, starts=route.stops[0].starts - MINUTE),
    ),
    "stops out of order": ("route.travel", swap),
    "a longer way than claimed": ("route.travel", lambda route: change(route, 1, travel_s=9000)),
    "a longer service before a tight stop": ("route.travel", lambda route: change(route, 0, service_s=7200)),
    "after the legal hour": (
        "route.lawful_hours",
        lambda route: change(route, 2, starts=route.stops[2].lawful[-1].end),
    ),
    "ending after the legal hour": (
        "route.lawful_hours",
        lambda route: change(
            route, 2, lawful=(Interval(route.stops[2].starts, route.stops[2].starts + MINUTE),)
        ),
    ),
    "no lawful hour": ("route.lawful_hours", lambda route: change(route, 2, lawful=())),
    "late for the appointment": (
        "route.appointment",
        lambda route: change(route, 1, starts=window_of(route.stops[1]).end + MINUTE),
    ),
    "early for the appointment": (
        "route.appointment",
        lambda route: change(route, 1, starts=window_of(route.stops[1]).start - MINUTE),
    ),
    "home after the shift": ("route.shift", lambda route: replace(route, back_s=10 * HOUR)),
    "a shift that ends sooner": (
        "route.shift",
        lambda route: replace(route, shift=Interval(route.shift.start, route.stops[2].starts)),
    ),
    "a shift that starts later": (
        "route.shift",
        lambda route: replace(route, shift=Interval(route.stops[0].starts + MINUTE, route.shift.end)),
    ),
}


def test_a_good_route_has_nothing_wrong() -> None:
    route = a_good_route()
    assert len(route.stops) == 3
    assert check(route, BOGOTA) == ()


@pytest.mark.parametrize("name", list(MUTANTS))
def test_a_spoilt_route_is_caught_by_the_rule_it_breaks(name: str) -> None:
    rule, spoil = MUTANTS[name]
    found = check(spoil(a_good_route()), BOGOTA)
    assert rule in {violation.rule for violation in found}
    assert all(str(violation.because) for violation in found)


@settings(derandomize=True, deadline=None, max_examples=60)
@given(problem=problems())
def test_any_stop_claimed_a_second_sooner_than_it_can_be_is_caught(problem: Problem) -> None:
    plan = insertion.plan_day(problem)
    # A stop that starts as the agent arrives cannot start sooner.
    tight = [number for number, stop in enumerate(plan.stops) if stop.start_s == stop.arrival_s]
    assume(tight)
    route = claimed(problem, plan)
    sooner = route.stops[tight[0]].starts - timedelta(seconds=1)
    assert "route.travel" in {one.rule for one in check(change(route, tight[0], starts=sooner), BOGOTA)}


@settings(derandomize=True, deadline=None, max_examples=60)
@given(problem=problems())
def test_any_shift_a_second_shorter_than_the_day_is_caught(problem: Problem) -> None:
    plan = insertion.plan_day(problem)
    assume(plan.stops)
    route = claimed(problem, plan)
    ends = route.shift.start + timedelta(seconds=plan.back_s - 1)
    shorter = replace(route, shift=Interval(route.shift.start, ends))
    assert "route.shift" in {one.rule for one in check(shorter, BOGOTA)}


def test_an_empty_day_has_nothing_wrong() -> None:
    problem = a_problem(at=[])
    assert check(claimed(problem, insertion.plan_day(problem)), BOGOTA) == ()
