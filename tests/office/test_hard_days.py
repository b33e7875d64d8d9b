"""Days that go wrong in every way a day can: each still has a valid plan, and words that explain it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import update

from server.packs import pack_of
from server.planning import PlanReport, PublishReport, plan, publish
from server.roads import Roads
from server.roads.building import build
from server.roads.contracted import CityRoads
from server.roads.network import load
from server.staffing import Days, set_days
from server.store import assignments, routes, schema, tables
from server.store.assignments import Decision
from server.store.engine import open_engine, reading, writing
from server.store.routes import Route, Stop
from sync.records import Refused
from sync.words import Phrase

from .debts import AS_OF, CENTRE, DAY, NOW, World, around
from .town import corner, write_town

QUICK: dict[str, Any] = {"iterations": 60, "workers": 1}


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    engine = open_engine(f"sqlite:///{tmp_path}/office.db")
    schema.upgrade(engine)
    yield World(engine)
    engine.dispose()


def give(world: World, agent: str, *debtors: str) -> None:
    rows = [Decision(one, agent, Phrase("cerca"), tuple(world.outcomes_of(one))) for one in debtors]
    with writing(world.engine) as connection:
        assignments.decide(connection, rows, since=AS_OF, now=NOW, actor="cli")


def planned(world: World, day: date = DAY, *, roads: Roads | None = None, **given: Any) -> Route:
    """The one agent's day, planned and published: every hard day has a plan that passes the checker."""
    report = plan(world.engine, **{"day": day, "actor": "cli", "now": NOW, "roads": roads, **QUICK, **given})
    assert isinstance(report, PlanReport), report
    packs = {"packs": given["packs"]} if "packs" in given else {}
    done = publish(world.engine, day=day, actor="cli", now=NOW, roads=roads, **packs)
    assert isinstance(done, PublishReport), done
    with reading(world.engine) as connection:
        (route,) = routes.newest(connection, day)
    assert all(str(stop.why) for stop in route.stops)
    return route


def stop_of(route: Route, debtor: str) -> Stop:
    return next(stop for stop in route.stops if stop.debtor == debtor)


def visited(route: Route) -> set[str]:
    return {stop.debtor for stop in route.planned}


def the_town(folder: Path) -> Roads:
    build(write_town(folder / "town.osm.pbf"), folder / "roads.npz")
    roads = CityRoads(load(folder / "roads.npz", "motorcycle"))
    return lambda _profile: roads


def test_of_two_appointments_that_clash_one_is_kept_and_the_other_told_by_how_much(world: World) -> None:
    rosa = world.agent("Rosa")
    ana, beto = world.debtor("Ana", at=around(3)), world.debtor("Beto", at=around(38))
    for debtor in (ana, beto):
        world.promises(debtor, world.accounts_of(debtor)[0], rosa, due=DAY, window=("11:00", "11:10"))
    others = [world.debtor(f"d{i}", at=around(i * 3)) for i in range(8)]
    give(world, rosa, ana, beto, *others)
    route = planned(world)
    (lost,) = {ana, beto} - visited(route)
    assert visited(route) >= set(others)
    words = str(stop_of(route, lost).why)
    assert "min" in words
    assert "11:" in words
    kept = stop_of(route, next(iter({ana, beto} - {lost})))
    assert kept.eta is not None
    assert time(16, 0) <= kept.eta.time() <= time(16, 10)


def test_an_appointment_is_planned_five_minutes_before_its_end_and_later_only_where_it_must_be(
    world: World,
) -> None:
    rosa = world.agent("Rosa", home=around(0))
    ana = world.debtor("Ana", at=around(24))
    world.promises(ana, world.accounts_of(ana)[0], rosa, due=DAY, window=("08:00", "08:30"))
    give(world, rosa, ana)
    eta = stop_of(planned(world), ana).eta
    assert eta is not None
    assert eta <= datetime(2026, 11, 23, 13, 25, tzinfo=UTC)
    seconds = int((eta - datetime(2026, 11, 23, 13, tzinfo=UTC)).total_seconds())
    tight = (datetime(2026, 11, 23, 8, tzinfo=UTC) + timedelta(seconds=seconds + 60)).strftime("%H:%M")
    with writing(world.engine) as connection:
        connection.execute(update(tables.promises).values(window_start="08:00", window_end=tight))
    late = stop_of(planned(world), ana)
    assert late.eta == eta  # he cannot be there any earlier, and is in time


def test_an_account_across_a_river_without_a_bridge_is_left_out_and_told_so(
    world: World, tmp_path: Path
) -> None:
    rosa = world.agent("Rosa", home=corner(0, 0))
    near = [world.debtor(f"d{i}", at=corner(i, 3)) for i in range(5)]
    island = world.debtor("Caro", at=corner(0.0, 30.5))
    give(world, rosa, *near, island)
    route = planned(world, roads=the_town(tmp_path))
    assert visited(route) == set(near)
    assert str(stop_of(route, island).why) == (
        "en una isla de la red vial: ninguna vía une su dirección con las demás"
    )


