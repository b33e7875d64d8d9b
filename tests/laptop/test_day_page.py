"""The collector's day: the debtor in one look, what the office changed, and the day in other programs."""

from __future__ import annotations

from xml.etree import ElementTree

import gpxpy
import pytest
from flask import Flask
from flask.testing import FlaskClient

from field_client.changes import changes
from field_client.glance import glance
from field_client.today import Day, day_of

from .builders import (
    JOSE,
    JOSE_LOAN,
    JOSE_STOP,
    MARIA,
    MARIA_CARD,
    MARIA_LOAN,
    MARIA_STOP,
    ROUTE,
    Laptop,
    account,
    local,
    route,
)
from .test_pages import app, browser, post, words  # noqa: F401 - fixtures


def today(laptop: Laptop) -> Day:
    found = day_of(laptop.store, laptop.clock.now)
    assert found is not None
    return found


def paid(id: str, owner: str, number: str) -> dict[str, object]:
    made = account(id, owner, number, "0.00")
    made["balance"] = made["balance"] | {"oldest_due": None}
    return made


def test_a_debtor_is_told_in_one_look(laptop: Laptop) -> None:
    maria = today(laptop).next
    assert maria is not None
    said = [str(line) for line in glance(maria)]
    assert said[0].startswith("Vencido: ")
    assert said[1] == "Última visita: 12/11/2026, Promesa de pago"
    assert "Promesas sin cumplir: 1" in said
    assert said[-1] == "Último pago: 16/11/2026"


def test_the_glance_and_the_ways_are_on_the_page(browser: FlaskClient) -> None:  # noqa: F811
    page = browser.get("/")
    assert "Última visita: 12/11/2026" in words(page)
    assert "https://waze.com/ul?ll=5.826000,-73.034000&amp;navigate=yes" in page.text
    assert "en línea recta" in words(page)
    outside = [part.split('"')[0] for part in page.text.split('href="https://')[1:]]
    assert not [link for link in outside if "Mar" in link or "000451" in link]


def test_the_first_day_seen_has_nothing_new(laptop: Laptop) -> None:
    assert changes(laptop.store, today(laptop)) == ()
    assert changes(laptop.store, today(laptop)) == ()


def test_what_the_office_changed_is_shown_until_it_is_read(browser: FlaskClient, laptop: Laptop) -> None:  # noqa: F811
    browser.get("/")
    moved = route(version=2)
    for stop in moved["stops"]:
        if stop["id"] == JOSE_STOP:
            stop |= {"window_start": None, "window_end": None, "appointment": False}
        if stop["id"] == MARIA_STOP:
            stop |= {"sequence": None, "eta": None}
    laptop.receive([("route", ROUTE, moved)], start=100)
    page = words(browser.get("/"))
    assert "La oficina cambió su día" in page
    assert "José Ibáñez: cambió su hora" in page
    assert "María Núñez Peña: salió de su ruta" in page
    assert post(browser, "/cambios/vistos").status_code == 302
    assert "La oficina cambió su día" not in words(browser.get("/"))


def test_who_paid_at_the_office_drops_off_the_route_with_a_notice(
    browser: FlaskClient,  # noqa: F811
    laptop: Laptop,
) -> None:
    browser.get("/")
    laptop.receive([("account", JOSE_LOAN, paid(JOSE_LOAN, JOSE, "000452"))], start=100)
    page = words(browser.get("/"))
    assert "José Ibáñez: pagó en la oficina, ya no se visita" in page
    assert "Pagó en la oficina: no le queda nada vencido." in page
    jose = next(stop for stop in today(laptop).stops if stop.id == JOSE_STOP)
    assert jose.state == "detenida"


def test_one_account_paid_of_two_keeps_the_stop(laptop: Laptop) -> None:
    laptop.receive([("account", MARIA_CARD, paid(MARIA_CARD, MARIA, "TC-88"))], start=100)
    found = today(laptop).next
    assert found is not None
    assert found.id == MARIA_STOP
    laptop.receive([("account", MARIA_LOAN, paid(MARIA_LOAN, MARIA, "000451"))], start=200)
    after = today(laptop).next
    assert after is not None
    assert after.id == JOSE_STOP


def test_the_day_leaves_as_gpx_and_kml_without_names(browser: FlaskClient) -> None:  # noqa: F811
    gpx = browser.get("/ruta.gpx")
    assert gpx.mimetype == "application/gpx+xml"
    points = gpxpy.parse(gpx.text).routes[0].points
    assert [(point.name, point.latitude, point.longitude) for point in points] == [
        ("1", 5.826, -73.034),
        ("2", 5.829, -73.028),
    ]
    assert points[0].time == local(9, 10)
    kml = browser.get("/ruta.kml")
    assert ElementTree.fromstring(kml.data).tag.endswith("kml")
    for held in (gpx.text, kml.text):
        assert "Calle 15 # 14-32" in held
        assert not [name for name in ("María", "José", "000451", "1250000") if name in held]
    assert browser.get("/ruta.exe").status_code == 404


@pytest.mark.parametrize("path", ["/ruta.gpx", "/ruta.kml"])
def test_a_locked_laptop_gives_no_day_away(app: Flask, path: str) -> None:  # noqa: F811
    assert app.test_client().get(path).status_code == 302


def test_the_day_is_printed_as_numbered_lines(browser: FlaskClient) -> None:  # noqa: F811
    page = words(browser.get("/hoja"))
    assert "Hoja de ruta: Carlos Pérez" in page
    assert "1 09:10 María Núñez Peña Calle 15 # 14-32, Centro +573001234567 000451: $1.250.000 COP" in page
    assert "2 11:00 cita 11:00 – 11:15 José Ibáñez" in page
