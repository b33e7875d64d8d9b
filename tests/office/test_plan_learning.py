"""What ridden days teach of travel and services: robust, shown first, and used only once it is accepted."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any

import pytest
from click.testing import CliRunner
from sqlalchemy import insert

from server.commands.plan import plan as plan_command
from server.config import config_from
from server.office import initialise
from server.planning import PlanReport, plan, publish
from server.planning.estimating import Service, Way, band_of, huber, seconds_of, services, travel
from server.planning.learning import LearnReport, accept, learn, took
from server.roads.great_circle import GreatCircle
from server.roads.picking import bare_roads_of, roads_of
from server.roads.ridden import Learned, Line, RiddenRoads
from server.store import facts, tables
from server.store.engine import open_engine, reading, writing
from sync.ids import new_id
from sync.records import Refused
from sync.rules.geo import haversine_m

from .debts import DAY, NOW, World, around
from .test_planning import QUICK, give, route_of

CENTRE = (5.826, -73.033)


def ways(
    count: int, a_s: float, b: float, seed: int, *, zone: str = "Norte", band: str = "mañana", odd: int = 0
) -> list[Way]:
    """Ways that took a + b times the roads' time, give or take a tenth; `odd` of them with a coffee."""
    rng = Random(seed)
    made = []
    for number in range(count):
        base = rng.uniform(60, 600)
        actual = (a_s + b * base) * rng.uniform(0.9, 1.1) + (1500 if number < odd else 0)
        made.append(Way("car", "roads", zone, band, base, actual, CENTRE))
    return made


def row_of(rows: list[dict[str, Any]], zone: str = "", band: str = "") -> dict[str, Any]:
    return next(row for row in rows if (row["zone"], row["band"]) == (zone, band))


def test_travel_is_learned_by_zone_and_hours_and_a_coffee_moves_nothing() -> None:
    slow = ways(120, 60, 1.5, 1, zone="Centro", odd=12)
    fast = ways(120, 30, 1.0, 2, zone="Norte", band="tarde", odd=12)
    rows = travel([*slow, *fast])
    centre, north = row_of(rows, "Centro"), row_of(rows, "Norte", "tarde")
    assert (centre["a_s"], centre["b"]) == (pytest.approx(60, abs=15), pytest.approx(1.5, rel=0.06))
    assert (north["a_s"], north["b"]) == (pytest.approx(30, abs=15), pytest.approx(1.0, rel=0.06))
    assert centre["off_after_s"] < centre["off_before_s"] / 3
    assert row_of(rows)["legs"] == 240


def test_a_zone_with_few_ways_says_nothing_of_its_own() -> None:
    rows = travel([*ways(60, 30, 1.2, 1), *ways(20, 30, 3.0, 2, zone="Sur")])
    assert {row["zone"] for row in rows} == {"", "Norte"}


def test_services_are_learned_by_kind_and_the_narrowest_figure_is_used() -> None:
    rng = Random(3)
    seen = [Service("visit", "Norte", "mañana", rng.gauss(600, 60), 720) for _ in range(60)]
    seen += [Service("visit", "Sur", "tarde", rng.gauss(900, 60), 720) for _ in range(60)]
    seen += [Service("visit", "Norte", "mañana", 7000, 720) for _ in range(5)]  # a quarrel now and then
    seen += [Service("visit", "Norte", "mañana", 5, 720) for _ in range(50)]  # opened by mistake
    seen += [Service("appointment", "Sur", "tarde", 300, 900) for _ in range(5)]
    rows = services(seen)
    assert seconds_of(rows, "visit", "Norte", "mañana", 1) == pytest.approx(615, abs=30)
    assert seconds_of(rows, "visit", "Sur", "noche", 1) == 900
    assert seconds_of(rows, "visit", "Oeste", "", 1) == pytest.approx(750, abs=60)
    assert seconds_of(rows, "appointment", "Sur", "tarde", 900) == 900  # five say too little
    assert row_of(rows, "Norte")["planned_s"] == 720


def test_hubers_mean_is_the_mean_of_honest_values_and_shrugs_at_wild_ones() -> None:
    honest = [float(value) for value in range(90, 111)]
    assert huber(honest) == pytest.approx(100, abs=0.5)
    assert huber([*honest, 100_000.0]) == pytest.approx(100, abs=2)
    assert huber([5.0, 5.0, 5.0, 9.0]) == 5.0


