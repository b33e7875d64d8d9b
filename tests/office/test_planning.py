"""A day's plan: one stop per debtor, every other debtor with a reason, and only what passes is published."""

from __future__ import annotations

import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any

import pytest
from sqlalchemy import insert, select, update

from server.assigning import AssignmentReport, assign
from server.planning import NotPublished, PlanReport, PublishReport, plan, publish
from server.roads.great_circle import GreatCircle
from server.store import facts, routes, schema, tables
from server.store.engine import open_engine, reading, writing
from server.store.routes import Route, Stop
from sync.ids import new_id
from sync.records import Refused, RouteState
from sync.rules.geo import haversine_m

from .debts import AS_OF, CENTRE, DAY, NOW, World, around

QUICK: dict[str, Any] = {"iterations": 60, "workers": 1}


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    engine = open_engine(f"sqlite:///{tmp_path}/office.db")
    schema.upgrade(engine)
    yield World(engine)
    engine.dispose()


def give(world: World) -> None:
    report = assign(world.engine, as_of=AS_OF, actor="cli", now=NOW)
    assert isinstance(report, AssignmentReport), report


def planned(world: World, **given: Any) -> PlanReport:
    report = plan(world.engine, **{"day": DAY, "actor": "cli", "now": NOW, **QUICK, **given})
    assert isinstance(report, PlanReport), report
    return report


def published(world: World) -> PublishReport:
    report = publish(world.engine, day=DAY, actor="cli", now=NOW)
    assert isinstance(report, PublishReport), report
    return report


def refused(world: World) -> NotPublished:
    answer = publish(world.engine, day=DAY, actor="cli", now=NOW)
    assert isinstance(answer, NotPublished), answer
    return answer


def route_of(world: World, agent: str | None = None) -> Route:
    with reading(world.engine) as connection:
        found = routes.newest(connection, DAY, None if agent is None else [agent])
    assert len(found) == 1
    return found[0]


def left_out(world: World, debtor: str) -> Stop:
    return next(stop for stop in route_of(world).left_out if stop.debtor == debtor)


def test_two_accounts_of_one_debtor_make_one_stop(world: World) -> None:
    world.agent("Rosa")
    ana = world.debtor("Ana", accounts=[{"dpd": 95}, {"dpd": 45}])
    give(world)
    planned(world)
    (stop,) = route_of(world).planned
    assert stop.debtor == ana
    assert sorted(stop.accounts) == world.accounts_of(ana)


def test_every_debtor_of_the_agent_is_in_the_draft_once_planned_or_with_a_reason(world: World) -> None:
    world.agent("Rosa", shift_start="08:00", shift_end="10:00")
    debtors = {world.debtor(f"d{i}", at=around(i), overdue=100_000 * (i + 1)) for i in range(20)}
    debtors.add(world.debtor("lost", at=None))
    give(world)
    report = planned(world)
    route = route_of(world)
    assert sorted(stop.debtor for stop in route.stops) == sorted(debtors)
    assert 0 < len(route.planned) < 20
    assert all(str(stop.why) for stop in route.stops)
    assert any("min después del fin del turno" in str(stop.why) for stop in route.left_out)
    assert (report.stops, report.left_out) == (len(route.planned), len(route.left_out))
    assert sum(report.reasons.values()) == report.left_out


def test_the_stops_are_numbered_in_the_order_of_their_times_within_the_shift(world: World) -> None:
    world.agent("Rosa")
    for i in range(12):
        world.debtor(f"d{i}", at=around(i))
    give(world)
    planned(world)
    route = route_of(world)
    etas = [stop.eta for stop in route.planned if stop.eta is not None]
    assert [stop.sequence for stop in route.planned] == list(range(1, 13))
    assert etas == sorted(etas)
    assert route.starts == datetime(2026, 11, 23, 13, 0, tzinfo=UTC)  # 08:00 in Bogotá
    assert route.starts <= etas[0]
    assert etas[-1] + timedelta(seconds=720) <= route.ends


