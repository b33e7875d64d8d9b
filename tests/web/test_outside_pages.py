"""Stops and their resolutions, flagged routes, and proposals, on the office's pages."""

from __future__ import annotations

from typing import Any

import pytest
from flask import Flask

from server.repairing import repair
from server.store import stop_states
from server.store import tables as t
from server.store.engine import reading, writing
from sync.ids import new_id

from .test_portfolio import words
from .worlds import NOW, World, facts_of, log_in, post


def rows(world: World, table: Any, *where: Any) -> list[dict[str, Any]]:
    with reading(world.office.engine) as connection:
        return [dict(row) for row in connection.execute(table.select().where(*where)).mappings()]


@pytest.fixture
def death(world: World) -> str:
    """Rosa died, says a lender."""
    made = new_id()
    row = {
        "id": made,
        "debtor_id": world.debtors["Rosa"],
        "account_id": None,
        "state": "deceased",
        "since": NOW,
    }
    with writing(world.office.engine) as connection:
        connection.execute(t.stop_states.delete())
        stop_states.add(
            connection, [row | {"until": None, "source": "", "detail": {"evidence": world.typed("acta 7")}}]
        )
        connection.execute(t.stops.update().where(t.stops.c.eta.is_not(None)).values(eta=NOW))
        repair(connection, [world.debtors["Rosa"]], now=NOW, actor="nora")
    return made


def test_compliance_lifts_a_death_with_a_resolution_and_nobody_else_may(
    world: World, app: Flask, death: str
) -> None:
    page = f"/debtors/{world.debtors['Rosa']}"
    assert "Levantar con esta resolución" not in log_in(app, "nora").get(page).text
    sent = {"outcome": "mistaken", "because": "El registro civil era de un homónimo"}
    assert post(log_in(app, "nora"), f"/stops/{death}/release", sent).status_code == 403
    dora = log_in(app, "dora")
    assert "Levantar con esta resolución" in dora.get(page).text
    post(dora, f"/stops/{death}/release", {"outcome": "mistaken", "because": "ok"})
    assert "Escriba la resolución" in words(dora.get(page).text)
    assert rows(world, t.stop_states)[0]["until"] is None
    post(dora, f"/stops/{death}/release", sent)
    shown = words(dora.get(page).text)
    assert "Fue un error: El registro civil era de un homónimo (dora" in shown
    assert rows(world, t.stop_states)[0]["until"] == NOW
    assert facts_of(world)[-1]["kind"] == "stop.released"
    assert post(dora, f"/stops/{new_id()}/release", sent).status_code == 404


def test_what_stops_collection_is_listed_within_the_scope(world: World, app: Flask, death: str) -> None:
    assert death
    listed = words(log_in(app, "alicia").get("/stops/").text)
    assert "Rosa" in listed
    assert "acta 7" in listed
    assert "Rosa" not in words(log_in(app, "bruno").get("/stops/").text)
    assert log_in(app, "gustavo").get("/stops/").status_code == 403


def test_a_published_stop_that_may_not_be_made_is_shown_until_seen(
    world: World, app: Flask, death: str
) -> None:
    assert death
    (flag,) = rows(world, t.stop_flags)
    client = log_in(app, "alicia")
    assert "Paradas publicadas que ya no se pueden hacer" in words(client.get("/routes/").text)
    assert "Paradas impedidas 1" in words(client.get("/").text)
    assert post(log_in(app, "bruno"), f"/stops/flags/{flag['id']}").status_code == 404
    post(client, f"/stops/flags/{flag['id']}")
    assert "Paradas publicadas que ya no" not in words(client.get("/routes/").text)
    assert rows(world, t.stop_flags)[0]["seen_by"] == "alicia"


