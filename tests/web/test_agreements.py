"""The desk of approvals, agreements on paper, letters owed, and the office's word on promises and payments."""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import insert, update

from server.store import tables as t
from server.store.engine import reading, writing
from sync.ids import new_id

from .conftest import ClientOf
from .test_portfolio import words
from .worlds import NOW, World, facts_of, log_in, post


def offer_of(world: World) -> dict[str, Any]:
    with reading(world.office.engine) as connection:
        return dict(connection.execute(t.offers.select()).mappings().one())


def test_a_supervisor_decides_with_a_reason_and_once(world: World, app: Flask) -> None:
    client = log_in(app, "carla")
    page = words(client.get("/approvals/").text)
    for part in ("Rosa Núñez", "Gustavo", "Paga hoy con la prima", "200.000", "Por decidir"):
        assert part in page
    path = f"/approvals/{world.offers['Rosa']}"
    refused = post(client, f"{path}/approve", {"why": " "})
    assert refused.status_code == 422
    assert "Escriba por qué" in words(refused.text)
    assert post(client, f"{path}/approve", {"why": "Mejor hoy que nunca"}).status_code == 302
    held = offer_of(world)
    assert (held["state"], held["decided_by"], held["because"]) == (
        "approved",
        "carla",
        "Mejor hoy que nunca",
    )
    assert facts_of(world)[-1]["kind"] == "offer.decided"
    again = post(client, f"{path}/reject", {"why": "Cambié de idea"})
    assert "ya fue decidida" in words(again.text)
    assert "Mejor hoy que nunca" in words(client.get("/approvals/?state=approved").text)
    assert "Mejor hoy que nunca" in words(client.get(f"/debtors/{world.debtors['Rosa']}").text)


def test_one_with_less_authority_sees_that_he_may_only_reject(world: World, app: Flask) -> None:
    client = log_in(app, "alicia")
    assert "puede rechazarla, no aprobarla" in words(client.get("/approvals/").text)
    path = f"/approvals/{world.offers['Rosa']}"
    refused = post(client, f"{path}/approve", {"why": "Me parece bien"})
    assert refused.status_code == 422
    assert "pasa del límite de usted" in words(refused.text)
    assert "Me parece bien" in refused.text
    assert post(client, f"{path}/reject", {"why": "Es mucho"}).status_code == 302
    assert offer_of(world)["state"] == "rejected"


def test_what_is_of_another_branch_is_not_there(world: World, app: Flask) -> None:
    client = log_in(app, "bruno")
    assert "Rosa" not in client.get("/approvals/").text
    assert post(client, f"/approvals/{world.offers['Rosa']}/approve", {"why": "Vale"}).status_code == 404
    assert post(client, f"/approvals/{world.offers['Rosa']}/maybe", {"why": "Vale"}).status_code == 404


def test_an_agreement_prints_every_required_part_or_says_which_is_missing(
    seen: World, reader: ClientOf
) -> None:
    page = words(reader("carla").get(f"/agreements/{seen.agreements['Rosa']}").text)
    for part in (
        "1.000.000",
        "Capital",
        "liquidada",
        "Crediboyacá",
        "R-1",
        "Rosa Núñez",
        "500.000",
        "No consta",
    ):
        assert part in page
    assert "falta algo que la norma pide" in page


def test_the_office_simulates_to_the_cent_and_answers_what_is_wrong(seen: World, reader: ClientOf) -> None:
    path = f"/offers/{seen.accounts['Rosa'][0]}"
    said = {"kind": "plan", "count": "7", "every": "month", "first_due": "2026-12-01"}
    page = reader("carla").get(path, query_string=said)
    assert "Total a pagar" in words(page.text)
    assert "Abrir con" in words(page.text)
    for wrong, words_of in (
        ({"count": "x"}, "cuántas cuotas"),
        ({"first_due": "hoy"}, "fecha que exista"),
        ({"discount": "1,5"}, "punto decimal"),
        ({"count": "0"}, "entre 1 y 60"),
    ):
        told = reader("carla").get(path, query_string=said | {"kind": "plan"} | wrong)
        assert words_of in words(told.text)


