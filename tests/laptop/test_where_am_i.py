"""Where the collector says he is: receiver, pasted text, the map without a network, or none with its reason."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator

import pytest
from click.testing import CliRunner
from flask import Flask
from flask.testing import FlaskClient
from playwright.sync_api import expect

from field_client.app import create_app
from field_client.cli import field
from field_client.store import journal, settings
from field_client.store.settings import RECEIVER
from sync.records import LocationSource
from tests.browser import Chromium, axe_violations

from .builders import MARIA, MARIA_STOP, PASSPHRASE, Laptop
from .test_pages import FORM, app, browser, post  # noqa: F401 - fixtures
from .test_receivers import DUITAMA, gga, spoken


@pytest.fixture
def plugged_in(laptop: Laptop) -> Iterator[str]:
    """A receiver that sees the sky over Duitama, chosen on this laptop."""
    for port in spoken([gga()]):
        with laptop.store.writing() as db:
            settings.put(db, RECEIVER, port)
        yield port


def test_the_receiver_answers_the_form(browser: FlaskClient, plugged_in: str) -> None:  # noqa: F811
    found = post(browser, "/ubicacion/receptor").get_json()
    assert found == {"lat": DUITAMA[0], "lon": DUITAMA[1], "accuracy": 9.0}


def test_without_a_receiver_the_form_says_what_else_there_is(browser: FlaskClient, laptop: Laptop) -> None:  # noqa: F811
    with laptop.store.writing() as db:
        settings.put(db, RECEIVER, "gpsd://127.0.0.1:1")
    found = post(browser, "/ubicacion/receptor").get_json()
    assert "elija otra forma" in found["why"]


def test_a_locked_laptop_tells_no_place(app: Flask) -> None:  # noqa: F811
    stranger = app.test_client()
    for path in ("/ubicacion/receptor", "/ubicacion/pegada"):
        assert post(stranger, path, {"text": "5.8, -73.0"}).status_code == 302


def test_a_short_plus_code_is_completed_by_the_debtors_door(browser: FlaskClient) -> None:  # noqa: F811
    said = {"text": "RXG8+M9 Duitama", "near": "5.83,-73.03"}
    found = post(browser, "/ubicacion/pegada", said).get_json()
    assert abs(found["lat"] - 5.83) < 0.5
    assert found["accuracy"] > 5
    assert "why" in post(browser, "/ubicacion/pegada", {"text": "la casa azul"}).get_json()


def answers(**more: str) -> dict[str, str]:
    said = {"place": "DOM", "party": "NAD", "known": "live", "result-0": "NAD", "result-1": "NAD"}
    return said | {"loc": "pin", "lat": "", "lon": ""} | more


def location_kept(laptop: Laptop) -> dict[str, object]:
    with laptop.store.reading() as db:
        row = next(row for row in journal.rows(db) if row.entry.kind == "visit.recorded")
    assert row.said is not None
    found: dict[str, object] = row.said["location"]
    return found


def test_what_was_pasted_is_read_when_saving_too(browser: FlaskClient, laptop: Laptop) -> None:  # noqa: F811
    form = browser.get(FORM).text
    visit = form.split('name="visit_id" value="')[1].split('"')[0]
    said = answers(visit_id=visit, pasted="https://maps.google.com/?q=5.8267,-73.0336")
    wrong = post(browser, FORM, said | {"pasted": "por la plaza"})
    assert wrong.status_code == 422
    assert "No se entiende como un lugar" in wrong.text
    assert post(browser, FORM, said).status_code == 302
    kept = location_kept(laptop)
    assert (kept["source"], kept["lat"], kept["lon"]) == (LocationSource.PIN, *DUITAMA)


@pytest.mark.browser
def test_the_place_is_shown_on_the_map_with_the_mouse_and_with_keys(
    laptop: Laptop, chromium: Chromium, serve: Callable[[Flask], str]
) -> None:
    page = chromium.page()
    page.goto(serve(create_app(laptop.folder, laptop.clock)))
    page.fill("#passphrase", PASSPHRASE)
    page.keyboard.press("Enter")
    page.wait_for_selector("text=Registrar visita")
    page.goto(page.url.split("/hoy")[0].rstrip("/") + f"/caso/{MARIA}/visita?parada={MARIA_STOP}")
    page.check('input[name="loc"][value="pin"]')
    page.click("text=Señalar en el mapa")
    page.wait_for_selector("[data-map-picker] .map.is-drawn")
    assert axe_violations(page) == []
    page.click("[data-map-picker] .map", position={"x": 120, "y": 90})
    clicked = page.input_value('[name="lat"]'), page.input_value('[name="lon"]')
    assert all(clicked)
    page.focus("[data-pick-centre]")
    page.keyboard.press("Enter")
    assert (page.input_value('[name="lat"]'), page.input_value('[name="lon"]')) != clicked
    page.fill("#pasted", "5.8267, -73.0336")
    page.click("text=Leer lo pegado")
    expect(page.locator('[name="lat"]')).to_have_value("5.826700")
    assert chromium.foreign_requests == []


def test_the_command_reads_the_receiver_and_keeps_it(laptop: Laptop) -> None:
    laptop.store.close()
    environment = {"RONDA_FIELD_PASSPHRASE": PASSPHRASE, "RONDA_FIELD_DATA": str(laptop.folder)}
    for port in spoken([gga()]):
        said = CliRunner(env=environment).invoke(field, ["where", "--receiver", port, "--keep", "--json"])
        assert said.exit_code == 0, said.output
        assert json.loads(said.output)["accuracy_m"] == 9.0
        again = CliRunner(env=environment).invoke(field, ["where"])
        assert f"{DUITAMA[0]:.6f}, {DUITAMA[1]:.6f} within 9 m" in again.output
    gone = CliRunner(env=environment).invoke(field, ["where", "--receiver", "gpsd://127.0.0.1:1"])
    assert gone.exit_code == 1
    assert "127.0.0.1:1" in gone.output
