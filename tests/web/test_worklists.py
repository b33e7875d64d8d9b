"""Worklists, the strategy, write-offs and the calibration as people see and use them in the office."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import delete, insert, update

from server.store import tables as t
from server.store.engine import reading, writing
from sync.ids import new_id
from tests.browser import Chromium, axe_violations

from .conftest import ClientOf
from .test_pages_in_chromium import come_in
from .test_portfolio import words
from .test_work import follow
from .worlds import NOW, World, facts_of, log_in, post


def of_the_table(page: str) -> list[str]:
    """The account numbers of the rows, in order."""
    return re.findall(r'<span class="under nowrap">([A-Z]-[0-9]+)', page)


def change(world: World, statement: Any) -> None:
    with writing(world.office.engine) as connection:
        connection.execute(statement)


def rows(world: World, table: Any) -> list[dict[str, Any]]:
    with reading(world.office.engine) as connection:
        return [dict(row) for row in connection.execute(table.select()).mappings()]


def test_the_lists_of_the_day_are_counted_each_within_the_readers_scope(reader: ClientOf) -> None:
    page = words(reader("nora").get("/worklists/").text)
    assert "Para el vie 20 nov" in page
    for title in ("Recordatorio antes de vencer", "Llamada con promesa", "Aviso de reporte a la central"):
        assert title in page
    assert "Todas las cuentas 6" in page
    tunja = words(reader("bruno").get("/worklists/").text)
    assert "Todas las cuentas 1" in tunja


def test_a_list_shows_each_row_with_its_reason_its_worth_and_whether_it_may_be_done(
    reader: ClientOf, seen: World
) -> None:
    page = reader("nora").get("/worklists/campo").text
    assert of_the_table(page) == ["V-1", "T-1"]  # the most valuable first
    said = words(page)
    assert "90 días de mora" in said
    assert "Se puede ahora" in said
    assert f"/debtors/{seen.debtors['Vicente']}" in page
    assert f"/messages/{seen.accounts['Vicente'][0]}/aviso-extrajudicial" in page
    assert of_the_table(reader("bruno").get("/worklists/campo").text) == []
    assert reader("nora").get("/worklists/nada").status_code == 404


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ("", ["V-1", "T-1"]),
        ("?q=vicente", ["V-1"]),
        ("?q=t-1", ["T-1"]),
        ("?risk=alto", ["T-1"]),
        ("?stage=home-visit", ["V-1"]),
        ("?action=letter", ["T-1"]),
        ("?segment=campo-mayor&risk=medio", []),
        ("?page=99", ["V-1", "T-1"]),
    ],
)
def test_a_file_holds_exactly_what_the_filtered_page_shows(
    reader: ClientOf, asked: str, found: list[str]
) -> None:
    client = reader("nora")
    assert of_the_table(client.get(f"/worklists/campo{asked}").text) == found
    answer = client.get(f"/worklists/campo.csv{asked}")
    assert answer.mimetype == "text/csv"
    held = list(csv.DictReader(io.StringIO(answer.text.lstrip("\ufeff"))))
    assert [row["account"] for row in held] == found
    if found == ["V-1"]:
        (row,) = held
        assert (row["overdue"], row["currency"], row["why"]) == ("345.50", "USD", "90 días de mora")
        assert row["allowed"] == "allow"


def test_a_row_explains_its_score_and_what_is_next(reader: ClientOf, seen: World) -> None:
    page = words(reader("nora").get(f"/worklists/campo/{seen.accounts['Tito'][0]}").text)
    assert "Antigüedad de la mora: 200 días" in page
    assert "Valor de la visita" in page
    assert "pagan en 30 días" in page
    assert "Enviar una carta" in page
    assert reader("bruno").get(f"/worklists/campo/{seen.accounts['Tito'][0]}").status_code == 404


def test_what_the_rules_forbid_now_is_shown_with_the_next_moment_and_not_hidden(
    world: World, app: Flask
) -> None:
    vicente = world.debtors["Vicente"]
    change(world, update(t.accounts).where(t.accounts.c.debtor_id == vicente).values(pack="cl"))
    call = {"channel": "call", "started": NOW - timedelta(days=1), "ended": NOW - timedelta(days=1)}
    change(world, insert(t.contacts).values(id=new_id(), debtor_id=vicente, effective=True, **call))
    page = log_in(app, "nora").get("/worklists/campo").text
    assert "V-1" in of_the_table(page)
    said = words(page)
    assert "Ahora no se puede" in said
    assert "Desde jue 26 nov" in said
    row = words(log_in(app, "fabio").get(f"/worklists/campo/{world.accounts['Vicente'][0]}").text)
    assert "cl." in row
    assert "Se podrá desde el jue 26 nov" in row


def test_a_result_written_down_is_a_contact_and_the_row_is_done(world: World, app: Flask) -> None:
    client, account = log_in(app, "fabio"), world.accounts["Vicente"][0]
    path = f"/worklists/aviso-central/{account}"
    typed = {
        "channel": "letter",
        "result": "noticed",
        "day": "2026-11-20",
        "time": "14:30",
        "note": "<b>guía 77</b>",
    }
    assert "V-1" in of_the_table(client.get("/worklists/aviso-central").text)
    page = follow(client, post(client, path, typed))
    assert "Cuenta en los límites de contacto desde ahora" in page
    assert "V-1" not in of_the_table(client.get("/worklists/aviso-central").text)
    assert "V-1" in of_the_table(client.get("/worklists/aviso-central?done=1").text)
    (contact,) = rows(world, t.contacts)
    assert contact["channel"] == "letter"
    assert contact["started"] == NOW.replace(hour=19, minute=30)  # 14:30 where he lives
    assert facts_of(world)[-1]["kind"] == "worklist.result"
    told = client.get(path).text
    assert "&lt;b&gt;guía 77" in told
    assert "<b>guía" not in told
    index = words(client.get("/worklists/").text)
    assert (
        "Aviso de reporte a la central A los 90 días: avisar por escrito antes de reportar. carta 2 1"
        in index
    )


@pytest.mark.parametrize(
    ("change_to", "sentence"),
    [
        ({"result": ""}, "Elija qué resultó"),
        ({"time": "tarde"}, "Escriba el día y la hora"),
        ({"time": "23:59"}, "aún no ha ocurrido"),
        ({"next_on": "mañana"}, "Escriba el próximo día"),
        ({"channel": "paloma"}, "Elija por qué canal fue"),
    ],
)
def test_a_form_that_cannot_be_taken_says_what_to_do_and_keeps_what_was_typed(
    world: World, app: Flask, change_to: dict[str, str], sentence: str
) -> None:
    client = log_in(app, "nora")
    typed = {"channel": "letter", "result": "noticed", "day": "2026-11-20", "time": "14:30", "note": "guía 9"}
    path = f"/worklists/aviso-central/{world.accounts['Vicente'][0]}"
    answer = post(client, path, typed | change_to)
    assert answer.status_code == 422
    assert sentence in words(answer.text)
    assert "guía 9" in answer.text
    assert rows(world, t.contacts) == []


def test_without_any_run_the_page_offers_to_make_the_lists_and_makes_them(world: World, app: Flask) -> None:
    for table in (t.worklist_places, t.worklist_rows, t.worklist_runs):
        change(world, delete(table))
    client = log_in(app, "nora")
    assert "Todavía no se han hecho las listas" in words(client.get("/worklists/").text)
    assert client.get("/worklists/campo").status_code == 404
    page = words(follow(client, post(client, "/worklists/make")))
    assert "Las listas de hoy están hechas" in page
    assert "Todas las cuentas 6" in page
    assert facts_of(world)[-1]["kind"] == "worklists.made"


def test_lists_of_another_day_say_so(world: World, app: Flask) -> None:
    yesterday = NOW.date() - timedelta(days=1)
    change(world, update(t.worklist_runs).values(as_of=yesterday))
    page = words(log_in(app, "nora").get("/worklists/").text)
    assert "Estas listas son de otro día" in page


def test_a_manager_decides_on_a_write_off_with_a_reason_and_a_coordinator_only_reads(
    world: World, app: Flask
) -> None:
    path = f"/strategy/writeoffs/{world.writeoffs['Rosa']}"
    seen = words(log_in(app, "nora").get("/strategy/writeoffs").text)
    assert "Visitas: 3, cada una 9 COP" in seen
    assert "Aceptar el castigo" not in seen
    elena = log_in(app, "elena")
    assert "Aceptar el castigo" in words(elena.get("/strategy/writeoffs").text)
    silent = post(elena, path, {"word": "accept", "why": " "})
    assert silent.status_code == 422
    assert "Escriba por qué" in words(silent.text)
    done = follow(elena, post(elena, path, {"word": "accept", "why": "no hay <bienes>"}))
    assert "Aceptada" in words(done)
    kept = elena.get("/strategy/writeoffs?state=accepted").text
    assert "no hay &lt;bienes&gt;" in kept
    again = post(elena, path, {"word": "reject", "why": "mejor no"})
    assert again.status_code == 422
    assert facts_of(world)[-1]["kind"] == "writeoff.accepted"
    assert post(elena, path, {"word": "perhaps", "why": "x"}).status_code == 404


def test_the_strategy_page_names_its_stages_segments_and_lists(reader: ClientOf) -> None:
    page = words(reader("elena").get("/strategy/").text)
    for said in ("Preventiva", "Extrajudicial", "Remitir al área jurídica", "Mora temprana", "La decide una"):
        assert said in page
    assert "lo decide un abogado" in page


def test_the_calibration_page_says_what_it_lacks_until_there_are_visits_with_payments(
    world: World, app: Flask
) -> None:
    client = log_in(app, "elena")
    assert "Todavía no hay nada que comparar" in words(client.get("/strategy/calibration").text)
    page = words(follow(client, post(client, "/strategy/calibration")))
    assert "Todavía no hay visitas que comparar" in page
    assert "Se dejaron de lado" in page


def test_the_pages_are_free_of_faults_in_the_dark_and_a_result_is_chosen_by_a_key(
    chromium: Chromium, serve: Callable[[Flask], str], seen: World, seen_app: Flask
) -> None:
    base, row = serve(seen_app), f"/worklists/aviso-central/{seen.accounts['Vicente'][0]}"
    page = chromium.page(color_scheme="dark")
    come_in(page, base, "root")
    for path in ("/worklists/", "/worklists/campo", "/strategy/writeoffs", row):
        page.goto(base + path)
        assert axe_violations(page) == [], path
    page.focus("input[name=result]")
    page.keyboard.press("2")
    assert page.is_checked("input[name=result][value=already]")
    assert chromium.foreign_requests == []
