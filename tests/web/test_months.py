"""The pages of commissions and of the month's close: who sees what, who asks and who closes."""

from __future__ import annotations

import re

from flask import Flask
from sqlalchemy import insert, update

from server.store import tables as t
from server.store.engine import writing
from sync.ids import new_id

from .conftest import ClientOf
from .worlds import NOW, TODAY, World, facts_of, log_in, post


def words(page: str) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", page).split())


def paid(world: World, name: str = "Rosa", pesos: int = 100_000) -> str:
    """The lender says today that an account which was visited today was paid."""
    made = new_id()
    with writing(world.office.engine) as connection:
        connection.execute(
            insert(t.payments).values(
                id=made,
                account_id=world.accounts[name][0],
                import_id=world.imports["Crediboyacá"],
                identity=made,
                amount_minor=pesos * 100,
                currency="COP",
                value_date=TODAY,
                imported_at=NOW,
            )
        )
    return made


def finish(app: Flask) -> None:
    for job in app.extensions["ronda.jobs"].values():
        job.thread.join()


def test_a_collector_sees_his_own_statement_line_by_line(world: World, app: Flask) -> None:
    paid(world)
    page = words(log_in(app, "gustavo").get("/commissions/?month=2026-11").text)
    assert "Gustavo" in page
    assert "$100.000" in page
    assert "pago a 0 días de la última visita" in page
    assert "Lo que la agencia factura" not in page
    assert log_in(app, "hilda").get(f"/commissions/agents/{world.agents['gustavo']}").status_code == 404


def test_the_month_is_reckoned_for_everybody_and_each_branch_sees_its_own(world: World, app: Flask) -> None:
    paid(world)
    paid(world, "Saúl")
    client = log_in(app, "elena")
    assert "no se ha calculado" in client.get("/commissions/?month=2026-11").text
    post(client, "/commissions/make", {"month": "2026-11"})
    finish(app)
    whole = words(client.get("/commissions/?month=2026-11").text)
    assert "Gustavo" in whole
    assert "Hilda" in whole
    assert "Lo que la agencia factura a cada entidad" in whole
    carla = words(log_in(app, "carla").get("/commissions/?month=2026-11").text)
    assert "Gustavo" in carla
    assert "Hilda" not in carla
    sheet = client.get("/commissions/?month=2026-11&file=csv").text
    assert sheet.count("\n") == 3


def test_the_statement_is_the_same_on_the_page_and_in_its_file(world: World, app: Flask) -> None:
    paid(world)
    client = log_in(app, "elena")
    address = f"/commissions/agents/{world.agents['gustavo']}?month=2026-11"
    sheet = client.get(f"{address}&file=csv").text
    assert "100000" in sheet
    with client.get(f"{address}&file=xlsx") as workbook:
        assert workbook.data[:2] == b"PK"


def test_who_asked_cannot_close_and_another_does(world: World, app: Flask) -> None:
    elena = log_in(app, "elena")
    asked = post(elena, "/months/", {"month": "2026-08", "lender": ""})
    address = asked.headers["Location"]
    assert "lo cierra otra persona" in elena.get(address).text
    post(elena, f"{address}/close")
    finish(app)
    assert "Por cerrar" in words(elena.get(address).text)
    root = log_in(app, "root")
    post(root, f"{address}/close")
    finish(app)
    page = words(root.get(address).text)
    assert "Cerrado por root, a pedido de elena" in page
    assert "Firma válida" in page
    assert [fact["kind"] for fact in facts_of(world)][-1] == "month.closed"


def test_a_close_that_was_changed_behind_rondas_back_says_so(world: World, app: Flask) -> None:
    closed = world.closes["closed"]
    with writing(world.office.engine) as connection:
        connection.execute(
            update(t.month_closes)
            .where(t.month_closes.c.id == closed)
            .values(snapshot={"totals": {}, "figures": []})
        )
    page = log_in(app, "elena").get(f"/months/{closed}").text
    assert "Lo guardado no es lo que se firmó" in page


def test_a_month_that_runs_is_refused_in_words(world: World, app: Flask) -> None:
    page = post(log_in(app, "elena"), "/months/", {"month": "2026-11"}, follow_redirects=True)
    assert "El mes no ha terminado" in page.text


def test_a_branch_cannot_close_the_whole_office(reader: ClientOf, seen: World) -> None:
    assert post(reader("carla"), "/months/", {"month": "2026-08"}).status_code == 404
    assert reader("carla").get(f"/months/{seen.closes['closed']}").status_code == 404
    assert seen.closes["closed"] not in reader("carla").get("/months/").text
