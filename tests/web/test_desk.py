"""The assignment desk: a draft from its beginning to its undoing, what is refused, and whose it is."""

from __future__ import annotations

import json
import re

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select, update
from sqlalchemy.exc import IntegrityError

from server.store import agents, assignments, change_rows
from server.store import tables as t
from server.store.engine import reading, writing
from server.web import desk_pages, jobs

from .worlds import DUITAMA, World, csrf_of, log_in


def opened(app: Flask, client: FlaskClient, **form: str) -> str:
    """The draft that the desk opens, once its job is done."""
    return _followed(app, client, client.post("/assignments/desk/", data=form | _token(client)))


def _followed(app: Flask, client: FlaskClient, answer: object) -> str:
    where = str(getattr(answer, "location", ""))
    with app.app_context():
        for job in jobs._jobs().values():
            if job.thread is not None:
                job.thread.join()
    return str(client.get(where).location)


def _token(client: FlaskClient) -> dict[str, str]:
    return {"csrf_token": csrf_of(client.get("/assignments/desk/").text)}


def owner(world: World, name: str) -> str | None:
    with reading(world.office.engine) as connection:
        return assignments.owners(connection, [world.debtors[name]])[world.debtors[name]]


@pytest.fixture
def second(world: World) -> str:
    """Another agent in Duitama, who lives near Rosa."""
    with writing(world.office.engine) as connection:
        made = agents.add(
            connection,
            name="Ignacio",
            branch="Duitama",
            zone="Centro",
            home_lat=DUITAMA[0],
            home_lon=DUITAMA[1],
        )
    world.agents["ignacio"] = made
    return made


def test_a_debtor_is_moved_looked_at_saved_and_put_back(world: World, second: str) -> None:
    app = world.app()
    client = log_in(app, "alicia")
    at = opened(app, client, kind="hand")
    page = client.get(at).text
    assert "Rosa Núñez" in page
    assert "Gustavo" in page
    assert "Hilda" not in page, "Tunja is another branch"
    rosa = world.debtors["Rosa"]
    form = {"which": "marked", "debtor": [rosa], "to": second}
    seen = client.post(f"{at}/effect", data=form | _token(client), headers={"X-Ronda-Part": "effect"}).text
    assert "1 deudor pasaría a Ignacio" in seen
    assert "<html" not in seen
    no_reason = client.post(f"{at}/move", data=form | _token(client))
    assert no_reason.status_code == 422
    assert "Escriba por qué los mueve" in no_reason.text
    moved = client.post(f"{at}/move", data=form | {"why": "vive al lado"} | _token(client))
    assert moved.status_code == 302
    page = client.get(at).text
    assert "movido a mano por alicia: vive al lado" in page
    assert owner(world, "Rosa") == world.agents["gustavo"]
    assert client.post(f"{at}/save", data=_token(client)).status_code == 422
    client.post(f"{at}/save", data=_token(client) | {"why": "semana 48"})
    assert owner(world, "Rosa") == second
    back = _followed(app, client, client.post(f"{at}/put-back", data=_token(client)))
    client.post(f"{back}/save", data=_token(client) | {"why": "fue un error"})
    assert owner(world, "Rosa") == world.agents["gustavo"]
    told = client.get(f"/assignments/desk/history?debtor={rosa}").text
    assert re.findall(r"vive al lado|se deshace un cambio anterior", told) == [
        "se deshace un cambio anterior",
        "vive al lado",
    ]
    assert "semana 48" in client.get("/assignments/desk/").text


def test_moves_are_undone_and_done_again_and_a_draft_put_away(world: World, second: str) -> None:
    app = world.app()
    client = log_in(app, "alicia")
    at = opened(app, client, kind="hand")
    rosa = world.debtors["Rosa"]
    client.post(f"{at}/move", data={"debtor": rosa, "to": second, "why": "x"} | _token(client))

    def holder() -> str | None:
        with reading(world.office.engine) as connection:
            rows = change_rows.of(connection, at.rsplit("/", 1)[-1])
        return rows[rosa]["to_agent"] if rosa in rows else None

    assert holder() == second
    client.post(f"{at}/undo", data=_token(client))
    assert holder() is None
    client.post(f"{at}/redo", data=_token(client))
    assert holder() == second
    client.post(f"{at}/discard", data=_token(client))
    assert owner(world, "Rosa") == world.agents["gustavo"]
    assert "Descartado" in client.get(at).text
    assert "lasso.js" not in client.get(f"{at}/map").text, "nothing moves any more"


