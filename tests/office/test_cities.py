"""City packages: made whole or not at all, used by name, planned and calibrated on. The town is made by hand."""

from __future__ import annotations

import csv
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any

import numpy as np
import pytest
from click.testing import CliRunner, Result
from sqlalchemy import insert

from server import cities
from server.assigning import AssignmentReport, assign
from server.cities import City, WrongExtract, adding, package
from server.commands.city import city as command
from server.commands.plan import plan as plan_command
from server.config import Config, WrongConfig, config_from
from server.office import initialise
from server.planning import PlanReport, plan
from server.roads.calibrating import LEAST_LEGS, fit
from server.roads.contracted import CityRoads
from server.roads.great_circle import GreatCircle
from server.roads.picking import network_of, provider, roads_of
from server.store import facts, routes, tables
from server.store.engine import open_engine, reading, writing
from sync.ids import new_id, new_incarnation
from sync.records import Refused

from .debts import AS_OF, DAY, NOW, World
from .town import ISLAND, corner, write_town


@pytest.fixture(scope="session")
def extract(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_town(tmp_path_factory.mktemp("town") / "town.osm.pbf")


@pytest.fixture(scope="session")
def new_office(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("office")
    initialise(config_from({}, folder), NOW)
    return folder


@pytest.fixture(scope="session")
def added(
    tmp_path_factory: pytest.TempPathFactory, new_office: Path, extract: Path
) -> tuple[Config, dict[str, Any]]:
    """An office to which Villa Ronda was added by the command, and what that said. Nothing changes it."""
    config = config_from({}, tmp_path_factory.mktemp("added") / "office")
    shutil.copytree(new_office, config.data)
    given = run(config, "add", str(extract), "--name", "Villa Ronda", "--json")
    assert given.exit_code == 0, given.output
    return config, json.loads(given.stdout)


@pytest.fixture(scope="session")
def made(added: tuple[Config, dict[str, Any]]) -> Path:
    """A folder of cities with Villa Ronda in it."""
    return added[0].cities


@pytest.fixture
def config(tmp_path: Path, new_office: Path, made: Path) -> Config:
    """An office that has the package and does not use it yet."""
    shutil.copytree(new_office, tmp_path / "office")
    shutil.copytree(made, tmp_path / "office" / "cities")
    return config_from({}, tmp_path / "office")


@pytest.fixture
def world(config: Config) -> Iterator[World]:
    engine = open_engine(config.database_url)
    yield World(engine)
    engine.dispose()


def run(config: Config, *words: str, group: Any = command) -> Result:
    at = 1 if group is command else 0
    return CliRunner().invoke(group, [*words[:at], "--data", str(config.data), *words[at:]])


def used(world: World, config: Config) -> City | None:
    return cities.used(world.engine, config.cities)


def test_an_extract_becomes_roads_addresses_and_tiles_with_their_origin(made: Path, extract: Path) -> None:
    (town,) = cities.listed(made)
    assert town.name == "Villa Ronda"
    assert town.attribution == "© OpenStreetMap contributors (ODbL 1.0)"
    assert town.roads_file.exists()
    assert town.gazetteer_file.exists()
    assert town.tiles_file.exists()
    assert town.covers(*corner(2, 2))
    assert not town.covers(-30.0, -51.2)
    facts_of = town.facts
    assert facts_of["source"]["bytes"] == extract.stat().st_size
    assert facts_of["addresses"]["streets"] == 14
    assert facts_of["peak_mb"] < 1024
    assert {"ronda", "osmium", "python"} <= set(facts_of["made_with"])


def bad_extract(folder: Path, kind: str, extract: Path) -> Path:
    path = folder / f"{kind}.osm.pbf"
    if kind == "cut":
        path.write_bytes(extract.read_bytes()[:-40])
    elif kind == "empty":
        path.touch()
    elif kind == "noise":
        path.write_bytes(Random(1).randbytes(5000))
    elif kind == "xml":
        path.write_bytes(b"<?xml version='1.0'?><osm/>")
    elif kind == "folder":
        path.mkdir()
    elif kind == "roadless":
        write_town(path, roads=False)
    return path


@pytest.mark.parametrize(
    ("kind", "sentence"),
    [
        ("cut", "is damaged or cut short"),
        ("empty", "is empty"),
        ("noise", "is not an .osm.pbf"),
        ("xml", "take the same extract as .osm.pbf"),
        ("folder", "is a folder"),
        ("absent", "there is no file"),
        ("roadless", "no road that can be used"),
    ],
)
def test_a_bad_extract_gets_a_sentence_and_leaves_nothing(
    tmp_path: Path, extract: Path, kind: str, sentence: str
) -> None:
    path = bad_extract(tmp_path, kind, extract)
    with pytest.raises(WrongExtract, match=sentence):
        cities.add(tmp_path / "cities", path, "X")
    assert cities.listed(tmp_path / "cities") == []
    if (tmp_path / "cities").exists():
        assert [one.name for one in (tmp_path / "cities").iterdir()] == [package.LOCK]


@pytest.mark.skipif(os.name != "posix" or os.geteuid() == 0, reason="root may read every file")
def test_an_extract_one_may_not_read_gets_a_sentence(tmp_path: Path, extract: Path) -> None:
    path = tmp_path / "closed.osm.pbf"
    shutil.copyfile(extract, path)
    path.chmod(0)
    with pytest.raises(WrongExtract, match="permissions"):
        cities.add(tmp_path / "cities", path, "X")


@pytest.mark.skipif(os.name != "posix", reason="Windows bounds no process")
def test_a_reader_that_wants_too_much_memory_is_ended(
    tmp_path: Path, extract: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(adding, "LEAST_MEMORY_MB", 40)
    monkeypatch.setattr(adding, "MEMORY_PER_MB", 0)
    with pytest.raises(WrongExtract, match=r"take .*the city alone"):
        cities.add(tmp_path / "cities", extract, "X")
    assert cities.listed(tmp_path / "cities") == []


@pytest.mark.skipif(os.name != "posix", reason="SIGKILL")
def test_a_run_that_is_killed_leaves_nothing_that_counts_and_the_next_makes_the_same_city(
    tmp_path: Path, made: Path, extract: Path
) -> None:
    folder = tmp_path / "cities"
    # It stops at its first step, so that it is killed there.
    code = "import sys; from pathlib import Path; from server import cities; "
    code += f"cities.add(Path({str(folder)!r}), Path({str(extract)!r}), 'X', "
    code += "lambda step, share: (print(step, flush=True), sys.stdin.read()))"
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
    with subprocess.Popen([sys.executable, "-c", code], text=True, **pipes) as adds:
        assert adds.stdout is not None
        assert "roads" in adds.stdout.readline()
        adds.send_signal(signal.SIGKILL)
    assert list(folder.glob(".adding-*")), "it was killed in the middle"
    assert cities.listed(folder) == []
    steps: list[tuple[str, float]] = []
    # The control: the same run, not killed.
    whole = cities.add(folder, extract, "X", lambda step, share: steps.append((step, share)))
    assert cities.listed(folder) == [whole]
    assert not list(folder.glob(".adding-*"))
    assert whole.fingerprint == cities.find(made, "villa-ronda").fingerprint
    shares = [share for _, share in steps]
    assert shares == sorted(shares)
    assert shares[-1] == 1.0
    assert {step.split(":")[0] for step, _ in steps} >= {"roads", "addresses", "tiles"}


def test_a_replacement_cut_short_between_its_renames_leaves_the_old_city(tmp_path: Path, made: Path) -> None:
    shutil.copytree(made, tmp_path / "cities")
    (tmp_path / "cities" / "villa-ronda").rename(tmp_path / "cities" / ".replaced-villa-ronda")
    assert [one.name for one in cities.listed(tmp_path / "cities")] == ["Villa Ronda"]


def test_a_package_that_lacks_a_file_is_none(config: Config) -> None:
    (config.cities / "villa-ronda" / "gazetteer.db").unlink()
    assert cities.listed(config.cities) == []
    with pytest.raises(WrongExtract, match="there are: none yet"):
        cities.find(config.cities, "Villa Ronda")


def test_the_first_city_is_used_at_once_and_a_second_one_of_its_name_asks(
    added: tuple[Config, dict[str, Any]], extract: Path
) -> None:
    config, figures = added
    assert figures["used"]
    assert figures["files"]["roads.npz"] > 0
    again = run(config, "add", str(extract), "--name", "villa ronda")
    assert again.exit_code == 1
    assert "--replace" in again.output
    engine = open_engine(config.database_url)
    town = cities.used(engine, config.cities)
    assert town is not None
    assert town.fingerprint == figures["fingerprint"]
    with reading(engine) as connection:
        assert [one["subject"] for one in facts.listed(connection, kind="city.used")] == ["villa-ronda"]
    engine.dispose()


def test_a_city_elsewhere_is_used_only_when_told_so_again(config: Config, world: World) -> None:
    world.debtor("Ana", at=(19.43, -99.13))
    refused = run(config, "use", "Villa Ronda")
    assert refused.exit_code == 1
    assert "0 of the 1 places" in refused.output
    assert used(world, config) is None
    assert run(config, "use", "Villa Ronda", "--even-so").exit_code == 0
    assert used(world, config) is not None


def test_a_city_in_use_is_not_removed_by_accident(config: Config, world: World) -> None:
    run(config, "use", "Villa Ronda")
    kept = run(config, "remove", "Villa Ronda")
    assert kept.exit_code == 1
    assert "--even-so" in kept.output
    assert run(config, "remove", "Villa Ronda", "--even-so").exit_code == 0
    assert cities.listed(config.cities) == []
    assert isinstance(provider(config, world.engine), GreatCircle)
    assert "no city yet" in run(config, "list").output


def give(world: World, config: Config) -> None:
    report = assign(world.engine, as_of=AS_OF, actor="cli", now=NOW, roads=roads_of(config, world.engine))
    assert isinstance(report, AssignmentReport), report


def test_a_day_is_planned_on_the_streets_and_says_who_is_off_them(config: Config, world: World) -> None:
    run(config, "use", "Villa Ronda")
    world.agent("Rosa", home=corner(0, 0))
    ana = world.debtor("Ana", at=corner(3, 3.4))
    field = world.debtor("Beto, en el campo", at=corner(3, 20))
    island = world.debtor("Caro, al otro lado del río", at=corner(0.2, 30.5))
    give(world, config)
    report = plan(
        world.engine,
        day=DAY,
        actor="cli",
        now=NOW,
        iterations=60,
        workers=1,
        roads=roads_of(config, world.engine),
    )
    assert isinstance(report, PlanReport), report
    with reading(world.engine) as connection:
        (route,) = routes.newest(connection, DAY, None)
    assert [stop.debtor for stop in route.planned] == [ana]
    why = {stop.debtor: str(stop.why) for stop in route.left_out}
    assert "fuera de la red vial" in why[field]
    assert "1.6 km" in why[field] or "1.5 km" in why[field]
    assert "isla de la red vial" in why[island]
    (figures,) = report.routes
    assert not figures.approximate
    assert figures.roads == provider(config, world.engine).fingerprint()
    assert figures.roads.startswith("roads ")
    # By streets: 3 blocks and 3.4 across, there and back, and never less.
    assert figures.travel_m >= 2 * 6.4 * 108


def test_an_agent_whose_home_is_off_the_roads_is_planned_and_told(config: Config, world: World) -> None:
    run(config, "use", "Villa Ronda")
    world.agent("Rosa", home=corner(40, 0))
    world.debtor("Ana", at=corner(3, 3))
    give(world, config)
    told = run(config, "--date", DAY.isoformat(), group=plan_command)
    assert told.exit_code == 0, told.output
    assert "Rosa: 1 stops" in told.output
    assert "the home of Rosa is on no road" in told.output


def test_without_the_package_of_the_chosen_city_nothing_is_planned_in_silence(
    config: Config, world: World
) -> None:
    run(config, "use", "Villa Ronda")
    world.agent("Rosa", home=corner(0, 0))
    world.debtor("Ana", at=corner(3, 3))
    give(world, config)
    shutil.rmtree(config.cities / "villa-ronda")
    told = run(config, "--date", DAY.isoformat(), group=plan_command)
    assert told.exit_code == 1
    assert "add it again" in told.output
    answer = plan(world.engine, day=DAY, actor="cli", now=NOW, roads=roads_of(config, world.engine))
    assert isinstance(answer, Refused)
    assert answer.rule == "plan.no_roads"
    assert "{" not in str(answer.reason)


def test_a_network_is_read_once_a_process_until_its_file_changes(config: Config) -> None:
    town = cities.find(config.cities, "Villa Ronda")
    first = network_of(town, "car")
    assert network_of(town, "car") is first
    os.utime(town.roads_file, (time.time() + 5, time.time() + 5))
    assert network_of(town, "car") is not first


def points_csv(path: Path, rows: list[tuple[str, float, float]]) -> Path:
    with path.open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows([("id", "lat", "lon"), *rows])
    return path


def test_a_matrix_has_a_row_a_pair_and_names_who_is_off_the_roads(config: Config, tmp_path: Path) -> None:
    places = [
        ("a", *corner(0, 0)),
        ("b", *corner(0, 2)),
        ("lago", *corner(60, 0)),
        ("isla", *corner(*ISLAND[0])),
    ]
    out = tmp_path / "out.csv"
    given = run(
        config,
        *("matrix", str(points_csv(tmp_path / "in.csv", places)), "--city", "Villa Ronda"),
        *("--out", str(out), "--json"),
    )
    assert given.exit_code == 3, given.output
    figures = json.loads(given.stdout)
    assert [(one["point"], one["why"]) for one in figures["off"]] == [("lago", "away"), ("isla", "island")]
    rows = list(csv.DictReader(out.read_text(encoding="utf-8").splitlines()))
    assert [(row["from"], row["to"]) for row in rows] == [("a", "a"), ("a", "b"), ("b", "a"), ("b", "b")]
    assert rows[0]["seconds"] == "0"
    assert int(rows[1]["metres"]) == pytest.approx(221, abs=8)
    clean = points_csv(tmp_path / "in.csv", places[:2])
    assert run(config, "matrix", str(clean), "--city", "villa-ronda", "--out", str(out)).exit_code == 0


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("x,y\n1,2\n", "no columns lat and lon"),
        ("lat,lon\n", "has no points"),
        ("lat,lon\nhere,there\n", "point 1 has no latitude"),
        ("lat,lon\n-73,5\n-173,5\n", "point 2"),
    ],
)
def test_points_that_cannot_be_read_get_a_sentence(
    config: Config, tmp_path: Path, text: str, sentence: str
) -> None:
    (tmp_path / "in.csv").write_text(text, encoding="utf-8")
    asked = ("matrix", str(tmp_path / "in.csv"), "--city", "Villa Ronda", "--out", str(tmp_path / "out.csv"))
    given = run(config, *asked)
    assert given.exit_code == 1
    assert sentence in given.output
    assert "Traceback" not in given.output


def travel(world: World, agent: str, roads: CityRoads, legs: int, constant_s: float, factor: float) -> None:
    """Visits of an agent, one every so often, with some noise and now and then a coffee on the way."""
    random = Random(7)
    device = new_id()
    debtor = world.debtor("Ana")
    places = [corner(random.uniform(0, 6), random.uniform(0, 6)) for _ in range(legs + 1)]
    begin = datetime.fromisoformat("2026-11-02T13:00:00+00:00")
    rows = []
    now = begin
    for number, place in enumerate(places):
        if number:
            free = int(roads.table([places[number - 1]], [place])[0][0, 0])
            way = constant_s + factor * free + random.uniform(-6, 6)
            now += timedelta(seconds=way + (1500 if number % 9 == 0 else 0))
        if number % 20 == 0:
            now = begin + timedelta(days=number // 20)
        rows.append(visit(debtor, agent, device, number, now, place))
        now += timedelta(seconds=720)
    with writing(world.engine) as connection:
        connection.execute(
            insert(tables.devices).values(
                id=device,
                agent_id=agent,
                name="laptop",
                token_sha256="0" * 64,
                public_key=b"0" * 32,
                enrolled_at=NOW,
            )
        )
        connection.execute(insert(tables.visits), rows)


def visit(
    debtor: str, agent: str, device: str, n: int, started: datetime, place: tuple[float, float]
) -> dict[str, Any]:
    return {
        "id": new_id(),
        "debtor_id": debtor,
        "agent_id": agent,
        "device_id": device,
        "incarnation": new_incarnation(),
        "n": n + 1,
        "place": "HOM",
        "party": "HOL",
        "started": started,
        "ended": started + timedelta(seconds=720),
        "known": "live",
        "recorded_at": started,
        "received_at": started,
        "timezone": "America/Bogota",
        "location_source": "gnss",
        "lat": place[0],
        "lon": place[1],
        "accuracy_m": 8.0,
        "evidence": "A",
        "verdict": [],
        "out_of_scope": False,
    }


def test_times_are_refitted_to_the_ways_agents_really_took(config: Config, world: World) -> None:
    run(config, "use", "Villa Ronda")
    rosa = world.agent("Rosa", vehicle="car")
    free = CityRoads(network_of(cities.find(config.cities, "Villa Ronda"), "car"))
    before = provider(config, world.engine, "car")
    travel(world, rosa, free, 90, constant_s=55, factor=1.6)
    given = run(config, "calibrate", "--json")
    assert given.exit_code == 0, given.output
    (car,) = json.loads(given.stdout)["profiles"]
    assert car["fitted"]
    assert car["constant_s"] == pytest.approx(55, abs=8)
    assert car["factor"] == pytest.approx(1.6, abs=0.12)
    assert car["dropped"]["stopped on the way"] >= 5
    now = provider(config, world.engine, "car")
    assert now.fingerprint() != before.fingerprint()
    with reading(world.engine) as connection:
        (fact,) = facts.listed(connection, kind="city.calibrated")
    assert fact["payload"]["legs"] == car["legs"]
    assert provider(config, world.engine, "foot").fingerprint().endswith("20 s + 1.05 t")


def test_too_few_legs_change_nothing_and_say_how_many_are_missing(config: Config, world: World) -> None:
    run(config, "use", "Villa Ronda")
    rosa = world.agent("Rosa", vehicle="car")
    travel(world, rosa, CityRoads(network_of(cities.find(config.cities, "Villa Ronda"), "car")), 12, 55, 1.6)
    given = run(config, "calibrate")
    assert given.exit_code == 1
    assert "more are needed" in given.output
    figures = json.loads(run(config, "calibrate", "--json").stdout)["profiles"][0]
    assert figures["missing"] == LEAST_LEGS - figures["legs"] > 0


def test_the_fit_is_the_line_of_least_absolute_deviation() -> None:
    rng = np.random.default_rng(3)
    free = rng.uniform(60, 900, 400)
    actual = 40 + 1.3 * free + rng.normal(0, 10, 400)
    actual[::10] += 900  # a tenth stood in a queue
    constant, factor = fit(free, actual)
    assert constant == pytest.approx(40, abs=6)
    assert factor == pytest.approx(1.3, abs=0.02)
    plain = np.polyfit(free, actual, 1)
    assert plain[1] > constant + 40, "the control: least squares follows the queue"
    high = fit(free, actual, 0.8)
    assert float((actual <= high[0] + high[1] * free).mean()) == pytest.approx(0.8, abs=0.05)


@pytest.mark.parametrize("text", ["localhost:5000", "bike=http://x:5000", "car=ftp://x"])
def test_an_address_of_osrm_that_is_none_is_refused(tmp_path: Path, text: str) -> None:
    with pytest.raises(WrongConfig, match="RONDA_OSRM_URL"):
        config_from({"RONDA_OSRM_URL": text}, tmp_path)
