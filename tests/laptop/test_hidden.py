"""Whom the office took from this laptop, or erased, is on none of its pages, though what was said of him waits."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from hashlib import sha256
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from PIL import Image

from field_client.app import create_app
from field_client.store import attachments, drafts, records
from field_client.store.attachments import Picture
from tests.laptop.builders import JOSE, MARIA, Laptop
from tests.laptop.test_pages import FORM, answers, post, unlock, words

SECRETS = ("María", "Corresponsal de la 15", "500.000", "enfermedad", "SECRETO")
VISIT = answers()["visit_id"]


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


def taken_away(laptop: Laptop, *ids: str) -> None:
    with laptop.store.writing() as db:
        gone = [{"number": 900, "kind": "debtor", "id": id, "gone": True, "payload": None} for id in ids]
        records.apply(db, gone)


def doorway() -> bytes:
    made = io.BytesIO()
    Image.new("RGB", (40, 30), (90, 120, 60)).save(made, "PNG")
    return made.getvalue()


def shown(browser: FlaskClient, path: str) -> str:
    reply = browser.get(path)
    assert reply.status_code == 200, path
    return words(reply)


def told(browser: FlaskClient) -> list[str]:
    """The pages of what was told, and the addresses of the pictures on them."""
    page = browser.get(f"/visita/{VISIT}").text
    return re.findall(r'(?:src|href)="(/foto/[0-9a-f]{64})"', page)


@pytest.fixture
def visited(browser: FlaskClient) -> FlaskClient:
    said: dict[str, Any] = answers(note="SECRETO a voces") | {"photos": (io.BytesIO(doorway()), "puerta.png")}
    assert post(browser, FORM, said, content_type="multipart/form-data").status_code == 302
    return browser


def test_a_saved_visit_of_a_debtor_taken_away_tells_nothing_of_her(
    visited: FlaskClient, laptop: Laptop
) -> None:
    [photo] = set(told(visited))
    assert visited.get(photo).status_code == 200
    page = shown(visited, f"/visita/{VISIT}")
    assert all(secret in page for secret in SECRETS if secret != "enfermedad"), page
    taken_away(laptop, MARIA)
    for path in (f"/visita/{VISIT}", "/enviar", "/", "/cartera"):
        page = shown(visited, path)
        assert not any(secret in page for secret in SECRETS), path
    assert "no se muestra" in shown(visited, f"/visita/{VISIT}")
    assert visited.get(photo).status_code == 404
    assert visited.get(f"/visita/{VISIT}/corregir").status_code == 404
    assert "Visita —" in shown(visited, "/enviar"), "that something waits is still told"


def test_an_erased_visit_has_a_page_that_says_so(visited: FlaskClient, laptop: Laptop) -> None:
    with laptop.store.writing() as db:
        db.execute("UPDATE journal SET salt = NULL, body = NULL WHERE id = ?", [VISIT])
    page = shown(visited, f"/visita/{VISIT}")
    assert "no se muestra" in page
    assert "SECRETO" not in page


def test_a_draft_about_someone_taken_away_can_only_be_thrown_away(
    browser: FlaskClient, laptop: Laptop
) -> None:
    data = doorway()
    picture = Picture(sha256(data).hexdigest(), "image/png", "photo", data)
    with laptop.store.writing() as db:
        for debtor in (MARIA, JOSE):
            drafts.save(db, debtor, {"note": "SECRETO a voces"}, laptop.clock.now)
        attachments.add_to_draft(db, MARIA, picture)
    at = f"/caso/{MARIA}/borrador/foto/{picture.sha256}"
    assert browser.get(at).status_code == 200
    taken_away(laptop, MARIA)
    assert browser.get(at).status_code == 404
    page = shown(browser, "/enviar")
    assert "Deudor que ya no está" in page
    assert not any(secret in page for secret in SECRETS)
    reply = post(browser, f"/caso/{MARIA}/borrador/descartar")
    assert (reply.status_code, reply.location) == (302, "/enviar")
    with laptop.store.reading() as db:
        assert [row["debtor"] for row in drafts.all_of(db)] == [JOSE]
        assert attachments.draft(db, MARIA) == []
    assert post(browser, f"/caso/{JOSE}/borrador/descartar").location == f"/caso/{JOSE}"
