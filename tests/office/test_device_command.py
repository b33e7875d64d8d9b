"""`ronda office device` as a person types it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from server import enrolling
from server.commands.device import device
from server.config import config_from
from server.hiring import Hired, NewPerson, hire
from server.office import initialise, open_office
from sync.ids import new_incarnation
from sync.keys import new_signing_key
from sync.records import UserRole

from .builders import NOW


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("office")
    config = config_from({}, made)
    initialise(config, NOW)
    office = open_office(config)
    person = NewPerson("ana", "Ana Ruiz", UserRole.COLLECTOR, "una clave larga")
    assert isinstance(hire(office.engine, person, actor="cli", now=NOW), Hired)
    office.engine.dispose()
    return made


def run(folder: Path, *words: str) -> Result:
    return CliRunner().invoke(device, [*words, "--data", str(folder)])


def said(result: Result) -> Any:
    assert result.exit_code == 0, result.output
    return json.loads(result.output)


def test_a_code_enrols_a_laptop_that_is_then_listed_and_revoked(folder: Path) -> None:
    code = said(run(folder, "code", "ana", "--json"))["code"]
    office = open_office(config_from({}, folder))
    request = {
        "code": code,
        "device_name": "portátil",
        "public_key": new_signing_key().public.hex(),
        "incarnation": new_incarnation(),
        "client": "test",
    }
    now = NOW
    reply = enrolling.enrol(office.engine, office.signer, office.recovery_public, request, now)
    office.engine.dispose()
    [row] = said(run(folder, "list", "--json"))["devices"]
    assert (row["id"], row["agent_name"], row["revoked_at"]) == (reply["device"], "Ana Ruiz", None)
    assert said(run(folder, "revoke", reply["device"], "--json")) == {
        "device": reply["device"],
        "revoked": True,
    }
    assert "revoked" in run(folder, "list").output
    released = said(run(folder, "release", reply["device"], "--reason", "apareció", "--json"))
    assert released == {"device": reply["device"], "looked_at": 0, "applied": 0, "waiting": {}}
    wrong = run(folder, "release", reply["device"], "--reason", "x")
    assert wrong.exit_code == 1
    assert "Traceback" not in wrong.output


def test_a_stranger_gets_no_code(folder: Path) -> None:
    for name in ("nadie", "admin"):
        result = run(folder, "code", name)
        assert result.exit_code == 1
        assert "is not a collector" in result.output
        assert "Traceback" not in result.output


def test_a_laptop_that_is_not_there_cannot_be_revoked(folder: Path) -> None:
    result = run(folder, "revoke", "nope")
    assert result.exit_code == 1
    assert "nope" in result.output


def test_without_an_office_it_says_how_to_make_one(tmp_path: Path) -> None:
    result = run(tmp_path, "list")
    assert result.exit_code == 1
    assert "ronda office init" in result.output
