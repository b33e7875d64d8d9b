"""Cases, letters, compliance and safety in a real browser: no axe violation, nothing beside the window."""

from __future__ import annotations

import os
from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import update

from server import hearing
from server.hearing import NewClaim
from server.noticing import letterheads
from server.store import tables as t
from server.store.engine import writing
from server.store.scopes import Scope
from tests.browser import Chromium, axe_violations, serving
from tests.papers.world import LETTERHEAD

from .test_pages_in_chromium import come_in
from .worlds import NOW, TODAY, World

SHOTS = os.environ.get("RONDA_CASE_SHOTS", "")


@pytest.mark.browser
def test_the_pages_of_cases_letters_and_safety_hold_in_a_browser(
    world: World, app: Flask, chromium: Chromium
) -> None:
    _busy(world)
    page = chromium.page()
    page.set_viewport_size({"width": 1366, "height": 768})

    def look(name: str, path: str, *, dark: bool = False) -> None:
        page.goto(f"{address}{path}")
        mapped = page.locator("iframe.map").count() > 0
        if mapped:  # a frame out of sight draws nothing
            page.set_viewport_size({"width": 1366, "height": 1400})
            page.frame_locator("iframe.map").first.locator("path").first.wait_for()
        assert axe_violations(page) == [], name
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), name
        if SHOTS:
            page.screenshot(path=Path(SHOTS) / f"{name}.png", full_page=not mapped)
        page.set_viewport_size({"width": 1366, "height": 768})
        if dark:
            page.emulate_media(color_scheme="dark")
            assert axe_violations(page) == [], f"{name}, dark"
            page.emulate_media(color_scheme="light")

    with serving(app) as address:
        come_in(page, address, "root")
        look("office-cases", "/cases/", dark=True)
        look("office-case-complaint", "/cases/2", dark=True)
        look("office-rights", "/cases/rights")
        look("office-case-rights", "/cases/4")
        look("office-case-new", f"/cases/new/{world.debtors['Rosa']}")
        look("office-letters", "/letters/")
        page.select_option("#level", "home-visit")
        page.click("text=Ver el lote")
        page.click("button:has-text('cartas')")
        page.wait_for_selector("text=Descargar el PDF", timeout=60_000)
        page.fill("#codes", "3")
        page.click("button:has-text('Anotar')")
        assert "Cartas anotadas: 1" in page.inner_text("main")
        look("office-letters-batch", "/letters/2", dark=True)
        look("office-letters", "/letters/")
        look("office-compliance", "/oversight/compliance", dark=True)
        look("office-manager", "/oversight/manager")
        look("office-safety", "/safety/", dark=True)
        page.goto(f"{address}/safety/map")
        assert page.locator("path.map-area-pair").count() == 1
        assert "Ir de a dos: El Recreo" in page.content()
        look("office-safety-zone", "/safety/zones/new")
        look("office-hand-over", f"/case-files/hand-over/{world.debtors['Rosa']}")
        # With the keyboard alone: a kind by its number, words, and enter.
        page.goto(f"{address}/cases/new/{world.debtors['Rosa']}")
        page.focus("input[name=kind]")
        page.keyboard.press("2")
        assert page.eval_on_selector("input[name=kind]:checked", "one => one.value") == "conduct"
        page.focus("#text")
        page.keyboard.type("Dice que le gritaron desde la calle")
        page.focus("main form button.button")
        page.keyboard.press("Enter")
        page.wait_for_selector("h1:has-text('Trato de quien visitó')")
        page.goto(f"{address}/cases/?lang=en")
        assert axe_violations(page) == []
    assert chromium.foreign_requests == []


def _busy(world: World) -> None:
    """A disputed amount, a late complaint, a request for data; and agents whose day is over."""
    engine, everything = world.office.engine, Scope.everything()

    def opened(who: str, kind: str, text: str, owner: str = "") -> None:
        new = NewClaim(kind=kind, source="phone", text=text, owner=owner)
        number = hearing.open_claim(engine, world.debtors[who], new, actor="fabio", now=NOW, scope=everything)
        assert isinstance(number, int)

    opened("Rosa", "amount", "Dice que pagó dos cuotas en octubre y que no se las abonaron", owner="dora")
    opened("Saúl", "complaint", "Le llegó una carta con el nombre de otra persona")
    opened("Rosa", "access", "Pide saber qué datos suyos tienen y de dónde salieron")
    letterheads.write(engine, None, LETTERHEAD, actor="root", now=NOW)
    with writing(engine) as connection:
        connection.execute(
            update(t.claims).where(t.claims.c.number == 3).values(due=TODAY - timedelta(days=2))
        )
        connection.execute(
            update(t.claims).where(t.claims.c.number == 4).values(due=TODAY + timedelta(days=2))
        )
        connection.execute(update(t.routes).values(state="published", date=TODAY))
        connection.execute(update(t.stops).values(eta=NOW - timedelta(hours=2)))
        connection.execute(update(t.devices).values(last_seen=NOW - timedelta(hours=5)))
