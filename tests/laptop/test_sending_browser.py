"""Sending, closing, leaving and recovering in a real Chromium: progress without waiting, keys, no axe finding."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask import Flask

from field_client.app import create_app
from field_client.store import leases, settings
from tests.browser import Chromium, axe_violations
from tests.laptop.builders import PASSPHRASE, Laptop

from .test_background import black_hole, wait_for
from .test_pages import FORM, answers, post, unlock

pytestmark = pytest.mark.browser


def test_sending_shows_its_progress_and_the_result_without_a_wait(
    laptop: Laptop, chromium: Chromium, serve: Callable[[Flask], str]
) -> None:
    app = create_app(laptop.folder, laptop.clock)
    writer = app.test_client()
    unlock(writer)
    post(writer, FORM, answers())
    page = chromium.page(viewport={"width": 800, "height": 900})
    found: list[str] = []
    address = serve(app)
    with black_hole() as (office, taken):
        with laptop.store.writing() as db:
            settings.put(db, "server", office)
        page.goto(address)
        found += axe_violations(page)
        page.keyboard.type(PASSPHRASE)
        page.keyboard.press("Enter")
        page.click("nav >> text=Envíos")
        page.focus("text=Enviar y recibir ahora")
        page.keyboard.press("Enter")
        page.wait_for_selector(".button-sync.is-working")
        assert page.inner_text("[data-sending-label]") == "Enviando y recibiendo… 1 visita por enviar"
        wait_for(lambda: bool(taken))
        found += axe_violations(page)
        page.click("nav >> text=Cartera")  # the collector goes on working
        assert page.is_visible("text=María Núñez Peña")
        page.click("[data-sending]")
    # The office went away: the page says so by itself, with what to do.
    page.wait_for_selector("text=La oficina no responde")
    assert "nada se pierde" in page.inner_text("main")
    assert page.locator("tbody tr", has_text="Enviada").count() == 2
    found += axe_violations(page)
    page.click("text=Entregar este portátil")
    assert "Todavía no se puede" in page.inner_text("main")
    found += axe_violations(page)
    assert found == []
    assert chromium.foreign_requests == []
    app.extensions["ronda_vault"].lock()


def test_a_laptop_past_its_lease_shows_no_debtor_and_says_how_to_open_it(
    laptop: Laptop, chromium: Chromium, serve: Callable[[Flask], str]
) -> None:
    with laptop.store.writing() as db:
        leases.met(db, laptop.clock.now, laptop.clock.now)
    app = create_app(laptop.folder, laptop.clock)
    page = chromium.page()
    page.goto(serve(app))
    page.keyboard.type(PASSPHRASE)
    page.keyboard.press("Enter")
    page.wait_for_selector("text=lleva demasiado sin ver a la oficina")
    assert "María" not in page.content()
    assert page.locator(".challenge").inner_text().count("-") == 1
    found = axe_violations(page)
    page.fill("#code", "AAAAA-AAAAA")
    page.keyboard.press("Enter")
    page.wait_for_selector("[data-error-summary]")
    found += axe_violations(page)
    for path in ("/cartera", "/enviar", "/salir"):
        page.goto(page.url.split("/plazo")[0] + path)
        assert page.url.endswith("/plazo")
    page.click("text=Bloquear")
    page.click("text=Tengo el archivo de la oficina")
    found += axe_violations(page)
    assert found == []
    app.extensions["ronda_vault"].lock()
