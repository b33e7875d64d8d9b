"""Who asks for which page with what: the table of rights, filled from the office. Times nothing."""

from __future__ import annotations

import http.client
import random
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from string import Formatter
from typing import Any
from urllib.parse import urlencode

from sqlalchemy import Engine, select

from server.store import tables as t
from server.store.engine import reading
from server.store.scopes import scope_of
from tests.web.test_rights import GET

from .pages_pools import POOLS
from .pages_world import COLLECTOR, PASSWORD, STAFF, TODAY

__all__ = ["POOLS", "Asker", "Question", "questions"]

NOTHING = "019366aa-0000-7000-8000-000000000000"
WORDS = ("rosa", "nunez", "inés ñañ", "pena vargas", "1000", "C-00", "zzzz", "s", "gómez")


@dataclass(frozen=True)
class Question:
    """A page that somebody asks for, an endless draw of its addresses, and the statuses that are right."""

    endpoint: str
    username: str
    addresses: Iterator[str]
    expected: tuple[int, ...]


Choice = Callable[[random.Random], Any]
_page: Choice = lambda draw: draw.choice((None, None, 2, 3, 17, 400))  # noqa: E731
_day: Choice = lambda draw: draw.choice((None, TODAY.isoformat(), "2026-11-18", "2026-11-23"))  # noqa: E731


def _one_of(*values: Any) -> Choice:
    return lambda draw: draw.choice(values)


# The groups of a breakdown whose rows are opened, as the board links them, and one that is none of them.
GROUPS: tuple[dict[str, str], ...] = (
    *({},) * 6,
    *({"by": "bucket", "value": value} for value in ("current", "1-30", "31-60", "61-89", "90+", "")),
    *({"by": "team", "value": f"Equipo {branch}-1"} for branch in (1, 4, 8)),
    *({"by": "product", "value": value} for value in ("Consumo", "Vivienda")),
    {"by": "lender", "value": "Banco del Sol"},
)
_by: Choice = _one_of(None, None, "agent", "team", "bucket", "product", "lender")


# Where the table of rights names an object of its own small world, or two that belong together.
ADDRESSES = {
    "worklists.row": "/worklists/{listed}",
    "quarantine.event": "/quarantine/{aside}",
    "claims.letter": "/cases/{answered}",
    "letters.batch": "/letters/{batch}",
    "letters.pdf": "/letters/{printed}/cartas.pdf",
    "figures.rows": "/figures/rows",
    "commissions.index": "/commissions/",
    "months.month": "/months/{close}",
}
# What a page may be asked besides its address; each is drawn anew for each request.
ARGUMENTS: dict[str, dict[str, Choice]] = {
    "portfolio.accounts": {
        "q": _one_of(None, *WORDS),
        "bucket": _one_of(None, "current", "1-30", "90+"),
        "zone": _one_of(None, None, "Zona 3"),
        "outcome": _one_of(None, None, "assigned", "barred", "unassigned"),
        "state": _one_of(None, "open", "recalled"),
        "field": _one_of(None, None, "1"),
        "unlocated": _one_of(None, None, None, "1"),
        "dpd_from": _one_of(None, None, None, "60"),
        "capital_from": _one_of(None, None, None, None, "1000000"),
        "risk": _one_of(None, None, None, "alto"),
        "kind": _one_of(None, None, None, "company"),
        "day": _one_of(None, None, None, "2026-11-18"),
    },
    "search.found": {"q": _one_of(*WORDS)},
    "visits.index": {
        "result": _one_of(None, None, "PTP", "NAD"),
        "evidence": _one_of(None, None, "A", "D"),
        "day": _day,
    },
    "findings.index": {"state": _one_of(None, "resolved"), "rule": _one_of(None, "audit.too_short")},
    "reviews.index": {
        "state": _one_of(None, None, "approved"),
        "evidence": _one_of(None, None, "D"),
        "rule": _one_of(None, None, "audit.too_short"),
        "why": _one_of(None, None, "sampled"),
        "day": _day,
    },
    "geocoding.index": {"which": _one_of(None, "all", "unplaced", "doubt")},
    "places.map": {"zone": _one_of(None, "Zona 3", "Zona 7")},
    "routes.index": {"day": _day},
    "weeks.index": {"day": _day, "account": _one_of(None, "C-000017", "C-000900")},
    "replays.day": {"day": _day},
    "replays.map": {"day": _day},
    "acts.index": {"kind": _one_of(None, "import.finished"), "actor": _one_of(None, "nora", "carla")},
    "proposals.index": {"state": _one_of(None, "accepted")},
    "worklists.listed": {"q": _one_of(None, "rosa")},
    "approvals.index": {"state": _one_of(None, None, "approved")},
    "agreements.index": {"letter": _one_of(None, None, "owed")},
    "assignments.index": {"day": _day},
    "claims.index": {
        "show": _one_of(None, None, "closed", "mine"),
        "department": _one_of(None, None, "compliance"),
        "kind": _one_of(None, None, "conduct"),
    },
    "claims.rights": {"show": _one_of(None, None, "closed"), "kind": _one_of(None, None, "access")},
    "commissions.index": {"month": _one_of("2026-10", "2026-10", None, "2026-09")},
    "desk.draft": {
        "q": _one_of(None, None, None, "rosa", "gómez"),
        "zone": _one_of(None, None, "Zona 3"),
        "only": _one_of(None, None, "changed", "warned"),
    },
    "desk.map": {"only": _one_of(None, "changed"), "zone": _one_of(None, None, "Zona 3")},
    "devices.index": {"q": _one_of(None, None, "rosa")},
    "figures.index": {
        "by": _by,
        "from": _one_of(None, None, "2026-11-09"),
        "to": _one_of(None, "2026-11-19"),
    },
    "figures.rows": {
        "code": _one_of("kept_rate", "contactability", "recovery_rate", "visits_per_day", "coverage"),
        "group": _one_of(*GROUPS),
    },
    "figures.trends": {"by": _by, "step": _one_of(None, "month"), "code": _one_of(None, "contactability")},
    "figures.rolls": {"by": _by},
    "imports.report": {"level": _one_of(None, "rejected")},
    "letters.batch": {"state": _one_of(None, "refused")},
    "portfolio.index": {"by": _one_of(None, "lender", "product", "branch", "zone")},
    "quarantine.index": {"code": _one_of(None, None, "unknown_kind")},
    "returns.lender": {"day": _day},
    "stops.index": {"state": _one_of(None, None, "dispute", "deceased")},
    "strategy.listed": {"state": _one_of(None, None, "accepted")},
}