def test_a_debtor_without_coordinates_is_listed_and_not_put_on_the_map(world: World) -> None:
    world.agent("Rosa")
    ana = world.debtor("Ana", at=None)
    give(world)
    planned(world)
    stop = left_out(world, ana)
    assert "sin coordenadas" in str(stop.why)
    assert (stop.lat, stop.lon, stop.eta) == (None, None, None)


def test_under_the_colombian_pack_only_the_documented_microcredit_is_planned(world: World) -> None:
    world.agent("Rosa")
    micro = {"pack": "co", "credit_type": "microcrédito", "exception_evidence": "contrato 17"}
    ana = world.debtor("Ana", accounts=[micro, {"pack": "co", "credit_type": "consumo"}])
    beto = world.debtor("Beto", pack="co", credit_type="consumo")
    give(world)
    planned(world)
    (stop,) = route_of(world).stops
    assert stop.debtor == ana != beto
    assert len(stop.accounts) == 1
    # The law's hours, 7 to 19 on weekdays, in UTC.
    assert stop.window is not None
    assert (stop.window.start.hour, stop.window.end.hour) == (12, 0)


def test_on_a_sunday_nobody_is_visited_and_the_rule_is_cited(world: World) -> None:
    world.agent("Rosa")
    ana = world.debtor("Ana")
    give(world)
    planned(world, day=DAY - timedelta(days=1))
    with reading(world.engine) as connection:
        (route,) = routes.newest(connection, DAY - timedelta(days=1))
    (stop,) = route.left_out
    assert (stop.debtor, stop.rule) == (ana, "demo.hours")


def test_the_strictest_of_two_packs_bounds_the_stop(world: World) -> None:
    world.agent("Rosa", shift_start="06:00", shift_end="21:30")
    micro = {"pack": "co", "credit_type": "microcrédito", "exception_evidence": "contrato 17"}
    world.debtor("Ana", accounts=[micro, {"pack": "demo"}])
    give(world)
    planned(world)
    (stop,) = route_of(world).planned
    assert stop.window is not None
    assert stop.window.end == datetime(2026, 11, 24, 0, 0, tzinfo=UTC)  # co: 19:00, demo: 20:00
    assert len(stop.accounts) == 2


def test_a_legal_hour_bounds_the_end_of_the_visit_not_its_start(world: World) -> None:
    world.agent("Rosa", shift_start="18:55", shift_end="21:00")
    micro = {"pack": "co", "credit_type": "microcrédito", "exception_evidence": "contrato 17"}
    ana = world.debtor("Ana", **micro)  # 12 minutes at the door, lawful until 19:00
    give(world)
    planned(world)
    assert "ninguna hora permitida" in str(left_out(world, ana).why)


def test_an_appointment_becomes_a_window_that_the_plan_keeps(world: World) -> None:
    rosa = world.agent("Rosa")
    for i in range(15):
        world.debtor(f"d{i}", at=around(i), overdue=2_000_000)
    ana = world.debtor("Ana", at=around(40), overdue=50_000)
    world.promises(ana, world.accounts_of(ana)[0], rosa, due=DAY, window=("11:00", "11:15"), amount=20_000)
    give(world)
    report = planned(world)
    stop = next(stop for stop in route_of(world).planned if stop.debtor == ana)
    assert stop.appointment
    assert stop.eta is not None
    assert datetime(2026, 11, 23, 16, 0, tzinfo=UTC) <= stop.eta <= datetime(2026, 11, 23, 16, 15, tzinfo=UTC)
    assert str(stop.why) == "cita acordada de 11:00 a 11:15"
    assert stop.service_s == 900
    assert (report.routes[0].appointments, report.routes[0].missed_appointments) == (1, 0)


def test_an_appointment_outside_the_lawful_hours_is_explained(world: World) -> None:
    rosa = world.agent("Rosa", shift_start="08:00", shift_end="22:00")
    ana = world.debtor("Ana")
    world.promises(ana, world.accounts_of(ana)[0], rosa, due=DAY, window=("20:30", "21:00"))
    give(world)
    planned(world)
    assert str(left_out(world, ana).why) == "su cita, de 20:30 a 21:00, cae fuera del horario permitido"


