"""The coordinator's, supervisor's and administrator's acts by page: each does one thing and is remembered."""

from __future__ import annotations

import re
import time
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select, update

from server.store import assignments, devices, findings, routes
from server.store import tables as t
from server.store.engine import reading, writing
from server.store.scopes import Scope
from server.web import jobs
from sync.records import RouteState

from .conftest import ClientOf
from .test_portfolio import words
from .worlds import NOW, PASSWORD, TODAY, World, facts_of, log_in, post

MONDAY = "2026-11-23"


def follow(client: FlaskClient, answer: Any) -> str:
    """The words of the page an act led to."""
    assert answer.status_code == 302, words(answer.text)
    return words(client.get(answer.headers["Location"]).text)


# Assignments


def test_an_assignment_is_run_for_a_day_by_who_sees_the_whole(world: World, app: Flask) -> None:
    client = log_in(app, "nora")
    page = follow(client, post(client, "/assignments/", {"day": "2026-11-20"}))
    assert "5 cuentas asignadas, 0 vedadas por norma y 0 sin asignar" in page
    assert "Gustavo" in page
    assert facts_of(world)[-1]["kind"] == "assignment.finished"
    assert facts_of(world)[-1]["actor"] == "nora"


def test_a_coordinator_of_a_branch_does_not_move_the_others(world: World, app: Flask) -> None:
    client = log_in(app, "alicia")
    before = len(facts_of(world))
    page = follow(client, post(client, "/assignments/", {"day": "2026-11-20"}))
    assert "la corre quien ve todas las sucursales" in page
    assert len(facts_of(world)) == before


@pytest.mark.parametrize(
    ("day", "said"),
    [("", "Elija el día"), ("2026-13-40", "Elija el día"), ("2026-11-01", "no vuelve al pasado")],
)
def test_an_assignment_that_cannot_be_is_told_why(app: Flask, day: str, said: str) -> None:
    client = log_in(app, "nora")
    assert said in follow(client, post(client, "/assignments/", {"day": day}))


def test_loads_are_told_by_agent_with_reasons_for_each_account(seen: World, reader: ClientOf) -> None:
    page = words(reader("nora").get("/assignments/").text)
    assert re.search(r"1 Gustavo Centro · Duitama 2 3 cuentas \$2\.469\.134 COP \$345,50 USD", page)
    mine = words(reader("nora").get(f"/assignments/agents/{seen.agents['gustavo']}").text)
    assert "Rosa Núñez" in mine
    assert "Saúl" not in mine


# Routes


def planned(client: FlaskClient, answer: Any) -> str:
    """Wait for the job that a plan started; the words of the page it ends on."""
    where = answer.headers["Location"]
    until = time.monotonic() + 120
    while time.monotonic() < until:
        now = client.get(where)
        if now.status_code == 302:
            return follow(client, now)
        assert "Planificando" in now.text
        told = client.get(f"{where}&format=json")
        assert told.status_code in (200, 302)
        time.sleep(0.05)
    raise AssertionError("the plan did not end")


def test_a_day_is_planned_apart_and_reaches_the_laptops_when_published(world: World, app: Flask) -> None:
    client = log_in(app, "alicia")
    page = planned(client, post(client, "/routes/plan", {"day": MONDAY}))
    assert "Borrador de 1 rutas con 2 paradas" in page
    assert "Hilda" not in page
    with reading(world.office.engine) as connection:
        drafts = routes.newest(connection, TODAY.replace(day=23))
    assert [route.state for route in drafts] == [RouteState.DRAFT]
    assert drafts[0].agent == world.agents["gustavo"], "her branch and no other"
    assert log_in(app, "gustavo").get(f"/routes/{drafts[0].id}").status_code == 404, "a draft is not his yet"
    assert "1 rutas publicadas con 2 paradas" in follow(
        client, post(client, "/routes/publish", {"day": MONDAY})
    )
    assert log_in(app, "gustavo").get(f"/routes/{drafts[0].id}").status_code == 200
    assert facts_of(world)[-1]["kind"] == "route.published"
    assert "Ya estaba todo publicado" in follow(client, post(client, "/routes/publish", {"day": MONDAY}))


def test_a_route_that_no_longer_stands_is_not_published_and_says_the_rule(world: World, app: Flask) -> None:
    client = log_in(app, "nora")
    planned(client, post(client, "/routes/plan", {"day": MONDAY}))
    with writing(world.office.engine) as connection:
        assignments.close(connection, [world.debtors["Rosa"]], until=TODAY)
    page = follow(client, post(client, "/routes/publish", {"day": MONDAY}))
    assert "No se publicó nada: la ruta de Gustavo no pasa la revisión" in page
    assert "(regla route." in page


def test_anothers_plan_is_not_followed_and_a_broken_one_says_so(world: World, app: Flask) -> None:
    with app.test_request_context():
        broken = jobs.start(lambda _say: None, actor="nora", subject="x", now=NOW)
        assert broken.thread is not None
        broken.thread.join()
    client = log_in(app, "nora")
    assert "La planificación no terminó" in follow(client, client.get(f"/routes/jobs/{broken.id}"))
    assert log_in(app, "root").get(f"/routes/jobs/{broken.id}").status_code == 404


