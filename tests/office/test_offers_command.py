"""`ronda office offers`: a company's own rules are checked whole before they hold, and the command says why not."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from server.cli import office
from server.config import config_from
from server.office import initialise
from sync import offers

from .builders import NOW

DEFAULT = Path(offers.__file__).with_name("default.toml")


def run(*arguments: str, code: int = 0) -> str:
    ended = CliRunner().invoke(office, ["offers", *arguments])
    assert ended.exit_code == code, ended.output
    return ended.output


def test_a_file_is_checked_put_and_shown(tmp_path: Path) -> None:
    initialise(config_from({}, tmp_path / "office"), NOW)
    data = ("--data", str(tmp_path / "office"))
    built_in = json.loads(run("show", *data, "--json"))
    assert [one["name"] for one in built_in["segments"]] == [
        "preventiva",
        "administrativa",
        "campo",
        "castigo",
    ]
    own = tmp_path / "own.toml"
    text = DEFAULT.read_text(encoding="utf-8").replace("target_percent = 85", 'target_percent = "82.5"')
    own.write_text(text, encoding="utf-8")
    assert "82.5" in run("check", str(own))
    assert "supervisor" in run("put", str(own), *data)
    assert json.loads(run("show", *data, "--json"))["segments"][2]["target"] == "82.5"


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        ("schema = 1", "schema = 7", "newer than this program knows"),
        ("floor_percent = 75", "floor_percent = 95", "floor_percent must be"),
        ("annual_percent = 0", "annual_percent = 1.5", "broken number"),
        ("[late_interest]", "[late_interes]", "late_interest] is missing"),
    ],
)
def test_a_wrong_file_is_refused_in_a_sentence(tmp_path: Path, old: str, new: str, says: str) -> None:
    own = tmp_path / "own.toml"
    own.write_text(DEFAULT.read_text(encoding="utf-8").replace(old, new), encoding="utf-8")
    said = run("check", str(own), code=1)
    assert says in said
    assert "Traceback" not in said
