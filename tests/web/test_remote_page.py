"""The telephone agent's list: whom he may call when, and what came of it counts in the caps."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from flask import Flask

from server.assigning import assign
from server.hiring import NewPerson, hire
from server.store import tables as t
from server.store.engine import reading, writing
from sync.records import UserRole

from .test_portfolio import words
from .worlds import NOW, TODAY, World, facts_of, log_in, post


@pytest.fixture
def barred(world: World) -> World:
    """Rosa may not be visited any more: her accounts are Colombia's, of consumer credit."""
    with writing(world.office.engine) as connection:
        connection.execute(t.stop_states.delete())
        long_ago = {"started": NOW - timedelta(days=40), "ended": NOW - timedelta(days=40)}
        connection.execute(t.visits.update().values(**long_ago))
        connection.execute(t.stops.update().values(sequence=None, eta=None))
        connection.execute(
            t.accounts.update()
            .where(t.accounts.c.debtor_id == world.debtors["Rosa"])
            .values(pack="co", credit_type="consumo", exception_evidence="")
        )
    assign(world.office.engine, as_of=TODAY, actor="nora", now=NOW)
    return world


def rows(world: World, table: Any, *where: Any) -> list[dict[str, Any]]:
    with reading(world.office.engine) as connection:
        return [dict(row) for row in connection.execute(table.select().where(*where)).mappings()]


def test_the_telephone_agent_sees_whom_when_and_why_nobody_visits(barred: World, app: Flask) -> None:
    page = words(log_in(app, "fabio").get("/remote/").text)
    assert "Rosa" in page
    assert "co.visit.home" in page
    assert "Llamada ahora mismo" in page


def test_a_long_list_is_judged_a_page_at_a_time_and_says_so(
    barred: World, app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = log_in(app, "fabio")
    short = words(client.get("/remote/").text)
    assert "de los de esta página" not in short
    monkeypatch.setattr("server.web.remote.ASKED_ONE_BY_ONE", 0)
    long = words(client.get("/remote/").text)
    assert "de los de esta página" in long
    assert long.replace("de los de esta página", "").split() == short.split()
    everybody = words(log_in(app, "dora").get("/remote/").text)
    assert "Rosa" in everybody
    of_nobody = words(log_in(app, "dora").get("/remote/?agent=nobody").text)
    assert "Rosa" not in of_nobody


def test_what_came_of_a_call_counts_at_once_and_is_a_fact(barred: World, app: Flask) -> None:
    client = log_in(app, "fabio")
    rosa = barred.debtors["Rosa"]
    before = len(rows(barred, t.contacts))
    sent = {"result": "holder", "channel": "call", "note": "pide <b>plazo</b>", "promised": "100.000 por PSE"}
    done = post(client, f"/remote/{rosa}", sent | {"promised_on": "2026-11-27"})
    assert done.status_code == 302
    (call,) = [
        row for row in rows(barred, t.contacts) if row["channel"] == "call" and row["debtor_id"] == rosa
    ]
    assert (call["effective"], call["started"], len(rows(barred, t.contacts))) == (True, NOW, before + 1)
    (origin,) = rows(barred, t.contact_origins)
    assert origin["told"]["promised"] == "100.000 por PSE"
    assert facts_of(barred)[-1]["kind"] == "contact.recorded"
    again = post(client, f"/remote/{rosa}", {"result": "nobody", "channel": "message"})
    said = words(again.text)
    assert again.status_code == 422
    assert "(co." in said
    assert "Si ya se hizo, diga por qué" in said
    sent = {"result": "nobody", "channel": "message", "why": "se envió antes de la llamada"}
    assert post(client, f"/remote/{rosa}", sent).status_code == 302
    told = [row for row in rows(barred, t.contact_origins) if row["told"].get("why")]
    assert [row["told"]["why"] for row in told] == ["se envió antes de la llamada"]


@pytest.mark.parametrize(
    ("sent", "says"),
    [({"result": "", "channel": "call"}, "Elija qué resultó"), ({"result": "nobody", "channel": "paloma"}, "Elija cómo fue"),
     ({"result": "nobody", "channel": "call", "at": "mañana"}, "Escriba el día y la hora"),
     ({"result": "nobody", "channel": "call", "at": "2026-11-21T10:00"}, "Ese momento no ha llegado"),
     ({"result": "nobody", "channel": "call", "at": "2026-10-01T10:00"}, "hace más de una semana")],
)  # fmt: skip
def test_what_lacks_is_said_beside_its_field_and_nothing_is_kept(
    barred: World, app: Flask, sent: dict[str, str], says: str
) -> None:
    answer = post(log_in(app, "fabio"), f"/remote/{barred.debtors['Rosa']}", sent)
    assert answer.status_code == 422
    assert says in words(answer.text)
    assert rows(barred, t.contact_origins) == []


def test_anothers_debtor_is_not_there(barred: World, app: Flask) -> None:
    client = log_in(app, "fabio")
    sent = {"result": "nobody", "channel": "call"}
    assert post(client, f"/remote/{barred.debtors['Saúl']}", sent).status_code == 404
    hire(
        barred.office.engine,
        NewPerson("nubia", "Nubia", UserRole.TELEPHONE, password="una frase larga y propia"),
        actor="root",
        now=NOW,
    )
    hers = log_in(app, "nubia")
    assert "Rosa" not in words(hers.get("/remote/").text)
    assert post(hers, f"/remote/{barred.debtors['Rosa']}", sent).status_code == 404


def test_the_coordinator_looks_over_all_of_his_branch(barred: World, app: Flask) -> None:
    mine = words(log_in(app, "alicia").get("/remote/").text)
    assert "Rosa" in mine
    assert "Fabio" in mine
    assert "Rosa" not in words(log_in(app, "bruno").get("/remote/").text)
    assert log_in(app, "carla").get("/remote/").status_code == 403
