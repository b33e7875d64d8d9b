"""The page of seven in the morning: its numbers, the rows behind each, and the one button."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import insert, update

from server.store import agent_days
from server.store import tables as t
from server.store.engine import writing
from server.web import home
from sync.ids import new_id

from .conftest import ClientOf
from .worlds import NOW, TODAY, World, log_in, post


def words(page: str) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", page).split())


def later(world: World) -> None:
    """Since yesterday: one of Rosa's accounts was recalled, Saúl's payment came, Gustavo is away today."""
    lender = world.lenders["Crediboyacá"]
    with writing(world.office.engine) as connection:
        file = new_id()
        connection.execute(
            insert(t.imports).values(
                id=file,
                kind="payments",
                lender_id=lender,
                as_of=TODAY,
                mode="delta",
                file_sha256="0" * 64,
                reading={},
                counts={},
                imported_at=NOW - timedelta(hours=2),
            )
        )
        connection.execute(
            insert(t.payments).values(
                id=new_id(),
                account_id=world.accounts["Saúl"][0],
                import_id=file,
                identity="1" * 64,
                amount_minor=75_000_00,
                currency="COP",
                value_date=TODAY - timedelta(days=1),
                imported_at=NOW,
            )
        )
        connection.execute(
            update(t.accounts)
            .where(t.accounts.c.id == world.accounts["Rosa"][0])
            .values(state="recalled", last_import=world.imports["Crediboyacá"])
        )
        connection.execute(
            update(t.imports)
            .where(t.imports.c.id == world.imports["Crediboyacá"])
            .values(imported_at=NOW - timedelta(hours=3))
        )
        agent_days.add(
            connection,
            world.agents["gustavo"],
            TODAY,
            TODAY,
            away=True,
            because="cita",
            actor="nora",
            now=NOW,
        )


def test_the_morning_tells_each_branch_its_own_news(world: World, app: Flask) -> None:
    later(world)
    alicia, bruno = (words(log_in(app, name).get("/").text) for name in ("alicia", "bruno"))
    assert "Retiradas por la entidad 1" in alicia
    assert "Gestores ausentes 1" in alicia
    assert "Rutas por reparar 1" in alicia
    assert "Pagadas en la entidad 0" in alicia
    assert "Retiradas por la entidad 0" in bruno
    assert "Gestores ausentes 0" in bruno
    assert "Pagadas en la entidad 1 75.000 COP" in bruno


@pytest.mark.parametrize("kind", sorted(home.KINDS))
def test_each_number_opens_its_rows_and_their_file(seen: World, reader: ClientOf, kind: str) -> None:
    client = reader("nora")
    board = words(client.get("/").text)
    counted = re.search(rf"{home.KINDS[kind].word} (\d+)", board)
    assert counted is not None
    page = client.get(f"/today/{kind}")
    assert page.status_code == 200
    assert page.text.count('<th scope="row">') == int(counted[1])
    sheet = client.get(f"/today/{kind}?file=csv")
    assert sheet.status_code == 200
    assert len(sheet.text.splitlines()) == int(counted[1]) + 1
    with client.get(f"/today/{kind}?file=xlsx") as workbook:
        assert workbook.data[:2] == b"PK"


def test_a_number_that_does_not_exist_has_no_rows(reader: ClientOf) -> None:
    assert reader("nora").get("/today/nothing").status_code == 404


def test_one_button_takes_back_the_route_of_who_is_away(world: World, app: Flask) -> None:
    later(world)
    client = log_in(app, "alicia")
    assert "Reparar la ruta" in client.get("/").text
    answer = post(client, "/today/mend", follow_redirects=True)
    job = next(iter(app.extensions["ronda.jobs"].values()))
    job.thread.join()
    told = words(client.get(f"/today/mending/{job.id}").text)
    assert answer.status_code == 200
    assert "Reparada Está ausente: su ruta se retiró de su portátil" in told
    board = words(client.get("/").text)
    assert "Rutas por reparar 0" in board
    assert "Reparar la ruta" not in board


def test_a_collector_sees_the_street_and_no_rows_of_the_office(reader: ClientOf) -> None:
    page = words(reader("gustavo").get("/").text)
    assert "Rutas publicadas 1" in page
    assert "Qué hacer ahora" not in page
    assert reader("gustavo").get("/today/new").status_code == 403
