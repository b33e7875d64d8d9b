"""The geocoder on a real city: one street's houses hidden at a time, and a lender's file of its addresses."""

from __future__ import annotations

import pytest

from bench import geocoding as bench
from server.geocoding import Gazetteer, geocode
from server.geocoding.gazetteer import build
from sync.records import Precision

pytestmark = pytest.mark.skipif(
    not bench.EXTRACT.is_file(),
    reason="the city's extract is not at hand; it is never kept in the repository",
)


@pytest.fixture(scope="module")
def gazetteer(tmp_path_factory: pytest.TempPathFactory) -> Gazetteer:
    out = tmp_path_factory.mktemp("duitama") / "gazetteer.db"
    build(bench.EXTRACT, out)
    return Gazetteer.open(out)


def test_hidden_houses_are_found_within_metres_and_the_stated_error_is_honest(gazetteer: Gazetteer) -> None:
    figures = bench.hidden_houses(gazetteer, bench.houses_of_the_city())
    assert figures["resolved"] >= 0.95
    assert figures["median_m"] <= 12
    assert figures["p90_m"] <= 60
    assert figures["within_50_m"] >= 0.92
    assert figures["stated_error_right"] >= 0.90


def test_a_portfolio_is_found_by_its_numbers_and_the_country_is_flagged(gazetteer: Gazetteer) -> None:
    rows = bench.rows_of_the_portfolio()[::6]
    figures = bench.portfolio(gazetteer, rows)
    assert figures["at_a_number"] >= 0.91, "a sample; the whole file is measured by the benchmark"
    rural = [row for row in rows if row["Dirección"].upper().startswith(("VEREDA", "VDA"))]
    assert rural
    for row in rural:
        found = geocode(gazetteer, row["Dirección"], neighbourhood=row["Barrio"], city=row["Ciudad"])
        assert found.precision in (Precision.ZONE, Precision.NONE)


def test_each_address_takes_milliseconds(gazetteer: Gazetteer) -> None:
    assert bench.hidden_houses(gazetteer, bench.houses_of_the_city(), 10)["ms_each"] <= 25, "5 ms, alone"
