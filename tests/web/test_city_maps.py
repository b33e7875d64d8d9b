"""The office's maps on a city's tiles: who gets them, by ranges; a crowd of points; a route as one file."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from server.cities.announcing import piece, withdraw
from server.store import tables as t
from server.store.city_maps import CityMap, announced
from server.store.engine import reading, writing
from server.web.maps import MANY, Point, map_document
from server.web.tiles import Ground, ground_of

from .test_hostile import HOSTILE, MARKUP, spoiled
from .towns import with_city
from .worlds import NOW, World, csrf_of, log_in, make_world

ADDRESS = re.compile(r"/tiles/[0-9a-f]{32}/[0-9a-f]{64}\.pmtiles")


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[World, CityMap]]:
    folder = tmp_path_factory.mktemp("town")
    world = make_world(folder / "office", spoiled)
    yield world, with_city(world, folder)
    world.office.engine.dispose()


@pytest.fixture(scope="module")
def world(made: tuple[World, CityMap]) -> World:
    return made[0]


@pytest.fixture(scope="module")
def app(world: World) -> Flask:
    return world.app()


@pytest.fixture(scope="module")
def client(app: Flask) -> FlaskClient:
    return log_in(app, "root")


def address(world: World, client: FlaskClient) -> str:
    """Where the route's map says its tiles are; the page writes a slash as an escape."""
    text = client.get(f"/routes/{world.routes['gustavo']}/map").text.replace("\\u002f", "/")
    found = ADDRESS.search(text)
    assert found is not None
    return found[0]


def test_a_map_gets_ranges_of_the_tiles_without_a_session(
    world: World, made: tuple[World, CityMap], client: FlaskClient, app: Flask
) -> None:
    where = address(world, client)
    data = made[1].file(world.office.config.data).read_bytes()
    sandboxed = app.test_client()
    part = sandboxed.get(where, headers={"Range": "bytes=0-126", "Origin": "null"})
    assert (part.status_code, part.data) == (206, data[:127])
    assert part.headers["Access-Control-Allow-Origin"] == "*"
    assert "Set-Cookie" not in part.headers
    asked = sandboxed.options(where, headers={"Access-Control-Request-Headers": "range"})
    assert (asked.status_code, asked.headers["Access-Control-Allow-Headers"]) == (204, "Range, If-None-Match")
    assert sandboxed.get(where).data == data


def test_without_the_pass_of_these_days_there_are_no_tiles(
    world: World, made: tuple[World, CityMap], client: FlaskClient, app: Flask
) -> None:
    where = address(world, client)
    strange = where.replace(where.split("/")[2], "0" * 32)
    assert app.test_client().get(strange).status_code == 404
    assert client.get(strange).status_code == 404, "a session is no pass either"
    for days, status in ((1, 200), (2, 404)):
        later = world.app(clock=lambda days=days: NOW + timedelta(days=days))
        assert later.test_client().get(where).status_code == status, days
    other = where.replace(made[1].sha256, "1" * 64)
    assert app.test_client().get(other).status_code == 404


def test_the_route_is_drawn_along_its_roads(world: World, client: FlaskClient) -> None:
    text = client.get(f"/routes/{world.routes['gustavo']}/map").text
    assert "[[5.8264, -73.0336], [5.8264, -73.0348], [5.8272, -73.0348], [5.8272, -73.0336]]" in text


def test_laptops_get_pieces_of_the_tiles_in_use_alone(world: World, made: tuple[World, CityMap]) -> None:
    engine, data, city = world.office.engine, world.office.config.data, made[1]
    whole = city.file(data).read_bytes()
    assert piece(engine, data, city.sha256, offset=100, limit=50) == whole[100:150]
    assert piece(engine, data, city.sha256, offset=len(whole), limit=50) == b""
    assert piece(engine, data, "0" * 64, offset=0, limit=50) is None


def test_the_city_is_in_every_feed_instead_of_the_plain_streets(made: tuple[World, CityMap]) -> None:
    world, city = made
    with reading(world.office.engine) as connection:
        rows = connection.execute(
            select(t.feeds.c.kind, t.feeds.c.record_id, t.feeds.c.payload).where(
                t.feeds.c.agent_id == world.agents["gustavo"], t.feeds.c.kind.in_(("city", "basemap"))
            )
        ).all()
    assert [(kind, name) for kind, name, payload in rows if payload] == [("city", city.id)]
    assert city.sha256 in str(rows[0].payload)


def test_many_points_are_one_crowd_of_text_that_nobody_can_leave(world: World, app: Flask) -> None:
    points = [
        Point(5.8 + place / 10_000, -73.0, "promesa", HOSTILE[place % len(HOSTILE)], spoiled("x"))
        for place in range(MANY + 1)
    ]
    with app.test_request_context():
        text = map_document(points, ground=Ground()).get_data(as_text=True)
    assert text.count("Ronda.crowd(") == 1
    assert text.count("L.marker(") == 0
    for typed in MARKUP:
        assert typed not in text
    assert "{{" not in text.split("Ronda.crowd(")[1].split(");")[0]


def test_a_route_is_saved_as_one_file_that_asks_nobody(world: World, client: FlaskClient) -> None:
    route = world.routes["gustavo"]
    token = csrf_of(client.get(f"/routes/{route}").text)
    answer = client.post(f"/routes/{route}/file", data={"csrf_token": token})
    assert answer.status_code == 200
    assert answer.headers["Content-Disposition"] == 'attachment; filename="ruta-2026-11-20.html"'
    page = answer.text
    assert not re.search(r'<(?:script|img|iframe)[^>]+src=|<link[^>]+href="(?!data:)', page)
    policy = re.search(r'http-equiv="Content-Security-Policy" content="([^"]+)"', page)
    assert policy is not None
    assert policy[1].startswith("default-src 'none'")
    assert "connect-src" not in policy[1]
    assert page.count("<script>") == page.count("<style>") == 0, "each has the nonce"
    for typed in MARKUP:
        assert typed not in page
    assert len(page) < 900_000
    with reading(world.office.engine) as connection:
        kept = connection.execute(select(t.facts.c.actor).where(t.facts.c.kind == "route.saved")).all()
    assert [row.actor for row in kept] == ["root"]


def test_without_its_file_or_its_city_a_map_falls_back(tmp_path: Path) -> None:
    world = make_world(tmp_path / "office")
    city = with_city(world, tmp_path)
    app = world.app()
    with app.test_request_context(), reading(world.office.engine) as connection:
        assert ground_of(connection) == Ground(city=city)
        city.file(world.office.config.data).unlink()
        assert ground_of(connection).city is None
    with writing(world.office.engine) as connection:
        withdraw(connection, NOW)
        assert announced(connection) is None
    world.office.engine.dispose()
