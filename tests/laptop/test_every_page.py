"""Every page of the laptop in a real Chromium: axe-core, a laptop's screen, twice the size; and its picture.

With RONDA_SCREENSHOTS=FOLDER the pictures are kept, to be looked at.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest
from flask import Flask

from field_client.app import create_app
from field_client.drafting import Draft
from field_client.store import settings
from field_client.visiting import Saved, record_visit
from sync.ids import new_id
from sync.records import Location, LocationSource, Party, Place, Reason, Result, VisitResult
from tests.browser import Chromium, axe_violations

from .builders import JOSE, JOSE_LOAN, MARIA, MARIA_LOAN, MARIA_STOP, Laptop
from .test_visit_form import unlock

pytestmark = pytest.mark.browser
KEPT = os.environ.get("RONDA_SCREENSHOTS")
SCREEN = {"width": 1366, "height": 768}
TWICE = {"width": 683, "height": 384}  # the same screen at 200 %


def refused(laptop: Laptop) -> str:
    """A visit saved this morning: José refused."""
    now = laptop.clock.read()
    draft = Draft(
        new_id(),
        JOSE,
        (JOSE_LOAN,),
        Place.HOME,
        Party.HOLDER,
        now.wall,
        now.wall,
        (VisitResult(JOSE_LOAN, Result.REFUSES, Reason.UNEMPLOYMENT, {}),),
        location=Location(LocationSource.NONE, reason="El portátil no tiene GPS"),
        override_reason="prueba",
    )
    saved = record_visit(laptop.store, draft, now)
    assert isinstance(saved, Saved), saved
    return saved.visit


def pages(visit: str) -> dict[str, str]:
    return {
        "today": "/",
        "case": f"/caso/{MARIA}?parada={MARIA_STOP}",
        "visit": f"/caso/{MARIA}/visita?parada={MARIA_STOP}",
        "saved-visit": f"/visita/{visit}",
        "correction": f"/visita/{visit}/corregir",
        "people": "/cartera",
        "sending": "/enviar",
        "rest-of-day": "/ruta/cambiar",
        "route-sheet": "/hoja",
        "offers": f"/ofertas/{MARIA_LOAN}",
        "results": "/mio",
        "stop-card": f"/parada/{MARIA_STOP}/tarjeta",
        "this-laptop": "/portatil/",
        "lease": "/plazo",
        "leaving": "/salir",
        "recovering": "/recuperar",
        "welcome": "/bienvenida/",
        "first-download": "/bienvenida/primera",
    }


def test_every_page_is_sound_on_a_laptops_screen_and_at_twice_the_size(
    laptop: Laptop, chromium: Chromium, serve: Callable[[Flask], str]
) -> None:
    visit = refused(laptop)
    with laptop.store.writing() as db:
        settings.put(db, "automatic", False)
    address = serve(create_app(laptop.folder, laptop.clock))
    found: dict[str, list[str]] = {}
    for size in (SCREEN, TWICE):
        page = chromium.page(viewport=size)
        page.goto(address)
        unlock(page)
        for name, path in pages(visit).items():
            answer = page.goto(address + path)
            assert answer is not None
            assert answer.ok, (name, answer.status)
            if page.query_selector(".map:not(details .map)") is not None:
                page.wait_for_selector(".map.is-drawn", state="attached")
            wrong = axe_violations(page)
            if not page.evaluate("document.documentElement.scrollWidth <= innerWidth"):
                wrong.append("it is wider than the screen")
            if wrong:
                found[f"{name} at {size['width']}"] = wrong
            if KEPT and size is SCREEN:
                page.screenshot(path=Path(KEPT) / f"laptop-page-{name}.png")
    assert found == {}
    assert chromium.foreign_requests == []
