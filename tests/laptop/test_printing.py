"""Slips printed with no network: scanned off the page that goes to the printer, and told to the office later."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from datetime import timedelta
from html import unescape
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pytest
from flask import Flask
from flask.testing import FlaskClient

from field_client.app import create_app
from field_client.store import cases, journal, printed
from field_client.store.db import Store
from server.noticing import letterheads
from server.noticing.answering import answer
from server.store import tables as t
from sync import slips
from sync.messages import shipped
from sync.rules.messages import Audience
from sync.stationery import TELLING
from sync.wire.feed import RECORDS
from tests.browser import Chromium, axe_violations
from tests.office.builders import NOW
from tests.papers.reading import FNC1, Scanned, pages, require_scanner, scan, words
from tests.papers.world import GLN, LETTERHEAD

from .builders import JOSE, MARIA, MARIA_LOAN, PASSPHRASE, Laptop, debtor, uid
from .pairs import Pair
from .test_pages import post, unlock


def letterhead(**more: Any) -> list[tuple[str, str, dict[str, Any]]]:
    """What the office sends of the lender of the small world."""
    texts = [
        {"key": one.key, "title": one.title, "medium": one.medium.value, "text": one.text,
         "packs": [], "language": "es", "version": 0}
        for one in shipped().values() if one.audience is Audience.THIRD
    ]  # fmt: skip
    said = {"id": uid(71), "name": "Banco Andino", "tables": LETTERHEAD | more, "texts": texts}
    return [("stationery", uid(71), said)]


@pytest.fixture
def app(laptop: Laptop) -> Iterator[Flask]:
    laptop.receive(letterhead(), start=100)
    app = create_app(laptop.folder, laptop.clock)
    yield app
    app.extensions["ronda_vault"].lock()


@pytest.fixture
def browser(app: Flask) -> FlaskClient:
    browser = app.test_client()
    assert unlock(browser).status_code == 302
    return browser


def printed_page(browser: FlaskClient, form: dict[str, str], who: str = MARIA) -> str:
    """The address of the page to print."""
    answer = post(browser, f"/caso/{who}/papel", form)
    assert answer.status_code == 302
    place = answer.headers["Location"]
    assert place.startswith("/papel/"), browser.get(place).text
    return place


def on_paper(chromium: Chromium, address: str, path: str) -> bytes:
    """What the browser would send to a printer."""
    page = chromium.page()
    page.goto(address)
    page.fill("#passphrase", PASSPHRASE)
    page.keyboard.press("Enter")
    page.wait_for_selector("h1")
    page.goto(address + path)
    assert axe_violations(page) == []
    return page.pdf(print_background=True)


@pytest.mark.browser
def test_a_visit_slip_is_scanned_off_the_printed_page(
    laptop: Laptop, app: Flask, browser: FlaskClient, chromium: Chromium, serve: Callable[[Flask], str],
    tmp_path: Path,
) -> None:  # fmt: skip
    require_scanner()
    place = printed_page(browser, {"paper": "slip"})
    paper = on_paper(chromium, serve(app), place)
    with laptop.store.reading() as db:
        (made,) = printed.of_debtor(db, MARIA)
    (page,) = pages(paper, tmp_path)
    text = words(paper, tmp_path, 1)

    assert scan(page) == {Scanned("QRCODE", f"https://casanorte.example/v/{made.token}")}
    assert slips.shown(made.code) in text
    assert "Carlos Pérez" in text
    assert TELLING.search(text) is None, text
    for secret in ("Banco Andino", "000451", "1.250.000", "Ronda"):
        assert secret not in text
    assert chromium.foreign_requests == []


@pytest.mark.browser
def test_a_payment_slip_is_scanned_off_the_printed_page(
    laptop: Laptop, app: Flask, browser: FlaskClient, chromium: Chromium, serve: Callable[[Flask], str],
    tmp_path: Path,
) -> None:  # fmt: skip
    require_scanner()
    form = {"paper": "payment", "account": MARIA_LOAN, "amount": "170.000", "due": "2026-11-30"}
    place = printed_page(browser, form)
    paper = on_paper(chromium, serve(app), place)
    (page,) = pages(paper, tmp_path)
    found = {one.kind: one.text for one in scan(page)}

    assert found["QRCODE"] == f"(415){GLN}(8020)000451(3900)0000170000(96)20261130"
    assert found["CODE128"].replace(FNC1, "") == f"415{GLN}802000045139000000170000" + "9620261130"
    assert "Valor $170.000 COP" in " ".join(words(paper, tmp_path, 1).split())


def test_the_laptop_prints_nothing_that_a_rule_forbids(laptop: Laptop, browser: FlaskClient) -> None:
    for form, said in (
        ({"paper": "payment", "account": MARIA_LOAN, "amount": "99.000.000"}, "Escriba un valor que se deba"),
        ({"paper": "payment", "account": MARIA_LOAN, "due": "2026-11-01"}, "vence en un día que ya pasó"),
        ({"paper": "slip", "day": "2027-03-01"}, "próximos siete días"),
    ):
        answer = post(browser, f"/caso/{MARIA}/papel", form, follow_redirects=True)
        assert said in unescape(answer.text)
    assert post(browser, f"/caso/{MARIA}/papel", {"paper": "decree"}).status_code == 400
    stop = {"state": "deceased", "account": None, "since": "2026-11-01T00:00:00.000Z", "until": None}
    laptop.receive([("debtor", JOSE, debtor(JOSE, "José Ibáñez", [], stops=[stop]))], start=200)
    answer = post(browser, f"/caso/{JOSE}/papel", {"paper": "slip"}, follow_redirects=True)
    assert "demo.stop" in answer.text
    with laptop.store.reading() as db:
        assert printed.of_debtor(db, JOSE) == printed.of_debtor(db, MARIA) == []


def test_without_a_letterhead_the_page_says_what_to_do(laptop: Laptop) -> None:
    app = create_app(laptop.folder, laptop.clock)
    browser = app.test_client()
    unlock(browser)
    answer = post(browser, f"/caso/{MARIA}/papel", {"paper": "slip"}, follow_redirects=True)
    assert "La oficina no ha enviado su membrete" in unescape(answer.text)
    app.extensions["ronda_vault"].lock()


def deliveries(store: Store) -> list[Any]:
    with store.reading() as db:
        return list(cases.state_of(db, MARIA).deliveries)


def test_handing_a_paper_over_is_an_event_and_shows_in_the_case(laptop: Laptop, browser: FlaskClient) -> None:
    code = printed_page(browser, {"paper": "slip"}).rpartition("/")[2]
    form = {"code": code, "how": "door", "party": "NAD", "sealed": "1", "note": "Bajo la puerta"}
    page = post(browser, f"/caso/{MARIA}/entregado", form, follow_redirects=True).text
    assert "Anotado: el papel quedó entregado." in page
    assert slips.shown(code) in page
    (one,) = deliveries(laptop.store)
    assert (one.code, one.paper, one.how, one.sealed, one.in_office) == (code, "slip", "door", True, False)
    with laptop.store.reading() as db:
        kinds = [row.entry.kind for row in journal.rows(db)]
    assert kinds.count("notice.delivered") == 1


def test_a_paper_never_goes_to_a_minor_nor_open_to_somebody_else(
    laptop: Laptop, browser: FlaskClient
) -> None:
    code = printed_page(browser, {"paper": "payment", "account": MARIA_LOAN}).rpartition("/")[2]
    for form in ({"how": "hand", "party": "MEN", "sealed": "1"}, {"how": "hand", "party": "FAM"}):
        post(browser, f"/caso/{MARIA}/entregado", {"code": code} | form)
    assert deliveries(laptop.store) == []
    post(browser, f"/caso/{MARIA}/entregado", {"code": code, "how": "hand", "party": "TIT"})
    assert len(deliveries(laptop.store)) == 1
    assert (
        post(browser, f"/caso/{JOSE}/entregado", {"code": code, "how": "hand", "party": "TIT"}).status_code
        == 404
    )


def test_a_message_for_somebody_else_has_nothing_of_the_debt(laptop: Laptop, browser: FlaskClient) -> None:
    sister = {"id": uid(980), "kind": "mobile", "value": "+573009998877", "holder": "relative",
              "relation": "hermana", "origin": "lender", "state": "accepted"}  # fmt: skip
    with laptop.store.reading() as db:
        home = cases.state_of(db, MARIA).addresses[0]
    place = {name: getattr(home, name) for name in ("id", "text", "district", "city", "lat", "lon", "source",
                                                    "origin", "state")}  # fmt: skip
    said = debtor(MARIA, "María Núñez Peña", [place | {"kind": "home", "precision": "door"}],
                  contact_points=[sister])  # fmt: skip
    laptop.receive([("debtor", MARIA, said)], start=200)
    page = browser.get(f"/caso/{MARIA}").text
    link = re.search(r'href="(https://wa\.me/573009998877[^"]+)"', page)
    assert link is not None
    text = unquote(unescape(link[1]))
    assert "Carlos Pérez" in text
    assert TELLING.search(text) is None
    for secret in ("Banco Andino", "000451", "Núñez"):
        assert secret not in text

    post(browser, f"/caso/{MARIA}/mensaje", {"template": "recado-whatsapp"})
    with laptop.store.reading() as db:
        (contact,) = cases.state_of(db, MARIA).contacts
    assert contact.channel == "message"
    night = laptop.clock.now + timedelta(hours=12)
    laptop.clock.now = night
    unlock(browser)
    assert "wa.me" not in browser.get(f"/caso/{MARIA}").text


def test_what_a_laptop_printed_and_handed_over_reaches_the_office(pair: Pair) -> None:
    world = pair.world
    letterheads.write(world.engine, None, LETTERHEAD, actor="test", now=NOW)
    pair.exchange()
    from field_client import printing
    from field_client.casefile import case_of
    from field_client.store import policies

    rosa = world.debtors["Rosa"]
    with pair.store.reading() as db:
        case = case_of(cases.state_of(db, rosa), policies.all_of(db), pair.clock.read().wall)
    sheet = printing.print_slip(pair.store, case, pair.clock.read())
    assert isinstance(sheet, printing.Sheet)
    token, code = sheet.printed.token, sheet.printed.code

    # Nothing was sent yet: the token holds by its signature alone, the code is not known.
    assert answer(world.engine, token, NOW).standing == "genuine"
    assert answer(world.engine, token, NOW).who == "Ana"
    assert answer(world.engine, code, NOW).standing == "unknown"

    printing.say_delivered(
        pair.store, rosa, paper="slip", how="door", party="NAD", sealed=True, note="", code=code, token=token,
        reading=pair.clock.read(),
    )  # fmt: skip
    pair.exchange()
    (row,) = world.rows(t.deliveries)
    assert (row["code"], row["agent_id"], row["debtor_id"]) == (code, world.agents["Ana"], rosa)
    known = answer(world.engine, code, NOW)
    assert known.standing == "genuine"
    assert known.handed == row["started"]
    with pair.store.reading() as db:
        (back,) = cases.state_of(db, rosa).deliveries
    assert back.in_office
    fresh = [row for row in world.feed("Ana") if row["kind"] in ("delivery", "stationery")]
    assert {row["kind"] for row in fresh} == {"delivery", "stationery"}
    for row in fresh:
        RECORDS[row["kind"]]().load(json.loads(row["payload"]))
