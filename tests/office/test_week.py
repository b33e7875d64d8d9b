"""A week: everybody once, on a day that suits him, no more often than his caps, and the others with words."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from server.assigning import AssignmentReport, assign
from server.packs import pack_of
from server.planning import PublishReport, publish
from server.planning.reporting import WeekReport
from server.planning.weeks import plan_week
from server.store import assignments, routes, schema
from server.store.engine import open_engine, reading
from server.store.routes import Route, Stop
from sync.records import Refused

from .debts import AS_OF, DAY, NOW, World, around

QUICK: dict[str, Any] = {"iterations": 40, "workers": 1}


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    engine = open_engine(f"sqlite:///{tmp_path}/office.db")
    schema.upgrade(engine)
    yield World(engine)
    engine.dispose()


def give(world: World) -> None:
    report = assign(world.engine, as_of=AS_OF, actor="cli", now=NOW)
    assert isinstance(report, AssignmentReport), report


def planned(world: World, **given: Any) -> WeekReport:
    with reading(world.engine) as connection:
        assigned = bool(assignments.every_open(connection))
    if not assigned:
        give(world)
    report = plan_week(world.engine, **{"first": DAY, "actor": "cli", "now": NOW, **QUICK, **given})
    assert isinstance(report, WeekReport), report
    return report


def week_of(world: World) -> dict[date, Route]:
    days = [DAY + timedelta(days=number) for number in range(7)]
    with reading(world.engine) as connection:
        return {route.day: route for day in days for route in routes.newest(connection, day)}


def seats(world: World, debtor: str) -> dict[date, Stop]:
    return {day: stop for day, one in week_of(world).items() for stop in one.stops if stop.debtor == debtor}


def visited_on(world: World, debtor: str) -> list[date]:
    return [day for day, stop in seats(world, debtor).items() if stop.sequence is not None]


def test_everybody_is_visited_once_in_a_week_with_room_and_every_day_is_used(world: World) -> None:
    world.agent("Rosa")
    debtors = [world.debtor(f"d{i}", at=around(i)) for i in range(45)]
    report = planned(world)
    assert report.skipped == (DAY + timedelta(days=6),)  # Sunday: the pack closes it
    assert (report.debtors, report.visited) == (45, 45)
    counts = Counter(day for debtor in debtors for day in visited_on(world, debtor))
    assert sum(counts.values()) == 45
    assert all(4 <= counts[DAY + timedelta(days=number)] <= 11 for number in range(6)), counts


def test_on_the_other_days_the_words_name_the_day_of_the_visit(world: World) -> None:
    world.agent("Rosa")
    for i in range(30):
        world.debtor(f"d{i}", at=around(i))
    ana = world.debtor("Ana", at=around(31))
    planned(world)
    (day,) = visited_on(world, ana)
    for other, stop in seats(world, ana).items():
        if other != day:
            assert f"{day:%d/%m/%Y}" in str(stop.why)
            word = "previsto" if other < day else "ya se le visita"
            assert word in str(stop.why)


def test_an_appointment_is_kept_on_its_day_and_no_other(world: World) -> None:
    rosa = world.agent("Rosa")
    for i in range(20):
        world.debtor(f"d{i}", at=around(i))
    ana = world.debtor("Ana", at=around(25))
    thursday = DAY + timedelta(days=3)
    world.promises(ana, world.accounts_of(ana)[0], rosa, due=thursday, window=("11:00", "11:15"))
    planned(world)
    assert visited_on(world, ana) == [thursday]
    assert seats(world, ana)[thursday].appointment


def test_two_appointments_in_a_week_are_two_visits_where_the_caps_allow_and_one_where_not(
    world: World,
) -> None:
    rosa = world.agent("Rosa")
    ana = world.debtor("Ana", at=around(5), accounts=[{}, {}])
    thursday = DAY + timedelta(days=3)
    for due, account in zip((DAY + timedelta(days=1), thursday), world.accounts_of(ana), strict=True):
        world.promises(ana, account, rosa, due=due, window=("10:00", "10:30"), amount=1_000)
    planned(world)
    assert visited_on(world, ana) == [DAY + timedelta(days=1), thursday]
    demo = pack_of("demo")
    assert demo is not None
    once = replace(demo, caps=tuple(replace(cap, maximum=1) for cap in demo.caps if cap.per == "week"))
    planned(world, packs=lambda _name: once)
    assert visited_on(world, ana) == [DAY + timedelta(days=1)]
    assert seats(world, ana)[thursday].rule == "demo.frequency.weekly"


def test_who_reaches_sixty_days_on_wednesday_is_visited_by_wednesday(world: World) -> None:
    rosa = world.agent("Rosa")
    for i in range(200):
        world.debtor(f"d{i}", at=around(i), overdue=900_000)
    wednesday = DAY + timedelta(days=2)
    poor = [world.debtor(f"poor {i}", at=around(i * 5), overdue=1_000, dpd=900) for i in range(4)]
    for debtor in poor:
        seen = wednesday - timedelta(days=60)
        world.visit(debtor, rosa, datetime(seen.year, seen.month, seen.day, 15, tzinfo=UTC))
    report = planned(world)
    assert report.visited < 204
    for debtor in poor:
        (day,) = visited_on(world, debtor)
        assert day <= wednesday


def test_who_has_no_room_this_week_is_told_his_rank(world: World) -> None:
    world.agent("Rosa", shift_start="08:00", shift_end="10:00")
    for i in range(150):
        world.debtor(f"d{i}", at=around(i), overdue=10_000 * (i + 1))
    planned(world)
    told = [str(stop.why) for stop in week_of(world)[DAY].left_out]
    assert any(text.startswith("menor prioridad esta semana: puesto ") for text in told)
    assert all(text for text in told)


def test_a_company_is_visited_on_its_review_day_within_its_counter_hours(world: World) -> None:
    world.agent("Rosa")
    for i in range(12):
        world.debtor(f"d{i}", at=around(i))
    firm = world.debtor("Ferretería", at=around(20), review_days="jueves", counter_hours="2 a 4 p.m.")
    planned(world)
    thursday = DAY + timedelta(days=3)
    assert visited_on(world, firm) == [thursday]
    eta = seats(world, firm)[thursday].eta
    assert eta is not None
    assert 19 <= eta.hour < 21  # 14:00 to 16:00 in Bogotá
    monday = seats(world, firm)[DAY]
    assert (monday.rule, str(monday.why)) == (
        "debtor.reception",
        "ese día no recibe a quien cobra: atiende «2 a 4 p.m.; jueves»",
    )


def test_every_day_of_a_week_passes_the_checker_in_turn(world: World) -> None:
    world.agent("Rosa")
    micro = {"pack": "co", "credit_type": "microcrédito", "exception_evidence": "contrato 17"}
    for i in range(20):
        world.debtor(f"d{i}", at=around(i), **(micro if i % 2 else {}))
    report = planned(world)
    for day in report.days:
        done = publish(world.engine, day=day.day, actor="cli", now=NOW)
        assert isinstance(done, PublishReport), done


def test_the_same_week_planned_twice_is_the_same_week(world: World) -> None:
    world.agent("Rosa")
    for i in range(25):
        world.debtor(f"d{i}", at=around(i), overdue=50_000 * (i + 1))
    planned(world)
    first = {day: [(one.debtor, one.eta) for one in route.planned] for day, route in week_of(world).items()}
    planned(world)
    again = {day: [(one.debtor, one.eta) for one in route.planned] for day, route in week_of(world).items()}
    assert first == again


def test_a_week_in_which_nobody_may_be_visited_is_one_day_that_says_why(world: World) -> None:
    world.agent("Rosa")
    ana = world.debtor("Ana")
    give(world)
    world.stop(ana, "cease")
    report = planned(world)
    assert [day.day for day in report.days] == [DAY]
    assert seats(world, ana)[DAY].rule == "demo.stop"


def test_an_office_without_agents_or_debtors_is_refused_with_words(world: World) -> None:
    answer = plan_week(world.engine, first=DAY, actor="cli", now=NOW, **QUICK)
    assert isinstance(answer, Refused)
    assert answer.rule == "plan.no_agents"
