"""The supervisor's page of erasure requests: from the debtor's page to the last word, in a real browser."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from flask import Flask

from server.store import tables as t
from server.store.engine import reading
from tests.browser import Chromium, axe_violations, serving

from .test_pages_in_chromium import come_in
from .worlds import World

SHOTS = os.environ.get("RONDA_ERASURE_SHOTS", "")


@pytest.mark.browser
def test_a_request_is_held_released_and_carried_out(world: World, app: Flask, chromium: Chromium) -> None:
    page = chromium.page()

    def look(name: str) -> None:
        assert axe_violations(page) == [], name
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), name
        if SHOTS:
            page.screenshot(path=Path(SHOTS) / f"{name}.png", full_page=True)

    with serving(app) as address:
        come_in(page, address, "root")
        page.goto(f"{address}/erasures/")
        look("list")
        page.click("text=Solicitud 1")
        assert "Proceso 2026-33" in page.inner_text("main")
        assert page.locator("text=Suprimir para siempre").count() == 0, "a hold stands"
        look("held")
        page.fill("#release-why", "Terminó el proceso")
        page.click("button:has-text('Levantar la retención')")
        look("released")
        page.fill("#carry_out-why", "Procede por la Ley 1581")
        page.click("text=Suprimir para siempre")
        assert page.locator(".error-summary").count() == 1, "he has open accounts: it must be confirmed"
        look("refused")
        page.check("#carry_out-despite_open")
        page.click("text=Suprimir para siempre")
        assert "Cumplida" in page.inner_text("main")
        assert "erase scrub" not in page.inner_text("body"), "the files were written anew at once"
        assert "Suprimido" in page.inner_text("main")
        look("carried-out")
        page.goto(f"{address}/debtors/{world.debtors['Rosa']}")
        assert "Rosa" not in page.inner_text("main")
        page.goto(f"{address}/visits/{world.visits['Rosa']}")
        assert axe_violations(page) == []
        page.goto(f"{address}/erasures/new/{world.debtors['Úrsula']}")
        look("new")
        page.click("text=Guardar la solicitud")
        assert page.locator(".error-summary").count() == 1
        page.select_option("#asked_by", "heir")
        page.fill("#basis", "Ley 1581, art. 8")
        page.click("text=Guardar la solicitud")
        assert "Solicitud 2" in page.inner_text("h1")
    assert chromium.foreign_requests == []
    with reading(world.office.engine) as connection:
        kinds = [row.kind for row in connection.execute(t.facts.select().order_by(t.facts.c.number))]
    told = [kind.removeprefix("erasure.") for kind in kinds if kind.startswith("erasure.")]
    assert told == ["requested", "held", "released", "carried_out", "requested"]