def test_the_hours_of_the_day_are_local() -> None:
    noon = datetime(2026, 11, 23, 17, 0, tzinfo=UTC)
    assert (band_of(noon, "America/Bogota"), band_of(noon, "UTC")) == ("mediodía", "noche")


def test_learned_roads_are_slower_where_they_were_and_never_lie_about_nowhere() -> None:
    base = GreatCircle()
    learned = Learned("2026-11-22 abc", Line(30, 1.2), (Line(100, 2.0, CENTRE),))
    roads = RiddenRoads(base, learned)
    far = (CENTRE[0] + 0.1, CENTRE[1])
    seconds, metres = roads.table([CENTRE, far], [CENTRE, far])
    plain, same = base.table([CENTRE, far], [CENTRE, far])
    assert seconds[1, 0] == round(100 + 2.0 * plain[1, 0])
    assert seconds[0, 1] == round(30 + 1.2 * plain[0, 1])
    assert seconds[0, 0] == seconds[1, 1] == 0
    assert metres.tolist() == same.tolist()
    assert roads.fingerprint() == f"{base.fingerprint()}; ridden 2026-11-22 abc"
    told = {
        "name": "x",
        "travel": [{"profile": "car", "roads": "other", "zone": "", "band": "", "a_s": 1, "b": 1}],
    }
    assert Learned.of(told, "car", base.fingerprint()) is None


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    initialise(config_from({}, tmp_path / "office"), NOW)
    return tmp_path / "office"


@pytest.fixture
def world(folder: Path) -> Iterator[World]:
    engine = open_engine(f"sqlite:///{folder / 'office.db'}")
    yield World(engine)
    engine.dispose()


def ridden(
    world: World, agent: str, debtors: list[str], days: int, *, service_s: int, a_s: int, b: float
) -> None:
    """Days in which the agent went from door to door: so long at each, and so long between them."""
    rng = Random(5)
    made = []
    with writing(world.engine) as connection:
        device = new_id()
        connection.execute(
            insert(tables.devices).values(
                id=device, agent_id=agent, token_sha256=new_id(), public_key=b"", enrolled_at=NOW
            )
        )
        for day in range(days):
            now = NOW.replace(hour=13, minute=0) - timedelta(days=day + 1)
            here: tuple[float, float] | None = None
            for number in rng.sample(range(len(debtors)), 10):
                place = around(number)
                if here is not None:
                    base = round(95 + 0.130 * haversine_m(*here, *place))
                    now += timedelta(seconds=round(a_s + b * base))
                ends = now + timedelta(seconds=service_s + rng.randint(-30, 30))
                made.append(a_visit(agent, device, debtors[number], now, ends, place))
                now, here = ends, place
        connection.execute(insert(tables.visits), made)


def a_visit(
    agent: str, device: str, debtor: str, began: datetime, ended: datetime, place: tuple[float, float]
) -> dict[str, Any]:
    return {
        "id": new_id(),
        "debtor_id": debtor,
        "agent_id": agent,
        "device_id": device,
        "incarnation": new_id(),
        "n": 1,
        "place": "DOM",
        "party": "TIT",
        "started": began,
        "ended": ended,
        "known": "live",
        "recorded_at": ended,
        "received_at": ended,
        "timezone": "America/Bogota",
        "location_source": "gnss",
        "lat": place[0],
        "lon": place[1],
        "accuracy_m": 10.0,
        "evidence": "A",
        "verdict": [],
        "out_of_scope": False,
    }


