"""A lender's file brought in with the keyboard alone, in both languages, each step without a barrier."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from playwright.sync_api import Page, expect

from server.web import import_work
from server.web import imports as web_imports
from tests.browser import Chromium, axe_violations, serving

from .test_imports import ROWS, STRANGE
from .test_pages_in_chromium import come_in
from .worlds import World

pytestmark = pytest.mark.browser
MOST_TABS = 120


def tab_to(page: Page, selector: str, key: str = "Tab") -> None:
    """Walk there as somebody without a mouse does."""
    wanted = page.locator(selector)
    for _press in range(MOST_TABS):
        if wanted.evaluate("one => one === document.activeElement"):
            return
        page.keyboard.press(key)
    raise AssertionError(f"{selector} cannot be reached with {key}")


def step_of(page: Page) -> str:
    """The number of the step the page says it is at."""
    marked = page.locator('.step[aria-current="step"] .step-number')
    return (marked.text_content() or "").strip()


def upload(page: Page, address: str, file: Path, lender: str) -> None:
    # Listened for before the page is there: asked for with the key press, the dialog may open unseen.
    page.on("filechooser", lambda _asked: None)
    page.goto(f"{address}/imports/new")
    assert step_of(page) == "1"
    assert axe_violations(page) == []
    tab_to(page, "#file")
    with page.expect_file_chooser() as asked:
        page.keyboard.press("Space")
    asked.value.set_files(file)
    tab_to(page, "#lender")
    page.keyboard.press("End")
    tab_to(page, "#new_lender")
    page.keyboard.type(lender)
    tab_to(page, "main form button")
    page.keyboard.press("Enter")
    page.locator("#review").wait_for()


def test_a_file_comes_in_by_the_keyboard_in_both_languages_and_no_step_has_a_barrier(
    world: World, app: Flask, chromium: Chromium, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(web_imports, "AT_ONCE", 0)
    file = tmp_path / "cartera.csv"
    file.write_bytes("\r\n".join((STRANGE, *ROWS, "")).encode("cp850"))
    honest = import_work._steps
    with serving(app) as address:
        for language, lender in (("es", "El Faro"), ("en", "La Boya")):
            gate = threading.Event()
            monkeypatch.setattr(import_work, "_steps", _waiting(gate, honest))
            page = chromium.page()
            come_in(page, address, "nora")
            if language == "en":
                page.locator('.languages a[lang="en"]').click()
            assert page.locator("html").get_attribute("lang") == language
            upload(page, address, file, lender)
            _walk_through_the_review(page)
            page.locator("progress").wait_for()
            assert step_of(page) == "3"
            assert axe_violations(page) == []
            page.reload()
            page.locator("progress").wait_for()
            gate.set()
            # The page itself sees that the work is done, and shows the report.
            expect(page.locator('.step[aria-current="step"] .step-number')).to_have_text("4")
            assert axe_violations(page) == []
            assert re.search(r"/imports/[0-9a-f-]{36}$", page.url)
            assert page.locator("tbody tr").count() == 1, "the row that was rejected, with its reason"
    assert chromium.foreign_requests == []


def _walk_through_the_review(page: Page) -> None:
    """The encoding and the one unknown column are said; what was read follows at once, the focus stays."""
    assert step_of(page) == "2"
    assert axe_violations(page) == []
    expect(page.locator("#f-number-error")).to_be_visible()
    assert page.locator(".error-summary a[href='#f-number']").count() == 1
    tab_to(page, "#encoding")
    page.keyboard.press("End")
    page.keyboard.press("ArrowUp")
    expect(page.locator("#leido ~ div table").first).to_contain_text("Ciro Peña")
    assert page.locator("#encoding").input_value() == "cp850"
    assert page.locator("#encoding").evaluate("one => one === document.activeElement")
    tab_to(page, "#f-number")
    page.keyboard.press("ArrowDown")
    expect(page.locator("#f-number-error")).to_have_count(0)
    assert page.locator("#f-number").evaluate("one => one === document.activeElement")
    assert axe_violations(page) == []
    tab_to(page, "#import", "Shift+Tab")
    page.keyboard.press("Enter")


def _waiting(gate: threading.Event, honest: Callable[[Any], Callable[[str], None]]) -> Any:
    """Steps that are said only once the gate is open, so that the page of the work can be looked at."""

    def steps(say: Any) -> Callable[[str], None]:
        said = honest(say)

        def told(step: str) -> None:
            if threading.current_thread().name.startswith("job import"):
                gate.wait()
            said(step)

        return told

    return steps


def test_a_debtor_is_searched_and_opened_by_the_keyboard_from_any_page(
    seen: World, seen_app: Flask, chromium: Chromium
) -> None:
    with serving(seen_app) as address:
        page = chromium.page()
        come_in(page, address, "nora")
        page.goto(f"{address}/visits/")
        page.keyboard.press("/")
        page.keyboard.type("nunez")
        option = page.locator("#find-list [role=option]").first
        option.wait_for()
        assert axe_violations(page) == []
        field = page.locator("#find")
        assert field.get_attribute("aria-expanded") == "true"
        page.keyboard.press("ArrowDown")
        assert field.get_attribute("aria-activedescendant") == option.get_attribute("id")
        page.keyboard.press("Escape")
        expect(page.locator("#find-list")).to_be_hidden()
        page.keyboard.press("ArrowDown")
        option.wait_for()
        page.keyboard.press("ArrowDown")
        page.keyboard.press("Enter")
        page.wait_for_url(f"**/debtors/{seen.debtors['Rosa']}")
        page.keyboard.press("/")
        page.keyboard.type("nadie así")
        expect(page.locator(".find [role=status]")).not_to_be_empty()
        page.keyboard.press("Enter")
        page.locator("text=nadie así").first.wait_for()
        assert "/portfolio/accounts?q=" in page.url, "the form works like any other"
    assert chromium.foreign_requests == []
