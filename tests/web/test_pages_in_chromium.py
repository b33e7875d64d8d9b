"""Every page in a real browser: no accessibility violation, no other host, no complaint, nothing cut off."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from flask import Flask
from playwright.sync_api import Page

from tests.browser import Chromium, axe_violations, serving

from .addresses import pages
from .worlds import PASSWORD, World

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def address(seen_app: Flask) -> Iterator[str]:
    with serving(seen_app) as where:
        yield where


def come_in(page: Page, address: str, username: str = "root") -> None:
    page.goto(f"{address}/login")
    page.fill("#username", username)
    page.fill("#password", PASSWORD)
    page.click("main button")
    page.locator("h1").wait_for()


@pytest.mark.parametrize(
    ("language", "options"),
    [
        ("es", {}),
        pytest.param("en", {}, marks=pytest.mark.slow),
        pytest.param("es", {"color_scheme": "dark"}, marks=pytest.mark.slow),
    ],
)
def test_every_page_is_accessible_quiet_and_asks_no_other_host(
    seen: World, address: str, chromium: Chromium, language: str, options: dict[str, Any]
) -> None:
    page = chromium.page(**options)
    complaints: list[str] = []
    page.on(
        "console",
        lambda said: complaints.append(f"{page.url}: {said.text}") if said.type == "error" else None,
    )
    page.on("pageerror", lambda error: complaints.append(f"{page.url}: {error}"))
    page.goto(f"{address}/login")
    assert axe_violations(page) == []
    come_in(page, address)
    page.goto(f"{address}/look/lang/{language}?next=/")
    for name, path in pages(seen).items():
        page.goto(address + path)
        if not name.endswith(" map"):
            assert page.locator("html").get_attribute("lang") == language, name
        if name.endswith(" map"):
            page.locator(".leaflet-control-zoom").wait_for()
            continue
        assert axe_violations(page) == [], name
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), f"{name} scrolls sideways"
    # The browser itself says that a missing page was answered with 404.
    assert [said for said in complaints if "404 (NOT FOUND)" not in said] == []
    assert chromium.foreign_requests == []


def test_the_busiest_pages_are_accessible_at_night(seen: World, address: str, chromium: Chromium) -> None:
    page = chromium.page(color_scheme="dark")
    come_in(page, address)
    for name in ("board", "accounts", "case", "route", "visit", "assignments", "people"):
        page.goto(address + pages(seen)[name])
        assert axe_violations(page) == [], name


def test_a_map_shows_its_stops_numbered_with_their_sign(
    seen: World, address: str, chromium: Chromium
) -> None:
    page = chromium.page()
    come_in(page, address)
    page.goto(address + pages(seen)["route"])
    frame = page.frame_locator("iframe")
    pin = frame.locator('.leaflet-marker-icon[title^="1."]')
    pin.wait_for()
    assert pin.get_attribute("title") == "1. Rosa Núñez"
    assert pin.locator(".pin-seq").text_content() == "1"
    assert pin.locator("svg").get_attribute("color") == "#1b5fc1", "an appointment: a blue clock"
    assert frame.locator("path.map-route").count() == 1


def test_the_route_sheet_fits_paper_and_keeps_its_lines(
    seen: World, address: str, chromium: Chromium
) -> None:
    page = chromium.page()
    come_in(page, address)
    page.goto(address + pages(seen)["sheet"])
    page.emulate_media(media="print")
    assert not page.locator("nav.nav").is_visible()
    assert not page.get_by_role("button", name="Imprimir").is_visible()
    assert page.locator("table.sheet tbody tr").count() == 1
    assert "Rosa Núñez" in page.locator("table.sheet").inner_text()
    assert len(page.pdf(prefer_css_page_size=True)) > 1000


def test_a_plan_is_followed_on_its_page_without_a_reload_by_hand(
    world: World, chromium: Chromium, serve: Callable[[Flask], str]
) -> None:
    page = chromium.page()
    address = serve(world.app())
    come_in(page, address, "nora")
    page.goto(f"{address}/routes/?day=2026-11-23")
    page.get_by_role("button", name="Planificar este día").click()
    page.get_by_text("Borrador de 2 rutas").wait_for(timeout=60_000)
    page.get_by_role("button", name="Publicar 2 borradores").click()
    page.get_by_text("rutas publicadas con").wait_for()
    assert axe_violations(page) == []
    assert chromium.foreign_requests == []