def test_a_promise_already_paid_is_no_appointment(world: World) -> None:
    rosa = world.agent("Rosa")
    ana = world.debtor("Ana", overdue=500_000)
    account = world.accounts_of(ana)[0]
    world.promises(ana, account, rosa, due=DAY, window=("11:00", "11:15"), amount=100_000)
    world.pays(account, 100_000)
    give(world)
    planned(world)
    (stop,) = route_of(world).planned
    assert not stop.appointment


def test_who_has_paid_since_is_left_out_as_up_to_date(world: World) -> None:
    world.agent("Rosa")
    ana = world.debtor("Ana", overdue=300_000)
    give(world)
    world.pays(world.accounts_of(ana)[0], 300_000)
    planned(world)
    assert "al día" in str(left_out(world, ana).why)


def test_a_dispute_is_left_out_with_its_rule(world: World) -> None:
    world.agent("Rosa")
    ana = world.debtor("Ana")
    give(world)
    world.stop(ana, "dispute")
    planned(world)
    assert left_out(world, ana).rule == "demo.stop"


def test_who_has_reached_the_daily_cap_is_left_out_with_the_caps_rule(world: World) -> None:
    rosa = world.agent("Rosa")
    ana = world.debtor("Ana")
    give(world)
    for hour in (13, 14):
        world.visit(ana, rosa, datetime(2026, 11, 23, hour, 0, tzinfo=UTC))
    planned(world)
    assert left_out(world, ana).rule == "demo.frequency.daily"


def test_a_published_route_reserves_its_place_in_the_cap_but_not_against_itself(world: World) -> None:
    world.agent("Rosa")
    micro = {"pack": "co", "credit_type": "microcrédito", "exception_evidence": "contrato 17"}
    ana = world.debtor("Ana", **micro)
    give(world)
    planned(world)
    published(world)
    planned(world)
    assert [stop.debtor for stop in route_of(world).planned] == [ana]
    other = world.agent("Luis")
    with writing(world.engine) as connection:
        connection.execute(update(tables.assignments).values(agent_id=other))
    planned(world)
    assert left_out_of(world, other, ana).rule.startswith("co.")


def left_out_of(world: World, agent: str, debtor: str) -> Stop:
    return next(stop for stop in route_of(world, agent).left_out if stop.debtor == debtor)


def test_only_the_most_valuable_candidates_are_posed_and_the_others_are_told_their_rank(world: World) -> None:
    world.agent("Rosa")
    with writing(world.engine) as connection:
        for i in range(103):
            world.add_debtor(connection, f"d{i}", at=around(i), overdue=10_000 * (i + 1))
    give(world)
    planned(world, iterations=5)
    route = route_of(world)
    told = [str(stop.why) for stop in route.left_out if "menor prioridad" in str(stop.why)]
    assert sorted(told) == [
        f"menor prioridad hoy: puesto {rank} de 103 por valor" for rank in (101, 102, 103)
    ]
    assert len(route.matrix["points"]) == 101


def test_planning_again_makes_the_next_version_and_the_same_seed_the_same_day(world: World) -> None:
    world.agent("Rosa")
    for i in range(25):
        world.debtor(f"d{i}", at=around(i), overdue=50_000 * (i + 1))
    give(world)
    first = planned(world)
    before = route_of(world)
    second = planned(world)
    after = route_of(world)
    assert (first.routes[0].version, second.routes[0].version) == (1, 2)
    assert [(stop.debtor, stop.eta) for stop in before.planned] == [
        (stop.debtor, stop.eta) for stop in after.planned
    ]
    assert before.certificate == after.certificate
    assert after.certificate["seed"] == 1
    assert after.certificate["approximate"] is True


def test_an_agent_gets_the_same_day_alone_and_among_others_in_a_pool(world: World) -> None:
    names = [world.agent(f"agent {i}", home=around(i * 9)) for i in range(5)]
    for i in range(30):
        world.debtor(f"d{i}", at=around(i))
    give(world)
    with ThreadPoolExecutor(2) as pool:
        planned(world, executor=pool, workers=None)
    among = [(stop.debtor, stop.eta) for stop in route_of(world, names[2]).planned]
    planned(world, agents=[names[2]])
    assert [(stop.debtor, stop.eta) for stop in route_of(world, names[2]).planned] == among


