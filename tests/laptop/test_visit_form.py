"""The visit form by the keyboard alone, its draft against a dead battery, and what it may say to whom."""

from __future__ import annotations

import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from playwright.sync_api import Page

from field_client.app import create_app
from field_client.store import cases, drafts, journal, records, reviews
from sync.records import CaseAnswer, StepAnswer, UsedObjection
from tests.browser import Chromium, axe_violations

from . import builders
from .builders import JOSE, MARIA, MARIA_CARD, MARIA_LOAN, MARIA_STOP, PASSPHRASE, Laptop, local
from .test_pages import FORM, answers, app, browser, post, words

__all__ = ["app", "browser"]  # fixtures


class Keys:
    """A collector who has only a keyboard: every key he presses is counted."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.pressed: list[str] = []

    def press(self, *keys: str) -> None:
        for key in keys:
            self.pressed.append(key)
            self.page.keyboard.press(key)

    def opens(self, *keys: str) -> None:
        """Keys of which the last one leads to another page."""
        with self.page.expect_navigation():
            self.press(*keys)


def at_home(laptop: Laptop, chromium: Chromium, serve: Callable[[Flask], str], **options: object) -> Keys:
    """Unlocked, on Today: what is counted begins here."""
    page = chromium.page(**options)
    page.goto(serve(create_app(laptop.folder, laptop.clock)))
    page.fill("#passphrase", PASSPHRASE)
    with page.expect_navigation():
        page.keyboard.press("Enter")
    page.wait_for_selector(".map.is-drawn")
    return Keys(page)


def last_visit(laptop: Laptop, debtor: str = MARIA):  # type: ignore[no-untyped-def]
    with laptop.store.reading() as db:
        fresh = [one.visit for one in cases.state_of(db, debtor).visits if not one.in_office]
    return fresh[-1] if fresh else None


@pytest.mark.browser
def test_a_plain_visit_is_saved_in_twelve_keys_or_fewer(
    laptop: Laptop, chromium: Chromium, serve: Callable[[Flask], str]
) -> None:
    keys = at_home(laptop, chromium, serve)
    keys.opens("Enter")  # "Registrar visita" of the next stop has the focus
    keys.press("1", "7", "1", "7", "1")  # the holder; of both accounts a refusal and its reason
    assert keys.page.evaluate("document.activeElement.textContent") == "Guardar visita"
    keys.opens("Enter")
    assert keys.page.inner_text("h1") == "Guardado"
    assert len(keys.pressed) <= 12, keys.pressed
    visit = last_visit(laptop)
    assert [(one.result, one.reason) for one in visit.results] == [("NEG", "desempleo")] * 2
    assert visit.location.reason == "El portátil no tiene GPS"


@pytest.mark.browser
def test_a_promise_asks_on_until_it_is_whole(
    laptop: Laptop, chromium: Chromium, serve: Callable[[Flask], str]
) -> None:
    keys = at_home(laptop, chromium, serve)
    page = keys.page
    keys.opens("Enter")
    keys.press("1", "1", *"300000", "Enter")
    assert page.evaluate("document.activeElement.name") == "due-0", "Enter goes on to what is missing"
    page.click("button[data-put]:visible >> text=15 dic")  # his payday by the lender's file, with its source
    keys.press("Enter", "2")
    assert page.input_value("#place-0") == "Banco o corresponsal"
    keys.press("7", "4")
    page.wait_for_selector("text=Borrador guardado")
    found = axe_violations(page)
    keys.opens("Enter")
    promise = last_visit(laptop).results[0]
    assert promise.detail["due"] == "2026-12-15"
    assert last_visit(laptop).conduct.steps == (
        StepAnswer("reconocimiento", "yes", implied=True),
        StepAnswer("importe", "part", "300000", implied=True),
        StepAnswer("seguimiento", "check", "2026-12-15", implied=True),
    )
    assert found == []


@pytest.mark.browser
def test_not_found_and_closed_take_two_keys_from_today(
    laptop: Laptop, chromium: Chromium, serve: Callable[[Flask], str]
) -> None:
    keys = at_home(laptop, chromium, serve)
    for key, result, debtor in (("n", "NAD", MARIA), ("c", "CER", JOSE)):
        before = len(keys.pressed)
        keys.press(key)
        assert axe_violations(keys.page) == []
        keys.opens("Enter")
        assert len(keys.pressed) - before == 2
        keys.page.wait_for_selector("text=Guardado:")
        visit = last_visit(laptop, debtor)
        assert ({one.result for one in visit.results}, visit.party) == ({result}, "NAD")
    assert keys.page.is_visible("text=Terminó la ruta")


def test_unsafe_is_kept_with_what_can_be_said_in_a_hurry(laptop: Laptop) -> None:
    client = unlocked(laptop)
    page = client.get("/").text
    assert 'data-key="p"' in page
    assert post(client, f"/caso/{MARIA}/rapida/RIE?parada={MARIA_STOP}").location == "/"
    visit = last_visit(laptop)
    assert {one.detail["incident"] for one in visit.results} == {
        "Se retiró por riesgo; el detalle se cuenta después."
    }
    assert visit.stop == MARIA_STOP


@pytest.mark.browser
def test_targets_are_large_and_nothing_is_cut_off_at_twice_the_size(
    laptop: Laptop, chromium: Chromium, serve: Callable[[Flask], str]
) -> None:
    keys = at_home(laptop, chromium, serve, viewport={"width": 683, "height": 384})  # 1366 × 768 at 200 %
    page = keys.page
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    keys.opens("Enter")
    keys.press("1", "1")
    for opened in page.query_selector_all(
        "details.method > summary:visible, details.calendar > summary:visible"
    ):
        opened.click()
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    small = page.eval_on_selector_all(
        ".visit-form .choice, .visit-form .button, .visit-form .input:not([type=file]), .visit-form summary, "
        ".visit-form button.day",
        """all => all.filter(e => e.offsetParent && !e.classList.contains('visually-hidden'))
        .map(e => [e.textContent.trim().slice(0, 30), Math.round(e.getBoundingClientRect().height)])
        .filter(([, height]) => height < 44)""",
    )
    assert small == []
    assert axe_violations(page) == []


@pytest.mark.browser
def test_what_was_typed_outlives_a_dead_battery(laptop: Laptop, chromium: Chromium, tmp_path: Path) -> None:
    laptop.store.close()
    page = chromium.page()
    with started(laptop.folder) as address:
        page.goto(address)
        unlock(page)
        page.goto(f"{address}caso/{MARIA}/visita")
        page.check('input[name="party"][value="TIT"]')
        page.focus("#note")
        page.keyboard.type("Pidió que vuelva el vier")
        page.wait_for_selector("text=Borrador guardado")
    with started(laptop.folder) as address:
        page.goto(address)
        unlock(page)
        page.goto(f"{address}caso/{MARIA}/visita")
        assert page.input_value("#note") == "Pidió que vuelva el vier"
        assert page.is_checked('input[name="party"][value="TIT"]')


def unlock(page: Page) -> None:
    page.fill("#passphrase", PASSPHRASE)
    with page.expect_navigation():
        page.keyboard.press("Enter")


PROGRAM = """
import sys
from pathlib import Path
from werkzeug.serving import make_server
from field_client.app import create_app
from tests.laptop.builders import StandingClock
server = make_server("127.0.0.1", 0, create_app(Path(sys.argv[1]), StandingClock()), threaded=True)
print(f"http://127.0.0.1:{server.server_port}/", flush=True)
server.serve_forever()
"""


@contextmanager
def started(folder: Path) -> Iterator[str]:
    """The laptop's pages in a process of their own, which dies as a battery does: by SIGKILL."""
    command = [sys.executable, "-c", PROGRAM, str(folder)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as process:
        try:
            assert process.stdout is not None
            address = process.stdout.readline().strip()
            assert address.startswith("http://127.0.0.1:"), address
            yield address
        finally:
            process.send_signal(signal.SIGKILL)


# What is told beside the result, without scripts


METHOD = {
    "step-aceptacion": "terms",
    "step-importe": "part",
    "step-importe-value": "250.000",
    "objection-sin_dinero": "helped@0",
    "objection-ya_pague": "",
    "alarm-vende_bienes": "1",
    "question-cause-0": "Bajaron las ventas del local",
    "question-documents-1": "Trae el extracto",
}


def test_steps_objections_flags_and_answers_are_written_with_the_visit(
    browser: FlaskClient, laptop: Laptop
) -> None:
    page = browser.get(FORM).text
    assert all(f'name="{name}"' in page for name in METHOD)
    saved = post(browser, FORM, answers(**METHOD))
    assert saved.status_code == 302
    conduct = last_visit(laptop).conduct
    assert [(one.step, one.answer, one.value, one.implied) for one in conduct.steps] == [
        ("reconocimiento", "yes", "", True),
        ("aceptacion", "terms", "", False),
        ("importe", "part", "250000", False),
        ("seguimiento", "check", "2026-11-28", True),
    ]
    assert conduct.objections == (UsedObjection("sin_dinero", 0, True),)
    assert conduct.alarms == ("vende_bienes",)
    assert conduct.answers == (
        CaseAnswer(MARIA_LOAN, "cause", "Bajaron las ventas del local"),
        CaseAnswer(MARIA_CARD, "documents", "Trae el extracto"),
    )
    page = words(browser.get(saved.location))
    assert "Aceptación: Acepta con condiciones" in page
    assert "Ahora no tengo dinero · la respuesta ayudó" in page
    case = words(browser.get(f"/caso/{MARIA}"))
    assert "Señales de alarma Vende o saca muebles" in case
    assert "Bajaron las ventas del local — Carlos Pérez" in case


def test_a_correction_of_the_steps_says_only_them_and_keeps_the_answers(
    browser: FlaskClient, laptop: Laptop
) -> None:
    saved = post(browser, FORM, answers(**METHOD)).location.split("?")[0]
    form = answers(**METHOD) | {"day": "2026-11-23", "start": "10:31", "end": "10:40", "why": "me equivoqué"}
    form |= {"step-aceptacion": "yes", "alarm-vende_bienes": ""}
    assert post(browser, f"{saved}/corregir", form).status_code == 302
    with laptop.store.reading() as db:
        [row] = journal.amendments_of(db, saved.rsplit("/", 1)[1])
    assert set(row.said["replaces"]) == {"steps", "alarms"}
    assert row.said["replaces"]["alarms"] == []
    now = last_visit(laptop).conduct
    assert (now.alarms, len(now.answers), len(now.objections)) == ((), 2, 1)


def test_with_a_third_party_the_form_keeps_no_step(browser: FlaskClient, laptop: Laptop) -> None:
    third = answers(party="TER", **{"result-0": "TEM", "time_hint-0": "tarde", "result-1": "TEM"})
    third |= {"time_hint-1": "tarde", "step-reconocimiento": "yes"}
    refused = post(browser, FORM, third)
    assert refused.status_code == 422
    assert "solo se contestan con el titular o su aval" in words(refused)
    assert post(browser, FORM, third | {"step-reconocimiento": ""}).status_code == 302
    assert last_visit(laptop).conduct.steps == ()


def test_where_the_law_forbids_it_the_cause_has_no_field_and_is_not_taken(laptop: Laptop) -> None:
    with laptop.store.writing() as db:
        row = builders.policy("co", lambda *_: ())
        records.put(db, "policy", "co", 901, row)
        loan = builders.account(MARIA_LOAN, MARIA, "000451", "1250000.00", pack="co")
        records.put(db, "account", MARIA_LOAN, 902, loan)
    client = unlocked(laptop)
    page = client.get(FORM).text
    assert 'name="question-cause-0"' not in page
    assert 'name="question-cause-1"' in page
    assert "No pregunte por qué dejó de pagar" in page
    assert "No se pregunta" in words(client.get(f"/caso/{MARIA}"))
    refused = post(client, FORM, answers(**{"question-cause-0": "Perdió el empleo"}))
    assert refused.status_code == 422
    assert "no deja preguntar ni anotar la causa" in words(refused)


def unlocked(laptop: Laptop) -> FlaskClient:
    client = create_app(laptop.folder, laptop.clock).test_client()
    assert post(client, "/desbloquear", {"passphrase": PASSPHRASE}).status_code == 302
    return client


def test_a_day_and_an_amount_are_put_without_scripts_and_nothing_else_is(
    browser: FlaskClient, laptop: Laptop
) -> None:
    page = browser.get(FORM).text
    assert 'name="poner" value="due-0=2026-12-15"' in page
    kept = post(browser, FORM, answers(**{"due-0": "", "poner": "due-0=2026-12-15"}))
    assert kept.status_code == 200
    assert 'value="2026-12-15" class="input input-short"' in kept.text
    post(browser, FORM, answers(poner="override_reason=así lo quise"))
    with laptop.store.reading() as db:
        held = drafts.get(db, MARIA)
    assert held is not None
    assert "override_reason" not in held
    assert last_visit(laptop) is None


def test_the_visit_says_when_its_file_was_looked_at(browser: FlaskClient, laptop: Laptop) -> None:
    post(browser, FORM, answers())
    assert last_visit(laptop).conduct.reviewed is None
    browser.get(f"/caso/{JOSE}")
    laptop.clock.forward(minutes=5)
    form = answers(visit_id=builders.uid(77), address=builders.JOSE_HOME, opened="2026-11-23T15:44:00.000Z")
    form = {name: text for name, text in form.items() if not name.endswith("-1")}
    assert post(browser, f"/caso/{JOSE}/visita", form).status_code == 302
    assert last_visit(laptop, JOSE).conduct.reviewed == local(10, 40)


def test_a_look_of_the_day_before_yesterday_is_no_review(laptop: Laptop) -> None:
    with laptop.store.writing() as db:
        reviews.looked(db, MARIA, local(10))
        assert reviews.last_before(db, MARIA, local(9, 59)) is None
        assert reviews.last_before(db, MARIA, local(10) + timedelta(hours=20)) == local(10)
        assert reviews.last_before(db, MARIA, local(10) + timedelta(hours=48)) is None
        reviews.looked(db, JOSE, local(10) + timedelta(days=40))
        assert reviews.last_before(db, MARIA, local(10)) is None, "a look is kept for a month"


def test_the_offices_wording_of_an_objection_is_shown_with_no_network(laptop: Laptop) -> None:
    said = {
        "code": "sin_dinero",
        "version": 3,
        "title": "Ando sin plata",
        "say": ["Entiendo. ¿Qué abono le cabe?"],
        "avoid": [],
        "parties": ["TIT"],
        "needs": "",
        "active": True,
    }
    gone = said | {"code": "ya_pague", "active": False}
    laptop.receive([*builders.world(), ("objection", "sin_dinero", said), ("objection", "ya_pague", gone)])
    page = unlocked(laptop).get(FORM).text
    assert "Ando sin plata" in page
    assert 'value="helped@3"' in page
    assert "Ahora no tengo dinero" not in page
    assert "objection-ya_pague" not in page


def test_a_quick_outcome_that_the_rules_question_opens_the_form_with_what_was_told(laptop: Laptop) -> None:
    laptop.clock.now = local(22, 30)
    client = unlocked(laptop)
    reply = post(client, f"/caso/{MARIA}/rapida/NAD?parada={MARIA_STOP}")
    assert reply.location.startswith(f"/caso/{MARIA}/visita")
    page = client.get(reply.location).text
    assert "diga por qué se hizo" in page
    assert last_visit(laptop) is None
    with laptop.store.reading() as db:
        held = drafts.get(db, MARIA)
    assert held is not None
    assert (held["party"], held["result-0"]) == ("NAD", "NAD")
    again = post(client, f"/caso/{MARIA}/rapida/CER?parada={MARIA_STOP}")
    assert "Hay un borrador" in words(client.get(again.location))
    assert post(client, f"/caso/{MARIA}/rapida/PTP").status_code == 404
