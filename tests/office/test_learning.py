"""What visits make of the place of an address: agreement moves it, a single forged one never does."""

from __future__ import annotations

import random
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine, insert, update

from bench.learning import year
from server.geocoding.learned import learn_portfolio
from server.geocoding.learning import Known, Learned, Seen, Verdict, learn
from server.geocoding.plane import Plane, apart
from server.store import placings
from server.store import tables as t
from server.store.engine import reading, writing
from sync.ids import new_id

from .builders import NOW, TODAY, World, quick_engine, small_world

PLANE = Plane(5.82, -73.03)
PRIOR = Known(5.82, -73.03, 10.0)


def seen(
    east: float, north: float, day: int, agent: str = "Ana", accuracy: float = 20.0, suspect: bool = False
) -> Seen:
    lat, lon = PLANE.point((east, north))
    return Seen(lat, lon, accuracy, agent, day, suspect)


def off(learned: Learned, east: float = 0.0, north: float = 0.0) -> float:
    assert learned.lat is not None
    assert learned.lon is not None
    return apart(PLANE.spot(learned.lat, learned.lon), (east, north))


def test_one_visit_elsewhere_moves_nothing_and_two_of_two_people_do() -> None:
    one = learn([seen(600, 0, 1)], PRIOR)
    two = learn([seen(600, 0, 1), seen(615, 10, 2, "Benito")], PRIOR)
    assert (one.verdict, off(one)) == (Verdict.DOUBTED, 0)
    assert two.verdict is Verdict.MOVED
    assert off(two, 607, 5) < 10


def test_one_person_alone_must_say_it_on_three_days() -> None:
    two = [seen(600, 0, 1), seen(615, 10, 2)]
    assert learn(two, PRIOR).verdict is Verdict.DOUBTED
    assert learn([*two, seen(590, -8, 3)], PRIOR).verdict is Verdict.MOVED


def test_ten_visits_of_one_day_are_one_day() -> None:
    assert learn([seen(600 + n, n, 1) for n in range(10)], PRIOR).verdict is Verdict.DOUBTED


def test_the_same_coordinates_to_the_digit_on_many_days_prove_nothing() -> None:
    """Control: the same days with a receiver's noise move it."""
    people = ("Ana", "Benito", "Ana", "Benito")
    copied = [seen(600, 0, day, agent) for day, agent in enumerate(people)]
    noisy = [seen(600 + 7 * day, 3 * day, day, agent) for day, agent in enumerate(people)]
    assert learn(copied, PRIOR).verdict is Verdict.DOUBTED
    assert learn(noisy, PRIOR).verdict is Verdict.MOVED


def test_visits_that_an_audit_speaks_against_prove_nothing() -> None:
    told = [seen(600 + 5 * n, 0, n, agent, suspect=True) for n, agent in enumerate(("Ana", "Benito", "Ana"))]
    assert learn(told, PRIOR).verdict is Verdict.DOUBTED


def test_agreement_makes_the_place_surer_and_disagreement_less_sure() -> None:
    near = learn([seen(10, 5, 1), seen(-8, 4, 2), seen(2, -9, 3, "Benito")], Known(5.82, -73.03, 40.0))
    apart_ = learn([seen(500, 0, 1), seen(-500, 0, 2)], PRIOR)
    assert near.verdict is Verdict.SURER
    assert near.error_m is not None
    assert near.error_m < 20
    assert apart_.verdict is Verdict.DOUBTED
    assert apart_.error_m is not None
    assert apart_.error_m > 2 * PRIOR.error_m


def test_without_any_place_visits_that_agree_give_one() -> None:
    days = [seen(600, 0, 1), seen(615, 10, 2), seen(596, -4, 3)]
    assert learn(days[:1], None).lat is None
    found = learn(days, None)
    assert found.verdict is Verdict.FOUND
    assert off(found, 603, 2) < 10


def test_one_forged_day_among_honest_ones_hardly_pulls() -> None:
    honest = [seen(300 + 15 * (n % 3), 10 * (n % 2), n, accuracy=25) for n in range(5)]
    forged = learn([*honest, seen(2500, 900, 9, accuracy=5)], PRIOR)
    assert off(forged, 312, 4) < 20


SPOTS = st.floats(-3000, 3000)
DAYS = st.builds(
    seen,
    SPOTS,
    SPOTS,
    st.integers(0, 9),
    st.sampled_from(["Ana", "Benito"]),
    st.floats(1, 200),
    st.booleans(),
)


@settings(derandomize=True, deadline=None, max_examples=150)
@given(st.lists(DAYS, max_size=9), DAYS)
def test_no_single_day_decides_and_the_order_of_visits_does_not_matter(days: list[Seen], extra: Seen) -> None:
    told = learn(days, PRIOR)
    again = learn(list(reversed(days)), PRIOR)
    assert told.verdict is again.verdict
    assert off(told) == pytest.approx(off(again), abs=0.5)
    alone = learn([extra], PRIOR)
    assert off(alone) == 0
    assert alone.error_m is not None
    assert PRIOR.error_m <= alone.error_m <= 2 * PRIOR.error_m


@settings(derandomize=True, deadline=None, max_examples=100)
@given(st.lists(DAYS, max_size=8))
def test_a_learned_place_lies_among_what_was_said(days: list[Seen]) -> None:
    told = learn(days, PRIOR)
    reach = max((apart(PLANE.spot(one.lat, one.lon), (0.0, 0.0)) for one in days), default=0.0)
    assert off(told) <= reach + 0.1
    assert (told.error_m or 0) >= 6


