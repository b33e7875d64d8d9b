"""The first pages of a laptop without a browser: what they ask, what they say when it goes wrong, how far it is."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from field_client import inviting
from field_client.app import create_app
from field_client.folder import is_enrolled
from field_client.store import settings
from field_client.store.side import FEED_TOP, StoredLaptop
from server.receiving import answering
from server.store import devices
from server.store.engine import reading
from sync import invitation

from .builders import PASSPHRASE, Laptop, StandingClock, uid
from .pairs import Pair
from .test_pages import post, settle, unlock, words

FORM = {
    "server": "http://127.0.0.1:9",
    "code": "ABCD-EFGH",
    "label": "",
    "passphrase": PASSPHRASE,
    "again": PASSPHRASE,
}


@pytest.fixture
def empty(tmp_path: Path) -> Iterator[Flask]:
    app = create_app(tmp_path / "laptop", StandingClock())
    yield app
    app.extensions["ronda_vault"].lock()


def test_an_empty_laptop_leads_to_its_first_page_and_shows_nothing_else(empty: Flask) -> None:
    browser = empty.test_client()
    assert browser.get("/").location.startswith("/desbloquear")
    assert "Empezar: tengo el código" in words(browser.get("/desbloquear"))
    assert browser.get("/bienvenida/").status_code == 200
    for path in ("/bienvenida/primera", "/bienvenida/avance", "/portatil/", "/mio"):
        assert browser.get(path).location.startswith("/desbloquear"), path


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"server": ""}, "Escriba la dirección"),
        ({"server": "oficina"}, "Esa dirección no sirve"),
        ({"server": "http://office.example"}, "Esa dirección no sirve"),
        ({"code": " "}, "Escriba el código"),
        ({"passphrase": "corta"}, "Use al menos 10 caracteres"),
        ({"again": "otra cosa distinta"}, "no son iguales"),
        ({}, "La oficina no responde"),
    ],
)
def test_what_is_wrong_stands_beside_its_field_and_nothing_is_made(
    empty: Flask, changed: dict[str, str], said: str
) -> None:
    browser = empty.test_client()
    reply = post(browser, "/bienvenida/", FORM | changed)
    assert reply.status_code == 422
    assert said in words(reply)
    assert PASSPHRASE not in reply.text
    assert not is_enrolled(empty.extensions["ronda_vault"].root)


def test_the_whole_line_of_the_offices_qr_code_is_enough(empty: Flask) -> None:
    line = invitation.written("http://127.0.0.1:9/", "", "ABCD-EFGH")
    reply = post(empty.test_client(), "/bienvenida/", FORM | {"server": line, "code": ""})
    assert "La oficina no responde" in words(reply), "it was read, and the office was asked"
    assert 'value="ABCD-EFGH"' in reply.text
    assert 'value="http://127.0.0.1:9"' in reply.text


@pytest.mark.parametrize("pin", ["", "ab" * 32])
def test_a_line_is_read_back_as_it_was_written(pin: str) -> None:
    line = invitation.written("https://office.example/", pin, "ABCD-EFGH")
    address = f"https://office.example#{pin}" if pin else "https://office.example"
    assert invitation.read(f" {line}\n") == (address, "ABCD-EFGH")
    assert invitation.read(" https://office.example#ab ") == ("https://office.example#ab", "")


def test_what_the_office_prepared_is_filled_in(empty: Flask) -> None:
    root = empty.extensions["ronda_vault"].root
    root.mkdir()
    inviting.leave(root, inviting.Invitation("https://office.example#pin", "ABCD-EFGH", "RC"))
    page = empty.test_client().get("/bienvenida/").text
    for said in ("https://office.example#pin", "ABCD-EFGH", 'value="RC"'):
        assert said in page


def test_the_first_download_says_how_far_it_is_and_about_how_long_it_takes(laptop: Laptop) -> None:
    app = create_app(laptop.folder, laptop.clock)
    browser: FlaskClient = app.test_client()
    unlock(browser)
    with laptop.store.writing() as db:
        half = {"complete": False, "cursor": {"epoch": uid(7), "number": 400}, FEED_TOP: 1000}
        settings.put_all(db, half)
    laptop.clock.forward(seconds=20)
    said = browser.get("/bienvenida/avance").json
    assert said is not None
    assert said["percent"] == 40
    assert said["sentence"] == "Recibiendo su cartera: 400 de 1000 datos. Faltan cerca de 30 segundos."
    assert said["done"] is False
    laptop.clock.forward(seconds=280)
    slow = browser.get("/bienvenida/avance").json
    assert slow is not None
    assert "Faltan cerca de 8 minutos." in slow["sentence"]
    page = browser.get("/bienvenida/primera")  # it asks for an exchange, with an office that is not there
    assert page.status_code == 200
    settle(app)
    failed = browser.get("/bienvenida/avance").json
    assert failed is not None
    assert failed["failed"] is True
    assert "Revise el internet" in failed["sentence"]
    with laptop.store.writing() as db:
        settings.put(db, "complete", True)
    assert browser.get("/bienvenida/avance").json == {
        "percent": 100,
        "sentence": "Listo: todo está en este portátil.",
        "done": True,
        "failed": True,
    }
    app.extensions["ronda_vault"].lock()


def test_the_office_tells_how_long_its_feed_is_while_more_of_it_waits(pair: Pair) -> None:
    with reading(pair.world.engine) as connection:
        device = devices.by_id(connection, StoredLaptop(pair.store).identity().device)
        assert device is not None
        first = answering.page(connection, device, {"cursor": None, "limit": 2}, uid(1))
        whole = answering.page(connection, device, {"cursor": None, "limit": 500}, uid(1))
    assert first["more"]
    assert first["top"] == whole["cursor"]["number"]
    assert "top" not in whole
