"""The checker: a good route passes, and each way of spoiling it is caught by its own rule."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from bench.exact import small_day
from sync.records import Interval
from sync.routing import insertion
from sync.routing.checker import ClaimedCap, ClaimedLunch, ClaimedRoute, ClaimedStop, check
from sync.routing.records import Lunch, Problem

from .routing_world import HOUR, STARTS, a_candidate, a_problem, claimed, problems

BOGOTA = ZoneInfo("America/Bogota")
MINUTE = timedelta(minutes=1)


def a_good_route() -> ClaimedRoute:
    """Ana, then Beto at his appointment, lunch, then Carla; Ana is done and Carla was locked by hand."""
    problem = a_problem(
        a_candidate("ana"),
        a_candidate("beto", openings=((HOUR, HOUR + 900),), appointment=True),
        replace(a_candidate("carla", openings=((2 * HOUR, 8 * HOUR),)), locked=True),
        at=[(300, 0), (600, 0), (900, 300)],
    )
    lunch = Lunch(1800, HOUR + 1800, HOUR + 3000, (0, 2))
    problem = replace(problem, lunch=lunch, order=("ana", "carla"))
    route = claimed(problem, insertion.plan_day(problem))
    return replace(
        route,
        frozen=((route.stops[0].id, route.stops[0].starts),),
        free_from=route.stops[0].starts + 10 * MINUTE,
        bound=40,
    )


def unhindered(route: ClaimedRoute) -> ClaimedRoute:
    """The same before the day begins: nothing is done yet."""
    return replace(route, frozen=(), free_from=None)


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


def lunch_of(route: ClaimedRoute) -> ClaimedLunch:
    assert route.lunch is not None
    return route.lunch


def capped(rule: str, maximum: int, per: str, *days_ago: int, days: int = 1, gap: int = 0) -> ClaimedCap:
    day = STARTS.date()
    return ClaimedCap(rule, maximum, per, tuple(day - timedelta(days=ago) for ago in days_ago), days, gap)


def with_cap(cap: ClaimedCap) -> Callable[[ClaimedRoute], ClaimedRoute]:
    return lambda route: change(route, 1, caps=(cap,))


MUTANTS: dict[str, tuple[str, Callable[[ClaimedRoute], ClaimedRoute]]] = {
    "another agent's debtor": ("route.own_agent", lambda route: change(route, 0, owner="luis")),
    "nobody's debtor": ("route.own_agent", lambda route: change(route, 0, owner=None)),
    "one debtor twice": (
        "route.one_stop_per_debtor",
        lambda route: change(route, 2, debtor=route.stops[0].debtor),
    ),
    "a stop before one can arrive": (
        "route.travel",
        lambda route: change(unhindered(route), 0, starts=route.stops[0].starts - MINUTE),
    ),
    "stops out of order": ("route.travel", lambda route: swap(unhindered(route))),
    "a longer way than claimed": ("route.travel", lambda route: change(route, 1, travel_s=9000)),
    "a longer service before a tight stop": (
        "route.travel",
        lambda route: change(unhindered(route), 0, service_s=7200),
    ),
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
    "a day's cap filled by a call": ("co.daily", with_cap(capped("co.daily", 1, "day", 0))),
    "a week's cap filled by a published route": ("co.weekly", with_cap(capped("co.weekly", 1, "week", -3))),
    "a rolling cap filled on both sides of the day": (
        "co.rolling",
        with_cap(capped("co.rolling", 3, "rolling", 4, 1, -2, days=7)),
    ),
    "too near another contact": ("co.gap", with_cap(capped("co.gap", 9, "day", 3, gap=5))),
    "a company's counter is closed": (
        "route.received",
        lambda route: change(route, 2, received=(Interval(route.shift.start, route.stops[2].starts),)),
    ),
    "a company that does not receive that day": (
        "route.received",
        lambda route: change(route, 2, received=()),
    ),
    "a visit shorter than its kind": ("route.service", lambda route: change(route, 2, needs_s=900)),
    "other roads than those in use": ("route.roads", lambda route: replace(route, measured_by="other")),
    "a way shorter than the roads say": ("route.matrix", lambda route: change(route, 2, measured_s=5000)),
    "a way home that the roads deny": ("route.matrix", lambda route: replace(route, measured_back_s=1)),
    "no lunch": ("route.lunch", lambda route: replace(route, lunch=None)),
    "a lunch cut short": (
        "route.lunch",
        lambda route: replace(route, lunch=replace(lunch_of(route), ends=lunch_of(route).ends - MINUTE)),
    ),
    "a lunch outside its hours": (
        "route.lunch",
        lambda route: replace(
            route,
            lunch=replace(
                lunch_of(route),
                starts=lunch_of(route).starts + 5 * 60 * MINUTE,
                ends=lunch_of(route).ends + 5 * 60 * MINUTE,
            ),
        ),
    ),
    "a lunch during a visit": (
        "route.lunch",
        lambda route: replace(route, lunch=replace(lunch_of(route), starts=route.stops[1].starts)),
    ),
    "a stop during lunch": (
        "route.travel",
        lambda route: replace(route, lunch=replace(lunch_of(route), ends=route.stops[2].starts)),
    ),
    "a locked stop left out": (
        "route.locked",
        lambda route: replace(route, stops=list(route.stops[:2]), hand_order=()),
    ),
    "another order than the hand's": (
        "route.hand_order",
        lambda route: replace(route, hand_order=("carla", "ana")),
    ),
    "a stop that was done and is gone": (
        "route.frozen",
        lambda route: replace(route, stops=list(route.stops[1:])),
    ),
    "a stop that was done at another hour": (
        "route.frozen",
        lambda route: change(route, 0, starts=route.stops[0].starts + MINUTE),
    ),
    "a new stop in the past": (
        "route.frozen",
        lambda route: replace(route, free_from=route.stops[1].starts + MINUTE),
    ),
    "an agent who is absent": (
        "route.away",
        lambda route: replace(route, away=(Interval(route.stops[2].starts, route.shift.end),)),
    ),
    "more value than its stops have": ("route.certificate", lambda route: replace(route, value=31)),
    "a bound below the value": ("route.certificate", lambda route: replace(route, bound=29)),
}


def test_a_good_route_has_nothing_wrong() -> None:
    route = a_good_route()
    assert len(route.stops) == 3
    assert check(route, BOGOTA) == ()


@pytest.mark.parametrize("name", list(MUTANTS))
def test_a_spoilt_route_is_caught_by_the_rule_it_breaks(name: str) -> None:
    rule, spoil = MUTANTS[name]
    found = check(spoil(a_good_route()), BOGOTA)
    assert rule in {violation.rule for violation in found}, found
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


def test_caps_that_are_not_full_let_the_visit_through() -> None:
    for cap in (
        capped("co.daily", 2, "day", 0),
        capped("co.weekly", 1, "week", 1, 7),  # the Sunday before, and a week ago
        capped("co.rolling", 3, "rolling", 6, 1, -1, -6, days=7),
        capped("co.gap", 9, "day", 5, gap=5),
    ):
        assert with_cap(cap)(a_good_route()) != a_good_route()
        assert check(with_cap(cap)(a_good_route()), BOGOTA) == (), cap


def test_small_days_of_every_kind_pass() -> None:
    """Lunch, locked stops, a hand order, an agent who is free late and elsewhere."""
    eaten = ordered = 0
    for problem in map(small_day, range(300)):
        plan = insertion.plan_day(problem)
        assert check(claimed(problem, plan), BOGOTA) == ()
        eaten += plan.lunch is not None
        ordered += bool(problem.order)
    assert eaten > 30
    assert ordered > 30


@settings(derandomize=True, deadline=None, max_examples=60)
@given(seed=st.integers(0, 10_000), sooner=st.integers(1, 7200))
def test_a_day_whose_lunch_ends_later_or_whose_agent_is_free_later_is_caught(seed: int, sooner: int) -> None:
    problem = small_day(seed)
    plan = insertion.plan_day(problem)
    assume(plan.stops)
    route = claimed(problem, plan)
    first = route.stops[0].starts + timedelta(seconds=sooner)
    assert "route.frozen" in {one.rule for one in check(replace(route, free_from=first), BOGOTA)}
    assume(plan.lunch is not None and plan.lunch.after < len(plan.stops))
    lunch = lunch_of(route)
    longer = replace(lunch, ends=route.stops[lunch.after].starts + timedelta(seconds=sooner))
    assert "route.travel" in {one.rule for one in check(replace(route, lunch=longer), BOGOTA)}


def test_an_empty_day_has_nothing_wrong() -> None:
    problem = a_problem(at=[])
    assert check(claimed(problem, insertion.plan_day(problem)), BOGOTA) == ()
