"""The day's routes that no longer hold, mended with one call: who is away, who paid, who was recalled."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import update

from server.assigning import AssignmentReport, assign
from server.mending import Mending, mend
from server.planning import PlanReport, PublishReport, plan, publish
from server.store import agent_days, facts, routes, schema
from server.store import tables as t
from server.store.boards import morning
from server.store.boards.morning import Morning
from server.store.engine import open_engine, reading, writing
from server.store.routes import Route
from server.store.scopes import Scope
from sync.records import RouteState
from sync.words import Phrase

from .debts import AS_OF, CENTRE, DAY, NOW, World

SEVEN = datetime(DAY.year, DAY.month, DAY.day, 12, 0, tzinfo=NOW.tzinfo)  # 07:00 in Bogotá
TODAY = Morning(DAY, SEVEN - timedelta(hours=31), SEVEN - timedelta(days=1))


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    engine = open_engine(f"sqlite:///{tmp_path}/office.db")
    schema.upgrade(engine)
    made = World(engine)
    made.agent("Rosa Paz")
    for number in range(6):
        made.debtor(f"Deudor {number}", at=(CENTRE[0], CENTRE[1] + number / 1000))
    assert isinstance(assign(engine, as_of=AS_OF, actor="cli", now=NOW), AssignmentReport)
    assert isinstance(plan(engine, day=DAY, actor="cli", now=NOW, iterations=20, workers=1), PlanReport)
    assert isinstance(publish(engine, day=DAY, actor="cli", now=NOW), PublishReport)
    yield made
    engine.dispose()


def out_now(world: World) -> Route | None:
    with reading(world.engine) as connection:
        return next(iter(routes.newest(connection, DAY, state=RouteState.PUBLISHED)), None)


def broken(world: World) -> int:
    with reading(world.engine) as connection:
        return morning.counted(connection, Scope.everything(), "routes", TODAY)


def withdraw(world: World, count: int) -> list[str]:
    """The first stops are of accounts that were paid after the route went out."""
    route = out_now(world)
    assert route is not None
    gone = route.planned[:count]
    with writing(world.engine) as connection:
        for stop in gone:
            connection.execute(
                update(t.stops)
                .where(t.stops.c.id == stop.id)
                .values(withdrawn=json.loads(Phrase("La cuenta se pagó.").to_json()))
            )
    return [stop.debtor for stop in gone]


def mended(world: World) -> Mending:
    return mend(world.engine, Scope.everything(), TODAY, actor="nora", now=SEVEN)


def test_a_route_that_holds_is_left_as_it_is(world: World) -> None:
    before = out_now(world)
    assert broken(world) == 0
    assert mended(world).routes == ()
    assert out_now(world) == before


def test_stops_that_were_paid_fall_out_and_the_others_go_out_again(world: World) -> None:
    gone = withdraw(world, 2)
    assert broken(world) == 1
    done = mended(world)
    route = out_now(world)
    assert [one.good for one in done.routes] == [True]
    assert route is not None
    assert len(route.planned) == 4
    assert not {stop.debtor for stop in route.planned} & set(gone)
    assert done.routes[0].route == route.id
    assert broken(world) == 0
    with reading(world.engine) as connection:
        assert facts.listed(connection, kind="routes.mended")[0]["actor"] == "nora"


def test_who_is_away_has_his_route_taken_back(world: World) -> None:
    route = out_now(world)
    assert route is not None
    with writing(world.engine) as connection:
        agent_days.add(connection, route.agent, DAY, DAY, away=True, because="enferma", actor="nora", now=NOW)
    assert broken(world) == 1
    done = mended(world)
    assert [one.good for one in done.routes] == [True]
    assert out_now(world) is None
    assert broken(world) == 0


def test_a_route_with_nobody_left_is_taken_back(world: World) -> None:
    withdraw(world, 6)
    done = mended(world)
    assert [one.good for one in done.routes] == [True]
    assert "nadie" in str(done.routes[0].said)
    assert out_now(world) is None


def test_what_cannot_be_mended_stays_and_says_why(world: World) -> None:
    before = out_now(world)
    withdraw(world, 1)
    late = SEVEN + timedelta(hours=14)
    done = mend(world.engine, Scope.everything(), TODAY, actor="nora", now=late)
    assert [one.good for one in done.routes] == [False]
    assert done.routes[0].why is not None
    assert "turno" in str(done.routes[0].why)
    after = out_now(world)
    assert after is not None
    assert before is not None
    assert after.id == before.id


def test_another_branch_mends_nothing_here(world: World) -> None:
    withdraw(world, 1)
    assert mend(world.engine, Scope(), TODAY, actor="bruno", now=SEVEN).routes == ()
