"""`ronda office audit VISITS.csv`: a file of visits from anywhere, judged without an office or a database."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from bench.forgery import measure, table
from server.commands.audit import audit
from server.visit_files import columns

DOCS = Path(__file__).parents[2] / "docs" / "auditing.md"
HEADER = "agent,account,happened_from,happened_to,recorded,received,lat,lon,accuracy_m,source,address_lat,address_lon,note"
HONEST = "ana,1,2026-11-18T09:00:00-05:00,2026-11-18T09:12:00-05:00,2026-11-18T09:13:00-05:00,,4.610123,-74.081234,12,gps,4.6102,-74.0814,nadie"
FAR = "ana,2,2026-11-18T11:00:00-05:00,2026-11-18T11:12:00-05:00,2026-11-18T11:13:00-05:00,,4.650123,-74.081234,12,gps,4.6302,-74.0814,=HYPERLINK()"


def run(folder: Path, *rows: str, options: tuple[str, ...] = ("--json",)) -> tuple[Result, Any]:
    visits = folder / "visits.csv"
    visits.write_text("\n".join(rows) + "\n", encoding="utf-8")
    done = CliRunner().invoke(audit, [str(visits), *options])
    said = json.loads(done.stdout) if done.exit_code == 0 and "--json" in options else None
    return done, said


def findings(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def test_a_file_of_visits_gives_a_row_for_each_finding_in_both_languages(tmp_path: Path) -> None:
    out = tmp_path / "findings.csv"
    done, said = run(tmp_path, HEADER, HONEST, FAR, options=("--json", "--out", str(out)))
    assert done.exit_code == 0
    assert (said["visits"], said["flagged"], said["findings"]) == (2, 1, 1)
    [row] = findings(out)
    assert (row["line"], row["account"], row["check"], row["flag"]) == (
        "3",
        "2",
        "audit.far_from_address",
        "yes",
    )
    assert row["reason_es"].startswith("Registrada a ")
    assert row["reason_en"].startswith("Recorded ")
    assert int(row["value"]) > int(row["limit"]) == 250
    checks = {one["check"]: one for one in said["checks"]}
    assert checks["audit.far_from_address"]["flags"] == 1
    assert checks["audit.chain_gap"]["off"] == "no seq"


def test_three_columns_are_enough_and_what_they_cannot_tell_is_said(tmp_path: Path) -> None:
    done, said = run(tmp_path, "gestor;cuenta;desde", "ana;1;2026-11-18T09:00:00-05:00")
    assert done.exit_code == 0
    assert said["visits"] == 1
    off = {one["check"] for one in said["checks"] if one["off"]}
    assert {"audit.far_from_address", "audit.copied_text", "audit.reused_photo", "audit.chain_fork"} <= off
    assert "audit.overlap" not in off


def test_a_bad_row_is_told_by_its_line_and_the_rest_is_judged(tmp_path: Path) -> None:
    rows = (
        "ana,3,yesterday,,,,,,,,,,",
        "ana,,2026-11-18T09:00:00-05:00,,,,,,,,,,",
        "ana,4,2026-11-18T09:00:00-05:00,2026-11-18T08:00:00-05:00,,,,,,,,,",
        "ana,5,2026-11-18T09:00:00-05:00,,,,near,-74,,,,,",
        "ana,6,2026-11-18T09:00:00-05:00,,,,94.5,-74,,,,,",
        'ana,7,2026-11-18T12:00:00-05:00,,,,,,,,,,"two\nlines"',
        "ana,8,soon,,,,,,,,,,",
    )
    done, said = run(tmp_path, HEADER, HONEST, *rows)
    assert done.exit_code == 0
    assert said["visits"] == 2
    assert [bad["line"] for bad in said["bad_rows"]] == [3, 4, 5, 6, 7, 10]
    assert "write it as 2026-11-20T10:15:00-05:00" in said["bad_rows"][0]["why"]


@pytest.mark.parametrize(
    ("rows", "words"),
    [
        (("",), "first line must name the columns"),
        (("agent,account", "ana,1"), "no column happened_from"),
        ((HEADER,), "no visits below"),
        ((HEADER, "ana,1,yesterday,,,,,,,,,,"), "none of the 1 rows"),
    ],
)
def test_a_file_that_cannot_be_used_is_a_sentence_and_a_failure(
    tmp_path: Path, rows: tuple[str, ...], words: str
) -> None:
    done, _ = run(tmp_path, *rows)
    assert done.exit_code != 0
    assert words in done.output
    assert "Traceback" not in done.output


def test_an_unknown_pack_or_zone_is_told(tmp_path: Path) -> None:
    done, _ = run(tmp_path, HEADER, HONEST, options=("--pack", "atlantis"))
    assert done.exit_code == 1
    assert "atlantis" in done.output
    done, _ = run(tmp_path, HEADER, HONEST, options=("--zone", "Mars/Olympus"))
    assert done.exit_code == 1
    assert "America/Bogota" in done.output
    done = CliRunner().invoke(audit, ["--pack", "demo"])
    assert done.exit_code == 2


def test_hours_are_judged_in_the_zone_that_is_named_or_written(tmp_path: Path) -> None:
    """22:30 of the file's own offset is late; the same instant is early in the evening farther west."""
    late = "ana,1,2026-11-18T22:30:00-05:00,2026-11-18T22:40:00-05:00,,,,,,,,,"
    _, said = run(tmp_path, HEADER, late)
    assert said["flagged"] == 1
    _, said = run(tmp_path, HEADER, late, options=("--json", "--zone", "America/Tijuana"))
    assert said["flagged"] == 0
    naive = "ana,1,2026-11-18T22:30:00,2026-11-18T22:40:00,,,,,,,,,"
    _, said = run(tmp_path, HEADER, naive, options=("--json", "--zone", "America/Bogota"))
    assert said["flagged"] == 1


