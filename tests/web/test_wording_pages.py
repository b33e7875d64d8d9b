"""Words judged on the pages: a text tried in the office, and what is said while a note is typed."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from flask import Flask

from tests.browser import Chromium, axe_violations, serving

from .test_pages_in_chromium import come_in
from .worlds import World, csrf_of, log_in, post

SHOTS = os.environ.get("RONDA_WORDING_SHOTS", "")
HOSTILE = '<script>alert(1)</script> Le vamos a embargar "todo".'


@pytest.mark.parametrize("username", ["alicia", "carla", "dora", "gustavo", "fabio"])
def test_everyone_may_try_a_text_and_sees_which_words_why_and_what_else_to_write(
    app: Flask, username: str
) -> None:
    reply = post(
        log_in(app, username), "/policy/wording/", {"text": "Pague, sinvergüenza.", "pack": "mx-agency"}
    )
    page = reply.get_data(as_text=True)
    assert reply.status_code == 200
    assert "Así no se puede usar" in page
    assert "<mark>" in page
    assert "mx-agency.wording.insult" in page
    assert "Redacción neutra" in page


def test_what_is_typed_stays_text(app: Flask) -> None:
    page = post(log_in(app, "dora"), "/policy/wording/", {"text": HOSTILE}).get_data(as_text=True)
    assert "<script>alert" not in page
    assert "&lt;script&gt;" in page


def test_a_harmless_text_an_empty_one_and_one_too_long(app: Flask) -> None:
    dora = log_in(app, "dora")
    harmless = post(dora, "/policy/wording/", {"text": "Vive frente al juzgado.", "pack": "nowhere"})
    assert "No se encontró nada que cambiar" in harmless.get_data(as_text=True)
    empty = post(dora, "/policy/wording/", {"text": "  "})
    assert (empty.status_code, "Escriba o pegue el texto" in empty.get_data(as_text=True)) == (400, True)
    assert post(dora, "/policy/wording/", {"text": "a" * 20_001}).status_code == 400


def test_while_it_is_typed_the_page_asks_and_keeps_nothing(app: Flask) -> None:
    dora = log_in(app, "dora")
    token = csrf_of(dora.get("/policy/wording/").get_data(as_text=True))
    said = {"text": "Lo vamos a meter preso.", "kind": "note", "csrf_token": token}
    answer = dora.post("/look/wording", data=said).get_json()
    assert answer["verdict"] == "warn"
    assert "preso" in answer["why"][0]
    assert answer["neutral"]
    assert dora.post("/look/wording", data=said | {"kind": "letter"}).get_json()["verdict"] == "block"
    assert dora.post("/look/wording", data=said | {"text": "Todo bien."}).get_json()["verdict"] == "allow"
    assert dora.post("/look/wording", data={"text": "Lo vamos a meter preso."}).status_code == 400


@pytest.mark.browser
def test_trying_and_typing_in_a_browser(world: World, app: Flask, chromium: Chromium) -> None:
    page = chromium.page()

    def look(name: str) -> None:
        for scheme in ("light", "dark"):
            page.emulate_media(color_scheme=scheme)
            assert axe_violations(page) == [], (name, scheme)
            if SHOTS:
                page.screenshot(path=Path(SHOTS) / f"{name}-{scheme}.png", full_page=True)

    with serving(app) as address:
        come_in(page, address, "carla")
        page.goto(f"{address}/policy/wording/")
        look("empty")
        page.fill("#text", "Buenas tardes. Pague hoy o lo vamos a embargar, sinvergüenza.")
        page.select_option("#pack", "mx-agency")
        page.click("button:has-text('Revisar')")
        assert page.inner_text("mark")
        look("judged")
        page.goto(f"{address}/objections/new")
        page.fill("#say", "Le vamos a embargar la casa.")
        page.wait_for_selector(".wording .notice")
        look("typed")
        page.click(".wording button")
        page.wait_for_selector(".wording .notice", state="detached")
        assert "embargar" not in page.input_value("#say")
