"""`ronda office erase` and `evidence` as a person types them."""

from __future__ import annotations

import json
import shutil
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import select

import server.commands.erase as commands
from server.cli import office
from server.config import config_from
from server.office import initialise, open_office
from server.store.engine import reading
from server.store.tables import visits
from sync.verifying import verify

from .builders import NOW, enrolled, small_world
from .test_erasing import plant, receive


@pytest.fixture
def folder(tmp_path: Path, made: Path) -> Path:
    shutil.copytree(made, tmp_path / "office")
    return tmp_path / "office"


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An office as `init` makes it, with Rosa's and Luis's visits."""
    place = tmp_path_factory.mktemp("office")
    config = config_from({}, place)
    initialise(config, NOW)
    opened = open_office(config)
    world = small_world(opened.engine)
    world.signer = opened.signer
    laptop = enrolled(world)
    for name in ("Rosa", "Luis"):
        plant(world, laptop, name)
    assert receive(world, laptop)["quarantined"] == []
    (place / "rosa").write_text(world.debtors["Rosa"])
    (place / "visit").write_text(laptop.entries[8].id)
    opened.engine.dispose()
    return place


def run(folder: Path, *words: str) -> Result:
    result = CliRunner().invoke(office, [*words, "--data", str(folder)])
    assert "Traceback" not in result.output
    return result


def said(folder: Path, *words: str) -> Any:
    result = run(folder, *words, "--json")
    assert result.exit_code == 0, result.output
    return json.loads(result.output)


def test_places_past_their_time_are_deleted_and_the_visits_stay(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def placed() -> list[tuple[str, bool]]:
        opened = open_office(config_from({}, folder))
        with reading(opened.engine) as connection:
            rows = connection.execute(select(visits.c.id, visits.c.lat).order_by(visits.c.id)).all()
        opened.engine.dispose()
        return [(row.id, row.lat is not None) for row in rows]

    before = placed()
    held = sum(there for _id, there in before)
    assert held > 0
    monkeypatch.setattr(commands, "now", lambda: NOW + timedelta(days=100))
    assert said(folder, "erase", "places")["old"] == 0
    assert placed() == before
    monkeypatch.setattr(commands, "now", lambda: NOW + timedelta(days=200))
    told = said(folder, "erase", "places")
    assert told["old"] + sum(told["kept"].values()) == held
    assert told["old"] > 0
    assert [id for id, _there in placed()] == [id for id, _there in before]
    assert sum(there for _id, there in placed()) == held - told["old"]


def test_a_request_goes_its_way_from_the_command_line(folder: Path, tmp_path: Path) -> None:
    rosa = (folder / "rosa").read_text()
    asked = ("erase", "request", "--debtor", rosa, "--by", "holder", "--basis", "Ley 1581, art. 8")
    made = said(folder, *asked)
    assert (made["number"], made["state"], made["on_hold"]) == (1, "received", False)
    assert "una solicitud sin resolver" in run(folder, *asked).output
    assert said(folder, "erase", "hold", "1", "--why", "Proceso 2026-33")["held"] is True
    refused = run(folder, "erase", "carry-out", "1", "--why", "Procede", "--despite-open")
    assert refused.exit_code == 1
    assert "Proceso 2026-33" in refused.output
    assert said(folder, "erase", "list")["requests"][0]["on_hold"] is True
    said(folder, "erase", "release", "1", "--why", "Terminó")
    still_owes = run(folder, "erase", "carry-out", "1", "--why", "Procede")
    assert "erasure.contract" in still_owes.output
    done = said(folder, "erase", "carry-out", "1", "--why", "Procede", "--despite-open")
    assert (done["events"], done["scrubbed"]) == (8, True)
    assert "carried out" in run(folder, "erase", "list").output
    assert said(folder, "erase", "scrub") == {"scrubbed": True}
    data = b"".join(path.read_bytes() for path in folder.rglob("*") if path.is_file())
    assert b"SECRETO-nota-Luis" in data
    assert b"SECRETO-nota-Rosa" not in data
    said(folder, "export", str(tmp_path / "out"))
    checked = CliRunner().invoke(verify, [str(tmp_path / "out"), "--json"])
    assert (checked.exit_code, json.loads(checked.stdout)["erased"]) == (0, 8)


def test_a_request_is_refused_with_its_rule(folder: Path) -> None:
    rosa = (folder / "rosa").read_text()
    said(folder, "erase", "request", "--debtor", rosa, "--by", "holder", "--basis", "Ley 1581, art. 8")
    given = ("erase", "refuse", "1", "--why", "La deuda sigue vigente", "--rule", "erasure.contract")
    assert said(folder, *given)["state"] == "refused"
    assert run(folder, *given).exit_code == 1


def test_the_evidence_for_a_visit_is_written_and_checked(folder: Path, tmp_path: Path) -> None:
    visit = (folder / "visit").read_text()
    made = said(folder, "evidence", visit, str(tmp_path / "evidence"))
    assert made["visit"] == visit
    checked = CliRunner().invoke(verify, [str(tmp_path / "evidence"), "--kind", "evidence"])
    assert checked.exit_code == 0, checked.output
    assert f"Evidence for event {visit}" in checked.output
    again = run(folder, "evidence", visit, str(tmp_path / "evidence"))
    assert (again.exit_code, "is not empty" in again.output) == (1, True)
    nobody = run(folder, "evidence", "nothing", str(tmp_path / "other"))
    assert (nobody.exit_code, "there is no visit nothing" in nobody.output) == (1, True)


def test_what_is_not_there_is_told(folder: Path) -> None:
    for words in (
        ("erase", "request", "--debtor", "nobody", "--by", "holder", "--basis", "Ley 1581"),
        ("erase", "hold", "7", "--why", "Proceso"),
        ("erase", "carry-out", "7", "--why", "Procede"),
    ):
        result = run(folder, *words)
        assert result.exit_code == 1
        assert "there is no debtor or request" in result.output