def questions(engine: Engine, draw: random.Random) -> tuple[list[Question], list[str], list[str]]:
    """Every page with everyone who may open it; the pages of which nobody has an object; those not asked."""
    held: list[Question] = []
    without, unknown = [], []
    pools = _pools(engine)
    for endpoint, (told, allowed) in GET.items():
        template = ADDRESSES.get(endpoint, told)
        names = [name for _text, name, _spec, _conversion in Formatter().parse(template) if name]
        if not set(names) - {"nothing"} <= POOLS.keys():
            unknown.append(f"{endpoint}: nothing is known to put for {names}")
            continue
        who = [name for name in allowed.split() if name in pools] or ["root"]
        able = [one for one in who if all(name == "nothing" or pools[one].get(name) for name in names)]
        if not able:
            without.append(endpoint)
            held.append(Question(endpoint, who[0], _addresses(endpoint, template, {}, draw), (200, 302, 404)))
            continue
        right = (200, 302, 404) if "nothing" in names else (200,)
        held += [
            Question(endpoint, one, _addresses(endpoint, template, pools[one], draw), right) for one in able
        ]
    return held, without, unknown


def _addresses(
    endpoint: str, template: str, pool: Mapping[str, list[str]], draw: random.Random
) -> Iterator[str]:
    names = [name for _text, name, _spec, _conversion in Formatter().parse(template) if name]
    while True:
        path = template.format(**{name: draw.choice(pool.get(name) or [NOTHING]) for name in names})
        path, _question, given = path.partition("?")
        told = dict(pair.split("=", 1) for pair in given.split("&") if pair)
        asked = {"page": _page, **ARGUMENTS.get(endpoint, {})}
        drawn = {name: value for name, choice in asked.items() if (value := choice(draw)) is not None}
        told |= {**drawn.pop("group", {}), **drawn}
        yield f"{path}?{urlencode(told)}" if told else path


def _pools(engine: Engine) -> dict[str, dict[str, list[str]]]:
    """Of each person, the objects he sees, by the name that the table of rights gives them."""
    with reading(engine) as connection:
        users = dict(connection.execute(select(t.users.c.username, t.users.c.id)).all())
        found = {}
        for username in (*STAFF, COLLECTOR):
            scope = scope_of(connection, users[username])
            found[username] = {name: pool(connection, scope) for name, pool in POOLS.items()}
    return found


class Asker:
    """People at their browsers, each with a session of his own and a line that stays open."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.lines: dict[str, http.client.HTTPConnection] = {}
        self.cookies: dict[str, str] = {}

    def get(self, username: str, address: str) -> tuple[int, int]:
        if username not in self.lines:
            self._log_in(username)
        try:
            status, body = self._send(username, "GET", address)
        except (http.client.RemoteDisconnected, ConnectionResetError):  # it was idle for too long
            self.lines[username].close()
            status, body = self._send(username, "GET", address)
        return status, len(body)

    def _log_in(self, username: str) -> None:
        self.lines[username] = http.client.HTTPConnection("127.0.0.1", self.port, timeout=300)
        _status, page = self._send(username, "GET", "/login")
        token = re.search(rb'name="csrf-token" content="([^"]+)"', page)
        assert token is not None, "the login has no token"
        told = urlencode({"csrf_token": token[1].decode(), "username": username, "password": PASSWORD})
        status, _page = self._send(username, "POST", "/login", told)
        assert status == 302, f"{username} was not let in: {status}"

    def _send(self, username: str, method: str, address: str, told: str | None = None) -> tuple[int, bytes]:
        line = self.lines[username]
        headers = {"Cookie": self.cookies.get(username, "")}
        if told is not None:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        line.request(method, address, told, headers)
        answer = line.getresponse()
        body = answer.read()
        for cookie in answer.headers.get_all("Set-Cookie") or []:
            self.cookies[username] = cookie.partition(";")[0]
        return answer.status, body