def test_a_year_with_wrong_addresses_and_forged_visits_ends_at_the_doors() -> None:
    figures = year(300)
    assert figures["median_m"] <= 15
    assert figures["wrong_median_m"] <= 25
    assert figures["mean_m"] < figures["mean_before_m"] / 3
    assert figures["moved_by_one_forged"] == 0


def visit(world: World, debtor: str, agent: str, days_ago: int, east: float, **more: Any) -> str:
    lat, lon = PLANE.point((east, random.Random(days_ago).uniform(-9, 9)))
    made = new_id()
    began = NOW.replace(day=NOW.day - days_ago)
    row = {
        "id": made,
        "debtor_id": world.debtors[debtor],
        "agent_id": world.agents[agent],
        "device_id": device(world, agent),
        "incarnation": new_id(),
        "n": 1,
        "address_id": world.addresses[debtor],
        "place": "DOM",
        "party": "TIT",
        "started": began,
        "ended": began,
        "known": "clock",
        "recorded_at": began,
        "received_at": began,
        "timezone": "America/Bogota",
        "location_source": "gnss",
        "lat": lat,
        "lon": lon,
        "accuracy_m": 15.0,
        "evidence": "A",
        "verdict": {},
        "out_of_scope": False,
    }
    with writing(world.engine) as connection:
        connection.execute(insert(t.visits).values(**(row | more)))
    return made


def device(world: World, agent: str) -> str:
    made = new_id()
    with writing(world.engine) as connection:
        connection.execute(
            insert(t.devices).values(
                id=made,
                agent_id=world.agents[agent],
                token_sha256=new_id(),
                public_key=b"k",
                enrolled_at=NOW,
            )
        )
    return made


@pytest.fixture
def world(tmp_path: Path) -> World:
    return small_world(quick_engine(tmp_path))


def address(engine: Engine, address_id: str) -> dict[str, Any]:
    with reading(engine) as connection:
        return next(dict(row) for row in placings.standing(connection) if row["id"] == address_id)


def test_the_office_corrects_an_address_once_days_agree_and_keeps_its_history(world: World) -> None:
    with writing(world.engine) as connection:
        connection.execute(update(t.addresses).values(source="file"))
    rosa = world.addresses["Rosa"]
    visit(world, "Rosa", "Ana", 9, 400)
    assert learn_portfolio(world.engine, actor="cli", now=NOW).verdicts["doubted"] == 1
    assert address(world.engine, rosa)["lat"] == 5.82, "one visit moves nothing"
    visit(world, "Rosa", "Ana", 8, 410)
    visit(world, "Rosa", "Benito", 7, 405)
    report = learn_portfolio(world.engine, actor="cli", now=NOW)
    held = address(world.engine, rosa)
    assert (report.changed, report.verdicts["moved"]) == (1, 1)
    assert off(Learned(Verdict.MOVED, held["lat"], held["lon"], 0), 405, 0) < 15
    assert held["source"] == "visits"
    assert held["error_m"] < 20
    with reading(world.engine) as connection:
        told = placings.history(connection, rosa)
    assert [row["source"] for row in told if row["state"] == "current"] == ["visits"]
    assert "lender" in {row["source"] for row in told}, "what the lender said is kept"
    assert learn_portfolio(world.engine, actor="cli", now=NOW).changed == 0
    assert len(world.rows(t.facts, t.facts.c.kind == "addresses.learned")) == 3


@pytest.mark.parametrize("source", ["file", "field", ""])
def test_learned_again_from_the_same_visits_a_place_grows_no_surer(world: World, source: str) -> None:
    with writing(world.engine) as connection:
        connection.execute(update(t.addresses).values(source=source, error_m=30.0))
    for day, agent in ((9, "Ana"), (8, "Benito"), (7, "Ana")):
        visit(world, "Rosa", agent, day, 12 + day)
    assert learn_portfolio(world.engine, actor="cli", now=NOW).changed == 1
    held = address(world.engine, world.addresses["Rosa"])
    assert held["source"] == "visits"
    for _ in range(3):
        assert learn_portfolio(world.engine, actor="cli", now=NOW).changed == 0
    assert address(world.engine, world.addresses["Rosa"]) == held


def test_a_person_s_word_at_the_desk_stands_and_visits_against_it_are_kept_beside(world: World) -> None:
    with writing(world.engine) as connection:
        connection.execute(update(t.addresses).values(source="desk"))
    for day, agent in ((9, "Ana"), (8, "Ana"), (7, "Benito")):
        visit(world, "Rosa", agent, day, 400 + day)
    assert learn_portfolio(world.engine, actor="cli", now=NOW).changed == 0
    with reading(world.engine) as connection:
        assert [row["state"] for row in placings.history(connection, world.addresses["Rosa"])] == ["doubt"]


def test_pins_on_a_map_and_visits_without_accuracy_teach_nothing(world: World) -> None:
    visit(world, "Rosa", "Ana", 9, 400, location_source="pin")
    visit(world, "Rosa", "Ana", 8, 400, accuracy_m=None)
    assert learn_portfolio(world.engine, actor="cli", now=NOW).visited == 0
    assert TODAY.year == 2026
