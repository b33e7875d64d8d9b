"""Routes on both engines: versions, states, stops in order, and the places a published route takes."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

from sqlalchemy import Engine, update

from server.planning import PlanReport, PublishReport, plan, publish
from server.store import assignments, routes, seats, tables
from server.store.assignments import Decision
from server.store.engine import reading, writing
from server.store.routes import Draft, Stop
from sync.ids import new_id
from sync.records import Interval, RouteState
from sync.words import Phrase
from tests.office.debts import CENTRE, DAY, NOW, World, around

STARTS = datetime(2026, 11, 23, 13, 0, tzinfo=UTC)
WHY = Phrase("cita acordada de {since}", {"since": "11:00"})


def a_draft(agent: str, *stops: Stop, day: date = DAY) -> Draft:
    return Draft(
        agent=agent,
        day=day,
        starts=STARTS,
        ends=STARTS + timedelta(hours=9),
        depot=CENTRE,
        approximate=True,
        matrix={"points": [""], "seconds": [[0]], "metres": [[0]]},
        certificate={"seed": 1},
        stops=stops,
    )


def a_stop(debtor: str, sequence: int | None = None, value: int = 10) -> Stop:
    return Stop(
        id=new_id(),
        debtor=debtor,
        address=None,
        accounts=(new_id(), new_id()),
        service_s=720,
        value=value,
        why=WHY,
        sequence=sequence,
        lat=CENTRE[0],
        lon=CENTRE[1],
        eta=STARTS + timedelta(hours=sequence) if sequence else None,
        window=Interval(STARTS, STARTS + timedelta(hours=2)),
        appointment=sequence == 1,
        rule="" if sequence else "co.hours",
        source="" if sequence else "Ley 2300, art. 3",
    )


def keep(engine: Engine, draft: Draft) -> tuple[str, int]:
    with writing(engine) as connection:
        return routes.add(connection, draft, now=NOW, actor="cli")


def test_a_route_is_read_back_as_it_was_kept_with_its_stops_in_order(office_engine: Engine) -> None:
    world = World(office_engine)
    rosa, people = world.agent("Rosa"), [world.debtor(name) for name in ("Ana", "Beto", "Carla", "Dora")]
    second, first = a_stop(people[0], 2), a_stop(people[1], 1)
    poor, rich = a_stop(people[2], None, 1), a_stop(people[3], None, 90)
    route_id, version = keep(office_engine, a_draft(rosa, second, poor, first, rich))
    with reading(office_engine) as connection:
        route = routes.by_id(connection, route_id)
        assert routes.by_id(connection, new_id()) is None
    assert route is not None
    assert route.stops == (first, second, rich, poor)
    assert (route.planned, route.left_out) == ((first, second), (rich, poor))
    assert (route.version, route.state, route.agent_name) == (version, RouteState.DRAFT, "Rosa")
    assert (route.starts, route.depot, route.planned_at) == (STARTS, CENTRE, NOW)
    assert route.matrix == {"points": [""], "seconds": [[0]], "metres": [[0]]}


def test_a_new_draft_supersedes_the_draft_before_and_not_what_is_published(office_engine: Engine) -> None:
    world = World(office_engine)
    rosa = world.agent("Rosa")
    keep(office_engine, a_draft(rosa))
    with writing(office_engine) as connection:
        routes.publish(connection, routes.newest(connection, DAY)[0], now=NOW)
    for _ in range(2):
        keep(office_engine, a_draft(rosa))
    with reading(office_engine) as connection:
        states = [(route.version, route.state.value) for route in routes.of_day(connection, DAY)]
        (newest,) = routes.newest(connection, DAY)
        (out,) = routes.newest(connection, DAY, state=RouteState.PUBLISHED)
    assert states == [(1, "published"), (2, "superseded"), (3, "draft")]
    assert (newest.version, out.version, out.published_at) == (3, 1, NOW)


def test_versions_are_counted_for_each_agent_and_day(office_engine: Engine) -> None:
    world = World(office_engine)
    rosa, luis = world.agent("Rosa"), world.agent("Luis")
    tuesday = DAY + timedelta(days=1)
    versions = [
        keep(office_engine, a_draft(agent, day=day))[1]
        for agent, day in ((rosa, DAY), (rosa, DAY), (luis, DAY), (rosa, tuesday))
    ]
    assert versions == [1, 2, 1, 1]
    with reading(office_engine) as connection:
        assert routes.days(connection) == [tuesday, DAY]
        assert [route.agent_name for route in routes.newest(connection, DAY)] == ["Luis", "Rosa"]
        assert [route.agent for route in routes.newest(connection, DAY, [rosa])] == [rosa]


def test_a_published_stop_takes_a_place_until_it_is_visited_or_withdrawn(office_engine: Engine) -> None:
    world = World(office_engine)
    rosa, luis, ana = world.agent("Rosa"), world.agent("Luis"), world.debtor("Ana")
    stop = a_stop(ana, 1)
    route_id, _ = keep(office_engine, a_draft(rosa, stop))

    def taken(since: date = DAY, but: str = luis) -> list[str]:
        with reading(office_engine) as connection:
            found = seats.reserved(connection, [ana], since, but=([DAY], [but]))
        return [contact.id for contact in found.get(ana, [])]

    assert taken() == []
    with writing(office_engine) as connection:
        routes.publish(connection, routes.newest(connection, DAY)[0], now=NOW)
    assert taken() == [stop.id]
    assert taken(but=rosa) == []
    assert taken(since=DAY + timedelta(days=1)) == []
    with writing(office_engine) as connection:
        connection.execute(update(tables.stops).values(withdrawn={"msgid": "pagó", "values": {}}))
    assert taken() == []
    with reading(office_engine) as connection:
        held = routes.by_id(connection, route_id)
    assert held is not None
    assert held.stops[0].withdrawn == Phrase("pagó")
    with writing(office_engine) as connection:
        connection.execute(update(tables.stops).values(withdrawn=None))
    visit = world.visit(ana, rosa, STARTS)
    with writing(office_engine) as connection:
        connection.execute(update(tables.visits).where(tables.visits.c.id == visit).values(stop_id=stop.id))
    assert taken() == []


def test_a_day_is_planned_and_published_the_same_on_both_engines(office_engine: Engine) -> None:
    world = World(office_engine)
    rosa = world.agent("Rosa")
    people = [world.debtor(f"d{i}", at=around(i)) for i in range(8)]
    with writing(office_engine) as connection:
        rows = [Decision(debtor, rosa, WHY, tuple(world.outcomes_of(debtor))) for debtor in people]
        assignments.decide(connection, rows, since=DAY, now=NOW, actor="cli")
    report = plan(office_engine, day=DAY, actor="cli", now=NOW, iterations=20, workers=1)
    assert isinstance(report, PlanReport)
    assert (report.stops, report.left_out) == (8, 0)
    done = publish(office_engine, day=DAY, actor="cli", now=NOW)
    assert isinstance(done, PublishReport)
    assert (done.published, done.stops) == (1, 8)