def test_all_of_a_filter_or_of_a_lasso_are_moved_by_the_server_that_knows_them(
    world: World, second: str
) -> None:
    app = world.app()
    client = log_in(app, "alicia")
    at = opened(app, client, kind="hand")
    lat, lon = DUITAMA
    around = [
        [lat - 0.001, lon - 0.001],
        [lat - 0.001, lon + 0.001],
        [lat + 0.001, lon + 0.001],
        [lat + 0.001, lon - 0.001],
    ]
    seen = client.post(
        f"{at}/effect", data={"which": "ring", "ring": json.dumps(around), "to": second} | _token(client)
    ).text
    assert "1 deudor pasaría a Ignacio" in seen, "Rosa lives there, Vicente further off"
    seen = client.post(
        f"{at}/effect",
        data={"which": "filter", "agent": world.agents["gustavo"], "to": second} | _token(client),
    ).text
    assert "2 deudores pasarían a Ignacio" in seen
    for ring in (
        "",
        "[]",
        "{}",
        "[[1,2],[3]]",
        '[["a","b"],[1,2],[3,4]]',
        "[[999,0],[0,0],[1,1]]",
        "[" * 5000,
    ):
        answer = client.post(
            f"{at}/effect", data={"which": "ring", "ring": ring, "to": second} | _token(client)
        )
        assert answer.status_code == 200
        assert "Elija al menos un deudor" in answer.text


def test_a_refusal_names_its_rule_and_nobody_else_is_moved_by_a_forged_form(
    world: World, second: str
) -> None:
    app = world.app()
    client = log_in(app, "alicia")
    at = opened(app, client, kind="hand")
    with writing(world.office.engine) as connection:
        connection.execute(update(t.agents).where(t.agents.c.id == second).values(languages="qu"))
    form = {"debtor": [world.debtors["Rosa"], world.debtors["Saúl"]], "to": second, "why": "x"}
    answer = client.post(f"{at}/move", data=form | _token(client)).text
    assert "1 se queda como está" in answer
    assert "assign.language" in answer
    answer = client.post(f"{at}/move", data=form | {"to": world.agents["hilda"]} | _token(client)).text
    assert "Elija el gestor que los recibe" in answer


def test_a_draft_is_its_makers_and_of_who_sees_the_whole(world: World, second: str) -> None:
    app = world.app()
    at = opened(app, alicia := log_in(app, "alicia"), kind="hand")
    bruno, nora = log_in(app, "bruno"), log_in(app, "nora")
    assert alicia.get(at).status_code == 200
    assert nora.get(at).status_code == 200
    assert bruno.get(at).status_code == 404
    for act in ("effect", "move", "undo", "redo", "save", "discard", "put-back"):
        assert bruno.post(f"{at}/{act}", data=_token(bruno) | {"why": "x"}).status_code == 404
    assert bruno.get(f"{at}/map").status_code == 404
    assert alicia.post("/assignments/desk/", data=_token(alicia) | {"kind": "run"}).status_code == 404
    made = opened(app, nora, kind="run", day="2026-11-20")
    assert "Propuesta" in nora.get(made).text
    assert alicia.get(made).status_code == 404


def test_the_map_gathers_what_nobody_could_tell_apart_and_begins_with_one_agent(
    world: World, second: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = world.app()
    client = log_in(app, "nora")
    at = opened(app, client, kind="hand")
    monkeypatch.setattr(desk_pages, "EACH", 1)
    page = client.get(at).text
    assert re.search(r'<option value="[^"]+" selected>Gustavo', page), "the heaviest one"
    assert "crowd-plain" in client.get(f"{at}/map?only=").text
    assert "crowd-plain" in client.get(f"{at}/map?agent={world.agents['gustavo']}").text
    monkeypatch.setattr(desk_pages, "EACH", 3000)
    document = client.get(f"{at}/map")
    assert "crowd-plain" not in document.text
    assert "sandbox" in document.headers["Content-Security-Policy"]


def test_one_door_of_two_agents_is_told(world: World, second: str) -> None:
    app = world.app()
    client = log_in(app, "nora")
    assert "No hay puertas con dos gestores" in client.get("/assignments/desk/doubles").text
    with writing(world.office.engine) as connection:
        place = (
            connection.execute(select(t.addresses).where(t.addresses.c.id == world.addresses["Rosa"]))
            .mappings()
            .one()
        )
        connection.execute(
            update(t.addresses)
            .where(t.addresses.c.id == world.addresses["Saúl"])
            .values(lat=place["lat"], lon=place["lon"])
        )
    page = client.get("/assignments/desk/doubles").text
    assert "Rosa Núñez" in page
    assert "Hilda" in page
    assert "Saúl" not in log_in(app, "alicia").get("/assignments/desk/doubles").text


def test_no_debtor_can_have_two_agents(world: World) -> None:
    with writing(world.office.engine) as connection:
        row = (
            connection.execute(
                select(t.assignments).where(t.assignments.c.debtor_id == world.debtors["Rosa"])
            )
            .mappings()
            .one()
        )
    with pytest.raises(IntegrityError), writing(world.office.engine) as connection:
        connection.execute(
            t.assignments.insert().values(dict(row) | {"id": "another", "agent_id": world.agents["hilda"]})
        )
