"""The office's side of the method: five questions, objections with versions, flags, assets in the legal stage."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select, update

from server.store import tables as t
from server.store.engine import reading, writing
from sync.wire.feed import RECORDS

from .test_portfolio import words
from .test_work import follow
from .worlds import NOW, World, facts_of, json_of, log_in, post

CONDUCT = {
    "steps": [
        {"step": "reconocimiento", "answer": "yes", "implied": True},
        {"step": "importe", "answer": "part", "value": "200000"},
        {"step": "tiempo", "answer": "dated", "value": "2026-11-25"},
    ],
    "objections": [{"code": "sin_dinero", "version": 0, "helped": True}],
    "alarms": ["vende_bienes"],
    "answers": [],
    "reviewed": "2026-11-20T16:52:00.000Z",
}


def conducted(world: World, name: str = "Rosa") -> None:
    told = CONDUCT | {
        "answers": [
            {"account": world.accounts[name][0], "question": "reactions", "text": "Atiende y escucha"}
        ]
    }
    with writing(world.office.engine) as connection:
        connection.execute(update(t.visits).where(t.visits.c.id == world.visits[name]).values(conduct=told))


def feed(world: World, agent: str, kind: str) -> dict[str, dict]:  # type: ignore[type-arg]
    with reading(world.office.engine) as connection:
        query = select(t.feeds.c.record_id, t.feeds.c.payload).where(
            t.feeds.c.agent_id == world.agents[agent], t.feeds.c.kind == kind, t.feeds.c.payload.is_not(None)
        )
        return {row.record_id: json_of(row.payload) for row in connection.execute(query)}


def test_a_visit_tells_how_it_was_conducted_and_whether_the_file_was_looked_at(
    world: World, app: Flask
) -> None:
    conducted(world)
    page = words(log_in(app, "alicia").get(f"/visits/{world.visits['Rosa']}").text)
    assert "Reconocimiento: La reconoce (lo dice el resultado)" in page
    assert "Importe: Una parte · $200.000 COP" in page
    assert "Tiempo: En una fecha · mié 25 nov" in page
    assert "Ahora no tengo dinero de Ronda · la respuesta ayudó" in page
    assert "Vende o saca muebles, mercancía o vehículo" in page
    assert "Revisó el expediente vie 20 nov, 11:52" in page
    other = words(log_in(app, "bruno").get(f"/visits/{world.visits['Saúl']}").text)
    assert "Revisó el expediente No consta" in other


def test_the_five_questions_are_answered_from_facts_and_by_people(world: World, app: Flask) -> None:
    conducted(world)
    client = log_in(app, "alicia")
    where = f"/debtors/{world.debtors['Rosa']}"
    assert "Señales de alarma" in words(client.get(where).text)
    page = words(client.get(f"{where}/questions").text)
    assert "¿Qué produjo la mora? Dijo en la visita del 20/11/2026: Desempleo" in page
    assert "¿Qué se ha hecho? Visitas: 1; la última el 20/11/2026" in page
    assert "¿Qué reacciones hubo? Promesa de pago: 1" in page
    assert "Atiende y escucha — Gustavo" in page
    assert "Entidad Crediboyacá, sucursal Duitama" in page

    account = world.accounts["Rosa"][0]
    said = post(client, f"{where}/questions/{account}/documents", {"text": "Pagaré firmado, en la bóveda"})
    assert "Anotado" in follow(client, said)
    assert "Pagaré firmado, en la bóveda — alicia" in words(client.get(f"{where}/questions").text)
    fact = facts_of(world)[-1]
    assert (fact["kind"], fact["subject"], fact["actor"]) == ("question.answered", account, "alicia")
    assert "bóveda" not in str(fact["payload"])
    told = feed(world, "gustavo", "account")[account]["answers"]
    assert [(one["question"], one["text"], one["by"]) for one in told] == [
        ("documents", "Pagaré firmado, en la bóveda", "alicia")
    ]
    RECORDS["account"]().load(feed(world, "gustavo", "account")[account])


def test_where_the_law_forbids_asking_the_cause_is_neither_shown_nor_taken(world: World, app: Flask) -> None:
    account = world.accounts["Rosa"][0]
    with writing(world.office.engine) as connection:
        connection.execute(update(t.accounts).where(t.accounts.c.id == account).values(pack="co"))
    client = log_in(app, "alicia")
    where = f"/debtors/{world.debtors['Rosa']}/questions"
    page = client.get(where).text
    shown = words(page)
    assert "¿Qué produjo la mora? No se pregunta" in shown
    assert "co.reason" in shown
    refused = follow(client, post(client, f"{where}/{account}/cause", {"text": "Perdió el empleo"}))
    assert "no deja preguntar ni anotar la causa" in refused
    with reading(world.office.engine) as connection:
        assert connection.execute(select(t.case_answers)).all() == []


def test_nobody_answers_for_a_debtor_outside_his_scope(world: World, app: Flask) -> None:
    client = log_in(app, "bruno")
    where = f"/debtors/{world.debtors['Rosa']}/questions"
    assert client.get(where).status_code == 404
    account = world.accounts["Rosa"][0]
    assert post(client, f"{where}/{account}/done", {"text": "Algo"}).status_code == 404


def test_an_objection_is_worded_anew_told_to_laptops_withdrawn_and_put_back(world: World, app: Flask) -> None:
    client = log_in(app, "carla")
    assert feed(world, "gustavo", "objection") == {}
    form = {"code": "sin_dinero", "title": "Ahora no tengo plata", "say": "Entiendo. ¿Qué abono le cabe?\n\n"}
    done = follow(client, post(client, "/objections/word", form | {"parties": "TIT"}))
    assert "versión 1" in done
    told = feed(world, "gustavo", "objection")["sin_dinero"]
    assert told | {"say": 0} == {
        "code": "sin_dinero",
        "version": 1,
        "title": "Ahora no tengo plata",
        "say": 0,
        "avoid": [],
        "parties": ["TIT"],
        "needs": "",
        "active": True,
    }
    RECORDS["objection"]().load(told)
    assert "Ahora no tengo plata" in words(client.get("/objections/").text)
    follow(client, post(client, "/objections/sin_dinero/withdraw"))
    assert feed(world, "hilda", "objection")["sin_dinero"]["active"] is False
    assert "Retiradas Ahora no tengo plata" in words(client.get("/objections/").text)
    follow(client, post(client, "/objections/sin_dinero/restore"))
    history = words(client.get("/objections/sin_dinero").text)
    assert history.index("Versión 3") < history.index("Versión 2 · retirada") < history.index("Versión 1")
    assert [one["kind"] for one in facts_of(world)[-3:]] == [
        "objection.worded",
        "objection.withdrawn",
        "objection.worded",
    ]


@pytest.mark.parametrize(
    ("say", "why"),
    [
        ("", "al menos una respuesta"),
        ("Si no paga hoy lo vamos a embargar y a meter preso", "no se puede decir"),
    ],
)
def test_an_answer_that_may_not_be_said_is_not_kept(app: Flask, say: str, why: str) -> None:
    client = log_in(app, "dora")
    refused = post(client, "/objections/word", {"title": "No quiero pagar", "say": say})
    assert refused.status_code == 422
    assert why in words(refused.text)
    assert say in refused.text


def test_a_collector_reads_the_library_and_changes_nothing(world: World, app: Flask) -> None:
    client = log_in(app, "gustavo")
    page = client.get("/objections/")
    assert "Ahora no tengo dinero" in words(page.text)
    assert "Editar" not in page.text
    assert post(client, "/objections/word", {"title": "Otra", "say": "Algo"}).status_code == 403


def test_assets_are_seen_in_the_legal_stage_alone_and_by_who_directs_it(world: World, app: Flask) -> None:
    where = f"/debtors/{world.debtors['Rosa']}"
    carla, alicia = log_in(app, "carla"), log_in(app, "alicia")
    note = {
        "text": "Lote en Paipa, matrícula 074-1",
        "source": "Registro de instrumentos",
        "seen_on": "2026-11-02",
    }
    assert "Bienes conocidos" not in carla.get(f"{where}/questions").text
    assert post(carla, f"{where}/assets", note).status_code == 404

    with writing(world.office.engine) as connection:  # she is so late now that lawyers have her
        mine = t.balances.c.account_id.in_(world.accounts["Rosa"])
        late = (NOW - timedelta(days=400)).date()
        connection.execute(update(t.balances).where(mine).values(oldest_due=late))
    wrong = post(carla, f"{where}/assets", note | {"source": "", "seen_on": "2027-01-01"})
    assert wrong.status_code == 422
    assert "Diga de dónde se sabe" in words(wrong.text)
    assert "Nota guardada" in follow(carla, post(carla, f"{where}/assets", note))
    assert "Lote en Paipa" in carla.get(f"{where}/questions").text
    assert facts_of(world)[-1]["kind"] == "asset.noted"
    assert "Paipa" not in str(facts_of(world)[-1]["payload"])
    page = alicia.get(f"{where}/questions").text
    assert "Lote en Paipa" not in page
    assert "Bienes conocidos" not in page
    assert post(alicia, f"{where}/assets", note).status_code == 403
    with reading(world.office.engine) as connection:
        payloads = str(connection.execute(select(t.feeds.c.payload)).all())
        kept = connection.execute(select(t.asset_notes.c.id)).scalar_one()
    assert "Paipa" not in payloads
    assert "Nota retirada" in follow(carla, post(carla, f"{where}/assets/{kept}/withdraw"))
    assert "Lote en Paipa" not in carla.get(f"{where}/questions").text


def test_who_went_through_the_file_is_remembered_with_the_looks_before_visits(
    world: World, app: Flask
) -> None:
    conducted(world)
    client = log_in(app, "alicia")
    where = f"/debtors/{world.debtors['Rosa']}"
    page = words(client.get(f"{where}/questions").text)
    assert "vie 20 nov, 11:52 · Gustavo · antes de esta visita" in page
    assert "15:00 · alicia" not in page
    assert "usted revisó el expediente" in follow(client, post(client, f"{where}/reviewed"))
    assert "vie 20 nov, 15:00 · alicia" in words(client.get(f"{where}/questions").text)
    assert (facts_of(world)[-1]["kind"], facts_of(world)[-1]["actor"]) == ("file.reviewed", "alicia")


def test_a_corrected_flag_is_shown_as_it_stands(world: World, app: Flask) -> None:
    conducted(world)
    client = log_in(app, "alicia")
    where = f"/debtors/{world.debtors['Rosa']}"
    assert "Señales de alarma" in client.get(where).text
    with writing(world.office.engine) as connection:
        mine = t.amendments.c.visit_id == world.visits["Rosa"]
        connection.execute(update(t.amendments).where(mine).values(replaces={"alarms": []}))
    assert "Señales de alarma" not in client.get(where).text
    assert "Señales de alarma: Ninguna" in words(client.get(f"/visits/{world.visits['Rosa']}").text)
