"""What the office's pages read is the same on SQLite and PostgreSQL."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine

from server.web import session
from tests.web.addresses import pages
from tests.web.test_portfolio import words
from tests.web.worlds import CHEAP_ARGON2, World, log_in, make_world


@pytest.fixture
def world(office_engine: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    options = {f"argon2__{name}": value for name, value in CHEAP_ARGON2.items()}
    monkeypatch.setitem(session.SETTINGS, "SECURITY_PASSWORD_HASH_PASSLIB_OPTIONS", options)
    url = office_engine.url.render_as_string(hide_password=False)
    made = make_world(tmp_path / "office", url=url)
    yield made
    made.office.engine.dispose()


def test_every_page_opens_and_says_the_same(world: World) -> None:
    client = log_in(world.app(), "root")
    for name, path in pages(world).items():
        assert client.get(path).status_code == (404 if name == "missing" else 200), name
    board = words(client.get("/portfolio/").text)
    assert "90 días o más 4 3 $3.319.134 COP" in board
    fleet = words(client.get("/devices/").text)
    signals = "En cuarentena Con pendientes Sin clave de recuperación"
    assert f"{signals} vie 20 nov, 14:00 — sin dato 2 1 0" in fleet.split("Gustavo Portátil ronda")[1]
    told = re.findall(
        r'<dt>([^<]*)</dt><dd><span class="figure-value[^>]*>(?:<a[^>]*>)?([\d.]+)<', client.get("/").text
    )
    counted = {word: number for word, number in told if number != "0"}
    assert counted == {
        "Cuentas nuevas": "6",
        "Citas de hoy": "2",
        "Hallazgos abiertos": "2",
        "Rutas publicadas": "2",
        "Visitas de hoy": "2",
        "Portátiles en uso": "2",
        "Eventos por llegar": "4",
        "Direcciones y teléfonos hallados": "1",
    }
