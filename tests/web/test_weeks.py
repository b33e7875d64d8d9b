"""The week's page and a coordinator's hands on a route: planned, moved, fixed, taken back, and asked why."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from flask import Flask
from sqlalchemy import update

from server.store import routes
from server.store import tables as t
from server.store.engine import reading, writing
from server.store.routes import Route
from sync.records import RouteState
from tests.browser import Chromium, axe_violations

from .test_pages_in_chromium import come_in
from .test_portfolio import words
from .test_work import follow, planned
from .worlds import TODAY, World, facts_of, log_in, post

MONDAY = "2026-11-23"


def drafts(world: World) -> list[Route]:
    with reading(world.office.engine) as connection:
        return routes.newest(connection, TODAY.replace(day=23))


def the_busiest(world: World) -> Route:
    return max(drafts(world), key=lambda route: len(route.planned))


def test_a_week_is_planned_on_its_page_and_published_from_it(world: World, app: Flask) -> None:
    client = log_in(app, "nora")
    page = planned(client, post(client, "/week/plan", {"day": MONDAY}))
    assert "deudores tienen visita" in page
    assert "visita" in page
    days = {route.day for route in drafts(world)}
    assert days
    page = follow(client, post(client, "/week/publish", {"day": MONDAY}))
    assert "rutas de la semana publicadas" in page
    assert all(route.state is RouteState.PUBLISHED for route in drafts(world))


def test_the_page_answers_why_an_account_is_not_visited(world: World, app: Flask) -> None:
    client = log_in(app, "nora")
    planned(client, post(client, "/week/plan", {"day": MONDAY}))
    with reading(world.office.engine) as connection:
        barred = connection.execute(
            t.accounts.select().where(t.accounts.c.id == world.accounts["Tito"][0])
        ).one()
    page = words(client.get(f"/week/?day={MONDAY}&account={barred.number}").text)
    assert "Sin visita" in page
    assert "co.place.home" in page
    unknown = words(client.get(f"/week/?day={MONDAY}&account=NADA-1").text)
    assert "Ninguna cuenta de su cartera tiene ese número" in unknown
    case = words(client.get(f"/debtors/{world.debtors['Tito']}").text)
    assert "Esta semana" in case


def test_a_collector_is_told_nothing_of_drafts(world: World, app: Flask) -> None:
    client = log_in(app, "gustavo")
    assert client.get(f"/week/?day={MONDAY}").status_code == 403
    assert "Esta semana" not in words(client.get(f"/debtors/{world.debtors['Rosa']}").text)


def test_a_stop_is_moved_and_fixed_with_buttons_and_the_order_forgotten(world: World, app: Flask) -> None:
    client = log_in(app, "nora")
    with writing(world.office.engine) as connection:
        connection.execute(update(t.assignments).values(agent_id=world.agents["gustavo"]))
    planned(client, post(client, "/routes/plan", {"day": MONDAY}))
    before = the_busiest(world)
    assert len(before.planned) > 1
    first, second = before.planned[:2]
    answer = post(client, f"/routes/{before.id}/move", {"stop": first.id, "way": "down"})
    after = the_busiest(world)
    assert answer.headers["Location"].endswith(f"{after.id}#parada-2")
    assert [stop.debtor for stop in after.planned[:2]] == [second.debtor, first.debtor]
    page = words(client.get(f"/routes/{after.id}").text)
    assert "El orden se puso a mano" in page
    assert "Olvidar el orden" in page
    follow(client, post(client, f"/routes/{after.id}/lock", {"stop": after.planned[0].id, "locked": "1"}))
    assert "Fijada a mano" in words(client.get(f"/routes/{after.id}").text)
    follow(client, post(client, f"/routes/{after.id}/free-order", {}))
    assert the_busiest(world).hand_order is None
    kinds = [fact["kind"] for fact in facts_of(world)][-3:]
    assert kinds == ["route.reordered", "route.stop_locked", "route.order_freed"]


def test_hands_do_nothing_to_a_route_of_others_or_a_stop_of_another(world: World, app: Flask) -> None:
    client = log_in(app, "nora")
    route = world.routes["gustavo"]
    assert post(client, f"/routes/{route}/move", {"stop": "nobody", "way": "up"}).status_code == 404


def test_what_is_published_is_taken_back_and_the_laptop_loses_it(world: World, app: Flask) -> None:
    client = log_in(app, "nora")
    page = follow(client, post(client, "/routes/unpublish", {"day": TODAY.isoformat()}))
    assert "rutas retiradas" in page
    with reading(world.office.engine) as connection:
        assert routes.newest(connection, TODAY, state=RouteState.PUBLISHED) == []
    again: Any = follow(client, post(client, "/routes/unpublish", {"day": TODAY.isoformat()}))
    assert re.search("No hay rutas publicadas", again)


def test_a_week_is_planned_and_a_stop_moved_with_the_keyboard_alone(
    world: World, chromium: Chromium, serve: Callable[[Flask], str]
) -> None:
    with writing(world.office.engine) as connection:
        connection.execute(update(t.assignments).values(agent_id=world.agents["gustavo"]))
    page, address = chromium.page(), serve(world.app())
    come_in(page, address, "nora")
    page.goto(f"{address}/week/?day={MONDAY}")
    page.get_by_role("button", name="Planificar la semana").focus()
    page.keyboard.press("Enter")
    page.get_by_text("deudores tienen visita").wait_for()
    assert axe_violations(page) == []
    page.goto(f"{address}/routes/?day={MONDAY}")
    page.get_by_role("button", name="Planificar de nuevo").focus()
    page.keyboard.press("Enter")
    page.get_by_text("cada uno con su razón. Revíselas").wait_for()
    page.goto(f"{address}/routes/{the_busiest(world).id}")
    page.get_by_role("button", name="Después la parada 1").focus()
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile("#parada-2$"))
    page.get_by_text("El orden se puso a mano").wait_for()
    assert axe_violations(page) == []
    assert chromium.foreign_requests == []
