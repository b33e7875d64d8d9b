"""The portfolio's pages: buckets exact to the day, currencies apart, people found without accents."""

from __future__ import annotations

import csv
import html
import io
import re
from datetime import timedelta

import openpyxl
import pytest
from flask import Flask

from server.standing import accounts_today, board
from server.store.boards import timeline
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


@pytest.mark.parametrize("by", ["lender", "product", "branch", "zone"])
def test_each_number_of_the_open_board_leads_to_as_many_accounts(reader: ClientOf, by: str) -> None:
    client = reader("nora")
    page = client.get(f"/portfolio/?by={by}").text
    links = re.findall(r'href="(/portfolio/accounts[^"]*)" aria-label="[^"]*">(\d+)</a>', page)
    assert len(links) > 4
    for href, count in links:
        listed = words(client.get(html.unescape(href)).text)
        assert f"{count} cuentas, la mora" in listed, href


def test_the_filters_of_a_segment_narrow_the_list(reader: ClientOf, seen: World) -> None:
    client = reader("nora")

    def names(**asked: str) -> set[str]:
        page = client.get("/portfolio/accounts", query_string=asked).text
        return set(re.findall(r'<th scope="row"><a href="[^"]*">([^<]*)</a>', page))

    everybody = names()
    assert names(dpd_from="100") == {"Rosa Núñez", "Tito Barrera"}
    assert names(dpd_to="0") == {"Úrsula Gómez"}
    assert names(overdue_from="1.000.000", currency="COP") == {"Rosa Núñez"}
    assert names(kind="company") == set()
    assert names(agent=seen.agents["hilda"]) == {"Saúl Peña"}
    assert names(zone="-") == set()
    assert names(dpd_from="muchos") == everybody, "what is not understood asks nothing"
    page = client.get("/portfolio/accounts?dpd_from=muchos")
    assert words(page.text).count("Escriba los días con cifras, por ejemplo 90.") == 2


def test_a_list_kept_under_a_name_gives_the_same_accounts_to_whom_it_is_for(world: World, app: Flask) -> None:
    nora, bruno = log_in(app, "nora"), log_in(app, "bruno")
    first = nora.get("/portfolio/accounts?dpd_from=95&currency=COP").text
    kept = post(nora, "/portfolio/lists", {"name": "Mora larga", "dpd_from": "95", "currency": "COP"})
    assert facts_of(world)[-1]["kind"] == "list.saved"
    where = kept.headers["Location"]
    rows = re.compile(r"<tbody>.*?</tbody>", re.DOTALL)
    assert rows.findall(nora.get(where).text) == rows.findall(first)
    assert bruno.get(where).status_code == 404, "it is her own"
    again = post(nora, "/portfolio/lists", {"name": "Mora larga", "dpd_from": "10"})
    assert "Ya guardó una lista con ese nombre" in words(nora.get(again.headers["Location"]).text)
    shared = post(nora, "/portfolio/lists", {"name": "De todos", "dpd_from": "95", "shared": "1"})
    theirs = words(bruno.get(shared.headers["Location"]).text)
    assert "De todos" in theirs
    assert "Rosa" not in theirs, "everybody sees his own accounts in it"
    number = re.search(r"list=([0-9a-f-]+)", shared.headers["Location"])
    assert number is not None
    assert post(bruno, f"/portfolio/lists/{number[1]}/forget").status_code == 404
    post(nora, f"/portfolio/lists/{number[1]}/forget")
    assert bruno.get(shared.headers["Location"]).status_code == 404


def test_a_list_of_a_past_day_is_as_that_day_was(reader: ClientOf) -> None:
    client = reader("nora")
    past = (TODAY - timedelta(days=1)).isoformat()
    page = words(client.get(f"/portfolio/accounts?day={past}").text)
    assert "asignación, estado y riesgo, los de hoy" in page
    later = (TODAY + timedelta(days=1)).isoformat()
    assert words(client.get(f"/portfolio/accounts?day={later}").text).count("Ese día no ha llegado.") == 2


