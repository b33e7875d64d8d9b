"""The fleet on one page: each laptop's signs, filters, a queue read from a stick, and two people to open one."""

from __future__ import annotations

import io
import json
import re
from base64 import b64decode
from collections.abc import Callable
from datetime import timedelta
from html import unescape
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select, update
from werkzeug.test import TestResponse

from server import certifying, fleet
from server.store import tables as t
from server.store.engine import reading, writing
from sync import invitation, marks
from sync.exchange import Reading
from sync.exchange.carrying import pack
from sync.keys import new_signing_key
from sync.pinning import read_pin
from sync.recovery_file import read
from sync.sealing import new_database_key, seal

from .worlds import NOW, World, log_in

ClientOf = Callable[[str], FlaskClient]


@pytest.fixture
def reader(app: Flask) -> ClientOf:
    """A client of a person of the office of one's own; each logs in once."""
    clients: dict[str, FlaskClient] = {}

    def client_of(username: str) -> FlaskClient:
        if username not in clients:
            clients[username] = log_in(app, username)
        return clients[username]

    return client_of


WELL: dict[str, Any] = {
    "wiped_at": None,
    "revoked_at": None,
    "wipe_ordered_at": None,
    "last_seen": NOW - timedelta(hours=1),
    "client": "ronda/0.1.0",
    "offset_ms": 400,
    "forks": 0,
    "quarantined": 0,
    "lease_until": NOW + timedelta(days=10),
    "pending": 0,
    "attachments": 0,
    "sealed": True,
}


@pytest.mark.parametrize(
    ("odd", "sign"),
    [
        ({}, "well"),
        ({"pending": 3}, "pending"),
        ({"quarantined": 1}, "quarantined"),
        ({"forks": 1}, "fork"),
        ({"offset_ms": -121_000}, "skewed"),
        ({"client": "ronda/0.0.9"}, "outdated"),
        ({"last_seen": NOW - timedelta(days=4)}, "silent"),
        ({"lease_until": NOW}, "closed"),
        ({"attachments": 2}, "attachments"),
        ({"sealed": False}, "unsealed"),
        ({"revoked_at": NOW, "pending": 5}, "revoked"),
        ({"revoked_at": NOW, "wipe_ordered_at": NOW}, "wiping"),
        ({"revoked_at": NOW, "wipe_ordered_at": NOW, "wiped_at": NOW}, "wiped"),
    ],
)
def test_each_trouble_of_a_laptop_has_its_sign(odd: dict[str, Any], sign: str) -> None:
    assert fleet.signs(WELL | odd, NOW)[0] == sign


def test_a_strange_client_is_not_called_old() -> None:
    assert fleet.version_of("curl/8") is None
    assert "outdated" not in fleet.signs(WELL | {"client": "curl/8"}, NOW)
    assert fleet.version_of("ronda/0.10.2") == (0, 10, 2)


def words(text: str) -> str:
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", text)).split())


def post(client: FlaskClient, path: str, form: dict[str, Any] | None = None, **more: Any) -> TestResponse:
    found = re.search(r'name="csrf-token" content="([^"]+)"', client.get("/devices/").text)
    assert found is not None
    return client.post(path, data={"csrf_token": unescape(found[1]), **(form or {})}, **more)


def change(world: World, agent: str, **values: Any) -> None:
    with writing(world.office.engine) as connection:
        connection.execute(update(t.devices).where(t.devices.c.id == world.devices[agent]).values(**values))


def test_the_page_shows_signs_and_filters_by_them(world: World, reader: ClientOf) -> None:
    change(world, "gustavo", offset_ms=-400_000, client="ronda/0.0.1", lease_until=NOW - timedelta(days=1))
    client = reader("nora")
    page = words(client.get("/devices/").text)
    for said in ("Reloj corrido", "Programa viejo", "Cerrado por plazo", "-400 s", "14 días sin ver"):
        assert said in page
    table = words(client.get("/devices/?sign=skewed").text)
    assert "Gustavo" in table
    assert "Hilda" not in table.partition("Reloj Plazo")[2].partition("Leer un archivo")[0]
    assert "Ninguno con ese filtro" in words(client.get("/devices/?q=nadie").text)
    assert "Gustavo" in words(client.get("/devices/?q=GUST").text)


