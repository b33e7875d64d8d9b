"""An extract becomes vector tiles: what is in them, at which zoom, in the same bytes each time."""

from __future__ import annotations

import gzip
from pathlib import Path
from typing import Any

import mapbox_vector_tile
import osmium
import pytest
import shapely
from osmium.osm.mutable import Node
from pmtiles.reader import MemorySource, Reader
from pmtiles.tile import zxy_to_tileid

from server.cities import tiling
from server.cities.coast import sea
from server.cities.shapes import NothingToDraw, world_box
from tests.office.streets import Extract, at, city

SHARED = Path(__file__).resolve().parents[3] / "shared" / "data" / "city"


def town() -> Extract:
    made = city()
    block = [made.node(*corner) for corner in ((3.1, 3.1), (3.1, 3.6), (3.6, 3.6), (3.6, 3.1))]
    made.ways.append(([*block, block[0]], {"building": "yes", "addr:housenumber": "14-32"}))
    lake = [made.node(*corner) for corner in ((14, 1), (14, 9), (18, 9), (18, 1))]
    made.ways.append(([*lake, lake[0]], {"natural": "water", "name": "Lago"}))
    park = [made.node(*corner) for corner in ((5.1, 5.1), (5.1, 5.9), (5.9, 5.9), (5.9, 5.1))]
    made.ways.append(([*park, park[0]], {"leisure": "park", "name": "Parque El Roble"}))
    made.street("Autopista Norte", (-4, 0), (20, 0), highway="trunk", ref="55")
    return made


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("town")
    tiling.build(town().write(folder / "town.osm.pbf"), folder / "town.pmtiles")
    return folder / "town.pmtiles"


def layers(file: Path, zoom: int, calle: float = 5, carrera: float = 5) -> dict[str, list[dict[str, Any]]]:
    """What a reader finds in the tile that holds this corner."""
    lat, lon = at(calle, carrera)
    x, y, _, _ = world_box((lon, lat, lon, lat))
    tile = Reader(MemorySource(file.read_bytes())).get(zoom, int(x * 2**zoom), int(y * 2**zoom))  # type: ignore[no-untyped-call]
    told = mapbox_vector_tile.decode(gzip.decompress(tile)) if tile else {}
    return {name: layer["features"] for name, layer in told.items()}


def named(features: list[dict[str, Any]]) -> set[str]:
    return {one["properties"].get("name", "") for one in features}


def test_the_closest_tile_has_streets_by_name_houses_by_number_and_places(file: Path) -> None:
    found = layers(file, 14)
    assert {"Calle 5", "Carrera 5", "Diagonal 5"} <= named(found["roads"])
    assert named(found["doors"]) >= {"14-32", "5-44"}
    assert "El Centro" in named(found["places"])
    assert "Parque El Roble" in named(found["landmarks"])
    assert {one["properties"]["class"] for one in found["landuse"]} == {"green"}
    assert found["buildings"][0]["geometry"]["type"] == "Polygon"
    assert {one["properties"]["class"] for one in found["water"]} == {"water"}
    assert "data" in found


BOX = (0.0, 0.0, 10.0, 10.0)


@pytest.mark.parametrize(
    ("lines", "wet"),
    [
        ([[(5, -1), (5, 11)]], 50.0),  # northward: the sea is to the east
        ([[(5, 4), (5, -1)], [(5, 11), (5, 4)]], 50.0),  # southward, in two pieces: to the west
        ([[(5, -1), (5, 11)], [(7, 4), (8, 4), (8, 5), (7, 5), (7, 4)]], 49.0),  # with an island
        ([[(7, 4), (8, 4), (8, 5), (7, 5), (7, 4)]], 99.0),  # an island alone, in the sea
        ([[(5, -1), (5, 6)]], 0.0),  # cut short inside the box: nothing is flooded
        ([[(20, -1), (20, 11)]], 0.0),  # outside
        ([], 0.0),
    ],
)
def test_the_sea_lies_on_the_right_of_its_coast(lines: list[list[tuple[float, float]]], wet: float) -> None:
    made = sea([shapely.LineString(line) for line in lines], BOX)
    assert sum(face.area for face in made) == pytest.approx(wet)
    assert not any(face.contains(shapely.Point(7.5, 4.5)) for face in made if wet in (49, 99)), "dry island"


