"""The laptop's pages as a browser without scripts sees them: guarded, complete, and clear about errors."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from datetime import timedelta
from html import unescape
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from field_client.app import create_app
from field_client.store import drafts, journal, records
from field_client.web import answers as forms
from sync.records import Place

from .builders import (
    DAY,
    JOSE,
    JOSE_STOP,
    MARIA,
    MARIA_CARD,
    MARIA_HOME,
    MARIA_LOAN,
    MARIA_STOP,
    NOON,
    PASSPHRASE,
    Laptop,
    account,
    debtor,
    local,
    policy,
)

FORM = f"/caso/{MARIA}/visita?parada={MARIA_STOP}"


@pytest.fixture
def app(laptop: Laptop) -> Iterator[Flask]:
    app = create_app(laptop.folder, laptop.clock)
    yield app
    app.extensions["ronda_vault"].lock()


@pytest.fixture
def browser(app: Flask) -> FlaskClient:
    """A browser of this computer that gave the passphrase."""
    browser = app.test_client()
    assert unlock(browser).status_code == 302
    return browser


def token(browser: FlaskClient, path: str = "/desbloquear") -> str:
    found = re.search(r'name="csrf-token" content="([^"]+)"', browser.get(path).text)
    assert found is not None
    return unescape(found[1])


def post(browser: FlaskClient, path: str, form: dict[str, Any] | None = None, **more: Any) -> TestResponse:
    return browser.post(path, data={"csrf_token": token(browser), **(form or {})}, **more)


def unlock(browser: FlaskClient, passphrase: str = PASSPHRASE) -> TestResponse:
    return post(browser, "/desbloquear", {"passphrase": passphrase})


def settle(app: Flask) -> None:
    """Wait until the exchange that was asked for has ended."""
    background = app.extensions["ronda_vault"].background
    until = time.monotonic() + 60
    while background.progress.working and time.monotonic() < until:
        time.sleep(0.01)
    assert not background.progress.working


def words(reply: TestResponse) -> str:
    """The text of a page without its markup."""
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", reply.text)).split())


def answers(**more: str) -> dict[str, str]:
    return {
        "visit_id": "01a20154-cf19-70f8-9f9a-7d2798fceaff",
        "opened": "2026-11-23T15:31:00.000Z",
        "address": MARIA_HOME,
        "place": "DOM",
        "party": "TIT",
        "known": "live",
        "loc": "none",
        "location_reason": "El portátil no tiene GPS",
        "result-0": "PTP",
        "amount-0": "500.000",
        "due-0": "2026-11-28",
        "channel-0": "bank",
        "place-0": "Corresponsal de la 15",
        "result-1": "NEG",
        "reason-1": "enfermedad",
    } | more


def unsent(laptop: Laptop) -> int:
    with laptop.store.reading() as db:
        return journal.counts(db)["unsent"]


# The door


@pytest.mark.parametrize(
    "path", ["/", "/cartera", "/enviar", f"/caso/{MARIA}", FORM, "/visita/x", "/visita/x/corregir"]
)
def test_every_page_asks_for_the_passphrase_first(app: Flask, path: str) -> None:
    reply = app.test_client().get(path)
    assert reply.status_code == 302
    assert reply.location.startswith("/desbloquear")


def test_nothing_can_be_posted_to_a_locked_laptop(app: Flask, laptop: Laptop) -> None:
    browser = app.test_client()
    reply = browser.post(FORM, data={"csrf_token": token(browser), **answers()})
    assert reply.status_code == 302
    assert unsent(laptop) == 0


def test_a_wrong_passphrase_says_so_and_opens_nothing(app: Flask) -> None:
    browser = app.test_client()
    reply = unlock(browser, "no es esta")
    assert reply.status_code == 403
    assert "La contraseña no abre este portátil" in words(reply)
    assert browser.get("/").status_code == 302


def test_another_browser_of_the_same_computer_needs_the_passphrase_too(
    app: Flask, browser: FlaskClient
) -> None:
    assert browser.get("/").status_code == 200
    assert app.test_client().get("/").status_code == 302


def test_locking_closes_the_database_for_every_browser(app: Flask, browser: FlaskClient) -> None:
    other = app.test_client()
    unlock(other)
    assert post(browser, "/bloquear").status_code == 302
    assert browser.get("/").status_code == 302
    assert other.get("/").status_code == 302


def test_a_laptop_left_alone_locks_itself(laptop: Laptop, browser: FlaskClient) -> None:
    laptop.clock.forward(minutes=29)
    assert browser.get("/").status_code == 200
    laptop.clock.forward(minutes=31)
    assert browser.get("/").status_code == 302


@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1.evil.example", "laptop.local"])
def test_another_host_name_is_refused(browser: FlaskClient, host: str) -> None:
    assert browser.get("/", headers={"Host": host}).status_code == 400


@pytest.mark.parametrize("host", ["127.0.0.1:5173", "localhost", "localhost:80"])
def test_this_computers_names_are_served(app: Flask, host: str) -> None:
    assert app.test_client().get("/desbloquear", headers={"Host": host}).status_code == 200


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Origin": "http://localhost:1"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
    ],
)
def test_a_page_of_another_origin_cannot_save_even_with_the_token(
    browser: FlaskClient, laptop: Laptop, headers: dict[str, str]
) -> None:
    assert post(browser, FORM, answers(), headers=headers).status_code == 403
    assert unsent(laptop) == 0


def test_a_post_without_the_token_is_refused(browser: FlaskClient, laptop: Laptop) -> None:
    reply = browser.post(FORM, data=answers())
    assert reply.status_code == 400
    assert "La página venció" in words(reply)
    assert unsent(laptop) == 0


def test_cookies_are_strict_and_named_apart_from_the_offices(app: Flask) -> None:
    reply = unlock(app.test_client())
    [cookie] = [line for line in reply.headers.getlist("Set-Cookie") if line.startswith("ronda_laptop=")]
    assert "SameSite=Strict" in cookie
    assert "HttpOnly" in cookie
    assert "default-src 'self'" in reply.headers["Content-Security-Policy"]


def test_after_unlocking_one_lands_only_on_a_page_of_the_laptop(app: Flask) -> None:
    for target, lands in (("/cartera", "/cartera"), ("//evil.example", "/"), ("https://evil.example", "/")):
        browser = app.test_client()
        reply = post(browser, f"/desbloquear?next={target}", {"passphrase": PASSPHRASE})
        assert reply.location == lands


# The day


def test_today_shows_the_next_stop_the_list_and_those_left_out(browser: FlaskClient) -> None:
    page = words(browser.get("/"))
    assert "Siguiente parada · 1" in page
    assert page.index("María Núñez Peña") < page.index("José Ibáñez") < page.index("Almacén El Roble SAS")
    assert "no cabe: desplazaría la parada 2 hasta las 11:40, 25 min tarde" in page
    assert "cita 11:00 – 11:15" in page
    assert "Paquete de reglas ficticio «demo»" in page
    assert "Todo enviado" in page


def test_a_laptop_that_received_nothing_offers_to_receive_the_day(
    browser: FlaskClient, laptop: Laptop
) -> None:
    with laptop.store.writing() as db:
        db.execute("DELETE FROM settings WHERE name = 'complete'")
    page = words(browser.get("/"))
    assert "Aún no ha recibido su día" in page
    assert "María" not in page


def test_on_a_day_without_a_route_the_nearest_is_shown_and_said(browser: FlaskClient, laptop: Laptop) -> None:
    laptop.clock.now = local(9, 0, DAY - timedelta(days=2))
    assert "No es la ruta de hoy" in words(browser.get("/"))


def test_receiving_without_an_office_says_what_waits(app: Flask, browser: FlaskClient) -> None:
    post(browser, FORM, answers())
    assert post(browser, "/recibir").status_code == 302
    settle(app)
    page = words(browser.get("/"))
    assert "La oficina no responde" in page
    assert "2 por enviar: nada se pierde" in page


# The case


def test_the_case_is_on_one_page(browser: FlaskClient) -> None:
    page = words(browser.get(f"/caso/{MARIA}?parada={MARIA_STOP}"))
    for said in (
        "110 días de mora",
        "90+",
        "Interés de mora",
        "$95.000,50",
        "Saldo al vie 20 nov",
        "Parcial",
        "R-778",
        "Ana Ruiz",
        "Pidió plazo hasta la quincena",
        "Pagaré, Carta de instrucciones",
        "Calle 15 # 14-32",
        "+573001234567",
        "La norma permite la visita ahora",
        "¿Cuándo puedo?",
    ):
        assert said in page


def test_after_hours_the_case_says_no_which_rule_and_when_again(browser: FlaskClient, laptop: Laptop) -> None:
    laptop.clock.now = local(21, 0)
    page = words(browser.get(f"/caso/{MARIA}"))
    assert "La norma no permite esta visita ahora" in page
    assert "demo.hours" in page
    assert "mar 24 nov, 07:00" in page


def test_what_people_typed_is_shown_as_text(browser: FlaskClient, laptop: Laptop) -> None:
    hostile = "<img src=x onerror=alert(1)>\"'${7*7}{{7*7}}"
    laptop.receive([("debtor", JOSE, debtor(JOSE, hostile, []))], start=200)
    for path in ("/", f"/caso/{JOSE}", f"/caso/{JOSE}/visita", "/cartera"):
        reply = browser.get(path)
        assert reply.status_code == 200
        assert "<img src=x" not in reply.text
        assert hostile in unescape(reply.text)


def test_someone_who_is_not_on_this_laptop_does_not_exist(browser: FlaskClient) -> None:
    for path in (f"/caso/{MARIA[:-1]}9", "/caso/x", "/caso/x/visita", "/visita/x", "/nada"):
        reply = browser.get(path)
        assert reply.status_code == 404
        assert "No existe" in words(reply)
        assert "Traceback" not in reply.text


def test_an_address_and_a_phone_are_proposed_and_marked(browser: FlaskClient) -> None:
    where = {"kind": "work", "text": "Calle 20 # 3-11"}
    page = words(post(browser, f"/caso/{MARIA}/direccion", where, follow_redirects=True))
    assert "Calle 20 # 3-11 Trabajo Propuesta" in page
    page = words(post(browser, f"/caso/{MARIA}/telefono", {"value": "12"}, follow_redirects=True))
    assert "de 7 a 15 cifras" in page
    phone = {"value": "+57 310 555 0101", "holder": "relative"}
    page = words(post(browser, f"/caso/{MARIA}/telefono", phone, follow_redirects=True))
    assert "+57 310 555 0101 Familiar Propuesto" in page


def test_a_stop_not_made_is_noted_with_its_cause(browser: FlaskClient) -> None:
    page = words(
        post(browser, f"/caso/{JOSE}/omitir/{JOSE_STOP}", {"cause": "Vía cerrada"}, follow_redirects=True)
    )
    assert "No se hizo: Vía cerrada" in page


# The visit


def test_a_visit_with_two_results_is_saved_and_only_then_says_so(
    browser: FlaskClient, laptop: Laptop
) -> None:
    reply = post(browser, FORM, answers())
    assert reply.status_code == 302
    page = words(browser.get(reply.location))
    assert "Guardado" in page
    assert "$500.000" in page
    assert "Negativa de pago" in page
    assert "1 visita por enviar" in page
    assert unsent(laptop) == 2


def test_errors_are_listed_at_the_top_with_links_and_beside_their_fields(
    browser: FlaskClient, laptop: Laptop
) -> None:
    reply = post(browser, FORM, answers(**{"amount-0": "", "location_reason": "", "result-1": ""}))
    assert reply.status_code == 422
    for anchor in ("amount-0", "location_reason", "result-1"):
        assert f'href="#{anchor}"' in reply.text
        assert f'id="{anchor}"' in reply.text
    assert reply.text.count("Diga por qué no hay ubicación.") == 2
    assert "000451: Este dato es obligatorio" in words(reply)
    assert unsent(laptop) == 0


def test_what_was_typed_is_kept_when_the_visit_was_not_saved(browser: FlaskClient) -> None:
    post(browser, FORM, answers(party="", note="Timbre dañado"))
    page = browser.get(FORM).text
    assert "Timbre dañado" in page
    assert re.search(r'name="result-1" value="NEG" checked', page) is None  # no party: no group is its own
    post(browser, FORM, answers(**{"amount-0": "", "note": "Timbre dañado"}))
    page = browser.get(FORM).text
    assert len(re.findall(r'name="result-1" value="NEG" checked', page)) == 1
    assert "Corresponsal de la 15" in page


def test_the_draft_is_kept_as_it_is_typed_and_is_not_a_visit(browser: FlaskClient, laptop: Laptop) -> None:
    reply = browser.post(
        f"/caso/{MARIA}/borrador",
        json={"visit_id": answers()["visit_id"], "note": "a medio escribir"},
        headers={"X-CSRFToken": token(browser)},
    )
    assert reply.status_code == 204
    assert "a medio escribir" in browser.get(FORM).text
    assert unsent(laptop) == 0
    assert "Borrador" in words(browser.get("/enviar"))


def test_a_late_autosave_does_not_bring_back_the_draft_of_a_saved_visit(
    browser: FlaskClient, laptop: Laptop
) -> None:
    post(browser, FORM, answers())
    late = {"visit_id": answers()["visit_id"], "note": "tarde"}
    browser.post(f"/caso/{MARIA}/borrador", json=late, headers={"X-CSRFToken": token(browser)})
    with laptop.store.reading() as db:
        assert drafts.get(db, MARIA) is None


def test_a_draft_taken_up_hours_later_is_no_longer_written_at_the_door(
    browser: FlaskClient, laptop: Laptop
) -> None:
    keep = {name: said for name, said in answers().items() if not name.startswith("result")}
    browser.post(f"/caso/{MARIA}/borrador", json=keep, headers={"X-CSRFToken": token(browser)})
    laptop.clock.now += timedelta(hours=5)
    unlock(browser)
    page = browser.get(FORM).text
    assert re.search(r'name="known" value="later" checked', page)
    assert 'name="start" type="time" value="10:31"' in page


def test_a_visit_typed_later_is_saved_with_when_it_happened(browser: FlaskClient, laptop: Laptop) -> None:
    laptop.clock.now = local(22, 0)
    unlock(browser)
    later = answers(known="paper", day="2026-11-23", start="18:30", end="18:41", line="4")
    reply = post(browser, FORM, later)
    assert reply.status_code == 302
    page = words(browser.get(reply.location))
    assert "lun 23 nov, 18:30–18:41" in page
    assert "De la hoja de ruta, línea 4" in page


def test_a_forbidden_hour_asks_why_and_then_saves(browser: FlaskClient, laptop: Laptop) -> None:
    laptop.clock.now = local(21, 40)
    unlock(browser)
    said = answers(opened="2026-11-24T02:35:00.000Z")
    reply = post(browser, FORM, said)
    assert reply.status_code == 422
    assert "La norma no permitía esta visita" in words(reply)
    assert 'href="#override_reason"' in reply.text
    reply = post(browser, FORM, said | {"override_reason": "Me citó a esa hora"})
    assert reply.status_code == 302
    assert "Motivo del gestor: Me citó a esa hora" in words(browser.get(reply.location))


def test_the_reason_is_not_asked_where_the_pack_forbids_it(browser: FlaskClient, laptop: Laptop) -> None:
    assert 'name="reason-0"' in browser.get(FORM).text
    forbidding = policy("co")
    laptop.receive(
        [("policy", "co", forbidding)]
        + [("account", one, account(one, MARIA, "x", "1.00", pack="co")) for one in MARIA_ACCOUNTS],
        start=300,
    )
    page = browser.get(FORM).text
    assert 'name="reason-0"' not in page
    assert "La norma no permite esta visita ahora" in page


MARIA_ACCOUNTS = ("00000000-0000-7000-8000-000000000021", "00000000-0000-7000-8000-000000000022")


def test_a_minor_means_stop_and_offers_no_result_about_the_debt(browser: FlaskClient, laptop: Laptop) -> None:
    page = browser.get(FORM).text
    assert "Alto: atendió un menor" in page
    [group] = re.findall(r'<div data-shown-when="party=MEN">\s*<fieldset.*?</fieldset>', page, re.S)[:1]
    offered = set(re.findall(r'name="result-0" value="(\w+)"', group))
    assert offered == {"TEM", "NAD", "RIE"}
    assert post(browser, FORM, answers(party="MEN")).status_code == 422
    assert unsent(laptop) == 0


def test_a_visit_is_corrected_by_a_new_entry_and_shows_both(browser: FlaskClient) -> None:
    saved = post(browser, FORM, answers()).location.split("?")[0]
    form = browser.get(f"{saved}/corregir").text
    assert 'value="500000"' in form
    fixed = answers(note="Era su hermana", why="olvidé la nota", day="2026-11-23", start="10:31", end="10:40")
    assert post(browser, f"{saved}/corregir", fixed | {"why": ""}).status_code == 422
    reply = post(browser, f"{saved}/corregir", fixed)
    assert reply.status_code == 302
    page = words(browser.get(saved))
    assert "Corregida: olvidé la nota" in page
    assert "Cambió: nota" in page
    assert "Era su hermana" in words(browser.get(f"/caso/{MARIA}"))


def test_the_page_of_what_was_sent_names_every_state(browser: FlaskClient, laptop: Laptop) -> None:
    post(browser, FORM, answers())
    page = words(browser.get("/enviar"))
    assert "Lista para enviar" in page
    assert "Último envío nunca" in page
    with laptop.store.writing() as db:
        journal.acknowledge(db, laptop.incarnation, 2)
        told = {"incarnation": laptop.incarnation, "n": 2, "id": "x", "code": "unknown_record", "detail": {}}
        journal.quarantine(db, laptop.incarnation, [told], NOON)
    page = words(browser.get("/enviar"))
    assert "Enviada" in page
    assert "unknown_record" in page
    assert "Todo enviado" in page


def test_a_form_of_a_hundred_kilobytes_of_nonsense_is_a_sentence(browser: FlaskClient) -> None:
    reply = post(browser, FORM, answers(note="x" * 5000))
    assert reply.status_code == 422
    assert "Escriba un texto más corto" in words(reply)
    assert post(browser, FORM, answers(note="x" * 400_000)).status_code == 413
    assert post(browser, FORM, answers(lat="\x00", loc="pin")).status_code == 422


@pytest.mark.parametrize(
    ("typed", "plain"),
    [
        ("500.000", "500000"),
        ("1.250.000,50", "1250000.50"),
        ("1,250,000.50", "1250000.50"),
        ("$ 80 000", "80000"),
        ("1500.5", "1500.5"),
        ("1500,50", "1500.50"),
        ("1,500", "1500"),
        ("mil", "mil"),
        ("-5", "-5"),
        ("1.2.3", "1.2.3"),
        ("", ""),
    ],
)
def test_amounts_are_read_as_people_of_both_customs_write_them(typed: str, plain: str) -> None:
    assert forms.plain_amount(typed) == plain


def test_a_form_opens_at_the_door_with_the_place_of_the_address() -> None:
    said = forms.fresh(NOON, "America/Bogota", Place.WORK, MARIA_HOME)
    assert (said["place"], said["known"], said["start"]) == ("TRA", "live", "10:40")


@pytest.mark.parametrize(
    ("left", "answered"),
    [
        (MARIA_LOAN, {"result-0": "NEG", "reason-0": "enfermedad"}),
        (MARIA_CARD, {}),
    ],
)
def test_a_correction_keeps_what_was_told_of_an_account_that_has_left(
    browser: FlaskClient, laptop: Laptop, left: str, answered: dict[str, str]
) -> None:
    saved = post(browser, FORM, answers()).location.split("?")[0]
    visit = saved.rsplit("/", 1)[1]
    with laptop.store.writing() as db:
        records.apply(db, [{"kind": "account", "id": left, "number": 900, "gone": True}])
    times = {"day": "2026-11-23", "start": "10:31", "end": "10:40"}
    one_account = {
        name: text for name, text in answers(**times, **answered).items() if not name.endswith("-1")
    }
    if left == MARIA_LOAN:
        one_account = {k: v for k, v in one_account.items() if k not in ("amount-0", "due-0", "channel-0")}
        one_account.pop("place-0")
    first = one_account | {"note": "Era su hermana", "why": "olvidé la nota"}
    assert post(browser, f"{saved}/corregir", first).status_code == 302
    changed = {"result-0": "INC", "hardship-0": "temporary", "note": "Era su hermana", "why": "marqué mal"}
    kept = {name: text for name, text in one_account.items() if not name.endswith("-0")}
    assert post(browser, f"{saved}/corregir", kept | changed).status_code == 302
    with laptop.store.reading() as db:
        row = journal.find(db, visit)
        second, third = (one.said["replaces"] for one in journal.amendments_of(db, visit))
    assert row is not None
    assert second == {"note": "Era su hermana"}
    assert set(third) == {"results", "steps"}, "the steps say what the result implies"
    was = {one["account"]: one for one in row.said["results"]}
    now = {one["account"]: one for one in third["results"]}
    assert set(now) == {MARIA_LOAN, MARIA_CARD}
    assert now[left] == was[left]
    [other] = {MARIA_LOAN, MARIA_CARD} - {left}
    assert now[other]["result"] == "INC"


def test_a_visit_whose_accounts_have_all_left_may_still_have_its_note_corrected(
    browser: FlaskClient, laptop: Laptop
) -> None:
    saved = post(browser, FORM, answers()).location.split("?")[0]
    gone = [{"kind": "account", "id": id, "number": 900, "gone": True} for id in (MARIA_LOAN, MARIA_CARD)]
    with laptop.store.writing() as db:
        records.apply(db, gone)
    times = {"day": "2026-11-23", "start": "10:31", "end": "10:40"}
    said = {name: text for name, text in answers(**times).items() if name[-2:] not in ("-0", "-1")}
    reply = post(browser, f"{saved}/corregir", said | {"note": "Era su hermana", "why": "olvidé la nota"})
    assert reply.status_code == 302
    with laptop.store.reading() as db:
        [only] = journal.amendments_of(db, saved.rsplit("/", 1)[1])
    assert only.said["replaces"] == {"note": "Era su hermana"}
