"""Days on which agents are away or keep other hours, as plans take them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import time
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from server.assigning import AssignmentReport, assign
from server.planning import PlanReport, plan
from server.planning.reporting import WeekReport
from server.planning.weeks import plan_week
from server.staffing import Days, set_days
from server.store import schema
from server.store.engine import open_engine
from sync.records import Refused

from .debts import AS_OF, CENTRE, DAY, NOW, World


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    engine = open_engine(f"sqlite:///{tmp_path}/office.db")
    schema.upgrade(engine)
    yield World(engine)
    engine.dispose()


def test_on_a_day_on_which_his_agent_is_away_nobody_of_his_is_visited_and_it_is_told(world: World) -> None:
    world.agent("Rosa Paz")
    for number in range(6):
        world.debtor(f"Deudor {number}", at=(CENTRE[0], CENTRE[1] + number / 1000))
    assigned = assign(world.engine, as_of=AS_OF, actor="cli", now=NOW)
    assert isinstance(assigned, AssignmentReport)
    away = Days(DAY, DAY, away=True, because="cita médica")
    assert isinstance(set_days(world.engine, "Rosa Paz", away, actor="cli", now=NOW), str)
    alone = plan(world.engine, day=DAY, actor="cli", now=NOW, iterations=5)
    assert isinstance(alone, Refused)
    assert alone.rule == "plan.nobody_works"
    week = plan_week(world.engine, first=DAY, days=2, actor="cli", now=NOW, iterations=5)
    assert isinstance(week, WeekReport)
    assert DAY in week.skipped
    assert week.visited == 6


def test_an_agent_away_is_named_beside_the_routes_of_the_others(world: World) -> None:
    world.agent("Rosa Paz")
    world.debtor("Ana")
    assign(world.engine, as_of=AS_OF, actor="cli", now=NOW)
    luis = world.agent("Luis Rey")
    away = Days(DAY, DAY, away=True, because="cita médica")
    set_days(world.engine, "Luis Rey", away, actor="cli", now=NOW)
    planned = plan(world.engine, day=DAY, actor="cli", now=NOW, iterations=5)
    assert isinstance(planned, PlanReport)
    told = {one.agent: str(one.because) for one in planned.without}
    assert told == {luis: "está ausente ese día: cita médica"}


def test_half_a_day_is_planned_within_its_hours(world: World) -> None:
    world.agent("Rosa Paz")
    for number in range(12):
        world.debtor(f"Deudor {number}", at=(CENTRE[0], CENTRE[1] + number / 1000))
    assign(world.engine, as_of=AS_OF, actor="cli", now=NOW)
    set_days(world.engine, "Rosa Paz", Days(DAY, DAY, shift=("08:00", "09:30")), actor="cli", now=NOW)
    planned = plan(world.engine, day=DAY, actor="cli", now=NOW, iterations=5)
    assert isinstance(planned, PlanReport)
    assert 0 < planned.stops < 12
    assert planned.routes[0].back.astimezone(ZoneInfo("America/Bogota")).time() <= time(9, 30)
