"""The portfolio's pages: buckets exact to the day, currencies apart, people found without accents."""

from __future__ import annotations

import html
import re
from datetime import timedelta

import pytest
from flask import Flask

from server.standing import accounts_today, board
from server.store.engine import reading
from server.store.scopes import Scope

from .conftest import ClientOf
from .worlds import NOW, TODAY, World, facts_of, log_in, post


def words(page: str) -> str:
    """A page's text, one space between words."""
    bare = re.sub(r"<(script|style).*?</\1>", " ", page, flags=re.DOTALL)
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", bare)).split())


def test_the_board_counts_by_bucket_and_never_adds_two_currencies(seen: World) -> None:
    with reading(seen.office.engine) as connection:
        held = accounts_today(connection, Scope.everything(), TODAY)
    lines = {(line.currency, line.bucket): line for line in board(held)}
    assert {key: (line.accounts, line.debtors, str(line.overdue)) for key, line in lines.items()} == {
        ("COP", "90+"): (4, 3, "3319134.00"),
        ("COP", "current"): (1, 1, "0"),
        ("USD", "90+"): (1, 1, "345.50"),
    }


def test_the_page_of_the_board_says_the_same_with_a_table_for_each_currency(reader: ClientOf) -> None:
    page = words(reader("nora").get("/portfolio/").text)
    assert "Antigüedad de la mora en COP" in page
    assert "90 días o más 4 3 $3.319.134 COP" in page
    assert "90 días o más 1 1 $345,50 USD" in page


def test_a_day_older_an_account_is_a_day_later(world: World) -> None:
    later = world.app(clock=lambda: NOW + timedelta(days=1))
    page = words(log_in(later, "nora").get(f"/debtors/{world.debtors['Rosa']}").text)
    assert "Días de mora 121" in page


@pytest.mark.parametrize("asked", ["rosa nunez", "NÚÑEZ", "núñez ros", "40000", "R-1"])
def test_a_person_is_found_by_any_part_of_name_document_or_account(reader: ClientOf, asked: str) -> None:
    page = reader("nora").get("/portfolio/accounts", query_string={"q": asked}).text
    assert "Rosa Núñez" in page
    assert "Tito" not in page


def test_a_bucket_of_the_board_leads_to_its_accounts(reader: ClientOf) -> None:
    page = reader("nora").get("/portfolio/").text
    link = re.search(r'href="([^"]*bucket=90%2B[^"]*currency=USD[^"]*)"', page)
    assert link is not None
    found = words(reader("nora").get(html.unescape(link[1])).text)
    assert "Vicente Ávila" in found
    assert "Rosa" not in found


def test_what_has_no_place_is_listed_and_guessed_onto_no_map(world: World) -> None:
    client = log_in(world.app(clock=lambda: NOW), "nora")
    page = client.get("/assignments/map").text
    assert "Rosa" in page
    assert "rsula" not in page


def test_any_page_number_is_answered(reader: ClientOf) -> None:
    for number in ("0", "-3", "999999999999", "dos", "١"):
        assert reader("nora").get("/portfolio/accounts", query_string={"page": number}).status_code == 200


def test_the_case_file_shows_the_whole_debt_and_where_each_figure_comes_from(
    seen: World, reader: ClientOf
) -> None:
    page = words(reader("nora").get(f"/debtors/{seen.debtors['Rosa']}").text)
    for told in (
        "Vencido hoy $1.234.567 COP",
        "Capital $5.000.000 COP",
        "Interés $100.000 COP",
        "Saldo total hoy $5.100.000 COP",
        "Corte del saldo vie 20 nov",
        "Ya está dentro del saldo",
        "Para el Cuenta Prometido",
        "Vigente",
        "Asignada Gustavo : zona Centro",
        "Plaza de mercado, puesto 14",
        "De un familiar (hermana)",
        "Pagaré",
    ):
        assert told in page, told


def test_a_barred_account_says_its_rule_and_source(seen: World, reader: ClientOf) -> None:
    page = words(reader("dora").get("/assignments/barred").text)
    assert "Tito Barrera" in page
    assert "co.place.home Ley 2300, art. 3" in page


@pytest.mark.parametrize(("word", "state"), [("accept", "accepted"), ("reject", "rejected")])
def test_an_address_found_in_the_field_is_decided_once_and_remembered(
    world: World, app: Flask, word: str, state: str
) -> None:
    client = log_in(app, "alicia")
    case = f"/debtors/{world.debtors['Rosa']}"
    assert "Propuesta en campo" in client.get(case).text
    answer = post(
        client, f"/debtors/address/{world.proposals['Rosa']}/{word}", {"debtor": world.debtors["Rosa"]}
    )
    assert answer.headers["Location"] == case
    assert "Propuesta en campo" not in client.get(case).text
    fact = facts_of(world)[-1]
    assert (fact["kind"], fact["actor"], fact["subject"]) == (
        f"address.{state}",
        "alicia",
        world.proposals["Rosa"],
    )
    again = post(
        client, f"/debtors/address/{world.proposals['Rosa']}/accept", {"debtor": world.debtors["Rosa"]}
    )
    assert "Alguien ya decidió" in client.get(again.headers["Location"]).text
    assert facts_of(world)[-1]["id"] == fact["id"]


def test_an_address_of_the_lenders_own_is_not_decided_here(world: World, app: Flask) -> None:
    answer = post(log_in(app, "alicia"), f"/debtors/address/{world.addresses['Rosa']}/reject")
    assert answer.status_code == 404


def test_the_board_of_the_day_links_only_where_one_may_go(reader: ClientOf) -> None:
    page = reader("carla").get("/").text
    assert "Hallazgos abiertos" in page
    assert 'href="/findings/"' in page
    assert 'href="/assignments/"' not in page


def test_every_page_says_that_its_rules_are_made_up(reader: ClientOf) -> None:
    for path in ("/", "/portfolio/", "/visits/", "/login"):
        page = reader("nora").get(path, follow_redirects=True).text
        assert "Paquete de reglas ficticio «demo»" in page
