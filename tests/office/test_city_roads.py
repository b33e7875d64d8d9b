"""Travel on a small town's own roads: one-ways, gates, islands and points in the fields."""

from __future__ import annotations

from pathlib import Path

import osmium
import pytest
from osmium.osm.mutable import Node, Relation, Way

from server.roads.building import NoRoads, build
from server.roads.contracted import NEVER, Calibration, CityRoads
from server.roads.network import SNAP_M, Network, WrongRoads, load

# One block is a thousandth of a degree, about 111 m. Nodes 1 2 3 lie west to east on the south street,
# 4 5 6 on the north one; 9 and 10 are an island.
NODES = {1: (0, 0), 2: (0, 1), 3: (0, 2), 4: (1, 0), 5: (1, 1), 6: (1, 2), 9: (30, 0), 10: (30, 1)}
BASE = (5.8, -73.0)


def point(row: float, column: float) -> tuple[float, float]:
    return BASE[0] + row / 1000, BASE[1] + column / 1000


def extract(
    folder: Path,
    ways: dict[tuple[int, ...], dict[str, str]],
    closed: int | None = None,
    barrier: str = "bollard",
) -> Path:
    path = folder / "town.osm.pbf"
    with osmium.SimpleWriter(str(path), overwrite=True) as writer:
        for number, place in NODES.items():
            lat, lon = point(*place)
            tags = {"barrier": barrier} if number == closed else {}
            writer.add_node(Node(id=number, location=(lon, lat), tags=tags))
        for number, (nodes, tags) in enumerate(ways.items(), 1):
            writer.add_way(Way(id=number, nodes=list(nodes), tags={"highway": "residential"} | tags))
    return path


SQUARE: dict[tuple[int, ...], dict[str, str]] = {
    (1, 2, 3): {},
    (4, 5, 6): {},
    (1, 4): {},
    (2, 5): {},
    (3, 6): {},
    (9, 10): {},
}


def town(
    folder: Path, ways: dict[tuple[int, ...], dict[str, str]], profile: str = "car", closed: int | None = None
) -> Network:
    build(extract(folder, ways, closed), folder / "roads.npz")
    return load(folder / "roads.npz", profile)


@pytest.mark.parametrize("hierarchies", [True, False])
def test_a_one_way_street_is_taken_one_way(tmp_path: Path, hierarchies: bool) -> None:
    ways = SQUARE | {(1, 2, 3): {"oneway": "yes"}}
    roads = CityRoads(town(tmp_path, ways), hierarchies=hierarchies)
    _, metres = roads.table([point(0, 0)], [point(0, 1)])
    _, back = roads.table([point(0, 1)], [point(0, 0)])
    assert metres[0, 0] == pytest.approx(111, abs=5)
    assert back[0, 0] == pytest.approx(333, abs=12)
    on_foot = CityRoads(load(tmp_path / "roads.npz", "foot"), hierarchies=hierarchies)
    assert on_foot.table([point(0, 1)], [point(0, 0)])[1][0, 0] == pytest.approx(111, abs=5)


def test_both_searches_give_the_same_times_lengths_and_lines(tmp_path: Path) -> None:
    network = town(tmp_path, SQUARE | {(4, 5, 6): {"oneway": "-1"}, (2, 5): {"maxspeed": "10"}})
    points = [point(0, 0.3), point(0.4, 1), point(1, 1.7), point(0.2, 2.0), point(1, 0), point(0, 1.9)]
    fast, plain = CityRoads(network, hierarchies=True), CityRoads(network, hierarchies=False)
    for one, other in zip(fast.table(points, points), plain.table(points, points), strict=True):
        assert (one == other).all()
    assert fast.geometry(points) == plain.geometry(points)


def test_a_point_in_the_fields_or_on_an_island_is_on_no_road(tmp_path: Path) -> None:
    roads = CityRoads(town(tmp_path, SQUARE))
    near, far, island = point(0.5, -1), point(0.5, -1 - SNAP_M / 100), point(30, 0.5)
    snapped = roads.snap([near, far, island])
    assert [one.point is None for one in snapped] == [False, True, True]
    assert snapped[0].moved_m == pytest.approx(111, abs=3)
    seconds, _ = roads.table([near], [island, near])
    assert seconds.tolist() == [[NEVER, 0]]