def test_the_balance_on_the_debtors_page_adds_up_line_by_line(seen: World, reader: ClientOf) -> None:
    page = reader("carla").get(f"/debtors/{seen.debtors['Rosa']}").text
    blocks = re.findall(r"<dl[^>]* data-breakdown>.*?</dl>", page, re.S)
    assert len(blocks) == 2
    for block in blocks:
        lines = [Decimal(one) for one in re.findall(r'data-part="(-?[0-9.]+)"', block)]
        [total] = re.findall(r'data-total="(-?[0-9.]+)"', block)
        assert sum(lines) == Decimal(total)


def promise(world: World, amount: int, due: date, **more: Any) -> str:
    made = new_id()
    with writing(world.office.engine) as connection:
        connection.execute(
            insert(t.promises).values(
                id=made,
                visit_id=world.visits["Rosa"],
                account_id=world.accounts["Rosa"][0],
                debtor_id=world.debtors["Rosa"],
                agent_id=world.agents["gustavo"],
                amount_minor=amount,
                currency="COP",
                due=due,
                channel="bank",
                place="banco",
                made_at=NOW,
                **more,
            )
        )
    return made


def pay(world: World, amount: int) -> str:
    made = new_id()
    with writing(world.office.engine) as connection:
        connection.execute(
            insert(t.payments).values(
                id=made,
                account_id=world.accounts["Rosa"][0],
                import_id=world.imports["Crediboyacá"],
                identity=made,
                amount_minor=amount,
                currency="COP",
                value_date=NOW.date(),
                imported_at=NOW,
            )
        )
    return made


def test_a_promise_is_cancelled_with_a_reason_and_a_payment_is_named(world: World, app: Flask) -> None:
    first, second = promise(world, 100_00, date(2026, 11, 28)), promise(world, 100_00, date(2026, 12, 5))
    payment = pay(world, 100_00)
    client = log_in(app, "carla")
    rosa = {"debtor": world.debtors["Rosa"]}
    named = post(client, f"/payments/{payment}/promise", {"promise": second} | rosa)
    assert named.status_code == 302
    page = words(client.get(f"/debtors/{world.debtors['Rosa']}").text)
    assert "Cumplida" in page
    silent = post(client, f"/promises/{first}/cancel", {"why": ""} | rosa, follow_redirects=True)
    assert "Escriba por qué se cancela" in words(silent.text)
    done = post(
        client, f"/promises/{first}/cancel", {"why": "La tomó otro gestor"} | rosa, follow_redirects=True
    )
    assert "La tomó otro gestor" in words(done.text)
    assert facts_of(world)[-1]["kind"] == "promise.cancelled"


def test_a_letter_is_issued_and_delivered_when_all_is_paid(world: World, app: Flask) -> None:
    client = log_in(app, "carla")
    path = f"/agreements/{world.agreements['Rosa']}"
    early = post(client, f"{path}/letter", {"reference": "PZ-1"}, follow_redirects=True)
    assert "No se debe carta" in words(early.text)
    deal = world.agreements["Rosa"]
    for day in (date(2026, 11, 20), date(2026, 11, 21)):
        promise(world, 500_000_00, day, agreement_id=deal)
    pay(world, 1_000_000_00)
    with writing(world.office.engine) as connection:
        connection.execute(update(t.visits).where(t.visits.c.id == world.visits["Rosa"]).values(note=""))
    page = words(client.get("/agreements?letter=owed").text)
    assert "1 carta de paz y salvo por emitir" in page
    assert "Rosa Núñez" in page
    issued = post(client, f"{path}/letter", {"reference": "PZ-1"}, follow_redirects=True)
    assert "Carta emitida" in words(issued.text)
    given = post(client, f"{path}/delivered", follow_redirects=True)
    assert "Anotada la entrega" in words(given.text)
    assert "Entregada" in words(client.get("/agreements?letter=delivered").text)


@pytest.mark.parametrize("who", ["gustavo", "fabio"])
def test_collectors_and_callers_have_no_desk(reader: ClientOf, who: str) -> None:
    assert reader(who).get("/approvals/").status_code == 403
    assert reader(who).get("/agreements").status_code == 403
