"""The route desk: another order with its effect first, the rest of a day again, who has it, files to take away."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from io import BytesIO
from typing import Any

import gpxpy
import openpyxl
import pytest
from flask.testing import FlaskClient

from server.planning import PublishReport, publish
from server.planning import plan as plan_day
from server.store import facts, routes
from server.store import tables as t
from server.store.boards import reached
from server.store.engine import reading, writing
from server.store.routes import Route
from sync.records import RouteState

from .test_desk_in_chromium import people
from .worlds import NOW, TODAY, World, csrf_of, log_in

DAY = TODAY + timedelta(days=3)


@pytest.fixture
def planned(world: World) -> Route:
    """Monday's draft of Gustavo, with more stops than one."""
    people(world, 8)
    made = plan_day(
        world.office.engine,
        day=DAY,
        agents=[world.agents["gustavo"]],
        actor="nora",
        now=NOW,
        iterations=30,
        workers=1,
    )
    assert not hasattr(made, "rule"), made
    return newest(world)


def newest(world: World) -> Route:
    with reading(world.office.engine) as connection:
        return routes.newest(connection, DAY, [world.agents["gustavo"]])[0]


def token(client: FlaskClient) -> dict[str, str]:
    return {"csrf_token": csrf_of(client.get("/routes/").text)}


def post(client: FlaskClient, path: str, **form: Any) -> Any:
    return client.post(path, data=form | token(client))


def test_an_order_is_looked_at_before_it_is_kept(world: World, planned: Route) -> None:
    client = log_in(world.app(), "alicia")
    order = [stop.id for stop in planned.planned]
    assert len(order) > 3
    turned = [*order[1:], order[0]]
    seen = post(client, f"/routes/{planned.id}/order/look", stop=turned)
    assert seen.status_code == 200
    assert "<html" not in seen.text
    assert re.findall(r'data-stop="([^"]+)"', seen.text) == turned
    assert newest(world).id == planned.id, "looking keeps nothing"
    kept = post(client, f"/routes/{planned.id}/order", stop=turned)
    after = newest(world)
    if "Así no se puede guardar" in seen.text:
        assert after.id == planned.id
    else:
        assert kept.location.endswith(after.id)
        assert [stop.debtor for stop in after.planned] == [
            next(one.debtor for one in planned.planned if one.id == stop) for stop in turned
        ]


def test_an_order_that_is_no_order_of_the_route_is_refused_in_words(world: World, planned: Route) -> None:
    client = log_in(world.app(), "alicia")
    order = [stop.id for stop in planned.planned]
    for wrong in ([], order[1:], [*order, order[0]], ["nada"]):
        seen = post(client, f"/routes/{planned.id}/order/look", stop=wrong)
        assert "cada parada de la ruta una vez" in seen.text
    post(client, f"/routes/{planned.id}/order", stop=order[1:])
    assert "El orden no cambió" in client.get(f"/routes/{planned.id}").text
    bruno = log_in(world.app(), "bruno")
    for path in ("order/look", "order", "again", "way"):
        assert post(bruno, f"/routes/{planned.id}/{path}", stop=order).status_code == 404
    assert bruno.get(f"/routes/{planned.id}/changes").status_code == 404


def test_a_version_after_the_published_one_says_what_it_changes_and_who_lacks_it(
    world: World, planned: Route
) -> None:
    engine = world.office.engine
    client = log_in(world.app(), "alicia")
    assert "Todavía no hay nada publicado" in client.get(f"/routes/{planned.id}/changes").text
    sent = publish(engine, day=DAY, agents=[world.agents["gustavo"]], actor="nora", now=NOW)
    assert isinstance(sent, PublishReport), sent
    page = client.get(f"/routes/{planned.id}/changes").text
    assert "Esta es la versión publicada" in page
    assert "Todavía no" in page, "his laptop has not been here since"
    with writing(engine) as connection:
        number = (
            connection.execute(
                t.feeds.select().where(t.feeds.c.record_id == planned.id, t.feeds.c.kind == "route")
            )
            .mappings()
            .one()["number"]
        )
        connection.execute(t.devices.update().values(cursor=number - 1))
        assert [one.has_it for one in reached.of_routes(connection, [planned.id])[planned.id]] == [False]
        connection.execute(t.devices.update().values(cursor=number))
    assert "La tiene" in client.get(f"/routes/{planned.id}").text
    order = [stop.id for stop in planned.planned]
    order[1], order[2] = order[2], order[1]
    post(client, f"/routes/{planned.id}/order", stop=order)
    draft = newest(world)
    assert draft.id != planned.id
    assert draft.state is RouteState.DRAFT
    page = client.get(f"/routes/{draft.id}/changes").text
    assert "Qué cambia frente a lo publicado" in page
    assert "Publicar el cambio" in page
    assert page.count("<tr>") >= 2


