"""Where addresses are, in a small made city; what is not known is said and never guessed."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from server.geocoding import Found, Gazetteer, Source, geocode
from server.geocoding.gazetteer import build
from server.store.gazetteers import WrongGazetteer
from sync.records import Precision

from .streets import FAR, at, city, metres


@pytest.fixture(scope="module")
def gazetteer(tmp_path_factory: pytest.TempPathFactory) -> Gazetteer:
    folder = tmp_path_factory.mktemp("city")
    build(city().write(folder / "city.osm.pbf"), folder / "gazetteer.db")
    return Gazetteer.open(folder / "gazetteer.db")


def off(found: Found, calle: float, carrera: float) -> float:
    assert found.lat is not None
    assert found.lon is not None
    return metres((found.lat, found.lon), at(calle, carrera))


def test_a_known_house_is_where_the_map_has_it(gazetteer: Gazetteer) -> None:
    found = geocode(gazetteer, "Cl 9 # 5-44 apto 201", neighbourhood="El Centro")
    assert (found.source, found.precision) == (Source.HOUSE, Precision.DOOR)
    assert off(found, 9.06, 5.5) < 0.5


def test_between_two_known_houses_the_number_tells_the_share_of_the_way(gazetteer: Gazetteer) -> None:
    found = geocode(gazetteer, "Calle 9 5-27")
    assert found.source is Source.GRID, "27 is odd: the even houses are across the street"
    found = geocode(gazetteer, "Calle 9 No 5-28")
    assert found.source is Source.NEIGHBOURS
    assert off(found, 9.06, 5.1 + 0.4 * 18 / 34) < 2


@pytest.mark.parametrize(("number", "north"), [(20, True), (21, False)])
def test_from_the_corner_the_metres_go_to_the_next_number_and_the_parity_tells_the_side(
    gazetteer: Gazetteer, number: int, north: bool
) -> None:
    found = geocode(gazetteer, f"Calle 3 # 6-{number}")
    assert (found.source, found.precision) == (Source.GRID, Precision.BLOCK)
    assert off(found, 3, 6 + (number + 4) / 88.4) < 8
    assert found.lat is not None
    assert (found.lat > at(3, 6)[0]) is north
    assert found.expected_error_m is not None
    assert found.expected_error_m < 15


def test_a_diagonal_crosses_calles_and_carreras_alike(gazetteer: Gazetteer) -> None:
    one, other = geocode(gazetteer, "Dg 5 # 3-10"), geocode(gazetteer, "Diagonal 5 con carrera 3")
    assert off(one, 3.1, 3.1) < 20
    assert off(other, 3, 3) < 1


def test_a_corner_that_is_not_on_the_map_lies_between_its_neighbours(gazetteer: Gazetteer) -> None:
    found = geocode(gazetteer, "Calle 8 # 4-10", neighbourhood="El Centro")
    assert found.source in (Source.BETWEEN, Source.PATTERN)
    assert off(found, 8, 4.1) <= 2 * (found.expected_error_m or 0)
    assert off(found, 8, 4.1) < 60


def test_a_corner_beyond_the_street_is_where_the_numbers_around_say(gazetteer: Gazetteer) -> None:
    found = geocode(gazetteer, "Calle 6 # 8-30")
    assert found.source is Source.PATTERN
    assert off(found, 6, 8.3) < 60


def test_two_corners_of_one_name_are_told_apart_by_the_quarter(gazetteer: Gazetteer) -> None:
    here = geocode(gazetteer, "Calle 10 # 5-20", neighbourhood="El Centro")
    there = geocode(gazetteer, "Calle 10 # 5-20", neighbourhood="Villa Lejana")
    assert off(here, 10, 5.2) < 30
    assert off(there, 10 - FAR - 8, 3.2) < 30


def test_two_corners_that_nothing_tells_apart_are_no_certain_answer(gazetteer: Gazetteer) -> None:
    """Control: with the quarter the same address is certain."""
    unsure = geocode(gazetteer, "Calle 10 # 5-20")
    sure = geocode(gazetteer, "Calle 10 # 5-20", neighbourhood="El Centro")
    assert unsure.alternatives
    assert sure.expected_error_m is not None
    assert unsure.expected_error_m is not None
    near = min(off(unsure, 10, 5.2), off(unsure, 10 - FAR - 8, 3.2))
    assert near < 30
    assert unsure.expected_error_m >= sure.expected_error_m


def test_a_quadrant_at_the_end_is_of_the_street(gazetteer: Gazetteer) -> None:
    found = geocode(gazetteer, "Calle 2 # 2-15 sur")
    assert off(found, -2, 2.2) < 12


@pytest.mark.parametrize("text", ["Av. Las Américas 120", "avenida las americas # 120", "Av Américas, 120"])
def test_a_named_street_and_a_number(gazetteer: Gazetteer, text: str) -> None:
    found = geocode(gazetteer, text)
    assert found.source is Source.HOUSE
    assert off(found, 12.06, 1.5) < 1


def test_a_number_between_two_of_a_named_street(gazetteer: Gazetteer) -> None:
    found = geocode(gazetteer, "Avenida Las Americas 170")
    assert found.source is Source.NEIGHBOURS
    assert off(found, 12.06, 2.0) < 2


def test_an_unknown_number_of_a_quarter_is_the_quarter(gazetteer: Gazetteer) -> None:
    found = geocode(gazetteer, "Mz 5 Lt 12 Barrio El Centro")
    assert (found.source, found.precision) == (Source.AREA, Precision.ZONE)
    assert off(found, 5, 5) < 1


@pytest.mark.parametrize("text", ["Mz 5 Lt 12 El Centro", "El Centro", "el  CENTRO, casa 4"])
def test_a_quarter_that_no_word_announces_is_one_where_the_map_knows_it(
    gazetteer: Gazetteer, text: str
) -> None:
    found = geocode(gazetteer, text)
    assert (found.source, found.precision) == (Source.AREA, Precision.ZONE)
    assert geocode(gazetteer, text.lower().replace("centro", "cerro")).lat is None, (
        "the control: no such quarter"
    )


def test_a_street_without_a_number_is_its_middle_and_says_how_far_that_may_be(gazetteer: Gazetteer) -> None:
    found = geocode(gazetteer, "Calle 9")
    assert (found.source, found.precision) == (Source.STREET, Precision.STREET)
    assert (found.expected_error_m or 0) >= 40


def test_a_village_is_flagged_and_no_door_is_guessed(gazetteer: Gazetteer) -> None:
    found = geocode(gazetteer, "Vereda El Carmen, finca La Esperanza")
    assert found.precision is Precision.ZONE
    assert (found.expected_error_m or 0) >= 200


@pytest.mark.parametrize("text", ["", "   ", "frente al parque", "Calle 99 # 98-97", "Vereda Nunca Oída"])
def test_what_is_not_known_is_not_guessed(gazetteer: Gazetteer, text: str) -> None:
    found = geocode(gazetteer, text)
    assert (found.lat, found.lon, found.precision) == (None, None, Precision.NONE)
    assert found.expected_error_m is None


@pytest.fixture(scope="module")
def two_towns(tmp_path_factory: pytest.TempPathFactory) -> Gazetteer:
    """The same streets in two towns, five kilometres apart."""
    folder = tmp_path_factory.mktemp("towns")
    made = city()
    made.place(5.05, 5.05, "city", "San José de Norte")
    made.place(5.05 - FAR, 5.05, "town", "Villa Lejana")
    build(made.write(folder / "towns.osm.pbf"), folder / "gazetteer.db")
    return Gazetteer.open(folder / "gazetteer.db", called="La Capital")


@pytest.mark.parametrize(
    "said", ["", "San José de Norte", "SAN JOSE DE NORTE (BOYACÁ)", "Norte", "la capital"]
)
def test_an_address_of_the_city_is_found_however_its_city_is_written(two_towns: Gazetteer, said: str) -> None:
    assert geocode(two_towns, "Calle 9 # 5-44", city=said).precision is Precision.DOOR


def test_an_address_of_another_city_is_not_found_in_this_one(two_towns: Gazetteer) -> None:
    for said in ("Bogotá", "Villa Lejana"):
        found = geocode(two_towns, "Calle 2 # 3-10", city=said)
        assert (found.lat, found.precision) == (None, Precision.NONE)
        assert said in str(found.why)
        assert off(found.alternatives[0], 2, 3) < 30, "and a person sees what is here"


def test_a_corner_of_two_towns_is_that_of_the_town_that_is_named(two_towns: Gazetteer) -> None:
    north = geocode(two_towns, "Calle 9 # 4-10", city="Norte")
    south = geocode(two_towns, "Calle 9 # 4-10", city="Villa Lejana, Boyacá")
    assert off(north, 9, 4) < 30
    assert off(south, 1 - FAR, 2) < 30


HOSTILE = [
    "9" * 10_000,
    "Calle " * 2_000,
    "Calle 9 # 5-44\x00\x1b[31m\r\n; DROP TABLE streets",
    "${jndi:ldap://x/a}",
    "Av ${7*7} {{7*7}} %s %n 120",
    '" OR 1=1 --',
    "Avenida \"* NEAR( ' 120",
    "<script>alert(1)</script> # 3-4",
    "\u202e9 ellaC",
    "Calle 99999999999 # 88888888888-777777777",
    "Cl ٣ # ٤-٥",
]


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_addresses_get_an_answer_of_their_own(gazetteer: Gazetteer, text: str) -> None:
    found = geocode(gazetteer, text, neighbourhood=text, city=text)
    assert len(found.normal) <= 700
    assert (found.lat is None) is (found.precision is Precision.NONE)


SAID = st.text(max_size=60) | st.from_regex(
    r"(Calle|Cra|Dg|Av|Vereda|Mz) \d{1,2}[A-C]?( bis)?( sur)? (#|No\.?|) ?\d{1,2}[A-C]? ?- ?\d{1,3}",
    fullmatch=True,
)


@settings(derandomize=True, deadline=None, max_examples=150)
@given(SAID, st.sampled_from(["", "El Centro", "Villa Lejana", "X"]))
def test_every_answer_is_whole_and_repeatable(gazetteer: Gazetteer, text: str, quarter: str) -> None:
    found = geocode(gazetteer, text, neighbourhood=quarter)
    assert found == geocode(gazetteer, text, neighbourhood=quarter)
    if found.lat is None:
        assert (found.lon, found.expected_error_m, found.source) == (None, None, Source.NONE)
        return
    assert found.expected_error_m is not None
    assert found.expected_error_m > 0
    assert metres((found.lat, found.lon or 0), at(0, 0)) < 20_000
    assert all(one.lat is not None for one in found.alternatives)


def test_a_file_that_is_no_index_says_what_to_do(tmp_path: Path) -> None:
    (tmp_path / "gazetteer.db").write_bytes(b"not a database" * 100)
    with pytest.raises(WrongGazetteer, match="add the city again"):
        Gazetteer.open(tmp_path / "gazetteer.db")


def test_an_extract_without_streets_makes_an_index_that_finds_nothing(tmp_path: Path) -> None:
    from .streets import Extract

    empty = Extract()
    empty.place(1, 1, "hamlet", "Sola")
    about = build(empty.write(tmp_path / "e.osm.pbf"), tmp_path / "g.db")
    assert about["streets"] == 0
    assert geocode(Gazetteer.open(tmp_path / "g.db"), "Calle 1 # 2-3").lat is None
