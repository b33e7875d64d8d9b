"""What people type is shown as they typed it, on every page and map, and never runs or loads anything."""

from __future__ import annotations

import html
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from playwright.sync_api import Frame, Page

from server.web.maps import ForeignAddress, js_template_safe, js_text, localised
from tests.browser import Chromium

from .addresses import pages
from .worlds import PASSWORD, World, log_in, make_world

RUN = "document.documentElement.dataset.ran=1"
HOSTILE = (
    f"${{{RUN}}}",
    f"`+({RUN})+`",
    f"\\`;{RUN};//",
    f"<img src=x onerror={RUN}>",
    f"</script><script>{RUN}</script>",
    f"'\"><svg onload={RUN}>",
    f"\\u003cimg src=x onerror={RUN}\\u003e",
    "{{ 7 * 7 }}{% raw %}{0}{x}%(n)s%s",
    "https://otro.example/x.js //otro.example/y.css",
    f"javascript:{RUN}",
    "&lt;b&gt;\u2028\u2029\x0b",
)


def spoiled(text: str) -> str:
    return f"{text} {' '.join(HOSTILE)}"


@pytest.fixture(scope="module")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    world = make_world(tmp_path_factory.mktemp("hostile") / "office", spoiled)
    yield world
    world.office.engine.dispose()


@pytest.fixture(scope="module")
def client(hostile: World) -> FlaskClient:
    return log_in(hostile.app(), "root")


MARKUP = [text for text in HOSTILE if "<" in text]
SHOWN = {
    "accounts",
    "case",
    "import report",
    "agent",
    "route",
    "sheet",
    "visits",
    "visit",
    "findings",
    "finding",
    "laptops",
    "people",
}


def test_every_page_shows_hostile_text_as_text(hostile: World, client: FlaskClient) -> None:
    for name, path in pages(hostile).items():
        answer = client.get(path)
        assert answer.status_code in (200, 404), name
        for text in MARKUP:
            assert text not in answer.text, f"{name} carries markup that somebody typed"
        if name in SHOWN:
            words = html.unescape(answer.text)
            for text in HOSTILE:
                assert text in words, f"{name} does not show {text!r} as it was typed"


def test_a_search_for_hostile_text_shows_it_as_text(client: FlaskClient) -> None:
    answer = client.get(
        "/portfolio/accounts", query_string={"q": HOSTILE[4], "zone": HOSTILE[3], "page": "-1"}
    )
    assert answer.status_code == 200
    assert HOSTILE[4] not in answer.text
    assert HOSTILE[3] not in answer.text


@pytest.mark.parametrize("text", HOSTILE)
def test_a_text_for_a_map_can_neither_end_its_literal_nor_begin_a_tag(text: str) -> None:
    safe = js_template_safe(text)
    assert not set("`$\\{}<>\"'/\n\r\u2028\u2029") & set(safe)
    assert html.unescape(safe) == text
    quoted = js_text(text).js_code
    assert not set("`$<>'/{}") & set(quoted)


@pytest.mark.parametrize(
    "named",
    [
        '<script src="https://otro.example/a.js"></script>',
        "<link href='//otro.example/a.css'>",
        "L.tileLayer('http://{s}.tiles.example/{z}/{x}/{y}.png')",
        "background: url(//otro.example/a.png)",
        '"https:\\/\\/otro.example"',
        "new WebSocket('wss://otro.example')",
    ],
)
def test_a_map_that_names_another_host_is_not_served(named: str) -> None:
    with pytest.raises(ForeignAddress):
        localised(f"<html>{named}</html>")


def test_a_map_of_our_own_is_served() -> None:
    page = '<svg xmlns="http://www.w3.org/2000/svg"></svg><script src="/look/leaflet/leaflet.js"></script>'
    assert localised(page) == page


def test_a_map_is_sealed_in_a_sandbox_of_its_own(hostile: World, client: FlaskClient) -> None:
    for name, path in pages(hostile).items():
        if not name.endswith(" map"):
            continue
        answer = client.get(path)
        policy = answer.headers["Content-Security-Policy"]
        assert policy.startswith("sandbox allow-scripts; default-src 'none'")
        assert "unsafe" not in policy
        assert "allow-same-origin" not in policy
        assert answer.text.count("<script>") == 0, "every inline script carries the nonce"


class WithoutPolicy:
    """Takes the pages' policy away: escaping must be enough by itself."""

    def __init__(self, app: Callable[..., Iterable[bytes]]) -> None:
        self.app = app

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        def start(status: str, headers: list[tuple[str, str]], *more: Any) -> Any:
            kept = [pair for pair in headers if pair[0].lower() != "content-security-policy"]
            return start_response(status, kept, *more)

        return self.app(environ, start)


def unguarded(app: Flask) -> Flask:
    app.wsgi_app = WithoutPolicy(app.wsgi_app)  # type: ignore[method-assign]
    return app


def ran(frame: Frame) -> bool:
    return bool(frame.evaluate("document.documentElement.dataset.ran !== undefined"))


def look_at(page: Page, address: str, *, on_a_map: bool) -> list[str]:
    """Open a page, click all its pins, and say in which frames something ran."""
    page.goto(address)
    for below in page.locator("iframe[loading=lazy]").all():
        below.scroll_into_view_if_needed()  # it loads when it is seen
    if on_a_map:
        page.locator(".leaflet-control-zoom").wait_for()
    if on_a_map or len(page.frames) > 1:  # what a page without scripts holds was loaded, or failed, by now
        page.wait_for_load_state("networkidle")
    for frame in page.frames:
        for pin in frame.locator(".leaflet-marker-icon").all()[:6]:
            pin.dispatch_event("click")
    page.wait_for_timeout(60)
    return [frame.url for frame in page.frames if ran(frame)]


@pytest.mark.browser
def test_nothing_typed_runs_in_a_browser_even_without_the_pages_policy(
    hostile: World, chromium: Chromium, serve: Callable[[Flask], str]
) -> None:
    address = serve(unguarded(hostile.app()))
    page = chromium.page()
    page.goto(f"{address}/login")
    page.fill("#username", "root")
    page.fill("#password", PASSWORD)
    page.click("main button")
    for name, path in pages(hostile).items():
        assert look_at(page, address + path, on_a_map=name.endswith(" map")) == [], name
    assert chromium.foreign_requests == []


@pytest.mark.browser
def test_a_popup_shows_a_hostile_name_letter_by_letter(
    hostile: World, chromium: Chromium, serve: Callable[[Flask], str], tmp_path: Path
) -> None:
    address = serve(hostile.app())
    page = chromium.page()
    page.goto(f"{address}/login")
    page.fill("#username", "root")
    page.fill("#password", PASSWORD)
    page.click("main button")
    page.goto(address + pages(hostile)["route map"])
    page.locator(".leaflet-marker-icon[title]").first.dispatch_event("click")
    shown = page.locator(".leaflet-popup-content strong").text_content() or ""
    for text in HOSTILE:
        assert text in shown
    assert "Rosa" in (page.locator(".leaflet-marker-icon[title]").first.get_attribute("title") or "")
    assert page.evaluate("origin") == "null"
