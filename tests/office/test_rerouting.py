"""An agent's day planned again from the office while he is in the street."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from server.assigning import AssignmentReport, assign
from server.planning import PlanReport, PublishReport, plan, publish
from server.rerouting import Rerouted, reroute
from server.store import facts, routes, schema
from server.store.engine import open_engine, reading
from server.store.routes import Route
from sync.records import Interval, Refused, RouteState
from sync.routing.rest import Happened

from .debts import AS_OF, CENTRE, DAY, NOW, World

MORNING = datetime(DAY.year, DAY.month, DAY.day, 15, 30, tzinfo=NOW.tzinfo)  # 10:30 in Bogotá


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    engine = open_engine(f"sqlite:///{tmp_path}/office.db")
    schema.upgrade(engine)
    yield World(engine)
    engine.dispose()


@pytest.fixture
def rosa(world: World) -> str:
    """Rosa's day of twelve debtors along a street, published."""
    rosa = world.agent("Rosa Paz")
    for number in range(12):
        world.debtor(f"Deudor {number}", at=(CENTRE[0], CENTRE[1] + number / 1000))
    assert isinstance(assign(world.engine, as_of=AS_OF, actor="cli", now=NOW), AssignmentReport)
    made = plan(world.engine, day=DAY, actor="cli", now=NOW, iterations=20, workers=1)
    assert isinstance(made, PlanReport)
    assert isinstance(publish(world.engine, day=DAY, actor="cli", now=NOW), PublishReport)
    return rosa


def route_of(world: World, state: RouteState | None = None) -> Route:
    with reading(world.engine) as connection:
        return routes.newest(connection, DAY, state=state)[0]


def again(world: World, agent: str, now: datetime = MORNING, **said: Any) -> Rerouted:
    made = reroute(world.engine, agent, Happened(**said), actor="ana", now=now)
    assert isinstance(made, Rerouted), made
    return made


def visited(world: World, agent: str, count: int) -> list[str]:
    """The first debtors of the published route, visited when they were to be."""
    first = route_of(world).planned[:count]
    for stop in first:
        assert stop.eta is not None
        world.visit(stop.debtor, agent, stop.eta)
    return [stop.debtor for stop in first]


def test_what_is_done_stays_first_and_as_it_was_and_the_rest_is_later(world: World, rosa: str) -> None:
    before = route_of(world)
    done = visited(world, rosa, 3)
    made = again(world, rosa)
    after = route_of(world, RouteState.DRAFT)
    assert made.done == 3
    assert [stop.debtor for stop in after.planned[:3]] == done
    assert [stop.eta for stop in after.planned[:3]] == [stop.eta for stop in before.planned[:3]]
    assert all(stop.eta is not None and stop.eta >= MORNING for stop in after.planned[3:])
    assert after.version == before.version + 1


def test_the_laptop_keeps_its_route_until_the_new_one_is_published(world: World, rosa: str) -> None:
    before = route_of(world)
    visited(world, rosa, 2)
    made = again(world, rosa)
    assert route_of(world, RouteState.PUBLISHED).id == before.id
    done = publish(world.engine, day=DAY, actor="ana", now=MORNING)
    assert isinstance(done, PublishReport), done
    assert route_of(world, RouteState.PUBLISHED).id == made.route


def test_who_is_given_up_is_out_with_words_and_who_called_has_his_hour(world: World, rosa: str) -> None:
    done = visited(world, rosa, 2)
    ahead = [stop.debtor for stop in route_of(world).planned if stop.debtor not in done]
    window = Interval(MORNING + timedelta(hours=4), MORNING + timedelta(hours=4, minutes=15))
    made = again(world, rosa, given_up=frozenset({ahead[0]}), called={ahead[1]: window})
    assert ahead[0] not in made.after
    assert "la oficina lo dejó" in str(made.out[ahead[0]])
    assert window.start <= made.after[ahead[1]] <= window.end
    out = {stop.debtor: str(stop.why) for stop in route_of(world, RouteState.DRAFT).left_out}
    assert "la oficina lo dejó" in out[ahead[0]]


def test_the_minutes_lost_push_the_rest_of_the_day(world: World, rosa: str) -> None:
    visited(world, rosa, 2)
    assert min(again(world, rosa, late_s=5400).after.values()) >= MORNING + timedelta(minutes=90)


def test_lunch_stays_in_the_day_that_is_left(world: World, rosa: str) -> None:
    before = route_of(world)
    assert before.lunch is not None
    visited(world, rosa, 2)
    again(world, rosa)
    after = route_of(world, RouteState.DRAFT)
    assert after.lunch is not None
    assert abs(after.lunch.starts - before.lunch.starts) <= timedelta(hours=1)


def test_it_is_remembered_who_replanned_what_and_why(world: World, rosa: str) -> None:
    before = route_of(world)
    made = again(world, rosa, late_s=600)
    with reading(world.engine) as connection:
        kept = facts.listed(connection, kind="route.replanned")
    assert [(one["subject"], one["payload"]["replaces"], one["actor"]) for one in kept] == [
        (made.route, before.id, "ana")
    ]


def test_without_a_route_out_or_a_shift_left_it_says_so(world: World, rosa: str) -> None:
    for agent, now, rule in (
        ("nobody", MORNING, "reroute.agent"),
        (rosa, MORNING + timedelta(days=1), "reroute.no_route"),
        (rosa, MORNING + timedelta(hours=9), "reroute.over"),
    ):
        refused = reroute(world.engine, agent, Happened(), actor="ana", now=now)
        assert isinstance(refused, Refused)
        assert refused.rule == rule
