"""A laptop's clock where a row does not say how far off it was: its other rows do."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

import pytest

from tests.office.test_visit_files import run

HEADER = (
    "agent,account,happened_from,happened_to,recorded,lat,lon,accuracy_m,source,address_lat,address_lon,"
    "clock_offset_s,clock_uncertainty_s,known"
)
NINE = datetime.fromisoformat("2026-11-18T09:00:00-05:00")


def row(number: int, minutes: float, ahead_s: float, offset: str) -> str:
    """A visit of five minutes, 600 m from the one before, at what the laptop took the time to be."""
    start = NINE + timedelta(minutes=minutes, seconds=ahead_s)
    end = start + timedelta(minutes=5)
    door = 4.61 + number * 0.0054
    where = f"{door + 0.000123:.6f},-74.081234,12,gps,{door},-74.0812"
    told = f"{start.isoformat()},{end.isoformat()},{(end + timedelta(seconds=9)).isoformat()}"
    return f"ana,{number},{told},{where},{offset},3,live"


def checks(said: dict[str, object]) -> dict[str, int]:
    listed = said["checks"]
    assert isinstance(listed, list)
    return {one["check"].removeprefix("audit."): one["flags"] for one in listed if one["flags"]}


@pytest.mark.parametrize(("wrong_s", "found"), [(600.0, False), (0.0, True)])
def test_a_row_without_a_measure_is_corrected_as_the_same_laptops_others_are(
    tmp_path: Path, wrong_s: float, found: bool
) -> None:
    """Ten minutes ahead all day, and of one visit nobody measured it; where the laptop was right all day,
    the same row is of a visit that crosses the next one."""
    rows = [
        row(number, number * 8, 600.0 if number == 2 else wrong_s, "" if number == 2 else str(wrong_s))
        for number in range(5)
    ]
    _, said = run(tmp_path, HEADER, *rows)
    assert (checks(said) != {}) is found


def test_a_clock_that_always_stood_wrong_was_not_moved_and_one_set_for_a_visit_was(tmp_path: Path) -> None:
    steady = [row(number, number * 30, 1020.0, "1020") for number in range(8)]
    _, said = run(tmp_path, HEADER, *steady)
    assert checks(said) == {}
    assert {one["check"] for one in said["checks"] if one["findings"]} >= {"audit.clock_skew"}
    set_back = [*steady[:7], row(7, 7 * 30, -7200.0, "-7200")]
    _, said = run(tmp_path, HEADER, *set_back)
    assert checks(said).get("clock_moved") == 1


def test_times_to_the_whole_minute_among_times_to_the_second_were_told_by_a_person(tmp_path: Path) -> None:
    header = "agent,account,happened_from,happened_to,lat,lon,address_lat,address_lon"
    stamped = [
        f"ana,{n},2026-11-18T{8 + n:02d}:03:17-05:00,2026-11-18T{8 + n:02d}:09:41-05:00,"
        f"{4.61 + n * 0.01 + 0.000123:.6f},-74.081234,{4.61 + n * 0.01},-74.0812"
        for n in range(6)
    ]
    typed = "ana,9,2026-11-18T15:07:{s}-05:00,2026-11-18T15:12:{s}-05:00,4.900123,-74.300123,4.68,-74.0812"
    _, said = run(tmp_path, header, *stamped, typed.format(s="00"))
    assert checks(said) == {}
    _, said = run(tmp_path, header, *stamped, typed.format(s="21"))
    assert checks(said) == {"far_from_address": 1}