def test_forty_accounts_in_one_building_fill_the_day_and_the_rest_are_told_what_does_not_fit(
    world: World,
) -> None:
    rosa = world.agent("Rosa")
    give(world, rosa, *(world.debtor(f"d{i}", at=around(9), overdue=10_000 * (i + 1)) for i in range(40)))
    route = planned(world)
    assert 30 <= len(route.planned) < 40
    assert all("turno" in str(stop.why) or "no cabe" in str(stop.why) for stop in route.left_out)
    assert min(stop.value for stop in route.planned) >= max(stop.value for stop in route.left_out)


def test_an_agent_out_sick_has_no_route_and_his_debtors_words_in_the_week(world: World) -> None:
    rosa, luis = world.agent("Rosa"), world.agent("Luis")
    give(world, rosa, world.debtor("Ana"))
    give(world, luis, world.debtor("Beto", at=around(5)))
    ill = Days(DAY, DAY, away=True, because="incapacidad médica")
    assert not isinstance(set_days(world.engine, rosa, ill, actor="nora", now=NOW), Refused)
    report = plan(world.engine, day=DAY, actor="cli", now=NOW, **QUICK)
    assert isinstance(report, PlanReport)
    assert [one.agent for one in report.routes] == [luis]
    assert [str(one.because) for one in report.without] == ["está ausente ese día: incapacidad médica"]
    alone = plan(world.engine, day=DAY, agents=[rosa], actor="cli", now=NOW, **QUICK)
    assert isinstance(alone, Refused)
    assert str(alone.reason) == "Nadie que tenga deudores trabaja ese día"


def test_an_empty_list_is_told_for_the_agent_who_has_it_and_for_an_office_where_all_have(
    world: World,
) -> None:
    rosa, luis = world.agent("Rosa"), world.agent("Luis")
    answer = plan(world.engine, day=DAY, actor="cli", now=NOW, **QUICK)
    assert isinstance(answer, Refused)
    assert str(answer.reason).startswith("Ningún gestor tiene deudores asignados")
    give(world, rosa, world.debtor("Ana"))
    report = plan(world.engine, day=DAY, actor="cli", now=NOW, **QUICK)
    assert isinstance(report, PlanReport)
    assert [(one.agent, str(one.because)) for one in report.without] == [
        (luis, "no tiene deudores asignados")
    ]


def test_a_home_outside_the_map_costs_no_way_and_is_told(world: World, tmp_path: Path) -> None:
    rosa = world.agent("Rosa", home=(4.6, -74.1))
    debtors = [world.debtor(f"d{i}", at=corner(i, 2)) for i in range(6)]
    give(world, rosa, *debtors)
    roads = the_town(tmp_path)
    report = plan(world.engine, day=DAY, actor="cli", now=NOW, roads=roads, **QUICK)
    assert isinstance(report, PlanReport)
    assert [one.home_off_roads for one in report.routes] == [True]
    route = planned(world, roads=roads)
    assert visited(route) == set(debtors)
    assert route.planned[0].eta == route.starts


def test_an_appointment_before_the_shift_is_left_out_with_both_hours(world: World) -> None:
    rosa = world.agent("Rosa")
    ana, beto = world.debtor("Ana"), world.debtor("Beto", at=around(4))
    world.promises(ana, world.accounts_of(ana)[0], rosa, due=DAY, window=("07:00", "07:30"))
    give(world, rosa, ana, beto)
    route = planned(world)
    assert visited(route) == {beto}
    assert str(stop_of(route, ana).why) == (
        "su cita, de 07:00 a 07:30, queda fuera del turno del gestor, de 08:00 a 17:00"
    )


@pytest.mark.parametrize(
    ("day", "hours"), [(date(2026, 3, 8), 6), (date(2026, 11, 1), 8)], ids=["forward", "back"]
)
def test_on_the_day_the_clocks_change_a_shift_is_as_long_as_it_is(
    world: World, day: date, hours: int
) -> None:
    where = ZoneInfo("America/New_York")
    demo = pack_of("demo")
    assert demo is not None
    week = (*demo.hours[0].week[:6], ((time(0, 30), time(9, 0)),))
    sunday = replace(demo, hours=tuple(replace(one, week=week) for one in demo.hours))
    rosa = world.agent("Rosa", timezone="America/New_York", shift_start="00:30", shift_end="07:30")
    debtors = [world.debtor(f"d{i}", at=around(i)) for i in range(45)]
    ana = world.debtor("Ana", at=around(46))
    with writing(world.engine) as connection:
        connection.execute(update(tables.debtors).values(timezone="America/New_York"))
        connection.execute(
            update(tables.balances).values(as_of=date(2026, 1, 5), oldest_due=date(2025, 9, 1))
        )
    world.promises(ana, world.accounts_of(ana)[0], rosa, due=day, window=("03:00", "03:20"))
    give(world, rosa, ana, *debtors)
    route = planned(world, day, packs=lambda _name: sunday)
    assert route.ends - route.starts == timedelta(hours=hours)
    assert (
        3 * hours <= len(route.planned) <= 4 * hours
    )  # a visit and its way are a quarter of an hour or more
    agreed = stop_of(route, ana).eta
    assert agreed is not None
    assert time(3, 0) <= agreed.astimezone(where).time() <= time(3, 20)


