"""A line on the map as a text: read back as it was, and nothing else is a line."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sync.wire.lines import decoded, encoded

places = st.tuples(st.integers(-9_000_000, 9_000_000), st.integers(-18_000_000, 18_000_000))


def test_the_example_that_every_engine_knows() -> None:
    line = [(38.5, -120.2), (40.7, -120.95), (43.252, -126.453)]
    assert encoded(line) == "_p~iF~ps|U_ulLnnqC_mqNvxq`@"
    assert decoded("_p~iF~ps|U_ulLnnqC_mqNvxq`@") == line


@given(st.lists(places, max_size=30))
def test_a_line_is_read_back_without_its_repetitions(line: list[tuple[int, int]]) -> None:
    points = [(lat / 100_000, lon / 100_000) for lat, lon in line]
    distinct = [point for place, point in enumerate(points) if place == 0 or point != points[place - 1]]
    assert decoded(encoded(points)) == distinct


@pytest.mark.parametrize("text", ["_", "~~~~~~~~~~~~", "a b", "_p~iF", "ñ", "\x00\x00"])
def test_what_no_line_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="line"):
        decoded(text)


def test_an_empty_line_is_none() -> None:
    assert decoded(encoded([])) == []
