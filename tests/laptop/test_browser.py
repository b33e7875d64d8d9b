"""A collector's stop in a real Chromium: nothing from another host, no axe finding, keys where it counts."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask import Flask

from field_client.app import create_app
from field_client.store import journal
from tests.browser import Chromium, axe_violations

from .builders import PASSPHRASE, Laptop

pytestmark = pytest.mark.browser


def test_a_stop_from_unlocking_to_saved(
    laptop: Laptop, chromium: Chromium, serve: Callable[[Flask], str]
) -> None:
    app = create_app(laptop.folder, laptop.clock)
    page = chromium.page()
    errors: list[str] = []
    page.on("pageerror", lambda wrong: errors.append(str(wrong)))
    found: list[str] = []

    page.goto(serve(app))
    found += axe_violations(page)
    page.keyboard.type(PASSPHRASE)  # the field has the focus already
    page.keyboard.press("Enter")
    page.wait_for_selector(".map.is-drawn")
    found += axe_violations(page)

    page.click("text=Ver el caso")
    found += axe_violations(page)
    page.click("text=Registrar visita")
    page.focus('input[name="party"]')
    page.keyboard.press("1")
    page.focus('#result-0-TIT input[value="PTP"]')
    page.keyboard.press("1")
    page.focus('#result-1-TIT input[value="PTP"]')
    page.keyboard.press("7")
    assert page.is_visible("#amount-0")
    assert not page.is_visible("#receipt-0")
    page.fill("#amount-0", "500.000")
    page.fill("#due-0", "2026-11-28")
    page.check('input[name="channel-0"][value="bank"]')
    page.fill("#place-0", "Corresponsal de la 15")
    page.check('input[name="reason-1"][value="enfermedad"]')
    page.fill("#location_reason", "")
    page.wait_for_selector("text=Borrador guardado")
    found += axe_violations(page)

    page.click("text=Guardar visita")
    page.wait_for_selector("[data-error-summary]")
    assert page.evaluate("document.activeElement.hasAttribute('data-error-summary')")
    found += axe_violations(page)
    page.click('a[href="#location_reason"]')
    page.keyboard.type("No hubo señal")
    laptop.clock.forward(minutes=9)
    page.keyboard.press("Enter")

    page.wait_for_selector("h1:has-text('Guardado')")
    found += axe_violations(page)
    assert page.inner_text('[role="status"] .button-sync').strip() == "1 visita por enviar"
    for path in ("Envíos", "Cartera"):
        page.click(f"nav >> text={path}")
        found += axe_violations(page)
    page.click("text=Bloquear")
    page.wait_for_selector("#passphrase")

    assert found == []
    assert errors == []
    assert chromium.foreign_requests == []
    with laptop.store.reading() as db:
        assert journal.counts(db)["visits_unsent"] == 1


def test_a_minor_answers_and_the_form_says_stop(
    laptop: Laptop, chromium: Chromium, serve: Callable[[Flask], str]
) -> None:
    page = chromium.page()
    page.goto(serve(create_app(laptop.folder, laptop.clock)))
    page.fill("#passphrase", PASSPHRASE)
    page.keyboard.press("Enter")
    page.click("text=Registrar visita")
    page.wait_for_selector("text=Alto: atendió un menor", state="hidden")
    page.check('input[name="party"][value="MEN"]')
    page.wait_for_selector("text=Alto: atendió un menor")
    offered = page.eval_on_selector_all(
        'input[name="result-0"]:not([disabled])', "all => all.map(e => e.value)"
    )
    assert offered == ["TEM", "NAD", "RIE"]
    assert axe_violations(page) == []