def test_a_queue_is_read_from_the_page_and_its_reply_offered(world: World, reader: ClientOf) -> None:
    office = world.office

    class Speaker:
        device = world.devices["gustavo"]
        client = "ronda/0.1.0"
        key = new_signing_key()
        offset_ms = 0
        uncertainty_ms = 0

    data = pack(Speaker(), [], Reading(NOW, 1, "boot"), office.recovery_public)
    form = {"queue": (io.BytesIO(data), "cola.ronda")}
    answer = post(reader("alicia"), "/devices/queues", form, content_type="multipart/form-data")
    assert "Archivo de Gustavo" in words(answer.text)
    link = re.search(r'href="data:application/json;base64,([^"]+)"', answer.text)
    assert link is not None
    assert json.loads(b64decode(unescape(link[1])))["device"] == world.devices["gustavo"]
    bad = post(
        reader("alicia"),
        "/devices/queues",
        {"queue": (io.BytesIO(b"nada"), "x.ronda")},
        content_type="multipart/form-data",
        follow_redirects=True,
    )
    assert "No es un archivo de envíos" in words(bad.text)


def test_two_people_open_a_laptop_by_their_pages(world: World, reader: ClientOf) -> None:
    device, key = world.devices["gustavo"], new_database_key()
    change(world, "gustavo", sealed_key=seal(world.office.recovery_public, key))
    path = f"/devices/{device}"
    short = post(reader("alicia"), f"{path}/recoveries", {"reason": "ya"})
    assert short.status_code == 422
    post(reader("carla"), f"{path}/recoveries", {"reason": "Gustavo olvidó su contraseña"})
    with reading(world.office.engine) as connection:
        [recovery] = connection.execute(select(t.recoveries.c.id)).scalars()
    assert "La aprueba otra persona" in words(reader("carla").get(path).text)
    own = post(reader("carla"), f"{path}/recoveries/{recovery}/approve", follow_redirects=True)
    assert "Lo debe aprobar otra persona" in words(own.text)
    assert post(reader("alicia"), f"{path}/recoveries/{recovery}/approve").status_code == 403
    early = post(reader("alicia"), f"{path}/recoveries/{recovery}/package", follow_redirects=True)
    assert "Falta que otra persona la apruebe" in words(early.text)
    post(reader("dora"), f"{path}/recoveries/{recovery}/approve")
    made = post(reader("alicia"), f"{path}/recoveries/{recovery}/package")
    code = re.search(r'class="code">([^<]+)<', made.text)
    link = re.search(r'href="data:application/json;base64,([^"]+)"', made.text)
    assert code is not None
    assert link is not None
    assert read(b64decode(unescape(link[1]))).key(code[1]) == key
    assert code[1] not in reader("alicia").get(path).text
    again = post(reader("alicia"), f"{path}/recoveries/{recovery}/package", follow_redirects=True)
    assert "Ya se usó" in words(again.text)
    assert post(reader("bruno"), f"{path}/recoveries", {"reason": "no es de los suyos"}).status_code == 404


def test_a_wipe_is_ordered_and_a_closed_laptop_gets_its_code(world: World, reader: ClientOf) -> None:
    path = f"/devices/{world.devices['gustavo']}"
    wrong = post(reader("carla"), f"{path}/extend", {"challenge": "corta", "days": "3"})
    assert wrong.status_code == 422
    given = post(reader("carla"), f"{path}/extend", {"challenge": "abcd-efgh", "days": "3"})
    assert re.search(r'class="code">[0-9A-Z]{5}-[0-9A-Z]{5}<', given.text)
    page = post(reader("carla"), f"{path}/wipe", follow_redirects=True)
    assert "Borrado ordenado" in words(page.text)
    with reading(world.office.engine) as connection:
        kinds = set(connection.execute(select(t.facts.c.kind)).scalars())
    assert {"lease.code_given", "device.wipe_ordered", "device.revoked"} <= kinds


def test_the_office_shows_its_tls_pin_where_codes_are_given(world: World, reader: ClientOf) -> None:
    client = reader("nora")
    assert "Huella de la clave TLS" not in words(client.get("/devices/").text)  # served without TLS
    tls = certifying.ensure(world.office, ["oficina.example"], NOW)
    said = words(client.get("/devices/").text)
    shown = said.partition("inscribir un portátil: ")[2][: 64 + 15]
    assert read_pin(shown) == tls.pin
    secure = {"base_url": "https://localhost", "headers": {"Referer": "https://localhost/devices/"}}
    given = post(client, "/devices/codes", {"agent": world.agents["gustavo"]}, **secure)
    code = re.search(r'class="code">([0-9A-Z-]+)<', given.text)
    assert code is not None
    line = invitation.written("https://localhost", tls.pin, code[1])
    assert line in words(given.text)
    assert marks.svg_qr(line, "Código QR para inscribir el portátil") in given.text
