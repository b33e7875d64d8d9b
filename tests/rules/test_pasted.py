"""What a collector pastes to say where he is: as maps, telephones and people write it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openlocationcode import openlocationcode as plus_codes

from sync.rules.geo import haversine_m
from sync.rules.pasted import pasted

DUITAMA = (5.8267, -73.0336)


@pytest.mark.parametrize(
    "text",
    [
        "5.8267, -73.0336",
        "5.8267 -73.0336",
        "(5.8267; -73.0336)",
        "5,8267; -73,0336",
        "5,8267 -73,0336",
        "5.8267° N, 73.0336° W",
        "5.8267 N 73.0336 O",
        "5°49'36.12\"N 73°02'00.96\"W",
        "5° 49’ 36,12” N, 73° 02’ 00,96” O",
        "geo:5.8267,-73.0336;u=20",
        "https://www.google.com/maps/@5.8267,-73.0336,17z",
        "https://www.google.com/maps/place/Casa/@5.1,-73.9,17z/data=!3m1!4b1!4m5!3d5.8267!4d-73.0336",
        "https://maps.google.com/?q=5.8267,-73.0336",
        "https://www.google.com/maps/search/?api=1&query=5.8267%2C-73.0336",
        "https://waze.com/ul?ll=5.8267%2C-73.0336&navigate=yes",
        "https://www.openstreetmap.org/#map=18/5.8267/-73.0336",
    ],
)
def test_a_place_is_read_as_maps_and_people_write_it(text: str) -> None:
    found = pasted(text)
    assert found is not None
    assert haversine_m(found.lat, found.lon, *DUITAMA) < 1


@pytest.mark.parametrize(
    "text",
    ["", "cerca de la plaza", "0, 0", "91, 10", "5.8267, -181", "5.8267", "Cl 18 # 10-12", "1.234.567",
     "https://maps.app.goo.gl/abcdef", "9" * 2000],
)  # fmt: skip
def test_what_is_no_place_is_none(text: str) -> None:
    assert pasted(text) is None


def test_a_short_plus_code_needs_somewhere_near() -> None:
    short = plus_codes.encode(*DUITAMA)[4:]
    assert pasted(f"{short} Duitama") is None
    found = pasted(f"{short} Duitama", near=(5.83, -73.02))
    assert found is not None
    assert haversine_m(found.lat, found.lon, *DUITAMA) < 15


@given(st.floats(-85, 85), st.floats(-179, 179))
def test_a_plus_code_tells_its_place_within_what_it_says(lat: float, lon: float) -> None:
    found = pasted(plus_codes.encode(lat, lon))
    assert found is not None
    assert found.error_m is not None
    assert haversine_m(found.lat, found.lon, lat, lon) <= found.error_m + 0.5


@given(st.floats(-90, 90), st.floats(-180, 180))
def test_a_written_pair_is_that_pair(lat: float, lon: float) -> None:
    found = pasted(f"{lat:.6f}, {lon:.6f}")
    if (round(lat, 6), round(lon, 6)) == (0, 0):
        assert found is None
    else:
        assert found is not None
        assert (found.lat, found.lon) == (float(f"{lat:.6f}"), float(f"{lon:.6f}"))


@given(st.text(max_size=80))
def test_any_text_at_all_is_answered(text: str) -> None:
    pasted(text)
