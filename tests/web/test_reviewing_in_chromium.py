"""Reviewing with the keyboard alone, a day moved through by its arrows, and the pages of both in a real browser."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask import Flask
from playwright.sync_api import expect
from sqlalchemy import select

from server.store import tables as t
from server.store.engine import reading
from tests.browser import Chromium, axe_violations

from . import street_day
from .street_day import DAY, at
from .test_pages_in_chromium import come_in
from .worlds import World

pytestmark = pytest.mark.browser


def test_a_supervisor_reviews_and_replays_by_keyboard_alone(
    world: World, chromium: Chromium, serve: Callable[[Flask], str]
) -> None:
    day = street_day.live(world)
    address = serve(world.app(clock=lambda: at(20)))
    page = chromium.page()
    complaints: list[str] = []
    page.on("console", lambda said: complaints.append(said.text) if said.type == "error" else None)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    come_in(page, address, "carla")

    # The queue: down, up, return with its reason, and the hands are on the next visit already.
    page.goto(f"{address}/reviews/")
    page.locator("[data-choose]").first.focus()
    chosen = page.locator("[data-choose]:focus")
    expect(chosen).to_have_text("Elvira Suárez")
    page.keyboard.press("j")
    expect(chosen).to_have_text("Rosa Núñez")
    expect(page.locator("#decidir-title")).to_have_text("Rosa Núñez")
    page.keyboard.press("ArrowUp")
    expect(chosen).to_have_text("Elvira Suárez")
    page.keyboard.press("2")
    expect(page.locator("#why")).to_be_focused()
    expect(page.locator('[name="decision"][value="return"]')).to_be_checked()
    page.keyboard.type("j no mueve nada aquí: diga quién la atendió")
    page.keyboard.press("Control+Enter")
    page.get_by_text("Guardado: devolver al gestor").wait_for()
    expect(chosen).to_have_text("Rosa Núñez")
    assert axe_violations(page) == []
    with reading(world.office.engine) as connection:
        told = connection.execute(select(t.review_decisions)).mappings().all()
    assert [(row["visit_id"], row["decision"]) for row in told] == [(day.visits["Elvira"], "return")]
    # A reason is asked for beside its field, and the visit stays chosen.
    page.keyboard.press("1")
    page.keyboard.press("Control+Enter")
    page.locator("#why-error").wait_for()
    expect(page.locator("#decidir-title")).to_have_text("Rosa Núñez")
    assert axe_violations(page) == []

    # A day: the arrows step from one event to the next, and the map follows.
    page.goto(f"{address}/days/{world.agents['gustavo']}?day={DAY.isoformat()}")
    frame = page.frame_locator("iframe")
    frame.locator(".leaflet-control-zoom").wait_for()
    slider = page.locator("#momento")
    slider.focus()
    page.keyboard.press("Home")
    page.keyboard.press("ArrowRight")
    expect(slider).to_have_attribute("aria-valuetext", "08:20: Visita a Ana Lucía Pérez")
    expect(frame.locator(".pin-seq")).to_have_count(1)
    expect(frame.locator(".planned")).to_have_count(6)
    expect(frame.locator(".map-accuracy")).to_have_count(1)
    for _step in range(12):
        page.keyboard.press("ArrowRight")
    expect(frame.locator(".pin-seq")).to_have_count(3)
    page.keyboard.press("ArrowLeft")
    expect(page.locator("tr[aria-current=true]")).to_have_count(1)
    assert axe_violations(page) == []

    paths = (
        "/reviews/?state=returned",
        "/days/?day=2026-11-23",
        f"/visits/{day.visits['Elvira']}",
        f"/chains/{day.laptop.device.id}",
        "/findings/checks",
        f"/mine/agents/{world.agents['gustavo']}",
    )
    night = chromium.page(color_scheme="dark", locale="en-US")
    come_in(night, address, "carla")
    for path in (*paths, "/reviews/", f"/days/{world.agents['gustavo']}?day={DAY.isoformat()}"):
        night.goto(address + path)
        assert axe_violations(night) == [], path
        assert night.evaluate("document.documentElement.scrollWidth <= innerWidth"), path
    own = chromium.page()
    come_in(own, address, "gustavo")
    own.goto(f"{address}/mine/")
    own.get_by_text("diga quién la atendió").first.wait_for()
    assert axe_violations(own) == []
    # That a decision without a reason was answered with 422 the browser says itself.
    assert [said for said in complaints if "422" not in said] == []
    assert chromium.foreign_requests == []
