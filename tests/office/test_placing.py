"""The office's own addresses placed with a city's index, and a file of addresses given back with places."""

from __future__ import annotations

import csv
import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from sqlalchemy import Engine, update

from server.cli import office as office_command
from server.geocoding import Gazetteer
from server.geocoding.gazetteer import build
from server.geocoding.listing import WrongList, geocode_list
from server.geocoding.online import Online
from server.geocoding.placing import place_portfolio
from server.store import placings
from server.store import tables as t
from server.store.engine import reading, writing

from .builders import NOW, World, quick_engine, small_world
from .streets import at, city, metres


@pytest.fixture(scope="module")
def gazetteer(tmp_path_factory: pytest.TempPathFactory) -> Gazetteer:
    folder = tmp_path_factory.mktemp("city")
    build(city().write(folder / "city.osm.pbf"), folder / "gazetteer.db")
    return Gazetteer.open(folder / "gazetteer.db")


def says(world: World, name: str, text: str, spot: tuple[float, float] | None = None) -> None:
    """The lender's file gives this address, and perhaps a coordinate, for a debtor."""
    values: dict[str, Any] = {"text": text, "source": "file", "lat": None, "lon": None, "precision": "none"}
    if spot is not None:
        values |= {"lat": spot[0], "lon": spot[1], "precision": "door"}
    with writing(world.engine) as connection:
        connection.execute(
            update(t.addresses).where(t.addresses.c.id == world.addresses[name]).values(**values)
        )


def address(engine: Engine, address_id: str) -> dict[str, Any]:
    with reading(engine) as connection:
        return next(dict(row) for row in placings.standing(connection) if row["id"] == address_id)


@pytest.fixture
def world(tmp_path: Path) -> World:
    made = small_world(quick_engine(tmp_path))
    says(made, "Rosa", "Calle 9 # 5-44")
    says(made, "Luis", "Vereda Nunca Oída, frente al puente")
    says(made, "Marta", "Cl 3 # 6-20", at(9, 9))
    return made


def test_addresses_are_placed_once_and_each_says_why(world: World, gazetteer: Gazetteer) -> None:
    report = place_portfolio(world.engine, gazetteer, actor="cli", now=NOW)
    assert (report.addresses, report.placed, report.not_found, report.kept) == (3, 1, 1, 1)
    rosa = address(world.engine, world.addresses["Rosa"])
    assert metres(rosa, at(9.06, 5.5)) < 1
    assert (rosa["precision"], rosa["source"]) == ("door", "geocoder")
    assert rosa["error_m"] < 15
    assert address(world.engine, world.addresses["Luis"])["lat"] is None, "nothing is guessed"
    again = place_portfolio(world.engine, gazetteer, actor="cli", now=NOW)
    assert (again.placed, again.unchanged, again.flagged) == (0, 2, 0)
    with reading(world.engine) as connection:
        told = placings.history(connection, world.addresses["Rosa"])
    assert [(row["source"], row["state"]) for row in told] == [("house", "current")]
    assert told[0]["why"].msgid
    assert len(world.rows(t.facts, t.facts.c.kind == "addresses.placed")) == 2


def test_a_lender_s_coordinate_far_from_its_address_stays_and_is_flagged(
    world: World, gazetteer: Gazetteer
) -> None:
    """Control: near its address it is not flagged."""
    report = place_portfolio(world.engine, gazetteer, actor="cli", now=NOW)
    marta = address(world.engine, world.addresses["Marta"])
    assert report.flagged == 1
    assert (marta["lat"], marta["source"]) == (at(9, 9)[0], "file")
    with reading(world.engine) as connection:
        beside = placings.history(connection, world.addresses["Marta"])
    assert [row["state"] for row in beside] == ["doubt"]
    assert metres(dict(beside[0]), at(3, 6.25)) < 20
    says(world, "Rosa", "Cl 3 # 6-20", at(3, 6.4))
    assert place_portfolio(world.engine, gazetteer, actor="cli", now=NOW).flagged == 0


def test_what_a_person_or_visits_decided_is_not_placed_again(world: World, gazetteer: Gazetteer) -> None:
    for name, source in (("Rosa", "desk"), ("Marta", "visits")):
        with writing(world.engine) as connection:
            which = t.addresses.c.id == world.addresses[name]
            connection.execute(update(t.addresses).where(which).values(source=source, lat=1.0, lon=1.0))
    report = place_portfolio(world.engine, gazetteer, actor="cli", now=NOW)
    assert (report.placed, report.kept) == (0, 2)
    assert address(world.engine, world.addresses["Rosa"])["lat"] == 1.0


