"""`ronda office export --return` and `ronda office strategy commission`, as a person types them."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from server.cli import office as command
from server.config import config_from
from server.office import initialise, open_office
from sync.commissions import default_text

from .months import Month

NOW = datetime(2026, 11, 20, 20, 0, tzinfo=UTC)


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """An office where Ana visited Rosa, who then paid."""
    config = config_from({}, tmp_path / "office")
    initialise(config, NOW)
    made = open_office(config)
    world = Month(made.engine)
    account = world.owes("Rosa", date(2026, 11, 1))
    world.calls(account, world.agent("Ana"), date(2026, 11, 10))
    world.paid(account, 100_000, date(2026, 11, 12))
    made.engine.dispose()
    return config.data


def run(data: Path, *words: object) -> Result:
    return CliRunner().invoke(command, [*map(str, words), "--data", str(data)])


def test_a_lenders_file_is_written_once_and_then_only_what_is_new(data: Path, tmp_path: Path) -> None:
    asked = ("export", tmp_path / "out", "--return", "Crediboyacá", "--as-of", "2026-11-10", "--json")
    told = json.loads(run(data, *asked).output)
    assert (told["number"], told["mode"], told["rows"], told["rejected"]) == (1, "full", 1, 0)
    assert Path(told["file"]).read_text(encoding="cp1252").startswith("No. Crédito;")
    again = run(data, *asked)
    assert again.exit_code == 1
    assert "nothing new" in again.output


def test_a_lender_that_is_not_there_is_told_with_those_that_are(data: Path, tmp_path: Path) -> None:
    answer = run(data, "export", tmp_path / "out", "--return", "Banco X")
    assert answer.exit_code == 1
    assert "there are: Crediboyacá" in answer.output


def test_rules_are_put_and_a_month_is_reckoned_by_them(data: Path, tmp_path: Path) -> None:
    ours = tmp_path / "ours.toml"
    ours.write_text(default_text().replace('percent = "4"', 'percent = "7"'), encoding="utf-8")
    assert json.loads(run(data, "strategy", "commission", "put", ours, "--json").output)["own"]
    asked = ("strategy", "commission", "reckon", "--month", "2026-11-01", "--as-of", "2026-11-20", "--json")
    told = json.loads(run(data, *asked).output)
    assert [(one["agent"], one["commission"]) for one in told["agents"]] == [("Ana", "7000.00")]
    assert [one["fee"] for one in told["fees"]] == ["12000.00"]


def test_rules_that_cannot_be_read_are_refused_in_a_sentence(data: Path, tmp_path: Path) -> None:
    ours = tmp_path / "ours.toml"
    ours.write_text("schema = 1\nname = 'x'\n", encoding="utf-8")
    answer = run(data, "strategy", "commission", "put", ours)
    assert answer.exit_code == 1
    assert "attribution.days" in answer.output
