"""The made town as an extract: through the same door as a real city, its own addresses are found on it."""

from __future__ import annotations

import random
from pathlib import Path

import pytest
from click.testing import CliRunner

from server.demo.cli import demo
from server.demo.mapping import write_extract
from server.demo.town import Town, make_town
from server.geocoding import Gazetteer, geocode
from server.geocoding.gazetteer import build
from sync.records import Precision

from .streets import metres


@pytest.fixture(scope="module")
def town() -> Town:
    return make_town()


@pytest.fixture(scope="module")
def gazetteer(town: Town, tmp_path_factory: pytest.TempPathFactory) -> Gazetteer:
    folder = tmp_path_factory.mktemp("town")
    build(write_extract(town, folder / "town.osm.pbf"), folder / "gazetteer.db")
    return Gazetteer.open(folder / "gazetteer.db")


def test_the_town_s_addresses_are_found_at_their_doors_and_its_veredas_are_not_guessed(
    town: Town, gazetteer: Gazetteer
) -> None:
    rng, off = random.Random(3), []
    for _ in range(300):
        said = town.address(rng)
        found = geocode(gazetteer, said.text, neighbourhood=said.barrio, city=said.city)
        assert found.lat is not None
        assert found.lon is not None
        if said.is_vereda:
            assert found.precision is Precision.ZONE
            continue
        off.append(metres((found.lat, found.lon), (said.lat, said.lon)))
    off.sort()
    assert off[len(off) // 2] < 10
    assert off[int(0.97 * len(off))] < 30


def test_a_city_without_a_portfolio_is_refused_with_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "x.osm.pbf").write_bytes(b"x")
    done = CliRunner().invoke(demo, ["--once", "--city", str(tmp_path / "x.osm.pbf")])
    assert done.exit_code == 2
    assert "--city goes with --portfolio" in done.output