def test_publishing_a_day_that_was_not_planned_is_refused_in_words(app: Flask) -> None:
    client = log_in(app, "nora")
    assert "planifique primero ese día" in follow(
        client, post(client, "/routes/publish", {"day": "2026-12-24"})
    )


def test_a_route_tells_each_stop_and_why_the_others_stayed(seen: World, reader: ClientOf) -> None:
    page = words(reader("nora").get(f"/routes/{seen.routes['gustavo']}").text)
    assert "1 Rosa Núñez Calle 10 # 2-3, Centro Agendada" in page
    assert "cita 09:00 – 11:00" in page
    assert "Quedaron fuera" in page
    assert "Vicente Ávila" in page


def test_the_sheet_numbers_its_lines_and_says_when_it_is_a_draft(world: World, app: Flask) -> None:
    client = log_in(app, "nora")
    sheet = f"/routes/{world.routes['gustavo']}/sheet"
    page = words(client.get(sheet).text)
    assert "Línea Hora Deudor y dirección Cuentas Llegué / salí" in page
    assert "1 09:00 cita 09:00 – 11:00 Rosa Núñez" in page
    assert "R-1: $1.234.567 COP 120 días, corte vie 20 nov" in page
    assert "BORRADOR" not in page
    with writing(world.office.engine) as connection:
        connection.execute(update(t.routes).values(state="draft"))
    assert "BORRADOR: no salir con esta hoja" in words(client.get(sheet).text)


# Visits and findings


def test_a_visit_is_told_whole_and_offers_nothing_to_edit(seen: World, reader: ClientOf) -> None:
    page = reader("dora").get(f"/visits/{seen.visits['Rosa']}").text
    told = words(page)
    for part in (
        "Lugar Domicilio Atendió Titular",
        "R-1 Crediboyacá Promesa de pago Desempleo Dónde pagará: Sucursal Centro",
        "Ocurrió vie 20 nov, 12:00–12:12",
        "Escrita en el portátil vie 20 nov, 14:00",
        "Recibida en la oficina vie 20 nov, 14:30",
        "Reloj del portátil 4 s adelantado (±0,5 s)",
        "5.82650, -73.03310 (±12 m)",
        "Evidencia B: buena",
        "demo.hours.week · ficticia",
        "La hora estaba mal Nota: Otra nota",
        "Evento 2",
        f"Huella (h) {'02' * 32}",
        "Demasiado corta",
    ):
        assert part in told, part
    acts = set(re.findall(r'<form[^>]* action="([^"]+)"', page))
    visit = f"/visits/{seen.visits['Rosa']}"
    assert acts == {
        "/logout",
        "/portfolio/accounts",
        f"{visit}/verify#evidencia",
        f"{visit}/evidence#evidencia",
    }


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ({"day": "2026-11-20"}, True),
        ({"day": "2026-11-19"}, False),
        ({"day": "2026-11-19", "until": "2026-11-20"}, True),
        ({"result": "PTP"}, True),
        ({"result": "NAD"}, False),
        ({"evidence": "B"}, True),
        ({"evidence": "D"}, False),
    ],
)
def test_the_history_narrows_to_what_is_asked(reader: ClientOf, asked: dict[str, str], found: bool) -> None:
    page = reader("nora").get("/visits/", query_string=asked).text
    assert ("Rosa Núñez" in page) is found


def test_the_history_of_one_agent_and_of_one_account(seen: World, reader: ClientOf) -> None:
    mine = reader("nora").get("/visits/", query_string={"agent": seen.agents["gustavo"]}).text
    assert "Rosa Núñez" in mine
    assert "Saúl Peña" not in mine
    one = reader("nora").get("/visits/", query_string={"account": seen.accounts["Saúl"][0]}).text
    assert "Saúl Peña" in one
    assert "Rosa Núñez" not in one


def test_a_finding_is_resolved_once_with_a_reason(world: World, app: Flask) -> None:
    client = log_in(app, "carla")
    path = f"/findings/{world.findings['Rosa']}"
    unsaid = post(client, path, {"resolution": "justified", "why": "x"})
    assert unsaid.status_code == 422
    assert words(unsaid.text).count("Escriba por qué") == 2
    unchosen = post(client, path, {"resolution": "", "why": "llamé y estaba"})
    assert words(unchosen.text).count("Elija cómo se resuelve") == 2
    assert "llamé y estaba" in unchosen.text, "what was written is still there"
    assert "Nada por revisar" in follow(
        client, post(client, path, {"resolution": "justified", "why": "llamé y estaba"})
    )
    told = words(client.get(path).text)
    assert "Cómo Justificado Por qué llamé y estaba Quién carla" in told
    again = post(client, path, {"resolution": "misconduct", "why": "lo pensé mejor"})
    assert again.status_code == 422
    assert "ya fue resuelto por carla" in words(again.text)
    with reading(world.office.engine) as connection:
        held = findings.by_id(connection, world.findings["Rosa"], Scope.everything())
    assert held is not None
    assert held["resolution"] == "justified"
    assert [fact["kind"] for fact in facts_of(world)].count("finding.resolved") == 1


