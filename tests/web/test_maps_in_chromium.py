"""Maps in a real browser that reaches no other host: painted, named streets, quiet; of both sides."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from flask import Flask
from playwright.sync_api import Page

from field_client.app import create_app as laptop_app
from field_client.store import tiles
from server.store.city_maps import CityMap
from tests.browser import Chromium, serving
from tests.laptop import builders

from .test_pages_in_chromium import come_in
from .towns import ATTRIBUTION, with_city
from .worlds import World, csrf_of, log_in, make_world

pytestmark = pytest.mark.browser

PAINTED = ".has-streets[data-painted]"
STREETS = ["Calle 9", "Carrera 5"]
# What a map writes on its canvases, to be asked for afterwards.
LISTEN = """
window.written = [];
const write = CanvasRenderingContext2D.prototype.fillText;
CanvasRenderingContext2D.prototype.fillText = function (text, ...more) {
  window.written.push(text); return write.call(this, text, ...more);
};
"""


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[World, CityMap]]:
    folder = tmp_path_factory.mktemp("town")
    world = make_world(folder / "office")
    yield world, with_city(world, folder)
    world.office.engine.dispose()


@pytest.fixture(scope="module")
def address(made: tuple[World, CityMap]) -> Iterator[str]:
    with serving(made[0].app()) as where:
        yield where


def listening(chromium: Chromium) -> tuple[Page, list[str]]:
    page = chromium.page()
    page.add_init_script(LISTEN)
    complaints: list[str] = []
    page.on("console", lambda said: complaints.append(said.text) if said.type == "error" else None)
    page.on("pageerror", lambda wrong: complaints.append(str(wrong)))
    return page, complaints


def written_at(page: Page, zoom: int) -> set[str]:
    """Those of the town's streets that are named on the map at a zoom, once one of them is."""
    page.evaluate(
        "zoom => { window.written = []; Ronda.map.setView([5.8268, -73.0338], zoom, {animate: false}); }",
        zoom,
    )
    page.wait_for_selector(PAINTED)
    page.wait_for_function("names => names.some(name => window.written.includes(name))", arg=STREETS)
    return set(page.evaluate("window.written")) & set(STREETS)


def test_the_offices_maps_are_painted_named_and_quiet(
    made: tuple[World, CityMap], address: str, chromium: Chromium
) -> None:
    world = made[0]
    page, complaints = listening(chromium)
    come_in(page, address)
    for path in (f"/routes/{world.routes['gustavo']}/map", f"/places/case/{world.debtors['Rosa']}"):
        page.goto(address + path)
        page.wait_for_selector(PAINTED)
    for zoom in (15, 16, 17, 18):
        assert written_at(page, zoom), zoom
    assert ATTRIBUTION in page.inner_text(".leaflet-control-attribution")
    assert complaints == []
    assert chromium.foreign_requests == []


def test_the_laptops_maps_are_painted_from_its_own_database(
    made: tuple[World, CityMap], chromium: Chromium, serve: Callable[[Flask], str], tmp_path: Path
) -> None:
    world, city = made
    laptop = builders.build(tmp_path / "laptop")
    with laptop.store.writing() as db:
        tiles.bring(db, city.file(world.office.config.data))
    app = laptop_app(laptop.folder, laptop.clock)
    page, complaints = listening(chromium)
    page.goto(serve(app))
    page.keyboard.type(builders.PASSPHRASE)
    page.keyboard.press("Enter")
    page.wait_for_selector(PAINTED)
    assert written_at(page, 16)
    assert ATTRIBUTION in page.inner_text(".day-map")
    page.click("text=Ver el caso")
    page.wait_for_selector(f".case-map {PAINTED}")
    assert page.get_attribute(".case-map .pin-box", "aria-label") == "1. Calle 15 # 14-32"
    assert written_at(page, 16)
    assert complaints == []
    assert chromium.foreign_requests == []
    app.extensions["ronda_vault"].lock()
    laptop.store.close()


def test_a_saved_route_opens_from_the_disk_alone(
    made: tuple[World, CityMap], chromium: Chromium, tmp_path: Path
) -> None:
    world = made[0]
    client = log_in(world.app(), "nora")
    route = world.routes["gustavo"]
    token = csrf_of(client.get(f"/routes/{route}").text)
    file = tmp_path / "ruta.html"
    file.write_bytes(client.post(f"/routes/{route}/file", data={"csrf_token": token}).data)
    page, complaints = listening(chromium)
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(file.as_uri())
    page.wait_for_selector(PAINTED)
    assert written_at(page, 16)
    assert "1. Rosa Núñez" in page.inner_text(".saved-sheet")
    assert page.evaluate("document.querySelector('meta[name=viewport]').content") == (
        "width=device-width,\n                initial-scale=1.0"
    )
    assert [url for url in asked if not url.startswith(("data:", file.as_uri()))] == []
    assert complaints == []
