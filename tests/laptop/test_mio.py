"""What a collector sees of his own work, the card of a stop, and what the laptop page and diagnosis say."""

from __future__ import annotations

import json
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import pytest
from click.testing import CliRunner
from flask import Flask
from flask.testing import FlaskClient

from field_client import diagnosing
from field_client.app import create_app
from field_client.cli import field
from field_client.mio import results_of
from field_client.stop_card import card_of, initials
from field_client.today import day_of
from server import program
from sync.records import PromiseState

from .builders import (
    AGENT,
    JOSE_STOP,
    MARIA_LOAN,
    PASSPHRASE,
    Laptop,
    payment,
    promise,
    uid,
    visit,
    world,
)
from .pairs import Pair
from .test_pages import post, unlock, words


@pytest.fixture
def app(laptop: Laptop) -> Iterator[Flask]:
    app = create_app(laptop.folder, laptop.clock)
    yield app
    app.extensions["ronda_vault"].lock()


@pytest.fixture
def browser(app: Flask) -> FlaskClient:
    browser = app.test_client()
    assert unlock(browser).status_code == 302
    return browser


def told(laptop: Laptop) -> None:
    """Carlos's own visit, a promise kept by it and a colleague's promise, which is not his."""
    mine, kept = uid(71), uid(72)
    said = [
        ("visit", mine, visit(id=mine, agent=AGENT, agent_name="Carlos Pérez")),
        ("promise", kept, promise(id=kept, visit=mine, amount="80000.00", due="2026-11-17")),
        ("payment", uid(73), payment(id=uid(73), amount="100000.00", value_date="2026-11-16")),
    ]
    laptop.receive([*world(), *said])


def test_only_his_own_promises_count_and_the_formula_is_on_the_page(
    laptop: Laptop, browser: FlaskClient
) -> None:
    told(laptop)
    found = results_of(laptop.store, laptop.clock.now)
    assert [one.promise.id for one in found.mine] == [uid(72)], "Ana's promise is hers"
    assert (found.visits, found.debtors) == (1, 1)
    assert found.states == {found.mine[0].standing.state: 1}
    assert found.mine[0].promise.account == MARIA_LOAN
    page = words(browser.get("/mio"))
    assert "Cumplidas ÷ (cumplidas + parciales + incumplidas)" in page
    assert "la oficina no ha publicado una regla" in page
    assert "María Núñez Peña" in page


def test_a_kept_promise_and_what_it_recovered_add_up(laptop: Laptop) -> None:
    mine, kept = uid(71), uid(72)
    own = visit(id=mine, agent=AGENT)
    others = [one for one in world() if one[0] not in ("visit", "promise", "payment")]
    made = promise(id=kept, visit=mine, amount="80000.00", due="2026-11-17")
    paid = payment(amount="80000.00", value_date="2026-11-16")
    laptop.receive([*others, ("visit", mine, own), ("promise", kept, made), ("payment", paid["id"], paid)])
    with laptop.store.writing() as db:  # Ana's promise is about the same account
        db.execute(
            "DELETE FROM records WHERE kind IN ('promise', 'visit') AND id NOT IN (?, ?)", [mine, kept]
        )
    found = results_of(laptop.store, laptop.clock.now)
    assert found.states == {PromiseState.KEPT: 1}
    assert (found.kept, found.decided, found.kept_percent) == (1, 1, 100)
    app = create_app(laptop.folder, laptop.clock)
    browser = app.test_client()
    unlock(browser)
    page = words(browser.get("/mio"))
    assert "1 de 1" in page
    assert "100 % de las que ya vencieron" in page
    app.extensions["ronda_vault"].lock()
    assert found.recovered == {"COP": Decimal(80000)}
    assert found.late == {}


def test_the_card_of_a_stop_says_where_and_when_and_nothing_else(
    laptop: Laptop, browser: FlaskClient
) -> None:
    day = day_of(laptop.store, laptop.clock.now)
    assert day is not None
    stop = next(one for one in day.stops if one.id == JOSE_STOP)
    card = card_of(stop)
    assert card.link == "geo:5.82900,-73.02800?q=5.82900,-73.02800(2%2011%3A00-11%3A15)"
    assert (card.sequence, card.initials, card.hours) == ("2", "J. I.", "11:00-11:15")
    page = browser.get(f"/parada/{JOSE_STOP}/tarjeta")
    assert "<svg" in page.text
    shown = words(page)
    for secret in ("Ibáñez", "800.000", "000452", "Banco", "Carrera 18"):
        assert secret not in shown
    assert browser.get(f"/parada/{uid(999)}/tarjeta").status_code == 404
    assert initials("maría de los ángeles Ñáñez 2") == "M. D. L. Á. Ñ."


# The diagnosis


def test_a_diagnosis_names_nobody(laptop: Laptop, browser: FlaskClient, tmp_path: Path) -> None:
    reply = post(browser, "/portatil/diagnostico")
    said = json.loads(reply.data)
    assert said["inside"]["records"]["debtor"] == 3
    assert said["inside"]["integrity"] == "ok"
    out = tmp_path / "diagnosis.json"
    environ = {"RONDA_FIELD_PASSPHRASE": PASSPHRASE, "RONDA_FIELD_DATA": str(laptop.folder)}
    assert CliRunner().invoke(field, ["diagnose", "--out", str(out)], env=environ).exit_code == 0
    secrets = ("María", "Núñez", "José", "Carlos", "1250000", "000451", "Calle", "Banco", "127.0.0.1:9")
    secrets = (*secrets, "Oficina de prueba", str(laptop.folder), "t" * 43, "3001234567", "Duitama")
    for text in (reply.text, out.read_text("utf-8")):
        for secret in secrets:
            assert secret not in text, secret
    locked = CliRunner().invoke(field, ["diagnose", "--locked"], env=environ)
    assert "inside" not in json.loads(locked.stdout)
    assert diagnosing.outside(tmp_path / "none", laptop.clock.now)["enrolled"] is False


# The newer program


def test_the_office_tells_a_laptop_of_a_newer_program(pair: Pair) -> None:
    program.want(pair.world.engine, newest="0.9.0", least="0.2.0", actor="nora", now=pair.clock.now)
    hears: dict[str, list[str]] = {
        "ronda/0.1.9": ["update_needed"],
        "ronda/0.2.0": ["update_available"],
        "ronda/0.10.0": [],
        "ronda/x": [],
        "otra cosa": [],
    }
    with pair.world.engine.connect() as connection:
        for client, codes in hears.items():
            assert [one["code"] for one in program.notices(connection, client)] == codes, client


def test_a_laptop_hears_of_it_and_nothing_is_refused(pair: Pair) -> None:
    program.want(pair.world.engine, newest="99.0.0", least="98.0.0", actor="nora", now=pair.clock.now)
    pair.exchange()
    pair.visit("Rosa")
    assert pair.exchange().unsent == 0
    app = create_app(pair.folder, pair.clock)
    browser = app.test_client()
    unlock(browser)
    page = words(browser.get("/portatil/"))
    assert "la oficina pide al menos el 98.0.0" in page
    assert "Pida hoy la versión nueva" in page
    app.extensions["ronda_vault"].lock()
