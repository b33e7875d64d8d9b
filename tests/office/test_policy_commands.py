"""`ronda office policy why`, `holiday`, `override` and `commission` as a person types them."""

from __future__ import annotations

import json
import shutil
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from server.cli import office
from server.config import config_from
from server.hiring import NewPerson, hire
from server.office import initialise, open_office
from server.store import tables as t
from server.store.engine import writing
from sync.records import Refused, UserRole

from .builders import NOW, small_world

SUNDAY = "2099-12-27"  # far enough: what the commands write is judged by the office's own clock
PASSWORD = "una frase larga y propia"


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An office with the small world, a supervisor and a manager."""
    place = tmp_path_factory.mktemp("office")
    config = config_from({}, place)
    initialise(config, NOW)
    opened = open_office(config)
    world = small_world(opened.engine)
    for username, role in (("oscar", UserRole.SUPERVISOR), ("elena", UserRole.MANAGER)):
        person = NewPerson(username, username.title(), role, PASSWORD)
        assert not isinstance(hire(opened.engine, person, actor="cli", now=NOW), Refused)
    with writing(opened.engine) as connection:  # a debt of that year: no period is over
        connection.execute(t.balances.update().values(oldest_due=date(2099, 8, 1)))
    (place / "rosa").write_text(world.debtors["Rosa"])
    opened.engine.dispose()
    return place


@pytest.fixture
def folder(tmp_path: Path, made: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("RONDA_OFFICE_PASSWORD", PASSWORD)
    shutil.copytree(made, tmp_path / "office")
    return tmp_path / "office"


def run(folder: Path, *words: str) -> Result:
    result = CliRunner().invoke(office, ["policy", *words, "--data", str(folder)])
    assert "Traceback" not in result.output
    return result


def said(folder: Path, *words: str) -> Any:
    result = run(folder, *words, "--json")
    assert result.exit_code == 0, result.output
    return json.loads(result.output)


def why(folder: Path, at: str, *words: str) -> Any:
    [one] = said(folder, "why", "--account", "Rosa-1", "--at", at, *words)["accounts"]
    return one


def test_why_says_the_verdict_every_rule_that_decides_and_when(folder: Path) -> None:
    one = why(folder, f"{SUNDAY}T11:00", "--party", "family")
    assert (one["verdict"], one["rule"], one["zone"]) == ("block", "demo.hours", "America/Bogota")
    assert [each["rule"] for each in one["rulings"]] == ["demo.hours", "demo.party"]
    assert one["rulings"][0]["quote"] == "De lunes a sábado, de 07:00 a 20:00."
    assert one["rulings"][0]["confidence"] == "fictitious"
    assert one["pack"]["needs_signoff"] is True
    assert one["next_allowed"] is None  # waiting does not make a relative the debtor
    alone = why(folder, f"{SUNDAY}T11:00")
    assert alone["next_allowed"] == "2099-12-28T07:00-05:00"
    text = run(folder, "why", "--account", "Rosa-1", "--at", f"{SUNDAY}T11:00").output
    for line in ("2099-12-27 11:00 America/Bogota: block", "block demo.hours", "confidence: fictitious"):
        assert line in text
    assert "next allowed: 2099-12-28 07:00" in text
    assert "needs a local lawyer's sign-off" in text


def test_why_takes_place_party_money_channel_and_lender(folder: Path) -> None:
    at = "2099-12-28T11:00"
    assert why(folder, at, "--cash", "--place", "work", "--party", "debtor")["verdict"] == "allow"
    assert why(folder, at, "--channel", "call")["channel"] == "call"
    assert why(folder, at, "--lender", "Coopsol")["lender"] == "Coopsol"
    for words, sentence in (
        (("--account", "Rosa-1", "--at", at, "--lender", "Otra"), "Rosa-1"),
        (("--account", "X-9", "--at", at), "X-9"),
        (("--account", "Rosa-1", "--at", "mañana"), "write it as 2026-11-21T11:00"),
        (("--account", "Rosa-1", "--at", at, "--channel", "pigeon"), "pigeon"),
    ):
        result = run(folder, "why", *words)
        assert result.exit_code != 0
        assert sentence in result.output


def test_a_holiday_is_added_listed_and_removed(folder: Path) -> None:
    made = said(
        folder,
        "holiday",
        "add",
        "--day",
        "2099-12-28",
        "--municipality",
        "Duitama",
        "--reason",
        "Fiesta local",
    )
    assert made["versions"]["demo"] != ""
    assert why(folder, "2099-12-28T11:00")["rule"] != "holiday.20991228.duitama"  # she lives elsewhere
    everywhere = said(folder, "holiday", "add", "--day", "2099-12-29", "--reason", "Cierre del año")
    one = why(folder, "2099-12-29T11:00")
    assert (one["rule"], one["rulings"][0]["quote"]) == ("holiday.20991229.company", "Cierre del año")
    assert "Fiesta local" in run(folder, "holiday", "list").output
    said(folder, "holiday", "remove", everywhere["id"], "--why", "se abre ese día")
    assert why(folder, "2099-12-29T11:00")["verdict"] != "block"
    assert "se abre ese día" in run(folder, "holiday", "list").output
    again = run(folder, "holiday", "remove", everywhere["id"], "--why", "otra vez")
    assert again.exit_code == 1
    assert "holiday.known" in again.output


def test_a_rule_is_set_aside_listed_and_ended(folder: Path) -> None:
    asked = ("--rule", "demo.hours", "--day", SUNDAY, "--why", "lo pidió por carta del 12", "--user", "oscar")
    made = said(folder, "override", "add", "--account", "Rosa-1", *asked)
    assert made["waits_for_another"] is False
    one = why(folder, f"{SUNDAY}T11:00")
    assert (one["verdict"], one["rule"]) == ("warn", "policy.override")
    assert "Oscar" in one["because"]
    listed = run(folder, "override", "list").output
    assert "in force" in listed
    assert "lo pidió por carta del 12" in listed
    said(folder, "override", "end", made["override"], "--why", "se retractó", "--user", "oscar")
    assert why(folder, f"{SUNDAY}T11:00")["rule"] == "demo.hours"


def test_who_may_not_set_a_rule_aside_is_told_so(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = ("--rule", "demo.hours", "--day", SUNDAY, "--why", "lo pidió por carta del 12")
    rosa = (folder / "rosa").read_text()
    manager = run(folder, "override", "add", "--debtor", rosa, *asked, "--user", "elena")
    assert manager.exit_code == 1
    assert "override.role" in manager.output
    said(folder, "commission", "add", "oscar", "--because", "contrato 12")
    assert "oscar" in run(folder, "commission", "list").output
    earner = run(folder, "override", "add", "--debtor", rosa, *asked, "--user", "oscar")
    assert "override.commission" in earner.output
    said(folder, "commission", "end", "oscar")
    monkeypatch.setenv("RONDA_OFFICE_PASSWORD", "otra cosa")
    stranger = run(folder, "override", "add", "--debtor", rosa, *asked, "--user", "oscar")
    assert stranger.exit_code == 1
    assert said(folder, "override", "list")["overrides"] == []


def test_whose_debtor_is_meant_must_be_said_once(folder: Path) -> None:
    asked = ("--rule", "demo.hours", "--day", SUNDAY, "--why", "lo pidió por carta del 12", "--user", "oscar")
    assert run(folder, "override", "add", *asked).exit_code == 2
    nobody = run(folder, "override", "add", "--account", "X-9", *asked)
    assert "no account has the number or id 'X-9'" in nobody.output
    missing = run(folder, "override", "add", "--debtor", "nobody", *asked)
    assert missing.exit_code == 1
