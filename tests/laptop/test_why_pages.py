"""Why not, and when: on the case page and the visit page, with the rule, its source and who must still sign it."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from field_client.app import create_app
from field_client.store import records
from sync.policies import load
from sync.rules.policy import policy_from, to_wire
from tests.browser import Chromium, axe_violations

from .builders import MARIA, MARIA_LOAN, PASSPHRASE, Laptop, local, policy, uid
from .test_pages import app, browser, words

__all__ = ["app", "browser"]  # fixtures
SHOTS = os.environ.get("RONDA_WHY_SHOTS", "")
PAGES = (f"/caso/{MARIA}", f"/caso/{MARIA}/visita")


def after_hours(laptop: Laptop) -> None:
    laptop.clock.now = local(21, 40)


def put(laptop: Laptop, kind: str, id: str, **said: object) -> None:
    """A record as the next exchange would bring it."""
    with laptop.store.writing() as db:
        records.put(db, kind, id, 10_000, {"id": id, **said})


@pytest.mark.parametrize("path", PAGES)
def test_after_hours_the_page_says_why_not_from_what_source_and_when(
    browser: FlaskClient, laptop: Laptop, path: str
) -> None:
    after_hours(laptop)
    page = words(browser.get(path))
    for said in (
        "¿Por qué, y cuándo puedo?",
        "Fuera del horario permitido (07:00–20:00).",
        "demo.hours",
        "De lunes a sábado, de 07:00 a 20:00.",
        "ficticia",
        "Sin firma de abogado",
        "necesitan la firma de un abogado local",
        "Desde mar 24 nov, 07:00",
    ):
        assert said in page, said


@pytest.mark.parametrize("path", PAGES)
def test_what_was_set_aside_is_said_with_who_did_it_and_why(
    browser: FlaskClient, laptop: Laptop, path: str
) -> None:
    after_hours(laptop)
    put(
        laptop,
        "override",
        uid(800),
        debtor=MARIA,
        rule="demo.hours",
        day="2026-11-23",
        channel="visit",
        why="<b>pidió</b> la noche por carta",
        by="Óscar Leguizamón",
        role="supervisor",
        approved_by="",
    )
    reply = browser.get(path)
    page = words(reply)
    assert "Permitido por excepción a la regla demo.hours, de Óscar Leguizamón (supervisión)" in page
    assert "<b>pidió</b>" not in reply.get_data(as_text=True)
    assert "Ahora mismo." in page


def test_a_case_whose_pack_is_not_here_says_to_exchange(browser: FlaskClient, laptop: Laptop) -> None:
    with laptop.store.writing() as db:
        held = records.get(db, "account", MARIA_LOAN)
        assert held is not None
        records.put(db, "account", MARIA_LOAN, 10_000, {**held, "pack": "atlantis"})
    page = words(browser.get(PAGES[0]))
    assert "policy.unknown" in page
    assert "sincronice" in page


def test_a_holiday_of_the_office_reaches_the_page_in_the_pack(browser: FlaskClient, laptop: Laptop) -> None:
    content = json.loads(load("demo").canonical)
    content.pop("holidays")
    day = {"id": "holiday.20261123.duitama", "quote": "Fiestas de Duitama", "always": True}
    content["local_holidays"] = [day | {"municipalities": ["duitama"], "dates": [date(2026, 11, 23)]}]
    laid = policy_from(content)
    with laptop.store.writing() as db:
        records.put(db, "policy", "demo", 10_000, {"name": "demo", **to_wire(laid)})
    page = words(browser.get(PAGES[0]))
    assert "Es festivo en Duitama" in page
    assert "Fiestas de Duitama" in page
    assert policy()["version"] != laid.version


@pytest.mark.browser
def test_the_reasons_are_accessible_in_light_and_dark(
    laptop: Laptop, chromium: Chromium, serve: Callable[[Flask], str]
) -> None:
    after_hours(laptop)
    address = serve(create_app(laptop.folder, laptop.clock))
    page = chromium.page()
    page.goto(address)
    page.keyboard.type(PASSPHRASE)
    page.keyboard.press("Enter")
    page.wait_for_selector("h1")
    for path, scheme in ((PAGES[0], "light"), (PAGES[0], "dark"), (PAGES[1], "dark")):
        page.goto(address + path)
        page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
        page.locator(".why").evaluate("it => { it.open = true }")
        assert axe_violations(page) == [], (path, scheme)
        if SHOTS:
            page.screenshot(path=Path(SHOTS) / f"why-{path.count('/')}-{scheme}.png", full_page=True)
