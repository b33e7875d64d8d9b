"""`ronda office strategy` as a person and a script type it."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from server.cli import office
from tests.office.lenders_files import ANA, BETO, csv_of

DAY = ("--as-of", "2026-11-20")


@pytest.fixture
def typed(tmp_path: Path) -> Any:
    """Run `ronda office …` on an office of its own, with Ana at 111 days and Beto at 41 of a lender."""
    data = str(tmp_path / "data")

    def run(*words: str) -> Result:
        return CliRunner().invoke(office, [*words, "--data", data], catch_exceptions=False)

    assert run("init").exit_code == 0
    path = tmp_path / "cartera.csv"
    late = BETO | {"Vencimiento más antiguo": "10/10/2026"}
    path.write_bytes(csv_of([ANA, late]).encode("cp1252"))
    given = ("--lender", "Banco Andino", *DAY, "--policy", "demo")
    assert run("import", "portfolio", str(path), *given).exit_code == 0
    return run


def said(done: Result) -> dict[str, Any]:
    assert done.exit_code == 0, done.output
    return dict(json.loads(done.stdout))


def test_the_strategy_in_force_is_copied_changed_checked_and_used(typed: Any, tmp_path: Path) -> None:
    shown = typed("strategy", "show", "--text")
    own = tmp_path / "nuestra.toml"
    own.write_text(shown.output.replace('name = "ronda"', 'name = "nuestra"', 1), encoding="utf-8")
    checked = CliRunner().invoke(office, ["strategy", "check", str(own), "--json"])
    assert said(checked)["ok"] is True
    assert said(typed("strategy", "use", str(own), "--json"))["strategy"] == "nuestra"
    assert said(typed("strategy", "show", "--json"))["name"] == "nuestra"


def test_a_file_that_fails_its_vectors_is_named_and_not_used(typed: Any, tmp_path: Path) -> None:
    own = tmp_path / "rota.toml"
    text = typed("strategy", "show", "--text").output
    own.write_text(text.replace("dpd_to = 89", "dpd_to = 79"), encoding="utf-8")
    for command in ("check", "use"):
        words = ["strategy", command, str(own)]
        done = CliRunner().invoke(office, words) if command == "check" else typed(*words)
        assert done.exit_code == 1
        assert "fails: Al día 89 todavía se llama" in done.output
    assert said(typed("strategy", "show", "--json"))["name"] == "ronda"
    own.write_text("schema = ", encoding="utf-8")
    broken = typed("strategy", "use", str(own))
    assert broken.exit_code == 1
    assert "not valid TOML" in broken.output


def test_segments_are_counted_and_one_is_written_the_same_twice(typed: Any, tmp_path: Path) -> None:
    counted = said(typed("strategy", "segments", *DAY, "--json"))
    assert {row["name"]: row["accounts"] for row in counted["segments"] if row["accounts"]} == {
        "media": 1,
        "campo-mayor": 1,
    }
    out = tmp_path / "segmento.csv"
    first = said(typed("strategy", "segment", "campo-mayor", *DAY, "--out", str(out), "--json"))
    again = said(typed("strategy", "segment", "campo-mayor", *DAY, "--json"))
    assert (first["accounts"], first["repeated"]) == (1, False)
    assert (again["sha256"], again["repeated"], again["same"]) == (first["sha256"], True, True)
    (row,) = csv.DictReader(out.read_text(encoding="utf-8").splitlines())
    assert (row["lender"], row["account"], row["next_action"]) == ("Banco Andino", "A-1", "bureau_notice")
    unknown = typed("strategy", "segment", "nadie", *DAY)
    assert unknown.exit_code == 1
    assert "campo-mayor" in unknown.output


def test_worklists_are_made_and_written_with_reasons_and_next_moments(typed: Any, tmp_path: Path) -> None:
    out = tmp_path / "lista.csv"
    made = said(typed("strategy", "worklists", *DAY, "--list", "llamada", "--out", str(out), "--json"))
    assert made["lists"] == {"aviso-central": 1, "campo": 1, "llamada": 1}
    assert made["accounts"] == 2
    (row,) = csv.DictReader(out.read_text(encoding="utf-8").splitlines())
    assert (row["account"], row["why"]) == ("B-1", "41 días de mora")
    assert row["allowed"] in ("allow", "block")
    assert row["next_allowed"]
    wrong = typed("strategy", "worklists", *DAY, "--list", "otra", "--out", str(out))
    assert wrong.exit_code == 1
    assert "there is no list 'otra'" in wrong.output
    assert said(typed("strategy", "unvisited", *DAY, "--json"))["accounts"] == []


def test_write_offs_and_the_calibration_answer_in_an_office_without_any(typed: Any) -> None:
    assert said(typed("strategy", "writeoffs", *DAY, "--json"))["proposals"] == []
    calibrated = said(typed("strategy", "calibrate", "--json"))
    assert (calibrated["visits"], calibrated["brier"], calibrated["deciles"]) == (0, None, [])
    lost = typed("strategy", "accept", "019366aa-0000-7000-8000-000000000000", "--why", "x")
    assert lost.exit_code == 1
    assert "there is no proposal" in lost.output
