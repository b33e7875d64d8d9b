"""What planning reads and keeps besides routes, on both engines: who was found when, seats, locks, orders."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

from sqlalchemy import Engine, insert, update

from server.store import assignments, hands, reached, routes, seats, tables
from server.store.assignments import Decision
from server.store.engine import reading, writing
from sync.records import Place, RouteState
from sync.rules.reaching import Tally, band_of
from sync.words import Phrase
from tests.office.debts import DAY, World

from .test_routes import a_draft, a_stop, keep


def test_visits_are_counted_by_place_and_the_debtors_own_hour(office_engine: Engine) -> None:
    world = World(office_engine)
    rosa, ana, beto = world.agent("Rosa"), world.debtor("Ana"), world.debtor("Beto")
    with writing(office_engine) as connection:
        madrid = tables.debtors.c.id == beto
        connection.execute(update(tables.debtors).where(madrid).values(timezone="Europe/Madrid"))
    for debtor, hour in (
        (ana, 14),
        (ana, 14),
        (ana, 23),
        (beto, 14),
    ):  # 9, 9, 18 in Bogotá; 15 or 16 in Madrid
        world.visit(debtor, rosa, datetime(2026, 10, 5, hour, 30, tzinfo=UTC))
    missed = world.visit(ana, rosa, datetime(2026, 10, 6, 23, 30, tzinfo=UTC))
    never = world.visit(ana, rosa, datetime(2026, 10, 7, 23, 30, tzinfo=UTC))
    world.visit(ana, rosa, datetime(2024, 1, 1, 14, tzinfo=UTC))
    (account,) = world.accounts_of(ana)
    with writing(office_engine) as connection:
        connection.execute(update(tables.visits).where(tables.visits.c.id == missed).values(party="NAD"))
        connection.execute(
            insert(tables.visit_results).values(visit_id=never, account_id=account, result="NOR", detail={})
        )
    with reading(office_engine) as connection:
        found = reached.tallies(connection, datetime(2026, 1, 1, tzinfo=UTC))
    assert found == {
        (Place.HOME, band_of(9)): Tally(2, 2),
        (Place.HOME, band_of(18)): Tally(2, 1),
        (Place.HOME, band_of(15)): Tally(1, 1),
    }


def test_how_long_somebody_is_in_the_field_survives_a_change_of_agent_and_not_a_break(
    office_engine: Engine,
) -> None:
    world = World(office_engine)
    rosa, luis = world.agent("Rosa"), world.agent("Luis")
    ana, beto, carla = (world.debtor(name) for name in ("Ana", "Beto", "Carla"))

    def given(debtor: str, agent: str | None, day: date) -> None:
        row = Decision(debtor, agent, Phrase("cerca"), tuple(world.outcomes_of(debtor)))
        with writing(office_engine) as connection:
            assignments.decide(connection, [row], since=day, now=datetime(2026, 11, 1, tzinfo=UTC), actor="x")

    september, october = date(2026, 9, 1), date(2026, 10, 1)
    given(ana, rosa, september)
    given(ana, luis, october)
    given(beto, rosa, september)
    given(beto, None, september + timedelta(days=10))
    given(beto, luis, october)
    given(carla, None, september)
    with reading(office_engine) as connection:
        assert reached.in_field_since(connection, [ana, beto, carla]) == {ana: september, beto: october}


def test_a_debtors_seats_and_a_weeks_boards_are_those_of_the_newest_versions(office_engine: Engine) -> None:
    world = World(office_engine)
    rosa, ana, beto = world.agent("Rosa"), world.debtor("Ana"), world.debtor("Beto")
    keep(office_engine, a_draft(rosa, a_stop(ana, 1)))
    keep(office_engine, a_draft(rosa, a_stop(ana, None), a_stop(beto, 1)))
    tuesday = DAY + timedelta(days=1)
    keep(office_engine, a_draft(rosa, a_stop(ana, 1), day=tuesday))
    with reading(office_engine) as connection:
        found = seats.of_debtors(connection, [ana], DAY, tuesday)
        boards = seats.boards(connection, [rosa], DAY, tuesday)
        assert seats.planned_days(connection, DAY, tuesday) == [DAY, tuesday]
        assert seats.of_debtors(connection, [ana], tuesday, tuesday)[ana][0].day == tuesday
    assert [(seat.day, seat.sequence, seat.rule) for seat in found[ana]] == [
        (DAY, None, "co.hours"),
        (tuesday, 1, ""),
    ]
    assert [(one.day, one.visits, one.agreed, one.left_out, one.state) for one in boards] == [
        (DAY, 1, 1, 1, RouteState.DRAFT),
        (tuesday, 1, 1, 0, RouteState.DRAFT),
    ]


def test_locks_order_lunch_and_reach_are_kept_with_a_route_and_found_for_the_next_plan(
    office_engine: Engine,
) -> None:
    world = World(office_engine)
    rosa, luis, ana, beto = (
        world.agent("Rosa"),
        world.agent("Luis"),
        world.debtor("Ana"),
        world.debtor("Beto"),
    )
    stop = a_stop(ana, 1)
    starts = datetime(2026, 11, 23, 18, tzinfo=UTC)
    meal = routes.Meal(1, starts, starts + timedelta(minutes=45), 5.8, -73.0)
    told = a_draft(rosa, stop, a_stop(beto, 2))
    route_id, _ = keep(
        office_engine, routes.Draft(**(vars(told) | {"lunch": meal, "hand_order": (beto, ana)}))
    )
    with writing(office_engine) as connection:
        hands.lock(connection, stop.id, True)
        route = routes.by_id(connection, route_id)
        fixed = hands.of_day(connection, DAY, [rosa, luis])
    assert route is not None
    assert (route.lunch, route.hand_order, route.planned[0].locked) == (meal, (beto, ana), True)
    assert fixed == {rosa: hands.Hands(frozenset({ana}), (beto, ana))}
    with writing(office_engine) as connection:
        hands.set_order(connection, route_id, None)
        hands.lock(connection, stop.id, False)
        assert hands.of_day(connection, DAY, [rosa, luis]) == {}