# Laptops and people


def test_a_code_is_shown_once_and_to_who_asked(world: World, app: Flask) -> None:
    client = log_in(app, "alicia")
    answer = post(client, "/devices/codes", {"agent": world.agents["gustavo"]})
    found = re.search(r'class="code">([0-9A-Z-]{23})<', answer.text)
    assert found is not None
    assert answer.headers["Cache-Control"] == "no-store"
    assert found[1] not in client.get("/devices/").text
    assert "Códigos sin usar: Gustavo (1)" in words(client.get("/devices/").text)
    assert post(client, "/devices/codes", {"agent": world.agents["hilda"]}).status_code == 404
    assert facts_of(world)[-1]["kind"] == "device.code_issued"


def test_a_laptop_is_shut_out_and_its_row_stays(world: World, app: Flask) -> None:
    client = log_in(app, "alicia")
    page = follow(client, post(client, f"/devices/{world.devices['gustavo']}/revoke"))
    assert "De baja" in page
    with reading(world.office.engine) as connection:
        device = devices.by_id(connection, world.devices["gustavo"])
    assert device is not None
    assert device.revoked_at is not None
    assert facts_of(world)[-1]["kind"] == "device.revoked"


def test_the_fleet_tells_what_waits_and_what_was_not_understood(reader: ClientOf) -> None:
    page = words(reader("nora").get("/devices/").text)
    assert (
        "Gustavo Portátil ronda 0.1.0 En cuarentena Con pendientes Adjuntos por llegar"
        " Sin clave de recuperación vie 20 nov, 14:00" in page
    )
    assert (
        "Hilda Portátil ronda 0.1.0 En cuarentena Con pendientes Sin clave de recuperación vie 20 nov, 14:00"
        in page
    )
    assert "Clase de evento desconocida" in page


def test_a_person_is_added_with_a_password_shown_once(world: World, app: Flask) -> None:
    client = log_in(app, "root")
    new = {
        "username": "julia",
        "name": "Julia Paz",
        "role": "collector",
        "branch": "Duitama",
        "home": "5.8, -73.0",
    }
    answer = post(client, "/people/", new)
    found = re.search(r'class="code">([^<]+)<', answer.text)
    assert found is not None
    assert found[1] not in client.get("/people/").text
    assert facts_of(world)[-1]["kind"] == "user.added"
    assert log_in(app, "julia", found[1]).get("/").headers["Location"] == "/password"
    with reading(world.office.engine) as connection:
        row = connection.execute(select(t.agents).where(t.agents.c.name == "Julia Paz")).mappings().one()
    assert (row["branch"], row["home_lat"], row["home_lon"]) == ("Duitama", 5.8, -73.0)


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"username": "JULIA"}, "Un usuario se escribe con letras minúsculas"),
        ({"username": "nora"}, "Ya hay un usuario nora"),
        ({"name": " "}, "Escriba el nombre de la persona"),
        ({"role": "rey"}, "Elija el rol de la persona"),
        ({"home": "en mi casa"}, "Escriba la latitud y la longitud"),
        ({"home": "95, 0"}, "La casa está fuera del mundo"),
        ({"shift_start": "18:00"}, "La jornada va de HH:MM a HH:MM"),
    ],
)
def test_a_person_who_cannot_be_added_is_told_why_beside_the_field(
    world: World, app: Flask, wrong: dict[str, str], said: str
) -> None:
    client = log_in(app, "root")
    new = {"username": "julia", "name": "Julia Paz", "role": "collector"}
    answer = post(client, "/people/", new | wrong)
    assert answer.status_code == 422
    assert words(answer.text).count(said) == 2
    assert 'value="Julia Paz"' in answer.text or "name" in wrong, "what was written is still there"


def test_a_person_gets_a_new_password_and_may_be_shut_out(world: World, app: Flask) -> None:
    client = log_in(app, "root")
    given = post(client, "/people/fabio/password")
    found = re.search(r'class="code">([^<]+)<', given.text)
    assert found is not None
    assert log_in(app, "fabio", found[1]).get("/").headers["Location"] == "/password"
    assert "Acceso cerrado" in follow(client, post(client, "/people/fabio/disable"))
    stranger = app.test_client()
    token = re.search(r'content="([^"]+)"', stranger.get("/login").text.split("csrf-token")[1])
    assert token is not None
    entry = {"csrf_token": token[1], "username": "fabio", "password": PASSWORD}
    assert stranger.post("/login", data=entry).status_code == 401
    assert "a usted mismo" in follow(client, post(client, "/people/root/disable"))
    assert post(client, "/people/nadie/password").status_code == 404