def test_the_accounts_come_as_a_file_of_what_is_on_the_screen_and_that_is_remembered(
    world: World, app: Flask
) -> None:
    client = log_in(app, "alicia")
    page = client.get("/portfolio/accounts?dpd_from=90").text
    shown = re.findall(r'<th scope="row"><a href="[^"]*">([^<]*)</a>', page)
    answer = client.get("/portfolio/accounts?dpd_from=90&file=csv")
    rows = list(csv.reader(io.StringIO(answer.data.decode("utf-8-sig")), delimiter=";"))
    if len(rows[0]) == 1:
        rows = list(csv.reader(io.StringIO(answer.data.decode("utf-8-sig"))))
    assert [row[0] for row in rows[1:]] == shown
    told = facts_of(world)[-1]
    assert (told["kind"], told["payload"]["accounts"]) == ("accounts.exported", len(shown))
    sheet = client.get("/portfolio/accounts?dpd_from=90&file=xlsx")
    book = openpyxl.load_workbook(io.BytesIO(sheet.data)).active
    assert book is not None
    assert [row[0].value for row in book.iter_rows(min_row=2)] == shown


def test_the_search_of_every_page_finds_only_what_one_may_see(reader: ClientOf, seen: World) -> None:
    def found(username: str, asked: str) -> list[dict[str, str]]:
        answer = reader(username).get("/search/", query_string={"q": asked}).json
        assert answer is not None
        return list(answer["found"])

    assert [(one["name"], one["href"]) for one in found("alicia", "NUNEZ ros")] == [
        ("Rosa Núñez", f"/debtors/{seen.debtors['Rosa']}")
    ]
    assert found("bruno", "nunez") == []
    assert found("nora", "n") == []
    assert 'action="/portfolio/accounts"' in reader("nora").get("/visits/").text, "a form without scripts"


def test_a_debtor_s_timeline_tells_every_kind_and_leads_to_its_source(reader: ClientOf, seen: World) -> None:
    client, where = reader("elena"), f"/debtors/{seen.debtors['Rosa']}"
    page = client.get(where).text
    told = words(page.split('id="historia"')[1].split("</section>")[0])
    for said in (
        "Visita : Titular, Domicilio, Promesa de pago",
        "Promete pagar el 25/11/2026",
        "Pago, recibo R-1",
        "Saldo vencido desde el 23/07/2026",
        "Asignado a Gustavo",
        "Hallazgo : Demasiado corta, Por revisar",
        "Se propone castigar",
    ):
        assert said.replace(" : ", ": ") in told.replace(" : ", ": "), said
    links = set(re.findall(r'<h3><a href="([^"]+)"', page.split('id="historia"')[1].split("</section>")[0]))
    assert links
    for href in sorted(links):
        assert client.get(html.unescape(href)).status_code == 200, href


def test_a_timeline_shows_one_kind_alone_and_only_what_one_may_open(reader: ClientOf, seen: World) -> None:
    where = f"/debtors/{seen.debtors['Rosa']}"
    alone = words(reader("elena").get(f"{where}?kind=payment").text.split('id="historia"')[1])
    assert "Pago, recibo R-1" in alone
    assert "Promete pagar el" not in alone
    everything = reader("nora").get(where).text.split('id="historia"')[1].split("</section>")[0]
    assert "Hallazgo" not in everything, "findings are not for who assigned the visits"
    assert "Hallazgo" in reader("carla").get(where).text
    unknown = words(reader("elena").get(f"{where}?kind=nadie").text)
    assert "Promete pagar el" in unknown, "a kind nobody knows narrows nothing"


def test_the_timeline_holds_nothing_of_an_account_one_may_not_see(seen: World) -> None:
    """The control sees both accounts of Rosa."""
    with reading(seen.office.engine) as connection:

        def numbers(*accounts: str) -> set[str]:
            held = {account: account for account in accounts}
            subject = timeline.subject_of(connection, seen.debtors["Rosa"], "America/Bogota", held)
            rows, _counts = timeline.told(connection, subject, timeline.KINDS)
            return {number for row in rows for number in row.number.split(", ") if number}

        first, second = seen.accounts["Rosa"]
        assert numbers(first, second) == {first, second}
        assert numbers(first) == {first}


def test_a_saved_list_narrows_the_worklists_too(world: World, app: Flask) -> None:
    client = log_in(app, "nora")
    everybody = client.get("/worklists/todas").text
    assert "Rosa Núñez" in everybody
    assert "Saúl Peña" in everybody
    kept = post(client, "/portfolio/lists", {"name": "De Hilda", "agent": world.agents["hilda"]})
    number = re.search(r"list=([0-9a-f-]+)", kept.headers["Location"])
    assert number is not None
    narrowed = client.get(f"/worklists/todas?kept={number[1]}").text.split("<tbody>")[1]
    assert "Saúl Peña" in narrowed
    assert "Rosa Núñez" not in narrowed
    hers = log_in(app, "elena").get(f"/worklists/todas?kept={number[1]}").text
    assert "Rosa Núñez" in hers, "another person's own list narrows nothing"
