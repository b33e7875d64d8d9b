"""What a person changes on a route: locked stops stay, another order has its times, and what cannot be is said."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import insert

from server.assigning import AssignmentReport, assign
from server.planning import NotPublished, PlanReport, PublishReport, plan, publish
from server.planning.arranging import free_order, lock, move, reorder
from server.planning.publishing import unpublish
from server.staffing import Days, set_days
from server.store import facts, routes, schema, tables
from server.store.engine import open_engine, reading, writing
from server.store.routes import Route
from sync.ids import new_id
from sync.records import Refused, RouteState

from .debts import AS_OF, DAY, NOW, World, around

QUICK: dict[str, Any] = {"iterations": 60, "workers": 1}
BY_HAND: dict[str, Any] = {"actor": "nora", "now": NOW}


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    engine = open_engine(f"sqlite:///{tmp_path}/office.db")
    schema.upgrade(engine)
    yield World(engine)
    engine.dispose()


def planned(world: World, **given: Any) -> Route:
    if not world.rows(tables.assignments):
        report = assign(world.engine, as_of=AS_OF, actor="cli", now=NOW)
        assert isinstance(report, AssignmentReport), report
    made = plan(world.engine, **{"day": DAY, "actor": "cli", "now": NOW, **QUICK, **given})
    assert isinstance(made, PlanReport), made
    return newest(world)


def newest(world: World) -> Route:
    with reading(world.engine) as connection:
        (route,) = routes.newest(connection, DAY)
    return route


def order_of(route: Route) -> list[str]:
    return [stop.debtor for stop in route.planned]


def done(answer: Route | str | Refused) -> None:
    assert not isinstance(answer, Refused), answer


def test_a_locked_stop_that_was_left_out_is_in_the_day_when_it_is_planned_again(world: World) -> None:
    world.agent("Rosa", shift_start="08:00", shift_end="10:00")
    for i in range(30):
        world.debtor(f"d{i}", at=around(i), overdue=900_000)
    poor = world.debtor("Ana", at=around(45), overdue=10_000, dpd=900)
    before = planned(world)
    stop = next(one for one in before.left_out if one.debtor == poor)
    done(lock(world.engine, before.id, stop.id, locked=True, **BY_HAND))
    after = planned(world)
    assert poor in order_of(after)
    assert [one.debtor for one in after.stops if one.locked] == [poor]
    assert isinstance(publish(world.engine, day=DAY, actor="nora", now=NOW), PublishReport)
    locked = next(one for one in after.planned if one.debtor == poor)
    done(lock(world.engine, after.id, locked.id, locked=False, **BY_HAND))
    assert poor not in order_of(planned(world))
    with reading(world.engine) as connection:
        kinds = [fact["kind"] for fact in facts.listed(connection)]
    assert (kinds.count("route.stop_locked"), kinds.count("route.stop_unlocked")) == (1, 1)


def test_a_moved_stop_makes_the_next_version_with_its_times_and_a_plan_made_again_keeps_the_order(
    world: World,
) -> None:
    world.agent("Rosa")
    for i in range(14):
        world.debtor(f"d{i}", at=around(i * 3))
    before = planned(world)
    last = before.planned[-1]
    made = move(world.engine, before.id, last.id, by=-10, **BY_HAND)
    done(made)
    after = newest(world)
    assert (after.id, after.version) == (made, before.version + 1)
    old, new = order_of(before), order_of(after)
    assert new == [*old[:3], old[-1], *old[3:-1]]
    etas = [stop.eta for stop in after.planned if stop.eta is not None]
    assert etas == sorted(etas)
    assert after.certificate["travel_s"] >= before.certificate["travel_s"]
    assert after.certificate["solver"] == "hand"
    assert isinstance(publish(world.engine, day=DAY, actor="nora", now=NOW), PublishReport)
    again = planned(world)
    assert order_of(again) == new
    done(free_order(world.engine, again.id, **BY_HAND))
    assert newest(world).hand_order is None
    assert planned(world).certificate["travel_s"] <= again.certificate["travel_s"]


def test_an_order_that_misses_an_appointment_is_refused_with_the_words_and_nothing_changes(
    world: World,
) -> None:
    rosa = world.agent("Rosa")
    for i in range(10):
        world.debtor(f"d{i}", at=around(i))
    ana = world.debtor("Ana", at=around(30))
    world.promises(ana, world.accounts_of(ana)[0], rosa, due=DAY, window=("08:10", "08:30"))
    before = planned(world)
    stop = next(one for one in before.planned if one.debtor == ana)
    answer = move(world.engine, before.id, stop.id, by=9, **BY_HAND)
    assert isinstance(answer, Refused)
    assert answer.rule in ("route.appointment", "route.lawful_hours")
    assert "cita es de 08:10 a 08:30" in str(answer.reason)
    assert newest(world) == before


def test_an_order_with_a_stop_missing_twice_or_of_an_old_version_is_refused(world: World) -> None:
    world.agent("Rosa")
    for i in range(4):
        world.debtor(f"d{i}", at=around(i))
    before = planned(world)
    ids = [stop.id for stop in before.planned]
    for order in (ids[:-1], [*ids[:-1], ids[0]], [*ids, new_id()]):
        answer = reorder(world.engine, before.id, order, **BY_HAND)
        assert isinstance(answer, Refused)
        assert answer.rule == "route.order"
    planned(world)
    answer = move(world.engine, before.id, ids[0], by=1, **BY_HAND)
    assert isinstance(answer, Refused)
    assert answer.rule == "route.superseded"


def test_changing_a_published_route_leaves_it_published_until_the_new_one_is(world: World) -> None:
    world.agent("Rosa")
    for i in range(5):
        world.debtor(f"d{i}", at=around(i))
    before = planned(world)
    publish(world.engine, day=DAY, actor="nora", now=NOW)
    done(move(world.engine, before.id, before.planned[0].id, by=1, **BY_HAND))
    with reading(world.engine) as connection:
        (out,) = routes.newest(connection, DAY, state=RouteState.PUBLISHED)
    assert (out.id, newest(world).state) == (before.id, RouteState.DRAFT)


def test_an_unpublished_visit_frees_its_place_in_the_caps_and_so_does_a_skipped_one(world: World) -> None:
    rosa = world.agent("Rosa")
    micro = {"pack": "co", "credit_type": "microcrédito", "exception_evidence": "contrato 17"}
    ana = world.debtor("Ana", **micro)
    route = planned(world)
    publish(world.engine, day=DAY, actor="nora", now=NOW)
    luis = world.agent("Luis")
    with writing(world.engine) as connection:
        connection.execute(tables.assignments.update().values(agent_id=luis))

    def why_luis_may_not() -> str:
        made = plan(world.engine, day=DAY, agents=[luis], actor="cli", now=NOW, **QUICK)
        assert isinstance(made, PlanReport), made
        with reading(world.engine) as connection:
            (his,) = routes.newest(connection, DAY, [luis])
        return (
            next(stop.rule for stop in his.stops if stop.debtor == ana and stop.sequence is None)
            if (not his.planned)
            else ""
        )

    assert why_luis_may_not().startswith("co.")
    assert isinstance(unpublish(world.engine, day=DAY, agents=[rosa], **BY_HAND), PublishReport)
    assert why_luis_may_not() == ""
    with writing(world.engine) as connection:
        routes.publish(connection, route, now=NOW)
    assert why_luis_may_not().startswith("co.")
    with writing(world.engine) as connection:
        connection.execute(
            insert(tables.skips).values(
                id=new_id(),
                debtor_id=ana,
                agent_id=rosa,
                stop_id=route.planned[0].id,
                happened=datetime(2026, 11, 23, 15, tzinfo=UTC),
                cause="lluvia",
            )
        )
    assert why_luis_may_not() == ""


def test_unpublishing_takes_the_route_from_the_laptops_feed_and_says_so_when_there_is_none(
    world: World,
) -> None:
    rosa = world.agent("Rosa")
    world.debtor("Ana")
    planned(world)
    answer = unpublish(world.engine, day=DAY, **BY_HAND)
    assert isinstance(answer, Refused)
    assert answer.rule == "route.none_published"
    publish(world.engine, day=DAY, actor="nora", now=NOW)
    assert isinstance(unpublish(world.engine, day=DAY, **BY_HAND), PublishReport)
    feeds = tables.feeds
    rows = world.rows(feeds, (feeds.c.agent_id == rosa) & (feeds.c.kind == "route") & feeds.c.gone.is_(False))
    assert rows == []
    assert newest(world).state is RouteState.DRAFT


def test_lunch_is_in_the_stored_day_between_one_and_three_and_nobody_is_visited_meanwhile(
    world: World,
) -> None:
    world.agent("Rosa")
    for i in range(35):
        world.debtor(f"d{i}", at=around(i))
    route = planned(world)
    meal = route.lunch
    assert meal is not None
    assert datetime(2026, 11, 23, 18, tzinfo=UTC) <= meal.starts
    assert meal.ends <= datetime(2026, 11, 23, 20, tzinfo=UTC)
    assert meal.ends - meal.starts == timedelta(minutes=45)
    for stop in route.planned:
        assert stop.eta is not None
        assert stop.eta >= meal.ends or stop.eta + timedelta(seconds=stop.service_s) <= meal.starts
    assert 0 < meal.after < len(route.planned)
    assert isinstance(publish(world.engine, day=DAY, actor="nora", now=NOW), PublishReport)


def test_who_works_only_the_morning_has_no_lunch_on_the_way(world: World) -> None:
    world.agent("Rosa", shift_end="13:30")
    world.agent("Luis", lunch_s=0)
    for i in range(20):
        world.debtor(f"d{i}", at=around(i))
    report = assign(world.engine, as_of=AS_OF, actor="cli", now=NOW)
    assert isinstance(report, AssignmentReport)
    made = plan(world.engine, day=DAY, actor="cli", now=NOW, **QUICK)
    assert isinstance(made, PlanReport)
    assert [route.lunch for route in made.routes] == [None, None]


def test_a_draft_of_an_agent_who_falls_ill_or_works_other_hours_since_is_not_published(world: World) -> None:
    rosa = world.agent("Rosa")
    for i in range(20):
        world.debtor(f"d{i}", at=around(i))
    planned(world)
    half = Days(DAY, DAY, shift=("08:00", "10:00"))
    assert not isinstance(set_days(world.engine, rosa, half, **BY_HAND), Refused)
    answer = publish(world.engine, day=DAY, actor="nora", now=NOW)
    assert isinstance(answer, NotPublished)
    assert answer.rule == "route.shift"
    ill = Days(DAY, DAY, away=True, because="incapacidad")
    assert not isinstance(set_days(world.engine, rosa, ill, **BY_HAND), Refused)
    answer = publish(world.engine, day=DAY, actor="nora", now=NOW)
    assert isinstance(answer, NotPublished)
    assert "route.away" in {violation.rule for violation in answer.violations}
