"""The queue, an agent's day, who looked and places forgotten, on SQLite and on PostgreSQL."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import Engine, insert, select, update

from server import checking_chains, forgetting, looking, queueing, receiving, replaying_days
from server.store import agents, chains, findings, forgettings, looks, mine, reviews
from server.store import tables as t
from server.store.boards import findings as boards
from server.store.boards import replays, visits
from server.store.engine import reading, writing
from server.store.scopes import Scope, Share
from sync.ids import new_id
from tests.office.builders import NOW, TODAY, Laptop, World, enrolled, small_world

ALL = Scope.everything()
NONE = Scope((Share(branch="Ninguna"),))


@pytest.fixture
def world(office_engine: Engine) -> World:
    return small_world(office_engine)


@pytest.fixture
def laptop(world: World) -> Laptop:
    """Ana's, with three visits of the day at the office: at 8:30, at noon and, to Luis, at 14:30 local."""
    queueing.draw_by(world.engine, share=0, late_hours=1, actor="dora", now=NOW)
    made = enrolled(world)
    made.visit("Rosa", start=NOW - timedelta(hours=6, minutes=30))
    made.visit("Rosa", "PTP", start=NOW - timedelta(hours=3))
    made.visit("Luis", start=NOW - timedelta(minutes=30))
    receiving.receive(world.engine, world.signer, made.device, made.request(made.entries), NOW)
    return made


def test_the_queue_holds_late_visits_once_and_pages_through_them(world: World, laptop: Laptop) -> None:
    with writing(world.engine) as connection:
        ids = [entry.id for entry in laptop.entries]
        queueing.bring(connection, ids, NOW)
        queueing.bring(connection, ids, NOW)
    with reading(world.engine) as connection:
        wanted = reviews.Wanted(why="late")
        assert reviews.counted(connection, ALL, wanted) == 2
        first = reviews.listed(connection, ALL, wanted, after=None, limit=1)
        place = reviews.Place(first[0]["started"], first[0]["visit_id"])
        second = reviews.listed(connection, ALL, wanted, after=place, limit=5)
        assert [row["visit_id"] for row in (*first, *second)] == [laptop.entries[1].id, laptop.entries[0].id]
        assert reviews.listed(connection, NONE, reviews.Wanted(), after=None, limit=9) == []
        assert reviews.counted(connection, NONE, reviews.Wanted()) == 0


def test_a_day_is_put_together_the_same_on_both(world: World, laptop: Laptop) -> None:
    with reading(world.engine) as connection:
        ana = agents.by_id(connection, world.agents["Ana"])
        assert ana is not None
        told = replaying_days.replay(connection, ana, TODAY, ALL, NOW)
        rows = replays.days_of(
            connection, ALL, TODAY, NOW - timedelta(hours=20), NOW + timedelta(hours=4), limit=9, offset=0
        )
    assert [one.id for one in told.made] == [entry.id for entry in laptop.entries]
    assert [(gap.start.hour, gap.end.hour) for gap in told.gaps] == [(13, 17), (17, 19)]
    assert len(told.syncs) == 1
    assert {row["name"]: row["visits"] for row in rows} == {"Ana": 3, "Benito": 0}


def test_the_rest_of_the_pages_rows_are_read(world: World, laptop: Laptop) -> None:
    agent, device = world.agents["Ana"], laptop.device.id
    assert looking.looked(world.engine, agent, looking.VISIT, "x", username="carla", day=TODAY, now=NOW)
    assert not looking.looked(world.engine, agent, looking.VISIT, "x", username="carla", day=TODAY, now=NOW)
    (checked,) = checking_chains.check_laptops(world.engine, world.signer, [device], actor="carla", now=NOW)
    assert checked.ok
    with reading(world.engine) as connection:
        assert [row["username"] for row in looks.of_agent(connection, agent)] == ["carla"]
        assert [row["check"]["ok"] for row in chains.laptops(connection, ALL, device_id=device)] == [True]
        assert chains.counted(connection, NONE) == 0
        assert mine.counted(connection, agent) == 3
        assert len(mine.visits_of(connection, ALL, agent, limit=2, offset=1)) == 2
        assert mine.findings_of(connection, ALL, agent) == findings_said(connection, agent)
        assert mine.left_in_files(connection, agent) == []
        assert mine.commissions_of(connection, agent) == []
        assert len(visits.found(connection, ALL, visits.Wanted())) == 3
        assert boards.counted(connection, ALL, state="open") == len(findings.listed(connection, ALL))
        assert reviews.rules_waiting(connection) == sorted(reviews.rules_waiting(connection))


def findings_said(connection: Any, agent: str) -> list[dict[str, Any]]:
    rows = connection.execute(select(t.findings.c.id).where(t.findings.c.agent_id == agent)).scalars()
    return [one for one in mine.findings_of(connection, ALL, agent) if one["id"] in set(rows)]


