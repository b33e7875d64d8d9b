"""Nobody is sent unasked to a place that may be far from the door: it is listed with how far."""

from __future__ import annotations

import math
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import update

from server.assigning import AssignmentReport, assign
from server.doors import UNSURE_M
from server.planning import PlanReport, PublishReport, plan, publish
from server.store import routes, schema, tables
from server.store.engine import open_engine, reading, writing
from server.store.routes import Stop
from tests.office.debts import AS_OF, DAY, NOW, World, around


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    engine = open_engine(f"sqlite:///{tmp_path / 'office.db'}")
    schema.upgrade(engine)
    yield World(engine)
    engine.dispose()


def placed(world: World, debtor: str, precision: str, error_m: float | None) -> None:
    with writing(world.engine) as connection:
        connection.execute(
            update(tables.addresses)
            .where(tables.addresses.c.debtor_id == debtor)
            .values(precision=precision, error_m=error_m, source="geocoder")
        )


def stops(world: World, unsure_m: float = UNSURE_M) -> dict[str, Stop]:
    assert isinstance(assign(world.engine, as_of=AS_OF, actor="cli", now=NOW), AssignmentReport)
    made = plan(world.engine, day=DAY, actor="cli", now=NOW, workers=1, unsure_m=unsure_m)
    assert isinstance(made, PlanReport)
    with reading(world.engine) as connection:
        (route,) = routes.newest(connection, DAY)
    return {stop.debtor: stop for stop in route.stops}


@pytest.mark.parametrize(
    ("precision", "error_m", "routed"),
    [
        ("door", None, True),
        ("block", 12.0, True),
        ("street", 149.0, True),
        ("street", 151.0, False),
        ("zone", None, False),
        ("zone", 700.0, False),
        ("block", 400.0, False),
    ],
)
def test_a_place_is_routed_only_when_it_is_near_the_door(
    world: World, precision: str, error_m: float | None, routed: bool
) -> None:
    world.agent("Rosa")
    ana = world.debtor("Ana", at=around(1))
    placed(world, ana, precision, error_m)
    stop = stops(world)[ana]
    assert (stop.sequence is not None) is routed
    if not routed:
        assert "ubicación aproximada" in str(stop.why)
        assert str(round(error_m or 1000)) in str(stop.why)


def test_when_the_coordinator_says_so_it_is_routed_and_the_stop_tells_how_unsure_it_is(world: World) -> None:
    world.agent("Rosa")
    ana, luis = world.debtor("Ana", at=around(1)), world.debtor("Luis", at=around(2))
    placed(world, ana, "street", 400.0)
    found = stops(world, math.inf)
    assert found[ana].sequence is not None
    assert "puede estar a 400 m" in str(found[ana].why)
    assert "aproximada" not in str(found[luis].why)
    done = publish(world.engine, day=DAY, actor="cli", now=NOW)
    assert isinstance(done, PublishReport)
    assert done.stops == 2
