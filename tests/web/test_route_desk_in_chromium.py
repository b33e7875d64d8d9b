"""A route's order in a real browser: dragged, moved with keys, looked at, undone, kept."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask
from playwright.sync_api import Page, expect

from server.planning import PublishReport, publish
from server.planning import plan as plan_day
from server.store import routes
from server.store.engine import reading
from tests.browser import Chromium, axe_violations

from .test_desk_in_chromium import people, picture
from .test_pages_in_chromium import come_in
from .towns import with_city
from .worlds import NOW, TODAY, World

pytestmark = pytest.mark.browser
DAY = TODAY + timedelta(days=3)


def names(page: Page) -> list[str]:
    return [one.strip() for one in page.locator("ol.stops li[data-stop] h3").all_inner_texts()]


def test_stops_are_dragged_or_moved_with_keys_and_the_effect_is_seen_first(
    world: World, tmp_path: Path, chromium: Chromium, serve: Callable[[Flask], str]
) -> None:
    with_city(world, tmp_path)
    people(world, 8)
    engine, mine = world.office.engine, [world.agents["gustavo"]]
    plan_day(engine, day=DAY, agents=mine, actor="nora", now=NOW, iterations=30, workers=1)
    assert isinstance(publish(engine, day=DAY, agents=mine, actor="nora", now=NOW), PublishReport)
    with reading(engine) as connection:
        route = routes.newest(connection, DAY, mine)[0]
    page = chromium.page()
    complaints: list[str] = []
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("console", lambda said: complaints.append(said.text) if said.type == "error" else None)
    address = serve(world.app())
    come_in(page, address, "alicia")
    page.goto(f"{address}/routes/{route.id}")
    assert axe_violations(page) == []
    picture(page, "office-route-desk")
    first = names(page)
    assert len(first) > 3
    panel = page.locator("#orden")
    expect(panel).to_be_hidden()

    # With keys: the last but one goes one place up.
    handles = page.locator(".handle")
    handles.nth(len(first) - 2).focus()
    page.keyboard.press("ArrowUp")
    expect(panel.locator("tbody tr")).to_have_count(len(first))
    swapped = [*first[:-3], first[-2], first[-3], first[-1]]
    assert names(page) == swapped
    assert axe_violations(page) == []
    picture(page, "office-route-order")
    page.get_by_role("button", name="Deshacer el último").click()
    expect(panel).to_be_hidden()
    assert names(page) == first

    # With the mouse: the third by its handle below the fourth.
    source = page.locator("ol.stops li[data-stop]").nth(2)
    target = page.locator("ol.stops li[data-stop]").nth(3)
    source.scroll_into_view_if_needed()
    box = target.bounding_box()
    assert box is not None
    source.locator(".handle").drag_to(target, target_position={"x": 40, "y": box["height"] - 6})
    expect(panel.locator("tbody tr")).to_have_count(len(first))
    dragged = [*first[:2], first[3], first[2], *first[4:]]
    assert names(page) == dragged
    keep = page.get_by_role("button", name="Guardar este orden")
    if keep.is_enabled():
        keep.click()
        page.get_by_text("Orden guardado como versión nueva").wait_for()
        assert names(page) == dragged
        page.get_by_role("link", name="Qué cambia").click()
        page.get_by_role("button", name="Publicar el cambio").wait_for()
        assert axe_violations(page) == []
        picture(page, "office-route-changes")
        page.get_by_role("button", name="Publicar el cambio").click()
        page.get_by_text("rutas publicadas con").wait_for()
    assert complaints == []
    assert chromium.foreign_requests == []