def test_without_a_pack_no_day_is_closed_and_with_one_its_sundays_are(tmp_path: Path) -> None:
    sunday = "ana,1,2026-11-22T11:00:00-05:00,2026-11-22T11:10:00-05:00,,,,,,,,,"
    _, said = run(tmp_path, HEADER, sunday)
    assert said["flagged"] == 0
    _, said = run(tmp_path, HEADER, sunday, options=("--json", "--pack", "demo"))
    assert said["flagged"] == 1


def test_what_is_written_for_a_spreadsheet_runs_nothing(tmp_path: Path) -> None:
    out = tmp_path / "findings.csv"
    row = FAR.replace("ana,2", '=cmd|calc,"+2+5*cmd"')
    run(tmp_path, HEADER, row, options=("--out", str(out)))
    text = out.read_text(encoding="utf-8")
    assert "'=cmd|calc" in text
    assert ",=" not in text
    assert ",+2" not in text


def test_a_latin_file_and_other_delimiters_are_read(tmp_path: Path) -> None:
    visits = tmp_path / "visits.csv"
    visits.write_bytes(
        "gestor\tcuenta\tdesde\tnota\nMuñoz\t1\t2026-11-18T09:00:00Z\tvolvió\n".encode("cp1252")
    )
    done = CliRunner().invoke(audit, [str(visits), "--json"])
    assert json.loads(done.stdout)["visits"] == 1


def test_a_quote_that_is_not_closed_loses_its_own_row_and_no_other(tmp_path: Path) -> None:
    torn = 'ana,7,2026-11-18T12:00:00-05:00,,,,,,,,,,"never closed'
    later = HONEST.replace("ana,1,", "ana,9,").replace("T09", "T15").replace(",nadie", ',"he said ""no"""')
    done, said = run(tmp_path, HEADER, HONEST, torn, FAR, later)
    assert done.exit_code == 0
    assert (said["rows"], said["visits"]) == (4, 3)
    [bad] = said["bad_rows"]
    assert bad["line"] == 3
    assert "not closed" in bad["why"]


def test_what_was_not_read_of_a_file_is_told(tmp_path: Path) -> None:
    done, said = run(tmp_path, HEADER + ",latitud,lat", HONEST + ",1,2,beyond")
    assert done.exit_code == 0
    told = " ".join(said["notices"])
    assert "not read: latitud, lat" in told
    assert "more cells than the first line names" in told
    swapped = "ana,6,2026-11-18T09:00:00-05:00,,,,-94.5,-74,,,,,"
    _, said = run(tmp_path, HEADER, HONEST, swapped)
    assert "lat is -94.5, and a latitude is between -90 and 90" in said["bad_rows"][0]["why"]
    (tmp_path / "visits.csv").write_text("\n".join((HEADER, HONEST)), encoding="utf-16")
    done = CliRunner().invoke(audit, [str(tmp_path / "visits.csv")])
    assert done.exit_code != 0
    assert "UTF-16" in done.output


def checks_of(said: Any) -> dict[str, int]:
    return {one["check"].removeprefix("audit."): one["flags"] for one in said["checks"] if one["flags"]}


LATER = "ana,{n},2026-11-18T{at},2026-11-18T{to},{wrote},,{lat},-74.081234,12,gps,{door},-74.0814,"


@pytest.mark.parametrize(
    ("at", "to", "wrote", "flagged"),
    [
        ("11:00:07-05:00", "11:12:09-05:00", "2026-11-18T11:13:00-05:00", True),
        ("11:00:07-05:00", "11:12:09-05:00", "", True),  # stamped as it happened
        ("11:00:07-05:00", "11:12:09-05:00", "2026-11-18T19:40:00-05:00", False),  # typed in the evening
        ("11:00:00-05:00", "11:15:00-05:00", "", False),  # told by a watch
    ],
)
def test_a_position_of_the_evenings_table_is_not_held_against_the_visit(
    tmp_path: Path, at: str, to: str, wrote: str, flagged: bool
) -> None:
    rows = [
        LATER.format(n=n, at=f"{7 + n}:10:3{n}-05:00" if n > 2 else f"0{7 + n}:10:3{n}-05:00",
                     to=f"{7 + n}:20:3{n}-05:00" if n > 2 else f"0{7 + n}:20:3{n}-05:00",
                     wrote="", lat=4.61 + n / 100, door=4.6101 + n / 100)
        for n in range(1, 3)
    ]  # fmt: skip
    odd = LATER.format(n=9, at=at, to=to, wrote=wrote, lat=4.66, door=4.6302)
    _, said = run(tmp_path, HEADER, *rows, odd)
    assert ("far_from_address" in checks_of(said)) is flagged