def test_a_bollard_stops_cars_and_lets_people_through(tmp_path: Path) -> None:
    ways: dict[tuple[int, ...], dict[str, str]] = {(1, 2, 3): {}, (1, 4): {}, (3, 6): {}, (4, 5, 6): {}}
    car = CityRoads(town(tmp_path, ways, "car", closed=2))
    on_foot = CityRoads(load(tmp_path / "roads.npz", "foot"))
    start, end = [point(0, 0.5)], [point(0, 1.5)]
    assert on_foot.table(start, end)[1][0, 0] == pytest.approx(111, abs=5)
    assert car.table(start, end)[1][0, 0] == pytest.approx(555, abs=15)


def test_a_gate_costs_who_drives_a_minute_and_who_walks_nothing(tmp_path: Path) -> None:
    ways: dict[tuple[int, ...], dict[str, str]] = {(1, 2, 3): {}, (1, 4): {}, (3, 6): {}}
    start, end = [point(0, 0.5)], [point(0, 1.5)]
    times = {}
    for barrier in ("gate", "entrance"):
        build(extract(tmp_path, ways, closed=2, barrier=barrier), tmp_path / "roads.npz")
        for profile in ("car", "foot"):
            roads = CityRoads(load(tmp_path / "roads.npz", profile))
            times[barrier, profile] = int(roads.table(start, end)[0][0, 0])
    # Half of each edge is travelled, and so half of what its end at the gate costs.
    assert times["gate", "car"] - times["entrance", "car"] == pytest.approx(30, abs=1)
    assert times["gate", "foot"] == times["entrance", "foot"]


def test_earth_and_car_parks_are_slow(tmp_path: Path) -> None:
    base = {"highway": "service"}
    said = []
    for tags in ({}, {"service": "parking_aisle"}, {"surface": "mud", "maxspeed": "60"}):
        build(extract(tmp_path, {(1, 2, 3): base | tags}), tmp_path / "roads.npz")
        table = CityRoads(load(tmp_path / "roads.npz", "car")).table([point(0, 0)], [point(0, 2)])
        said.append(222 * 3.6 / int(table[0][0, 0]))
    assert said == [pytest.approx(15, abs=0.5), pytest.approx(10, abs=0.5), pytest.approx(10, abs=0.5)]


@pytest.mark.parametrize("tags", [{"access": "private"}, {"motor_vehicle": "no"}, {"highway": "footway"}])
def test_what_is_closed_to_cars_is_not_driven(tmp_path: Path, tags: dict[str, str]) -> None:
    roads = CityRoads(town(tmp_path, SQUARE | {(2, 5): tags}))
    assert roads.table([point(0, 1)], [point(1, 1)])[1][0, 0] == pytest.approx(333, abs=12)


def test_the_calibration_is_paid_once_a_leg_and_not_for_standing_still(tmp_path: Path) -> None:
    network = town(tmp_path, SQUARE)
    plain, told = CityRoads(network), CityRoads(network, Calibration(40, 1.5))
    points = [point(0, 0), point(1, 2)]
    free, real = plain.table(points, points)[0], told.table(points, points)[0]
    assert real[0, 0] == 0
    assert real[0, 1] == pytest.approx(40 + 1.5 * free[0, 1], abs=1.5)
    assert plain.fingerprint() != told.fingerprint()


def test_the_line_of_a_leg_follows_the_streets(tmp_path: Path) -> None:
    roads = CityRoads(town(tmp_path, SQUARE))
    line = roads.geometry([point(0, 0.5), point(1, 0.5)])
    assert any(abs(lat - BASE[0]) < 2e-6 and abs(lon - BASE[1]) < 2e-6 for lat, lon in line)
    assert len(line) >= 4


def test_files_that_are_no_network_say_what_to_do(tmp_path: Path) -> None:
    (tmp_path / "roads.npz").write_bytes(b"PK\x03\x04 not one")
    with pytest.raises(WrongRoads, match="add the city again"):
        load(tmp_path / "roads.npz", "car")
    with pytest.raises(NoRoads, match="covers streets"):
        build(extract(tmp_path, {(1, 2): {"highway": "proposed"}}), tmp_path / "out.npz")


