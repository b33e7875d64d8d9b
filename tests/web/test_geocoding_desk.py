"""The desk for addresses: what is unsure is shown, put right by dragging, typing or accepting, and kept."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import update

from server.store import placings
from server.store import tables as t
from server.store.engine import reading, writing
from tests.browser import Chromium, axe_violations, serving

from .test_pages_in_chromium import come_in
from .worlds import World, log_in, post


def unsure(world: World, name: str, error_m: float | None = 400.0, **more: Any) -> None:
    values = {"precision": "street", "error_m": error_m, "source": "geocoder"} | more
    with writing(world.office.engine) as connection:
        which = t.addresses.c.id == world.addresses[name]
        connection.execute(update(t.addresses).where(which).values(**values))


def address(world: World, name: str) -> dict[str, Any]:
    with reading(world.office.engine) as connection:
        return next(dict(row) for row in placings.standing(connection) if row["id"] == world.addresses[name])


def history(world: World, name: str) -> list[tuple[str, str]]:
    with reading(world.office.engine) as connection:
        return [(row["source"], row["state"]) for row in placings.history(connection, world.addresses[name])]


def test_only_what_is_unsure_is_listed_and_filters_narrow_it(world: World, app: Flask) -> None:
    client = log_in(app, "alicia")
    link = f"/geocoding/{world.addresses['Rosa']}"
    assert link not in client.get("/geocoding/").text
    unsure(world, "Rosa")
    page = client.get("/geocoding/").text
    assert link in page
    assert "400 m" in page
    assert link in client.get("/geocoding/?precision=street").text
    assert link not in client.get("/geocoding/?precision=zone").text
    assert link not in client.get("/geocoding/?text=nada+parecido").text
    assert client.get("/geocoding/?which=%00&precision=x&lender=x&page=-1").status_code == 200


def test_a_typed_point_is_kept_with_its_history_and_the_debtor_can_be_planned(
    world: World, app: Flask
) -> None:
    unsure(world, "Rosa")
    client = log_in(app, "alicia")
    path = f"/geocoding/{world.addresses['Rosa']}"
    done = post(client, path, {"lat": "5,8301", "lon": "-73.0300"}, follow_redirects=True)
    assert "1 deudor más se puede planificar" in done.text
    held = address(world, "Rosa")
    assert (held["lat"], held["lon"], held["source"], held["precision"]) == (5.8301, -73.03, "desk", "door")
    assert history(world, "Rosa")[0] == ("desk", "current")
    assert "alicia" in client.get(path).text
    with reading(world.office.engine) as connection:
        kinds = [row.kind for row in connection.execute(t.facts.select())]
    assert "address.placed" in kinds


@pytest.mark.parametrize(
    ("lat", "lon"), [("", ""), ("norte", "1"), ("91", "0"), ("nan", "0"), ("1e999", "0"), ("0", "-181")]
)
def test_a_point_that_cannot_be_is_refused_with_a_sentence(
    world: World, app: Flask, lat: str, lon: str
) -> None:
    before = address(world, "Rosa")
    done = post(log_in(app, "alicia"), f"/geocoding/{world.addresses['Rosa']}", {"lat": lat, "lon": lon})
    assert done.status_code == 422
    assert 'role="alert"' in done.text or "error" in done.text
    assert address(world, "Rosa") == before


def test_points_are_accepted_together_and_only_in_one_s_own_part(world: World, app: Flask) -> None:
    unsure(world, "Rosa")
    stranger = post(log_in(app, "bruno"), "/geocoding/accept", {"address": [world.addresses["Rosa"]]})
    assert stranger.status_code == 422
    assert address(world, "Rosa")["source"] == "geocoder"
    done = post(log_in(app, "alicia"), "/geocoding/accept", {"address": [world.addresses["Rosa"]]})
    assert done.status_code == 302
    held = address(world, "Rosa")
    assert (held["source"], held["precision"], held["error_m"]) == ("desk", "block", 75.0)
    nothing = post(log_in(app, "alicia"), "/geocoding/accept", {})
    assert nothing.status_code == 422


def test_a_whole_page_is_accepted_only_when_asked_for(world: World, app: Flask) -> None:
    unsure(world, "Rosa")
    unsure(world, "Vicente")
    alicia = log_in(app, "alicia")
    shown = [world.addresses[name] for name in ("Rosa", "Vicente")]
    page = alicia.get("/geocoding/").text
    assert all(f'name="shown" value="{one}"' in page for one in shown)
    assert post(alicia, "/geocoding/accept", {"shown": shown}).status_code == 422, "none was chosen"
    assert post(alicia, "/geocoding/accept", {"shown": shown, "all": "1"}).status_code == 302
    assert [address(world, name)["source"] for name in ("Rosa", "Vicente")] == ["desk", "desk"]


def test_a_form_without_its_token_changes_nothing(world: World, app: Flask) -> None:
    client = log_in(app, "alicia")
    path = f"/geocoding/{world.addresses['Rosa']}"
    assert client.post(path, data={"lat": "1", "lon": "1"}).status_code == 400


@pytest.fixture
def where(app: Flask) -> Iterator[str]:
    with serving(app) as served:
        yield served


@pytest.mark.browser
def test_in_chromium_a_drag_fills_the_form_and_typing_moves_the_point(
    world: World, where: str, chromium: Chromium
) -> None:
    unsure(world, "Rosa")
    page = chromium.page()
    come_in(page, where, "alicia")
    page.goto(f"{where}/geocoding/{world.addresses['Rosa']}")
    assert axe_violations(page) == []
    frame = page.frame_locator("iframe.map")
    pin = frame.locator(".leaflet-marker-draggable")
    pin.wait_for()
    before = page.input_value("#lat")
    page.locator("iframe.map").evaluate("map => map.scrollIntoView({block: 'center'})")
    box = pin.bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + 22, box["y"] + 22)
    page.mouse.down()
    page.mouse.move(box["x"] + 82, box["y"] - 38, steps=6)
    page.mouse.up()
    # To the north: what is shown while it is still on its way may be anything.
    page.wait_for_function(
        "before => Number(document.getElementById('lat').value) > Number(before)", arg=before
    )
    page.click("text=Guardar el punto")
    page.locator("text=Punto vigente").wait_for()
    assert address(world, "Rosa")["source"] == "desk"
    assert chromium.foreign_requests == []


@pytest.mark.parametrize(
    ("username", "said"),
    [("alicia", "quien ve todas las sucursales"), ("nora", "ronda office city add")],
)
def test_placing_everything_says_what_it_needs(world: World, app: Flask, username: str, said: str) -> None:
    answer = post(log_in(app, username), "/geocoding/runs/", follow_redirects=True)
    assert said in answer.text
