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

from field_client import folder as folders
from field_client.app import create_app
from field_client.store import cases, drafts, journal, reviews
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
        StepAnswer("tiempo", "dated", "2026-12-15", implied=True),
        StepAnswer("seguimiento", "check", "2026-12-15", implied=True),
    ) or last_visit(laptop).conduct.steps
    assert found == []


@pytest.mark.browser
@pytest.mark.parametrize(("key", "result"), [("n", "NAD"), ("c", "CER"), ("p", "RIE")])
def test_not_found_closed_and_unsafe_take_two_keys_from_today(
    key: str, result: str, laptop: Laptop, chromium: Chromium, serve: Callable[[Flask], str]
) -> None:
    keys = at_home(laptop, chromium, serve)
    keys.press(key)
    assert axe_violations(keys.page) == []
    keys.opens("Enter")
    assert len(keys.pressed) == 2
    keys.page.wait_for_selector("text=Guardado:")
    visit = last_visit(laptop)
    assert ({one.result for one in visit.results}, visit.stop, visit.party) == ({result}, MARIA_STOP, "NAD")
    assert keys.page.inner_text("#next-title") == "José Ibáñez"


@pytest.mark.browser
def test_targets_are_large_and_nothing_is_cut_off_at_twice_the_size(
    laptop: Laptop, chromium: Chromium, serve: Callable[[Flask], str]
) -> None:
    keys = at_home(laptop, chromium, serve, viewport={"width": 683, "height": 384})  # 1366 × 768 at 200 %
    page = keys.page
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    keys.opens("Enter")
    keys.press("1", "1")
    for opened in page.query_selector_all("details.method > summary:visible, details.calendar > summary:visible"):
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
