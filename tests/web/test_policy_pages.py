"""The rules on the office's pages: every pack in words, what holds for a debtor, a rule set aside for him."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any, Literal

import pytest
from flask import Flask
from flask.testing import FlaskClient

from server.closing_days import close_day
from server.store import tables as t
from server.store.engine import reading, writing
from sync import policies
from tests.browser import Chromium, axe_violations, serving

from .test_pages_in_chromium import come_in
from .worlds import NOW, STAFF, TODAY, World, csrf_of, log_in, post

ClientOf = Callable[[str], FlaskClient]
SHOTS = os.environ.get("RONDA_POLICY_SHOTS", "")
HOSTILE = "<script>alert(1)</script> lo pidió por carta"


def text_of(client: FlaskClient, path: str) -> str:
    reply = client.get(path)
    assert reply.status_code == 200, path
    return str(reply.get_data(as_text=True))


@pytest.mark.parametrize("username", sorted(STAFF))
def test_every_role_reads_the_rules(reader: ClientOf, username: str) -> None:
    page = text_of(reader(username), "/policy/")
    for name in policies.available():
        assert f">{name}</code>" in page
    assert "Falta la firma" in page
    assert "abogado" in page


@pytest.mark.parametrize("name", policies.available())
def test_every_pack_is_told_in_words_with_the_source_of_each_rule(reader: ClientOf, name: str) -> None:
    page = text_of(reader("dora"), f"/policy/{name}")
    known = policies.load(name)
    cites = [hours.cite for hours in known.hours] + [place.cite for place in known.places]
    cites += [cap.cite for cap in known.caps]
    for cite in [*cites, *(period.cite for period in known.periods)]:
        assert cite.id in page
        assert not cite.source or cite.source.split("//")[-1] in page
    for word in ("Horario", "Dónde", "Con quién", "Cuántas veces", "Plazos de la deuda"):
        assert word in page
    assert "Reglas sin la firma de un abogado local" in page


def test_a_pack_that_is_not_there_is_not_found(reader: ClientOf) -> None:
    assert reader("dora").get("/policy/atlantis").status_code == 404


def test_that_no_lawyer_signed_is_said_where_a_pack_is_used(reader: ClientOf, seen: World) -> None:
    for path in ("/assignments/", "/routes/", f"/debtors/{seen.debtors['Rosa']}"):
        assert "irma de un abogado" in text_of(reader("nora"), path) or "Sin firma" in text_of(
            reader("nora"), path
        ), path


def test_the_debtors_page_says_whether_he_may_be_visited_now_and_when(reader: ClientOf, seen: World) -> None:
    page = text_of(reader("nora"), f"/debtors/{seen.debtors['Rosa']}")
    assert "¿Se lo puede visitar ahora?" in page
    assert "¿Cuándo?" in page


def debtor_under(world: World, pack: str, name: str = "Rosa") -> str:
    with writing(world.office.engine) as connection:
        connection.execute(
            t.accounts.update().where(t.accounts.c.debtor_id == world.debtors[name]).values(pack=pack)
        )
    return world.debtors[name]


def overrides_of(world: World) -> list[dict[str, Any]]:
    with reading(world.office.engine) as connection:
        return [dict(row) for row in connection.execute(t.policy_overrides.select()).mappings()]


def test_a_supervisor_sets_a_rule_aside_and_another_person_agrees(world: World, app: Flask) -> None:
    debtor = debtor_under(world, "co")
    carla, dora = log_in(app, "carla"), log_in(app, "dora")
    given = {"rule": "co.hours", "day": TODAY.isoformat(), "channel": "visit", "why": HOSTILE}
    reply = post(carla, f"/policy/debtor/{debtor}/override", given, follow_redirects=True)
    page = reply.get_data(as_text=True)
    assert "Espera a otra persona" in page
    assert HOSTILE not in page
    assert "&lt;script&gt;" in page
    [row] = overrides_of(world)
    refused = post(carla, f"/policy/override/{row['id']}/approve", follow_redirects=True)
    assert "otra persona" in refused.get_data(as_text=True)
    agreed = post(dora, f"/policy/override/{row['id']}/approve", follow_redirects=True)
    assert "En vigor" in agreed.get_data(as_text=True)
    ended = post(dora, f"/policy/override/{row['id']}/end", {"why": "se retractó"}, follow_redirects=True)
    assert "Terminada" in ended.get_data(as_text=True)


def test_what_cannot_be_set_aside_says_so_and_nothing_is_written(world: World, app: Flask) -> None:
    debtor = debtor_under(world, "co")
    carla = log_in(app, "carla")
    for given, said in (
        ({"rule": "co.stop", "day": TODAY.isoformat()}, "no admite excepciones"),
        ({"rule": "co.hours", "day": "mañana"}, "Elija el día"),
        ({"rule": "co.hours", "day": TODAY.isoformat(), "why": "sí"}, "10 letras"),
    ):
        asked = {"channel": "visit", "why": "lo pidió por carta", **given}
        reply = post(carla, f"/policy/debtor/{debtor}/override", asked, follow_redirects=True)
        assert said in reply.get_data(as_text=True), given
    assert overrides_of(world) == []


def test_out_of_ones_scope_and_role_there_is_nothing_to_set_aside(world: World, app: Flask) -> None:
    debtor = debtor_under(world, "demo")
    given = {"rule": "demo.hours", "day": TODAY.isoformat(), "channel": "visit", "why": "lo pidió por carta"}
    bruno = log_in(app, "bruno")  # Tunja's; Rosa is Duitama's
    assert post(bruno, f"/policy/debtor/{debtor}/override", given).status_code == 404
    for username in ("gustavo", "fabio", "elena"):
        client = log_in(app, username)
        page = text_of(client, f"/debtors/{debtor}") if username != "elena" else ""
        assert "Hacer una excepción" not in page
        assert post(client, f"/policy/debtor/{debtor}/override", given).status_code in (403, 404)
    assert overrides_of(world) == []
    made = post(log_in(app, "carla"), f"/policy/debtor/{debtor}/override", given)
    assert made.status_code == 302
    [row] = overrides_of(world)
    assert post(bruno, f"/policy/override/{row['id']}/end", {"why": "no es mío"}).status_code == 404


def test_nothing_is_set_aside_without_the_pages_own_form(world: World, app: Flask) -> None:
    debtor = debtor_under(world, "demo")
    carla = log_in(app, "carla")
    assert csrf_of(text_of(carla, f"/debtors/{debtor}"))
    assert carla.post(f"/policy/debtor/{debtor}/override", data={"rule": "demo.hours"}).status_code == 400


@pytest.mark.browser
def test_the_pages_of_the_rules_in_a_browser(world: World, app: Flask, chromium: Chromium) -> None:
    debtor = debtor_under(world, "co")
    close_day(world.office.engine, TODAY, municipality="", reason="Inventario anual", actor="cli", now=NOW)
    page = chromium.page()

    def look(name: str, *schemes: Literal["light", "dark"]) -> None:
        for scheme in schemes:
            page.emulate_media(color_scheme=scheme)
            assert axe_violations(page) == [], (name, scheme)
            assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), name
            if SHOTS:
                page.screenshot(path=Path(SHOTS) / f"{name}-{scheme}.png", full_page=True)

    with serving(app) as address:
        come_in(page, address, "carla")
        page.goto(f"{address}/policy/")
        look("packs", "dark")
        page.click("text=Colombia, Ley 2300 de 2023")
        assert "Inventario anual" in page.inner_text("main")
        look("pack", "dark")
        page.goto(f"{address}/debtors/{debtor}")
        page.click("summary:has-text('Hacer una excepción')")
        page.fill("#override-why", "lo pidió por carta del 12 de noviembre")
        look("asking", "light")
        page.click("button:has-text('Hacer la excepción')")
        assert "Espera a otra persona" in page.inner_text("main")
        look("waiting", "dark")