def test_what_was_ridden_is_shown_first_and_planned_with_once_it_is_accepted(
    world: World, folder: Path
) -> None:
    config = config_from({}, folder)
    rosa = world.agent("Rosa")
    debtors = [world.debtor(f"d{i}", at=around(i), zone="Norte") for i in range(20)]
    give(world)
    ridden(world, rosa, debtors, 8, service_s=420, a_s=40, b=1.5)
    usual = planned(world, config)
    assert {stop.service_s for stop in usual.planned} == {720}

    report = learn(world.engine, roads=bare_roads_of(config, world.engine), actor="Marta", now=NOW)
    assert isinstance(report, LearnReport), report
    whole = row_of(report.learned["travel"], "Norte")
    assert (whole["a_s"], whole["b"]) == (pytest.approx(40, abs=5), pytest.approx(1.5, rel=0.03))
    assert row_of([row for row in report.learned["services"] if row["kind"] == "visit"])["seconds"] == 420
    again = planned(world, config)
    assert [stop.eta for stop in again.planned] == [stop.eta for stop in usual.planned], "not accepted yet"

    accepted = accept(world.engine, actor="Marta", now=NOW)
    assert isinstance(accepted, LearnReport)
    now_held = planned(world, config)
    assert {stop.service_s for stop in now_held.planned} == {420}
    assert now_held.certificate["matrix"].endswith(f"; ridden {report.learned['name']}")
    points = now_held.matrix["points"]
    one, other = points.index(now_held.planned[0].id), points.index(now_held.planned[1].id)
    first, second = (now_held.planned[n] for n in (0, 1))
    base = 95 + 0.130 * haversine_m(first.lat or 0, first.lon or 0, second.lat or 0, second.lon or 0)
    assert now_held.matrix["seconds"][one][other] == pytest.approx(40 + 1.5 * base, rel=0.05)
    sent = publish(world.engine, day=DAY, actor="cli", now=NOW, roads=roads_of(config, world.engine))
    assert not isinstance(sent, Refused), sent
    with reading(world.engine) as connection:
        kinds = [fact["kind"] for fact in facts.listed(connection)]
        assert took(connection).rows
    assert kinds.count("estimates.learned") == kinds.count("estimates.accepted") == 1


def planned(world: World, config: Any) -> Any:
    roads = roads_of(config, world.engine)
    report = plan(world.engine, day=DAY, actor="cli", now=NOW, roads=roads, **QUICK)
    assert isinstance(report, PlanReport), report
    return route_of(world)


def run(folder: Path, *words: str) -> Any:
    return CliRunner().invoke(plan_command, [*words, "--data", str(folder)])


def test_the_command_shows_the_figures_and_says_that_they_are_not_in_use(world: World, folder: Path) -> None:
    empty = run(folder, "learn")
    assert empty.exit_code == 1
    assert "too few visits" in empty.output
    assert "look at it" in run(folder, "learn", "--accept").output
    rosa = world.agent("Rosa")
    debtors = [world.debtor(f"d{i}", at=around(i), zone="Norte") for i in range(20)]
    ridden(world, rosa, debtors, 8, service_s=420, a_s=40, b=1.5)
    told = run(folder, "learn")
    assert told.exit_code == 0, told.output
    assert "visit (Norte, all day): 7 min" in told.output
    assert "x the roads' time" in told.output
    assert "not in use yet" in told.output
    accepted = json.loads(run(folder, "learn", "--accept", "--json").stdout)
    assert accepted["accepted"] is True


def test_the_other_words_after_plan_are_commands_of_their_own(world: World, folder: Path) -> None:
    world.agent("Rosa")
    for i in range(4):
        world.debtor(f"d{i}", at=around(i))
    give(world)
    helped = run(folder, "--help").output
    assert all(word in helped for word in ("replay", "runs", "cancel", "learn", "--date"))
    assert "nothing was planned yet" in run(folder, "runs").output
    made = run(folder, "--date", DAY.isoformat(), "--json")
    assert made.exit_code == 0, made.output
    route = json.loads(made.stdout)["routes"][0]["route"]
    assert run(folder, "replay", route).output == "the same plan\n"
    assert json.loads(run(folder, "replay", route, "--json").stdout)["same"] is True
    missing = run(folder, "replay", "nothing")
    assert (missing.exit_code, "no route nothing" in missing.output) == (1, True)
    (listed,) = json.loads(run(folder, "runs", "--json").stdout)["runs"]
    assert (listed["state"], listed["done"], listed["solved"]) == ("finished", 1, ["Rosa"])
    assert "no run" in run(folder, "cancel", listed["id"]).output


def test_an_address_that_is_no_schedulers_is_refused_before_anything_is_planned(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("RONDA_EXECUTOR", "localhost:8786")
    answer = run(folder, "--date", DAY.isoformat())
    assert answer.exit_code == 1
    assert "tcp://HOST:8786" in answer.output