def test_the_matrix_kept_with_the_route_is_the_way_between_its_stops(world: World) -> None:
    world.agent("Rosa")
    for i in range(6):
        world.debtor(f"d{i}", at=around(i))
    give(world)
    planned(world)
    route = route_of(world)
    points = route.matrix["points"]
    assert points == ["", *sorted(stop.id for stop in route.stops)]
    first = route.planned[0]
    leg = route.matrix["seconds"][0][points.index(first.id)]
    metres = haversine_m(*CENTRE, first.lat or 0, first.lon or 0)
    assert leg == (round(95 + 0.130 * metres) if metres > 0.5 else 0)
    assert first.eta == route.starts + timedelta(seconds=leg)


def test_an_agent_without_a_known_home_starts_at_his_first_door(world: World) -> None:
    world.agent("Rosa", home=None)
    world.debtor("Ana", at=around(3))
    give(world)
    planned(world)
    route = route_of(world)
    assert route.depot is None
    assert route.planned[0].eta == route.starts
    published(world)


def test_publishing_supersedes_the_version_before_and_reaches_the_agents_feed(world: World) -> None:
    rosa = world.agent("Rosa")
    world.debtor("Ana")
    give(world)
    planned(world)
    published(world)
    planned(world)
    assert published(world).published == 1
    with reading(world.engine) as connection:
        states = [(route.version, route.state) for route in routes.of_day(connection, DAY)]
        feeds = tables.feeds
        mine = (feeds.c.agent_id == rosa) & (feeds.c.kind == "route") & feeds.c.gone.is_(False)
        sent = [json.loads(row.payload) for row in connection.execute(select(feeds).where(mine))]
        kinds = [fact["kind"] for fact in facts.listed(connection)]
    assert states == [(1, RouteState.SUPERSEDED), (2, RouteState.PUBLISHED)]
    assert [(route["version"], len(route["stops"])) for route in sent] == [(2, 1)]
    assert kinds.count("route.published") == 2
    assert kinds.count("route.planned") == 2


def test_publishing_twice_publishes_nothing_more(world: World) -> None:
    world.agent("Rosa")
    world.debtor("Ana")
    give(world)
    planned(world)
    published(world)
    again = published(world)
    assert (again.published, again.already) == (0, 1)


def test_a_day_without_a_plan_cannot_be_published(world: World) -> None:
    world.agent("Rosa")
    answer = publish(world.engine, day=DAY, actor="cli", now=NOW)
    assert isinstance(answer, Refused)
    assert answer.rule == "route.no_draft"


def test_a_draft_with_a_debtor_who_went_to_another_agent_is_not_published(world: World) -> None:
    world.agent("Rosa")
    world.debtor("Ana")
    give(world)
    planned(world)
    other = world.agent("Luis")
    with writing(world.engine) as connection:
        connection.execute(update(tables.assignments).values(agent_id=other))
    answer = refused(world)
    assert (answer.rule, answer.agent_name) == ("route.own_agent", "Rosa")
    with reading(world.engine) as connection:
        assert [route.state for route in routes.of_day(connection, DAY)] == [RouteState.DRAFT]


def test_a_draft_with_a_debtor_who_disputes_since_is_not_published(world: World) -> None:
    world.agent("Rosa")
    ana = world.debtor("Ana")
    give(world)
    planned(world)
    world.stop(ana, "dispute")
    assert refused(world).rule == "demo.stop"


def test_a_draft_that_breaks_a_cap_by_now_is_not_published(world: World) -> None:
    rosa = world.agent("Rosa")
    ana = world.debtor("Ana")
    give(world)
    planned(world)
    for hour in (13, 14):
        world.visit(ana, rosa, datetime(2026, 11, 23, hour, 0, tzinfo=UTC))
    assert refused(world).rule == "demo.frequency.daily"


