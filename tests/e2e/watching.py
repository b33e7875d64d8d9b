"""One person's browser window, where every page looked at must be sound. Knows no page of either side.

Sound: no accessibility violation, no request to another host, nothing failed or said on the console, no
horizontal scroll at 1366×768, the language it claims. Screenshots go to the folder RONDA_SCREENSHOTS.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from playwright.sync_api import ConsoleMessage, Locator, Page, Request, expect

from tests.browser import Chromium, axe_violations

SCREENSHOTS = os.environ.get("RONDA_SCREENSHOTS")
LARGEST = 250_000
# Every key a control can need, and one press too many is a form nobody can fill in.
MOST_TABS = 160
MOST_CHOICES = 40
ON_ITS_WAY = "body:has([data-reload]) [data-sending][data-working=true], [data-sending].is-working"


class Window:
    """A browser profile of one person, with the pages he has looked at."""

    def __init__(self, chromium: Chromium, address: str, language: str = "es", **options: Any) -> None:
        self.chromium = chromium
        self.address = address
        self.language = language
        self.page: Page = chromium.page(**options)
        self.seen: list[str] = []
        self.trouble: list[str] = []
        self._refused: set[int] = set()
        self.page.on("console", self._said)
        self.page.on("pageerror", lambda wrong: self.trouble.append(f"error: {wrong}"))
        self.page.on("requestfailed", self._failed)

    def open(self, path: str, shot: str = "") -> None:
        self.page.goto(self.address + path)
        self.look(shot)

    def look(self, shot: str = "") -> None:
        """Judge the page that is open; `shot` names its picture."""
        self.page.wait_for_load_state("load")
        # A page that shows an exchange and loads itself again when it ends is judged after that.
        self.page.locator(ON_ITS_WAY).wait_for(state="detached")
        url = self.page.url
        self.seen.append(url.removeprefix(self.address))
        assert self.page.locator("html").get_attribute("lang") == self.language, url
        assert axe_violations(self.page) == [], url
        wide, room = self.page.evaluate(
            "[document.documentElement.scrollWidth, document.documentElement.clientWidth]"
        )
        assert wide <= room, f"{url} is {wide - room} px too wide"
        assert self.trouble == [], url
        assert self.chromium.foreign_requests == []
        if shot and SCREENSHOTS:
            picture(self.page, Path(SCREENSHOTS) / f"{shot}.png")

    def click(self, name: str, role: str = "button", shot: str = "") -> None:
        """Press what has this name and look at the page that answers."""
        self.control(name, role).click()
        self.look(shot)

    def control(self, name: str, role: Any = "button") -> Locator:
        return self.page.get_by_role(role, name=name, exact=True).first

    def expects(self, text: str) -> None:
        expect(self.page.locator("main")).to_contain_text(text)

    def status(self, text: str) -> None:
        """What the page's header says of what waits to be sent."""
        expect(self.page.locator("header .status")).to_contain_text(text)

    @contextmanager
    def refused(self, status: int) -> Iterator[None]:
        """The page that answers in this block does so with an error status, which Chromium puts on the console."""
        self._refused.add(status)
        yield
        self._refused.discard(status)

    def _said(self, message: ConsoleMessage) -> None:
        expected = any(f"status of {status}" in message.text for status in self._refused)
        if message.type in ("error", "warning") and not expected:
            self.trouble.append(f"{message.type}: {message.text}")

    def _failed(self, request: Request) -> None:
        # A page left while its draft was being kept takes the request with it; the form's own post keeps it.
        if request.failure != "net::ERR_ABORTED":
            self.trouble.append(f"{request.method} {request.url}: {request.failure}")


class Keyboard:
    """Fills a form as a person without a mouse does: Tab to the control, then its keys."""

    def __init__(self, page: Page) -> None:
        self.page = page

    def reach(self, selector: str) -> Locator:
        """Tab forward until a control that matches has the focus; where it is there already, stay."""
        wanted = self.page.locator(selector)
        if self.page.evaluate("s => document.activeElement.matches(s)", selector):
            return self.page.locator(":focus")
        for _press in range(MOST_TABS):
            self.page.keyboard.press("Tab")
            if self.page.evaluate("s => document.activeElement.matches(s)", selector):
                return self.page.locator(":focus")
        raise AssertionError(f"{selector} cannot be reached with the keyboard ({wanted.count()} on the page)")

    def numbered(self, name: str, choice: int) -> None:
        """A group of choices with numbers: its key."""
        self.reach(f'input[name="{name}"]')
        self.page.keyboard.press(str(choice))

    def choose(self, name: str, value: str) -> None:
        """A group of choices, or a list, by its arrows."""
        self.reach(f'[name="{name}"]')
        for _press in range(MOST_CHOICES):
            focused = self.page.locator(":focus")
            if focused.input_value() == value and (
                focused.get_attribute("type") != "radio" or focused.is_checked()
            ):
                return
            self.page.keyboard.press("ArrowDown")
        raise AssertionError(f"{name} has no choice {value}")

    def write(self, name: str, text: str) -> None:
        self.reach(f'[name="{name}"]')
        self.page.keyboard.press("Control+a")
        self.page.keyboard.type(text)

    def date_or_time(self, name: str, text: str) -> None:
        """The order in which a browser takes the parts of a date is its own: only the focus is by keyboard."""
        self.reach(f'[name="{name}"]').fill(text)

    def press(self, text: str) -> None:
        """Tab to the button of this text and press it."""
        for _press in range(MOST_TABS):
            self.page.keyboard.press("Tab")
            focused = self.page.evaluate("[document.activeElement.tagName, document.activeElement.innerText]")
            if focused[0] in ("BUTTON", "A", "SUMMARY") and focused[1].strip() == text:
                self.page.keyboard.press("Enter")
                return
        raise AssertionError(f"«{text}» cannot be reached with the keyboard")


def picture(page: Page, path: Path) -> None:
    """A screenshot small enough to keep in the repository."""
    page.wait_for_load_state("networkidle")
    page.screenshot(path=path, animations="disabled", caret="hide")
    from PIL import Image  # only where pictures are asked for

    with Image.open(path) as taken:
        taken.convert("RGB").save(path, optimize=True)
    assert path.stat().st_size < LARGEST, f"{path} has {path.stat().st_size} bytes"