def test_an_address_closed_meanwhile_is_left_alone(world: World) -> None:
    with writing(world.engine) as connection:
        connection.execute(update(t.addresses).values(until=date(2026, 11, 19)))
    with reading(world.engine) as connection:
        assert placings.standing(connection) == []


def test_a_new_place_reaches_the_laptop_of_who_has_the_debtor(world: World, gazetteer: Gazetteer) -> None:
    place_portfolio(world.engine, gazetteer, actor="cli", now=NOW)
    held = [
        json.loads(row["payload"])
        for row in world.feed("Ana")
        if row["kind"] == "debtor" and row["record_id"] == world.debtors["Rosa"]
    ]
    assert held
    assert held[0]["addresses"][0]["source"] == "geocoder"


def listed(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_a_file_of_addresses_comes_back_with_places(tmp_path: Path, gazetteer: Gazetteer) -> None:
    source, out = tmp_path / "in.csv", tmp_path / "out.csv"
    rows = [
        "id;address;neighbourhood;lat",
        "1;Calle 9 # 5-44;El Centro;old",
        '2;"Vereda Nunca Oída; finca";;',
        "3;=HYPERLINK(1);;",
    ]
    source.write_bytes("\r\n".join(rows).encode("cp1252"))
    report = geocode_list(source, out, gazetteer)
    assert (report.addresses, report.found) == (3, 1)
    told = listed(out)
    assert list(told[0]) == [
        "id",
        "address",
        "neighbourhood",
        "lat",
        "lon",
        "precision",
        "expected_error_m",
        "source",
    ]
    assert metres((float(told[0]["lat"]), float(told[0]["lon"])), at(9.06, 5.5)) < 1
    assert told[1]["address"] == "Vereda Nunca Oída; finca"
    assert (told[1]["lat"], told[1]["precision"]) == ("", "none")
    assert not list(tmp_path.glob("*.part"))


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"", "no column 'address'"),
        (b"calle,ciudad\n1,2\n", "it has: calle, ciudad"),
        (b"\xff\xfe\x00\x81", "no column 'address'|save it as CSV"),
        (b'address\n"' + b"x" * 2_000_000, "field larger|no CSV|line"),
    ],
)
def test_a_file_that_is_no_list_of_addresses_is_told_so(
    tmp_path: Path, gazetteer: Gazetteer, content: bytes, told: str
) -> None:
    (tmp_path / "in.csv").write_bytes(content)
    with pytest.raises(WrongList, match=told):
        geocode_list(tmp_path / "in.csv", tmp_path / "out.csv", gazetteer)
    assert not (tmp_path / "out.csv").exists()


def run(*arguments: str) -> Any:
    return CliRunner().invoke(office_command, list(arguments))


def test_the_command_says_what_is_wrong(tmp_path: Path) -> None:
    data = str(tmp_path / "data")
    assert run("init", "--data", data).exit_code == 0
    (tmp_path / "in.csv").write_text("address\nCalle 9 # 5-44\n")
    for arguments, told in (
        ((), "the office uses no city"),
        ((str(tmp_path / "in.csv"),), "go together"),
        ((str(tmp_path / "in.csv"), "--out", str(tmp_path / "o.csv"), "--learn"), "leave out FILE"),
        (("--city", "Nowhere"), "Nowhere"),
    ):
        done = run("geocode", "--data", data, *arguments)
        assert done.exit_code != 0
        assert told in done.output
        assert "Traceback" not in done.output
    learned = run("geocode", "--data", data, "--learn", "--json")
    assert json.loads(learned.output) == {"visited": 0, "changed": 0}


def test_an_online_geocoder_is_asked_only_for_what_the_city_does_not_know_and_left_when_it_fails(
    world: World, gazetteer: Gazetteer
) -> None:
    def nowhere(host: str, _port: int) -> list[str]:
        asked.append(host)
        return ["10.0.0.1"]

    asked: list[str] = []
    online = Online(world.engine, "https://geocoder.example/search", resolve=nowhere)
    report = place_portfolio(world.engine, gazetteer, actor="cli", now=NOW, online=online)
    assert (report.placed, report.not_found) == (1, 1)
    assert "private network" in report.online
    assert asked == ["geocoder.example"]