def test_the_rest_of_a_day_is_planned_again_only_where_there_is_a_day(world: World, planned: Route) -> None:
    client = log_in(world.app(), "alicia")
    for late in ("x", "-1", "601", "²"):
        post(client, f"/routes/{planned.id}/again", late=late)
        assert "un número de 0 a 600" in client.get(f"/routes/{planned.id}/changes").text
    post(client, f"/routes/{planned.id}/again", late="20")
    told = client.get(f"/routes/{planned.id}/changes").text
    assert re.search(
        "no tiene ruta publicada para hoy|turno ya terminó|No queda nadie|Borrador con lo que queda", told
    )


def test_what_is_left_of_a_day_is_planned_again_looked_at_and_published(world: World, planned: Route) -> None:
    engine, mine = world.office.engine, [world.agents["gustavo"]]
    assert isinstance(publish(engine, day=DAY, agents=mine, actor="nora", now=NOW), PublishReport)
    at_nine = datetime(2026, 11, 23, 14, 0, tzinfo=UTC)
    client = log_in(world.app(clock=lambda: at_nine), "alicia")
    gone = planned.planned[-1].debtor
    answer = post(client, f"/routes/{planned.id}/again", late="30", given_up=[gone])
    draft = newest(world)
    assert draft.id != planned.id
    assert answer.location.endswith(f"/routes/{draft.id}/changes")
    page = client.get(answer.location).text
    assert "Borrador con lo que queda del día" in page
    assert "queda fuera" in page
    assert gone not in {stop.debtor for stop in draft.planned}
    sent = post(client, "/routes/publish", day=DAY.isoformat(), agent=mine[0])
    assert sent.status_code == 302
    after = newest(world)
    assert (after.id, after.state) == (draft.id, RouteState.PUBLISHED)
    assert "Esta es la versión publicada" in client.get(f"/routes/{draft.id}/changes").text


def test_a_day_is_taken_away_as_a_table_and_a_route_as_a_way(world: World, planned: Route) -> None:
    client = log_in(world.app(), "alicia")
    book = post(client, "/routes/files", day=DAY.isoformat(), kind="xlsx")
    assert book.headers["Content-Disposition"] == f'attachment; filename="rutas-{DAY.isoformat()}.xlsx"'
    sheet = openpyxl.load_workbook(BytesIO(book.data)).active
    assert sheet is not None
    rows = list(sheet.values)
    assert len(rows) == 1 + len(planned.stops)
    assert "Gustavo" in {row[1] for row in rows[1:]}
    text = post(client, "/routes/files", day=DAY.isoformat(), kind="csv")
    assert text.data.startswith("\ufeffDía,Gestor".encode())
    found = gpxpy.parse(post(client, f"/routes/{planned.id}/way", kind="gpx").text)
    assert len(found.routes[0].points) == len(planned.planned)
    assert b"<kml" in post(client, f"/routes/{planned.id}/way", kind="kml").data
    assert post(client, f"/routes/{planned.id}/way", kind="exe").status_code == 404
    assert post(client, "/routes/files", day="ayer").status_code == 404
    with reading(world.office.engine) as connection:
        assert len(facts.listed(connection, kind="routes.saved")) == 2
        assert len(facts.listed(connection, kind="route.saved")) == 2
    assert f"ronda office plan replay {planned.id}" in client.get(f"/routes/{planned.id}").text
