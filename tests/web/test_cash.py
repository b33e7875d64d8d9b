"""The pages of cash: receipts, books, counts and deposits; and no such page where no pack allows it."""

from __future__ import annotations

import re

import pytest
from flask import Flask
from sqlalchemy import insert, update

from server.store import tables as t
from server.store.engine import writing
from sync.ids import new_id

from .worlds import TODAY, World, log_in, post


def words(page: str) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", page).split())


@pytest.fixture
def receipt(world: World) -> str:
    """Gustavo took 50,000 of Rosa, against receipt A-3."""
    made = new_id()
    with writing(world.office.engine) as connection:
        connection.execute(
            insert(t.reported_payments).values(
                id=made,
                account_id=world.accounts["Rosa"][0],
                debtor_id=world.debtors["Rosa"],
                agent_id=world.agents["gustavo"],
                visit_id=world.visits["Rosa"],
                amount_minor=50_000_00,
                currency="COP",
                paid_on=TODAY,
                channel="field",
                receipt="A-3",
            )
        )
    return made


def test_from_the_door_to_the_bank(world: World, app: Flask, receipt: str) -> None:
    nora, elena = log_in(app, "nora"), log_in(app, "elena")
    address = f"/cash/agents/{world.agents['gustavo']}"
    assert "De ningún talonario suyo" in nora.get(address).text
    post(nora, f"{address}/books", {"prefix": "A-", "first": "1", "last": "50"})
    page = words(nora.get(address).text)
    assert "De ningún talonario suyo" not in page
    assert "Faltan 2 recibos 1, 2" in page
    post(elena, f"{address}/receipts/{receipt}", {"accept": "1"})
    assert "Oficial RO-000001" in words(elena.get(address).text)
    refused = post(nora, f"{address}/counts", {"counted": "45.000", "currency": "COP"}, follow_redirects=True)
    assert "escriba a qué se debe la diferencia" in refused.text
    post(nora, f"{address}/counts", {"counted": "45.000", "currency": "COP", "because": "vueltas de más"})
    assert "$5.000" in nora.get(address).text
    slip = {"amount": "50.000,00", "currency": "COP", "bank": "Banco Uno", "slip": "778"}
    post(nora, f"{address}/deposits", slip)
    page = nora.get(address).text
    assert "Por conciliar" in page
    assert 'name="agree"' not in page
    (deposit,) = re.findall(r"/deposits/([0-9a-f-]{36})", elena.get(address).text)
    post(elena, f"{address}/deposits/{deposit}", {"agree": "1"})
    assert "No tiene" in words(elena.get(address).text) or "$0" in elena.get(address).text
    board = words(elena.get("/cash/").text)
    assert "Gustavo" in board
    assert "Diferencia" in board


def test_who_carries_more_than_he_may_is_marked(world: World, app: Flask, receipt: str) -> None:
    with writing(world.office.engine) as connection:
        connection.execute(update(t.reported_payments).values(amount_minor=2_000_000_00))
    assert "Pasa del límite" in log_in(app, "nora").get("/cash/").text


def test_another_branchs_cash_does_not_exist(world: World, app: Flask, receipt: str) -> None:
    bruno = log_in(app, "bruno")
    address = f"/cash/agents/{world.agents['gustavo']}"
    assert bruno.get(address).status_code == 404
    assert post(bruno, f"{address}/deposits", {"amount": "1"}).status_code == 404
    assert "Gustavo" not in bruno.get("/cash/").text


def test_where_no_pack_allows_it_the_pages_do_not_exist(world: World, app: Flask, receipt: str) -> None:
    nora = log_in(app, "nora")
    assert nora.get("/cash/").status_code == 200
    assert 'href="/cash/"' in nora.get("/returns/").text
    with writing(world.office.engine) as connection:
        connection.execute(update(t.accounts).values(pack="mx-agency"))
    app.extensions.pop("ronda.cash")  # as after a lender's next file
    address = f"/cash/agents/{world.agents['gustavo']}"
    assert [nora.get(path).status_code for path in ("/cash/", address)] == [404, 404]
    assert post(nora, f"{address}/books", {"prefix": "A-", "first": "1", "last": "9"}).status_code == 404
    assert 'href="/cash/"' not in nora.get("/returns/").text
