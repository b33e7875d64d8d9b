"""A collector's browser reduced to HTTP: unlocks the laptop, fills the visit form, follows nothing. No test."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from html.parser import HTMLParser

import requests

from .villages import PASSPHRASE

TOKEN = re.compile(r'<meta name="csrf-token" content="([^"]+)"')
WAIT_S = 30


class Form(HTMLParser):
    """What a browser would send of the visit form untouched: hidden fields, texts, checked choices."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.said: dict[str, str] = {}
        self._inside = False
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        held = dict(attrs)
        if tag == "form":
            self._inside = "visit-form" in (held.get("class") or "")
        if not self._inside or tag != "input" or held.get("name") is None:
            return
        if held.get("type") != "radio" or "checked" in held:
            self.said.setdefault(str(held["name"]), held.get("value") or "")

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._inside = False


@dataclass
class Client:
    """One browser on the laptop's pages at `address`."""

    address: str
    session: requests.Session = field(default_factory=requests.Session)
    token: str = ""

    def unlock(self) -> None:
        self.get("/desbloquear")
        reply = self._post("/desbloquear", {"passphrase": PASSPHRASE})
        assert reply.status_code == 302, reply.text
        self.get("/")

    def get(self, path: str) -> str:
        reply = self.session.get(self.address + path, timeout=WAIT_S)
        assert reply.status_code == 200, (path, reply.status_code)
        found = TOKEN.search(reply.text)
        self.token = found[1] if found else self.token
        return reply.text

    def form(self, debtor: str, stop: str) -> dict[str, str]:
        return Form(self.get(form_path(debtor, stop))).said

    def save(self, debtor: str, stop: str, said: dict[str, str]) -> requests.Response:
        """Press "Guardar visita"."""
        return self._post(form_path(debtor, stop), said)

    def autosave(self, debtor: str, said: dict[str, str]) -> requests.Response:
        """What the page does 0.8 s after the last key."""
        answers = {name: value for name, value in said.items() if name != "csrf_token"}
        return self.session.post(
            f"{self.address}/caso/{debtor}/borrador",
            json=answers,
            headers={"X-CSRFToken": self.token},
            timeout=WAIT_S,
        )

    def _post(self, path: str, said: dict[str, str]) -> requests.Response:
        return self.session.post(
            self.address + path, data=said | {"csrf_token": self.token}, allow_redirects=False, timeout=WAIT_S
        )


def form_path(debtor: str, stop: str) -> str:
    return f"/caso/{debtor}/visita?parada={stop}"