def spread(count: int, off: float) -> list[str]:
    """Visits an hour apart, every other as far off its address as told, in degrees of latitude."""
    return [
        f"ana,{n},2026-11-{1 + n // 8:02d}T{9 + n % 8:02d}:00:0{1 + n % 9}-05:00,,,,{4.6 + n / 1000:.6f},-74.08,8,gps,"
        f"{4.6 + n / 1000 + (off if n % 2 else 0.0001):.6f},-74.08,"
        for n in range(count)
    ]


def test_how_far_unstated_addresses_lie_a_file_shows_itself(tmp_path: Path) -> None:
    loose = 0.0055  # 600 m
    _, said = run(tmp_path, HEADER, *spread(40, loose))
    assert "far_from_address" not in checks_of(said)
    assert any("addresses of unstated precision" in one for one in said["notices"])
    kept = spread(40, 0.0002)
    kept[20] = kept[20].replace(",4.620000,", ",4.635000,")
    _, said = run(tmp_path, HEADER, *kept)
    assert checks_of(said)["far_from_address"] == 1


def test_an_area_is_large_and_yet_not_endless(tmp_path: Path) -> None:
    header = HEADER + ",address_precision"
    near, beyond = (
        f"ana,{n},2026-11-18T{9 + n:02d}:00:03-05:00,,,,{lat},-74.08,8,gps,4.6,-74.08,,zone"
        for n, lat in ((1, 4.618123), (2, 4.638123))
    )
    _, said = run(tmp_path, header, near, beyond)
    assert checks_of(said) == {"far_from_address": 1}
    copied = "ana,1,2026-11-18T10:00:03-05:00,,,,4.612341,-74.081231,8,gps,4.612341,-74.081231,,zone"
    _, said = run(tmp_path, header, copied)
    assert checks_of(said) == {"too_exact": 1}


def test_the_machines_counter_is_not_held_against_the_hour_of_a_visit(tmp_path: Path) -> None:
    rows = [
        f"ana,{n},2026-11-18T{9 + n:02d}:00:03-05:00,,{{wrote}},boot,{ticks}"
        for n, ticks in ((0, 0), (1, 3600), (2, 40000))
    ]
    header = "agent,account,happened_from,happened_to,recorded,boot,ticks_s"
    _, said = run(tmp_path, header, *(row.format(wrote="") for row in rows))
    assert "clock_moved" not in checks_of(said)
    wrote = "2026-11-18T12:30:00-05:00"
    _, said = run(tmp_path, header, *(row.format(wrote=wrote) for row in rows))
    assert "clock_moved" in checks_of(said)


def test_the_clock_of_one_laptop_is_unknown_once_and_not_twice(tmp_path: Path) -> None:
    header = HEADER + ",clock_offset_s,clock_uncertainty_s,incarnation"
    first = HONEST + ",40,30,a"
    away = (
        "ana,2,2026-11-18T09:12:59-05:00,2026-11-18T09:20:00-05:00,2026-11-18T09:20:10-05:00,,"
        "4.634123,-74.081234,12,gps,4.6341,-74.0812,nadie,40,30,{laptop}"
    )
    _, said = run(tmp_path, header, first, away.format(laptop="a"))
    assert checks_of(said) == {"impossible_speed": 1}
    slower = away.replace("09:12:59", "09:13:29")
    _, said = run(tmp_path, header, first, slower.format(laptop="a"))
    assert checks_of(said) == {"impossible_speed": 1}
    _, said = run(tmp_path, header, first, slower.format(laptop="b"))
    assert checks_of(said) == {}


def test_every_column_and_every_word_of_one_is_documented() -> None:
    told = DOCS.read_text(encoding="utf-8")
    for name in columns.NAMES:
        assert f"`{name}`" in told, name


def test_the_table_in_the_document_is_what_the_command_prints(tmp_path: Path) -> None:
    """`python -m bench.forgery --seed 11`."""
    printed = "\n".join(table(measure(11, "measuring", tmp_path), 11))
    assert printed in DOCS.read_text(encoding="utf-8")


def test_forgeries_are_found_and_honest_visits_left_alone(tmp_path: Path) -> None:
    counted = measure(12, "measuring", tmp_path)
    assert counted.recall >= 0.95
    assert counted.false_rate <= 0.02
    assert len(counted.kinds) >= 12
    for kind, one in counted.kinds.items():
        assert one["planted"] >= 10, kind
        assert one["found"] >= 0.75 * one["planted"], kind


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(30, 45))
def test_no_seed_is_an_exception(tmp_path: Path, seed: int) -> None:
    counted = measure(seed, "measuring", tmp_path)
    assert counted.recall >= 0.95
    assert counted.false_rate <= 0.02
