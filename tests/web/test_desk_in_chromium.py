"""The assignment desk in a real browser: lasso by mouse and by keys, rows dragged and marked, undone, saved."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest
from flask import Flask
from playwright.sync_api import FrameLocator, Page, expect
from sqlalchemy import insert

from server.store import agents, assignments
from server.store import tables as t
from server.store.assignments import Decision, Outcome
from server.store.debtors import folded
from server.store.engine import writing
from sync.ids import new_id
from sync.words import Phrase
from tests.browser import Chromium, axe_violations

from . import worlds
from .test_pages_in_chromium import come_in
from .towns import with_city
from .worlds import DUITAMA, NOW, TODAY, World

pytestmark = pytest.mark.browser

# Where to leave pictures of the pages for a person to look at; nowhere unless asked.
PICTURES = os.environ.get("RONDA_PICTURES", "")
NAMES = ("Ana Mora", "Beatriz Soto", "Carlos Lara", "Diana Ríos", "Edgar Niño", "Flor Páez", "Gil Rojas")


def people(world: World, count: int) -> list[str]:
    """So many debtors of Gustavo's, west of the centre, and two more agents of Duitama."""
    said = Phrase("por reparto de la carga: {load} deudores", {"load": 3})
    made = []
    with writing(world.office.engine) as connection:
        for name, zone in (("Ignacio", "Norte"), ("Julia", "Centro")):
            world.agents[name] = agents.add(
                connection,
                name=name,
                branch="Duitama",
                zone=zone,
                home_lat=DUITAMA[0],
                home_lon=DUITAMA[1] + 0.004,
            )
        for place in range(count):
            debtor = new_id()
            name = f"{NAMES[place % len(NAMES)]} {place}"
            connection.execute(
                insert(t.debtors).values(
                    id=debtor,
                    kind="person",
                    name=name,
                    search_name=folded(name),
                    document_type="CC",
                    document=f"7000{place}",
                    created_at=NOW,
                )
            )
            near = (DUITAMA[0] + place % 5 / 900, DUITAMA[1] - 0.002 - place // 5 / 900)
            worlds._address(connection, world, debtor, "Crediboyacá", near, 0)
            account = worlds._account(
                connection,
                world,
                (debtor, f"D-{place}", 95 + place),
                "Duitama",
                "Crediboyacá",
                350_000_00 + place * 9_000_00,
                "COP",
            )
            outcome = Outcome(account, "assigned", said)
            decision = Decision(debtor, world.agents["gustavo"], said, (outcome,))
            assignments.decide(connection, [decision], since=TODAY, now=NOW, actor="nora")
            made.append(debtor)
    return made


def picture(page: Page, name: str) -> None:
    if PICTURES:
        page.screenshot(path=Path(PICTURES) / f"{name}.png")


def begin(page: Page) -> FrameLocator:
    """A new draft, with its map drawn and Ignacio to receive."""
    page.get_by_role("button", name="Abrir un borrador").click()
    page.get_by_role("heading", name="Borrador de asignación").wait_for()
    frame = page.frame_locator("iframe.map")
    frame.get_by_role("button", name="Lazo", exact=True).wait_for()
    page.get_by_label("Pasan a").select_option("Ignacio")
    return frame


def test_debtors_are_moved_by_lasso_by_keys_by_rows_and_back(
    world: World, tmp_path: Path, chromium: Chromium, serve: Callable[[Flask], str]
) -> None:
    with_city(world, tmp_path)
    people(world, 20)
    page = chromium.page()
    complaints: list[str] = []
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("console", lambda said: complaints.append(said.text) if said.type == "error" else None)
    address = serve(world.app())
    come_in(page, address, "alicia")
    page.goto(f"{address}/assignments/desk/")
    assert axe_violations(page) == []
    frame = begin(page)
    effect = page.locator("#efecto")

    # With the mouse: round the whole map.
    frame.get_by_role("button", name="Lazo", exact=True).click()
    page.locator("iframe.map").scroll_into_view_if_needed()
    box = page.locator("iframe.map").bounding_box()
    assert box is not None
    left, top, right, bottom = (
        box["x"] + 8,
        box["y"] + 120,
        box["x"] + box["width"] - 8,
        box["y"] + box["height"] - 40,
    )
    page.mouse.move(left, top)
    page.mouse.down()
    for x, y in ((right, top), (right, bottom), (left, bottom), (left, top + 4)):
        page.mouse.move(x, y, steps=6)
    page.mouse.up()
    expect(effect).to_contain_text("pasarían a Ignacio")
    by_mouse = effect.locator("h3").inner_text()
    picture(page, "office-assignment-desk-effect")
    page.get_by_label("Por qué", exact=True).fill("vive más cerca")
    page.get_by_role("button", name="Mover en el borrador").click()
    page.get_by_text("Nada cambia hasta que lo guarde").wait_for()
    assert axe_violations(page) == []
    picture(page, "office-assignment-desk")
    page.get_by_role("button", name="Deshacer", exact=True).click()
    expect(page.get_by_role("button", name="Guardar 0 cambios")).to_be_disabled()
    page.get_by_role("button", name="Rehacer").click()
    expect(page.get_by_role("button", name="Deshacer", exact=True)).to_be_enabled()
    page.get_by_role("button", name="Deshacer", exact=True).click()

    # With keys alone: four corners far out, then the button that closes.
    page.get_by_label("Pasan a").select_option("Ignacio")
    frame.get_by_role("button", name="Lazo con teclas").focus()
    page.keyboard.press("Enter")
    for key, times in (("ArrowLeft", 12), ("ArrowUp", 12)):
        for _ in range(times):
            page.keyboard.press(key)
    for key in ("ArrowRight", "ArrowDown", "ArrowLeft"):
        page.keyboard.press("Enter")
        for _ in range(24):
            page.keyboard.press(key)
    page.keyboard.press("Enter")
    expect(frame.get_by_role("status")).to_have_text("4 esquinas.")
    frame.get_by_role("button", name="Cerrar el lazo").focus()
    page.keyboard.press("Enter")
    expect(effect.locator("h3")).to_contain_text("pasarían a Ignacio")
    assert effect.locator("h3").inner_text() == "22 deudores pasarían a Ignacio", by_mouse

    # Marked with shift, and dragged onto an agent.
    page.reload()
    boxes = page.locator('[name="debtor"]')
    boxes.nth(0).check()
    boxes.nth(2).click(modifiers=["Shift"])
    expect(page.locator("#cuantos")).to_have_text("(3)")
    julia = page.locator("tr[data-agent]", has_text="Julia")
    page.locator("#mover tbody tr").nth(1).drag_to(julia)
    expect(effect).to_contain_text("3 deudores pasarían a Julia")
    page.get_by_label("Por qué", exact=True).fill("equilibrar")
    page.get_by_role("button", name="Mover en el borrador").click()
    page.get_by_text("3 deudores pasan a Julia").wait_for()
    page.get_by_label("Por qué se hace este cambio").fill("semana 48")
    page.get_by_role("button", name="Guardar 3 cambios").click()
    page.get_by_text("3 deudores tienen ya a quien dice el cambio").wait_for()
    assert axe_violations(page) == []
    picture(page, "office-assignment-saved")
    page.goto(f"{address}/assignments/desk/history?agent={world.agents['Julia']}")
    expect(page.locator("tbody")).to_contain_text("movido a mano por alicia: equilibrar")
    picture(page, "office-assignment-history")
    page.goto(f"{address}/assignments/")
    page.frame_locator("iframe.map").locator(".leaflet-control-zoom").wait_for()
    picture(page, "office-assignments")
    assert complaints == []
    assert chromium.foreign_requests == []
