"""A real Chromium for tests of pages, its watch over requests, and axe-core. Knows no page.

def test_it(chromium: Chromium, …):
    page = chromium.page()
    page.goto(address)
    assert axe_violations(page) == []
    assert chromium.foreign_requests == []
"""

from __future__ import annotations

import shutil
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import axe_playwright_python
import pytest
from flask import Flask
from playwright.sync_api import Browser, BrowserContext, Page, Request, expect, sync_playwright
from werkzeug.serving import WSGIRequestHandler, make_server

ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]
# What a page of ours may use; everything else is a request to another host.
OWN_HOSTS = {"127.0.0.1", "localhost"}
OWN_SCHEMES = {"data", "blob", "about"}
# How long a page may take before a test says that what it waits for does not come: it measures nothing.
PATIENCE_MS = 60_000
AXE = Path(axe_playwright_python.__file__).parent / "axe.min.js"
AXE_TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


class Chromium:
    """A browser, and every address outside this machine that any of its pages asked for."""

    def __init__(self, browser: Browser) -> None:
        self.browser = browser
        self.foreign_requests: list[str] = []
        self._open: list[BrowserContext] = []

    def context(self, **options: Any) -> BrowserContext:
        """A fresh profile that speaks Spanish, at the size of a field laptop, under watch."""
        settings: dict[str, Any] = {"locale": "es-CO", "viewport": {"width": 1366, "height": 768}}
        context = self.browser.new_context(**(settings | options))
        context.set_default_timeout(PATIENCE_MS)
        context.on("request", self._watch)
        self._open.append(context)
        return context

    def page(self, **options: Any) -> Page:
        """A page in a fresh profile; `options` as in Playwright's `new_context`."""
        return self.context(**options).new_page()

    def close_pages(self) -> None:
        """Forget every profile opened so far."""
        while self._open:
            self._open.pop().close()

    def _watch(self, request: Request) -> None:
        parts = urlsplit(request.url)
        if parts.scheme not in OWN_SCHEMES and parts.hostname not in OWN_HOSTS:
            self.foreign_requests.append(request.url)


@pytest.fixture(scope="session")
def _browser() -> Iterator[Browser]:
    program = shutil.which("chromium")
    if program is None:
        pytest.skip(
            "no `chromium` on PATH: tests in a real browser need one (Debian: apt-get install chromium)"
        )
    expect.set_options(timeout=PATIENCE_MS)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture
def chromium(_browser: Browser) -> Iterator[Chromium]:
    """One running browser for the session, a clean watch and clean profiles for each test."""
    driver = Chromium(_browser)
    yield driver
    driver.close_pages()


@pytest.fixture(scope="session")
def chromium_session(_browser: Browser) -> Iterator[Chromium]:
    """The same browser under one watch for a whole session, for tests that go on from one another."""
    driver = Chromium(_browser)
    yield driver
    driver.close_pages()


def axe_violations(page: Page) -> list[str]:
    """What axe-core finds wrong on `page` (WCAG 2.2 A and AA and its best practices), a line for each node."""
    page.wait_for_load_state("load")  # a page half read has no main part and no styles yet
    # Through the debugger, not a script tag: the page's own policy stays as it is.
    page.evaluate(AXE.read_text(encoding="utf-8"))
    report = page.evaluate(
        "tags => axe.run(document, {runOnly: {type: 'tag', values: tags}, iframes: false})", AXE_TAGS
    )
    return [
        f"{rule['id']} ({rule['impact']}): {' '.join(map(str, node['target']))}: {node['failureSummary']}"
        for rule in report["violations"]
        for node in rule["nodes"]
    ]


class _Quiet(WSGIRequestHandler):
    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        """Say nothing of each request; errors are still said."""


@contextmanager
def serving(app: Flask) -> Iterator[str]:
    """`app` on a free port of this machine while the block runs; gives its address."""
    server = make_server("127.0.0.1", 0, app, threaded=True, request_handler=_Quiet)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@pytest.fixture
def serve() -> Iterator[Callable[[Flask], str]]:
    """A function that serves an app until the test ends and gives its address."""
    with ExitStack() as stack:
        yield lambda app: stack.enter_context(serving(app))