def test_a_coast_is_drawn_as_water(tmp_path: Path) -> None:
    made = city()
    made.way((40, 12), (-70, 12), natural="coastline")
    made.place(5, 16, "hamlet", "El Faro")
    tiling.build(made.write(tmp_path / "shore.osm.pbf"), tmp_path / "shore.pmtiles")
    for zoom in (10, 14):
        (water,) = layers(tmp_path / "shore.pmtiles", zoom, 5, 14)["water"]
        assert (water["properties"]["class"], water["geometry"]["type"]) == ("water", "Polygon")


def test_a_lake_of_several_ways_is_drawn_with_its_island(tmp_path: Path) -> None:
    made = city()
    shores = [made.way((12, 1), (12, 9), (18, 9)), made.way((18, 9), (18, 1), (12, 1))]
    island = made.way((14, 4), (14, 6), (16, 6), (16, 4), (14, 4))
    ways = [("w", way, "outer") for way in shores] + [("w", island, "inner")]
    made.relations.append((ways, {"type": "multipolygon", "natural": "water", "name": "Guaíba"}))
    tiling.build(made.write(tmp_path / "lake.osm.pbf"), tmp_path / "lake.pmtiles")
    (water,) = layers(tmp_path / "lake.pmtiles", 14, 13, 2)["water"]
    assert len(water["geometry"]["coordinates"]) == 2, "the shore and the island's"


def test_further_away_only_what_can_be_seen_is_there(file: Path) -> None:
    assert {one["properties"]["class"] for one in layers(file, 9)["roads"]} == {"trunk"}
    middle = layers(file, 12)
    assert named([one for one in middle["roads"] if one["properties"]["class"] == "minor"]) == {""}
    assert "doors" not in middle
    assert "buildings" not in middle


def test_streets_of_one_name_are_one_feature_of_joined_lines(file: Path) -> None:
    streets = [one for one in layers(file, 14)["roads"] if one["properties"].get("name") == "Calle 5"]
    assert len(streets) == 1
    assert streets[0]["geometry"]["type"] == "LineString", "ten corners, one line"


def test_the_same_extract_gives_the_same_bytes(file: Path, tmp_path: Path) -> None:
    again = tmp_path / "again.pmtiles"
    tiling.build(town().write(tmp_path / "town.osm.pbf"), again)
    assert again.read_bytes() == file.read_bytes()


def test_the_figures_and_the_file_say_the_same(file: Path, tmp_path: Path) -> None:
    steps: list[tuple[str, float]] = []
    told = tiling.build(
        town().write(tmp_path / "t.osm.pbf"),
        tmp_path / "t.pmtiles",
        lambda step, share: steps.append((step, share)),
    )
    header = Reader(MemorySource(file.read_bytes())).header()  # type: ignore[no-untyped-call]
    assert (told["bytes"], told["zooms"]) == (file.stat().st_size, [6, 14])
    assert (header["min_zoom"], header["max_zoom"]) == (6, 14)
    assert told["bounds"][0] == pytest.approx(header["min_lon_e7"] / 1e7)
    assert [share for _, share in steps] == sorted(share for _, share in steps)
    assert steps[-1] == ("tiles: done", 1.0)
    assert zxy_to_tileid(0, 0, 0) == 0


def test_an_extract_without_a_place_is_told(tmp_path: Path) -> None:
    empty = tmp_path / "empty.osm.pbf"
    with osmium.SimpleWriter(str(empty)):
        pass
    with pytest.raises(NothingToDraw, match="no place to draw"):
        tiling.build(empty, tmp_path / "empty.pmtiles")


def test_an_extract_with_points_alone_still_has_its_ground(tmp_path: Path) -> None:
    few = tmp_path / "few.osm.pbf"
    with osmium.SimpleWriter(str(few)) as writer:
        writer.add_node(Node(id=1, location=(-73.03, 5.82), tags={"place": "town", "name": "Sola"}))
        writer.add_node(Node(id=2, location=(-73.02, 5.83), tags={}))
    told = tiling.build(few, tmp_path / "few.pmtiles")
    assert told["tiles"] > 0


@pytest.mark.parametrize("name", ["porto_alegre", pytest.param("duitama", marks=pytest.mark.slow)])
def test_a_real_city_is_small(name: str, tmp_path: Path) -> None:
    extract = SHARED / f"{name}.osm.pbf"
    if not extract.is_file():
        pytest.skip(f"no extract at {extract}")
    told = tiling.build(extract, tmp_path / "city.pmtiles")
    assert told["bytes"] <= 0.6 * extract.stat().st_size