@pytest.mark.parametrize(
    ("spoilt", "rule"),
    [
        ({"eta": datetime(2026, 11, 23, 13, 0, tzinfo=UTC)}, "route.travel"),
        ({"eta": datetime(2026, 11, 24, 0, 55, tzinfo=UTC)}, "demo.hours"),
        ({"eta": datetime(2026, 11, 23, 21, 55, tzinfo=UTC)}, "route.shift"),
    ],
)
def test_a_stored_draft_that_was_spoilt_is_not_published(
    world: World, spoilt: dict[str, Any], rule: str
) -> None:
    world.agent("Rosa")
    world.debtor("Ana", at=around(3))
    give(world)
    planned(world)
    with writing(world.engine) as connection:
        connection.execute(update(tables.stops).values(**spoilt))
    answer = refused(world)
    assert rule in {violation.rule for violation in answer.violations}


def test_a_draft_with_the_same_debtor_twice_is_not_published(world: World) -> None:
    world.agent("Rosa")
    for i in range(3):
        world.debtor(f"d{i}", at=around(i))
    give(world)
    planned(world)
    route = route_of(world)
    with writing(world.engine) as connection:
        connection.execute(
            update(tables.stops)
            .where(tables.stops.c.id == route.planned[2].id)
            .values(
                debtor_id=route.planned[0].debtor,
                address_id=route.planned[0].address,
                accounts=list(route.planned[0].accounts),
            )
        )
    assert "route.one_stop_per_debtor" in {violation.rule for violation in refused(world).violations}


def test_one_draft_that_fails_keeps_all_of_them_back(world: World) -> None:
    rosa = world.agent("Rosa", home=around(0))
    world.agent("Luis", home=around(40))
    debtors = [world.debtor(f"d{i}", at=around(i * 13)) for i in range(4)]
    give(world)
    planned(world)
    mine = next(stop.debtor for stop in route_of(world, rosa).planned)
    assert mine in debtors
    world.stop(mine, "deceased")
    answer = refused(world)
    assert answer.agent == rosa
    with reading(world.engine) as connection:
        assert {route.state for route in routes.of_day(connection, DAY)} == {RouteState.DRAFT}


def test_a_proposed_address_is_not_planned_before_the_office_accepts_it(world: World) -> None:
    world.agent("Rosa")
    ana = world.debtor("Ana", at=None)
    with writing(world.engine) as connection:
        connection.execute(
            insert(tables.addresses).values(
                id=new_id(),
                debtor_id=ana,
                kind="home",
                text="Carrera 9",
                lat=CENTRE[0],
                lon=CENTRE[1],
                precision="door",
                state="proposed",
                since=AS_OF,
            )
        )
    give(world)
    planned(world)
    assert "sin coordenadas" in str(left_out(world, ana).why)


def test_an_office_with_nothing_assigned_says_what_to_do_first(world: World) -> None:
    world.agent("Rosa")
    answer = plan(world.engine, day=DAY, actor="cli", now=NOW)
    assert isinstance(answer, Refused)
    assert answer.rule == "plan.nothing_assigned"


def test_the_great_circle_table_is_the_calibrated_line_and_says_it_is_approximate() -> None:
    roads = GreatCircle()
    seconds, metres = roads.table([CENTRE], [CENTRE, (CENTRE[0] + 0.01, CENTRE[1])])
    straight = haversine_m(*CENTRE, CENTRE[0] + 0.01, CENTRE[1])
    assert seconds.tolist() == [[0, round(95 + 0.130 * straight)]]
    assert metres.tolist() == [[0, round(1.4 * straight)]]
    assert roads.approximate
    assert roads.fingerprint() == "great-circle 95 s + 0.13 s/m x 1.4"


def test_three_hundred_debtors_and_six_agents_are_assigned_planned_and_published(world: World) -> None:
    random = Random(2)
    for i in range(6):
        world.agent(f"agent {i}", home=around(i * 8))
    with writing(world.engine) as connection:
        for i in range(300):
            point = CENTRE[0] + random.uniform(-0.03, 0.03), CENTRE[1] + random.uniform(-0.03, 0.03)
            world.add_debtor(connection, f"d{i}", at=point, overdue=random.randrange(50, 900) * 1000)
    give(world)
    report = planned(world, iterations=100, workers=None)
    assert len(report.routes) == 6
    assert report.stops + report.left_out == 300
    assert all(20 <= route.stops <= 50 for route in report.routes)
    assert published(world).stops == report.stops