def test_an_old_place_is_forgotten_unless_something_needs_it(world: World, laptop: Laptop) -> None:
    first, second, third = (entry.id for entry in laptop.entries)
    later = NOW + timedelta(days=181)
    with writing(world.engine) as connection:
        connection.execute(t.findings.delete())
        connection.execute(update(t.reviews).values(state="approved"))
        connection.execute(
            insert(t.legal_holds).values(
                id=new_id(),
                debtor_id=world.debtors["Luis"],
                why="Proceso 12",
                since=NOW,
                until=date(2027, 6, 30),
                placed_by="dora",
            )
        )
        connection.execute(
            insert(t.amendments).values(
                id=new_id(),
                visit_id=first,
                agent_id=world.agents["Ana"],
                why="Estaba en la esquina",
                replaces={"location": {"source": "pin", "lat": 5.8, "lon": -73.0}, "note": "En la esquina"},
                recorded_at=NOW,
                received_at=NOW,
            )
        )
    before = bodies(world)
    done = forgetting.forget_places(world.engine, actor="dora", now=later)
    assert (done.old, done.off_duty, done.kept) == (2, 0, {"hold": 1})
    places = {row["id"]: (row["lat"], row["location_source"]) for row in world.rows(t.visits)}
    assert places[first] == places[second] == (None, "gnss")
    assert places[third][0] is not None
    (corrected,) = world.rows(t.amendments)
    assert corrected["replaces"]["note"] == "En la esquina"
    assert corrected["replaces"]["location"]["lat"] is None
    assert corrected["replaces"]["location"]["source"] == "pin"
    assert bodies(world) == before, "the ledger is not touched"
    again = forgetting.forget_places(world.engine, actor="dora", now=later + timedelta(days=1))
    assert (again.old, again.off_duty) == (0, 0)
    with reading(world.engine) as connection:
        runs = forgettings.listed(connection)
    assert [(run["old"], run["kept"]) for run in runs] == [(0, {"hold": 1}), (2, {"hold": 1})]
    after = forgetting.forget_places(world.engine, actor="dora", now=NOW + timedelta(days=400))
    assert (after.old, after.kept) == (1, {}), "the hold is over"


def bodies(world: World) -> list[bytes]:
    return [bytes(row["body"]) for row in sorted(world.rows(t.events), key=lambda row: row["n"])]


@pytest.mark.parametrize("reason", ["finding", "review", "claim"])
def test_a_place_stays_while_it_is_argued_about(world: World, laptop: Laptop, reason: str) -> None:
    visit, agent = laptop.entries[0].id, world.agents["Ana"]
    common = {"visit_id": visit, "agent_id": agent, "debtor_id": world.debtors["Rosa"]}
    with writing(world.engine) as connection:
        connection.execute(t.findings.delete())
        connection.execute(update(t.reviews).values(state="approved"))
        if reason == "finding":
            row = {"rule": "x", "severity": "info", "because": {"msgid": "x", "values": {}}, "found_at": NOW}
            connection.execute(insert(t.findings).values(id=new_id(), **common, **row))
        elif reason == "review":
            connection.execute(update(t.reviews).where(t.reviews.c.visit_id == visit).values(state="held"))
            queueing.bring(connection, [visit], NOW, asked=True)
            connection.execute(update(t.reviews).where(t.reviews.c.visit_id == visit).values(state="held"))
        else:
            row = {"number": 1, "desk": "claims", "kind": "conduct", "source": "phone", "text": "Gritó"}
            days = {"received_on": TODAY, "due": TODAY, "due_days": 15, "recorded_at": NOW}
            connection.execute(insert(t.claims).values(id=new_id(), **common, **row, **days))
    done = forgetting.forget_places(world.engine, actor="dora", now=NOW + timedelta(days=181))
    assert (done.old, done.kept) == (2, {reason: 1})


def test_a_place_outside_his_hours_goes_sooner(world: World) -> None:
    laptop = enrolled(world)
    laptop.visit("Rosa", start=NOW - timedelta(minutes=90), minutes=5)
    laptop.visit("Rosa", start=NOW + timedelta(hours=3), minutes=5)  # 18:00 local, his hours end at 17:00
    evening = NOW + timedelta(hours=4)
    receiving.receive(
        world.engine, world.signer, laptop.device, laptop.request(laptop.entries, now=evening), evening
    )
    with writing(world.engine) as connection:
        connection.execute(t.findings.delete())
    early = forgetting.forget_places(world.engine, actor="dora", now=NOW + timedelta(days=6))
    assert (early.old, early.off_duty) == (0, 0)
    done = forgetting.forget_places(world.engine, actor="dora", now=NOW + timedelta(days=8))
    assert (done.old, done.off_duty) == (0, 1)
    places = {row["id"]: row["lat"] for row in world.rows(t.visits)}
    assert places[laptop.entries[1].id] is None
    assert places[laptop.entries[0].id] is not None


def test_the_days_that_places_are_kept_are_refused_when_they_make_no_sense(world: World) -> None:
    given: dict[str, Any] = {"actor": "dora", "now": NOW}
    for days, off_duty, rule in (
        (29, 0, "location.days"),
        (4000, 0, "location.days"),
        (90, 91, "location.off_duty"),
    ):
        refused = forgetting.keep_for(world.engine, days=days, off_duty_days=off_duty, **given)
        assert refused is not None
        assert refused.rule == rule
    assert forgetting.keep_for(world.engine, days=90, off_duty_days=0, **given) is None
    with reading(world.engine) as connection:
        assert forgetting.keeping_of(connection) == forgetting.Keeping(90, 0)