def with_turns(folder: Path, *told: tuple[int, int, int, dict[str, str]]) -> Path:
    """The square, each street a way of its own from corner to corner, and turns (way, node, way, tags)."""
    corners = ((1, 2), (2, 3), (4, 5), (5, 6), (1, 4), (2, 5), (3, 6))
    path = extract(folder, {corner: {} for corner in corners})
    whole = folder / "turns.osm.pbf"
    with osmium.SimpleWriter(str(whole), overwrite=True) as writer:
        for thing in osmium.FileProcessor(str(path)):
            writer.add(thing)
        for number, (begin, at, end, tags) in enumerate(told, 1):
            members = [("w", begin, "from"), ("n", at, "via"), ("w", end, "to")]
            tags = {"type": "restriction"} | tags
            writer.add_relation(Relation(id=number, members=members, tags=tags))
    build(whole, folder / "roads.npz")
    return folder / "roads.npz"


FROM_WEST, NORTH, EAST = 1, 6, 2  # ways of the square at its corner 2
A, B = point(0, 0.8), point(0.9, 1)  # beside that corner, and up the street in the middle
BLOCK_M = 111.2


def blocks(roads: CityRoads, start: tuple[float, float], end: tuple[float, float]) -> float:
    return float(roads.table([start], [end])[1][0, 0]) / BLOCK_M


@pytest.mark.parametrize("hierarchies", [True, False])
@pytest.mark.parametrize(
    ("end", "tags"), [(NORTH, {"restriction": "no_left_turn"}), (EAST, {"restriction": "only_straight_on"})]
)
def test_a_forbidden_turn_is_not_taken(
    tmp_path: Path, hierarchies: bool, end: int, tags: dict[str, str]
) -> None:
    file = with_turns(tmp_path, (FROM_WEST, 2, end, tags))
    roads = CityRoads(load(file, "car"), hierarchies=hierarchies)
    assert blocks(roads, A, B) == pytest.approx(2.9, abs=0.06), "round the block"
    assert blocks(roads, B, A) == pytest.approx(1.1, abs=0.06), "the other way it is free"
    assert blocks(roads, A, point(0, 1.5)) == pytest.approx(0.7, abs=0.06), "and straight on"
    line = {(round(lat, 6), round(lon, 6)) for lat, lon in roads.geometry([A, B])}
    assert {point(0, 0), point(1, 0), point(1, 1)} <= line
    on_foot = CityRoads(load(file, "foot"), hierarchies=hierarchies)
    assert blocks(on_foot, A, B) == pytest.approx(1.1, abs=0.06), "who walks turns"


@pytest.mark.parametrize(
    "tags",
    [
        {"restriction": "no_left_turn", "except": "bus;motorcar"},
        {"restriction:motorcycle": "no_left_turn"},
        {"restriction:conditional": "no_left_turn @ (Mo-Fr 07:00-09:00)"},
    ],
)
def test_a_turn_is_forbidden_only_to_whom_it_says(tmp_path: Path, tags: dict[str, str]) -> None:
    file = with_turns(tmp_path, (FROM_WEST, 2, NORTH, tags))
    assert blocks(CityRoads(load(file, "car")), A, B) == pytest.approx(1.1, abs=0.06)
    by_motorcycle = 1.1 if "restriction:conditional" in tags else 2.9
    assert blocks(CityRoads(load(file, "motorcycle")), A, B) == pytest.approx(by_motorcycle, abs=0.06)


def test_turns_that_would_close_a_street_altogether_are_not_believed(tmp_path: Path) -> None:
    every = [(1, 2, NORTH), (2, 2, NORTH), (3, 5, NORTH), (4, 5, NORTH)]
    file = with_turns(tmp_path, *((*turn, {"restriction": "no_right_turn"}) for turn in every))
    assert blocks(CityRoads(load(file, "car")), A, B) == pytest.approx(1.1, abs=0.06)
    file = with_turns(tmp_path, *((*turn, {"restriction": "no_right_turn"}) for turn in every[:3]))
    assert blocks(CityRoads(load(file, "car")), A, B) == pytest.approx(3.3, abs=0.06), "the one way in left"