def test_an_account_worth_nothing_at_day_59_is_urgent_and_at_day_60_goes_before_the_rich(
    world: World,
) -> None:
    rosa = world.agent("Rosa", shift_start="08:00", shift_end="10:00")
    poor = world.debtor("Ana", at=around(6), overdue=1, dpd=1500)
    world.visit(poor, rosa, datetime(2026, 9, 25, 15, tzinfo=UTC))
    rich = [world.debtor(f"d{i}", at=around(i), overdue=900_000) for i in range(20)]
    give(world, rosa, poor, *rich)
    assert isinstance(plan(world.engine, day=DAY, actor="cli", now=NOW, **QUICK), PlanReport)
    with reading(world.engine) as connection:
        (monday,) = routes.newest(connection, DAY)
    assert stop_of(monday, poor).value >= 30
    on_60 = planned(world, DAY + timedelta(days=1))
    assert poor in visited(on_60)
    assert str(stop_of(on_60, poor).why) == "lleva dos meses sin visita: no espera más"
    assert len(visited(on_60)) < 21


def test_when_all_have_asked_to_be_left_alone_the_day_is_empty_and_says_which_rule(world: World) -> None:
    rosa = world.agent("Rosa")
    debtors = [world.debtor(f"d{i}", at=around(i)) for i in range(4)]
    give(world, rosa, *debtors)
    for debtor in debtors:
        world.stop(debtor, "cease")
    route = planned(world)
    assert route.planned == ()
    assert route.lunch is None
    assert {(stop.rule, str(stop.why)) for stop in route.left_out} == {
        ("demo.stop", "El deudor pidió no ser visitado o contactado.")
    }


def test_company_first_visit_and_appointment_take_as_long_as_the_pack_says(world: World) -> None:
    rosa = world.agent("Rosa")
    seen, first, firm, agreed = (world.debtor(name, at=around(i * 5)) for i, name in enumerate("abcd"))
    world.visit(seen, rosa, datetime(2026, 11, 2, 15, tzinfo=UTC))
    with writing(world.engine) as connection:
        connection.execute(update(tables.debtors).where(tables.debtors.c.id == firm).values(kind="company"))
    world.promises(agreed, world.accounts_of(agreed)[0], rosa, due=DAY, window=("11:00", "11:30"))
    give(world, rosa, seen, first, firm, agreed)
    route = planned(world)
    assert [stop_of(route, one).service_s for one in (seen, first, firm, agreed)] == [720, 900, 1200, 900]


def test_who_is_found_in_the_afternoon_is_worth_more_to_who_works_then(world: World) -> None:
    rosa = world.agent("Rosa", shift_start="07:00", shift_end="10:00", lunch_s=0)
    luis = world.agent("Luis", shift_start="17:00", shift_end="20:00", lunch_s=0)
    ana = world.debtor("Ana", at=around(8))
    for number in range(12):
        morning = datetime(2026, 10, 5, 13, tzinfo=UTC) + timedelta(days=number)
        world.visit(world.debtor(f"m{number}"), rosa, morning)
        evening = world.visit(world.debtor(f"e{number}"), rosa, morning + timedelta(hours=10))
        with writing(world.engine) as connection:
            connection.execute(update(tables.visits).where(tables.visits.c.id != evening).values(party="NAD"))
    with writing(world.engine) as connection:
        at_six = tables.visits.c.started >= datetime(2026, 10, 5, 20, tzinfo=UTC)
        hours = [
            row.id
            for row in connection.execute(tables.visits.select().where(at_six))
            if row.started.hour == 23
        ]
        connection.execute(update(tables.visits).values(party="NAD"))
        connection.execute(update(tables.visits).where(tables.visits.c.id.in_(hours)).values(party="TIT"))
    values = []
    for agent in (rosa, luis):
        give(world, agent, ana)
        report = plan(world.engine, day=DAY, agents=[agent], actor="cli", now=NOW, **QUICK)
        assert isinstance(report, PlanReport)
        values.append(report.routes[0].value)
    assert values[0] < values[1]
    assert around(8) != CENTRE