def test_a_proposal_shows_who_found_it_and_what_the_rules_say_and_is_decided_with_a_reason(
    world: World, app: Flask
) -> None:
    with writing(world.office.engine) as connection:
        connection.execute(t.accounts.update().values(pack="mx-agency"))
    client = log_in(app, "alicia")
    page = words(client.get("/proposals/").text)
    assert "Plaza de mercado, puesto 14" in page
    assert "no consta quién lo dijo" in page
    assert "Confianza baja" in page
    assert "no se visita hasta que la oficina la acepte" in page
    made = f"/proposals/address/{world.proposals['Rosa']}"
    refused = post(client, made, {"word": "reject", "because": ""})
    assert refused.status_code == 422
    assert "Diga por qué se rechaza" in words(refused.text)
    assert post(log_in(app, "bruno"), made, {"word": "accept"}).status_code == 404
    assert post(log_in(app, "dora"), made, {"word": "accept"}).status_code == 403
    post(client, made, {"word": "reject", "because": "no existe ese puesto"})
    assert "Nada por decidir" in words(client.get("/proposals/").text)
    shown = words(client.get("/proposals/?state=rejected").text)
    assert "no existe ese puesto" in shown
    assert "Rechazada" in shown
    (kept,) = rows(world, t.proposal_decisions)
    assert (kept["actor"], kept["state"]) == ("alicia", "rejected")
    assert facts_of(world)[-1]["payload"]["why"] == "no existe ese puesto"


def test_an_accepted_proposal_is_visitable(world: World, app: Flask) -> None:
    client = log_in(app, "alicia")
    done = post(client, f"/proposals/address/{world.proposals['Rosa']}", {"word": "accept"})
    assert done.status_code == 302
    (address,) = rows(world, t.addresses, t.addresses.c.id == world.proposals["Rosa"])
    assert address["state"] == "accepted"
    assert "Plaza de mercado" in words(client.get("/proposals/?state=accepted").text)


def test_contacts_and_stops_are_brought_by_the_page_too(world: World, app: Flask) -> None:
    from .test_imports import send, waiting

    client = log_in(app, "nora")
    asked = {"kind": "contacts", "lender": "Crediboyacá", "source": "MARCADOR", "channel": "call"}
    calls = "Crédito;Fecha y hora;Resultado\r\nR-1;18/11/2026 10:30;contestó\r\nR-9;18/11/2026 10:30;no\r\n"
    shown = send(client, calls.encode("cp1252"), **asked)
    assert "Filas 2 Se aceptan 1 Se rechazan 1" in words(shown.text)
    done = post(client, waiting(shown.text))
    report = words(client.get(done.headers["Location"]).text)
    assert "Contactos nuevos 1 1 efectivos" in report
    assert "la cuenta R-9 no existe" in report
    (source,) = rows(world, t.contact_sources)
    assert (source["name"], source["channels"]) == ("MARCADOR", ["call"])
    late = words(client.get("/routes/?day=2026-12-24").text)
    assert "No se conocen las llamadas de MARCADOR desde el 21/11/2026." in late
    stops = "Crédito;Tipo;Prueba\r\nR-1;fallecido;acta 9\r\n".encode()
    again = send(client, stops, kind="stops", lender="Crediboyacá")
    done = post(client, waiting(again.text))
    assert "Novedades nuevas 1" in words(client.get(done.headers["Location"]).text)
    assert "deceased" in {row["state"] for row in rows(world, t.stop_states)}
    refused = send(client, stops, kind="stops", lender="+", new_lender="Otra")
    assert refused.status_code == 422
    assert "Importe antes la cartera" in words(refused.text)


def test_the_report_of_a_portfolio_says_who_may_be_visited(world: World, app: Flask) -> None:
    from .test_imports import ROWS, file_of, send, waiting

    client = log_in(app, "nora")
    done = post(client, waiting(send(client, file_of(*ROWS), pack="co").text))
    report = words(client.get(done.headers["Location"]).text)
    assert "Para campo 1" in report
    assert "Vedadas por norma 1 co.visit.home: 1" in report
    assert "Les falta un soporte 1" in report
