"""Asks an online geocoder (Nominatim's way of asking) where the office's owner said so, and nobody else.

Off unless `RONDA_GEOCODER_URL` names one. Every address of that host is checked before it is connected to,
and the connection goes to the very address that was checked: a name that answers with a private network's
address (or changes its answer meanwhile) reaches nothing. No redirect is followed; one question a second;
what was answered is kept and never asked again.
"""

from __future__ import annotations

import http.client
import ipaddress
import json
import math
import socket
import ssl
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any
from urllib.parse import urlencode, urlsplit

from sqlalchemy import Engine

from sync.records import Precision
from sync.words import N_, Phrase

from ..store import answers
from ..store.engine import reading, writing
from .found import Found, Source
from .words import LONGEST

EVERY_S, TIMEOUT_S = 1.0, 10.0
MOST_ANSWER = 256 * 1024
PORTS = {"https": 443, "http": 80}
AGENT = "Ronda (field collections; one question a second)"
WHY = N_("Lo ubicó el servicio en línea {host}")
# How far off each kind of Nominatim's answer may be.
ERRORS_M = {"house": 30.0, "building": 30.0, "amenity": 60.0, "road": 350.0, "suburb": 900.0}
ERROR_ELSE_M = 3000.0

Resolve = Callable[[str, int], Sequence[str]]
Connect = Callable[[str, int], socket.socket]


class WrongGeocoder(ValueError):
    """The online geocoder may not or cannot be asked; the sentence says why."""


def addresses_of(host: str, port: int) -> list[str]:
    """Every address the name has."""
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as wrong:
        raise WrongGeocoder(f"the online geocoder {host[:80]} was not found") from wrong
    return list(dict.fromkeys(str(one[4][0]) for one in found))


def connected(address: str, port: int) -> socket.socket:
    return socket.create_connection((address, port), timeout=TIMEOUT_S)


def public(address: str) -> bool:
    """Whether an address belongs to the internet at large, whatever it is wrapped in."""
    try:
        held = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return False
    if isinstance(held, ipaddress.IPv6Address):
        inner = held.ipv4_mapped or held.sixtofour or (held.teredo[1] if held.teredo else None)
        if inner is not None:
            return public(str(inner))
        if held in ipaddress.ip_network("64:ff9b::/96") or held in ipaddress.ip_network("::/96"):
            return False
    return held.is_global and not held.is_multicast and not held.is_reserved


@dataclass
class Online:
    """One online geocoder. `resolve` and `connect` are the network; `wait` and `clock` the time."""

    engine: Engine
    url: str
    resolve: Resolve = addresses_of
    connect: Connect = connected
    clock: Callable[[], float] = time.monotonic
    wait: Callable[[float], None] = time.sleep
    _asked_at: float = field(default=-math.inf, init=False)

    def find(self, text: str, *, city: str = "", country: str = "") -> Found | None:
        """Where it says that the address is; None when it knows none. Raises WrongGeocoder."""
        question = ", ".join(part for part in (" ".join(text.split())[:LONGEST], city, country) if part)
        key = sha256(f"{self.url}\n{question}".encode()).hexdigest()
        with reading(self.engine) as connection:
            kept = answers.of(connection, key)
        if kept is None:
            kept = {"places": self._ask(question)}
            with writing(self.engine) as connection:
                answers.keep(connection, key, kept, datetime.now(UTC))
        return self._found(kept["places"], question)

    def _ask(self, question: str) -> list[dict[str, Any]]:
        host, port, path, secure = _place(self.url)
        wanted = self.resolve(host, port)
        if not wanted or not all(public(one) for one in wanted):
            raise WrongGeocoder(
                f"the online geocoder {host[:80]} is on a private network or on this machine; "
                "RONDA_GEOCODER_URL may only name a public one"
            )
        self.wait(max(0.0, EVERY_S - (self.clock() - self._asked_at)))
        self._asked_at = self.clock()
        query = urlencode({"q": question, "format": "jsonv2", "limit": 1, "addressdetails": 0})
        try:
            body = self._get(host, port, f"{path}?{query}", secure, wanted[0])
            said = json.loads(body)
            places = said[:1] if isinstance(said, list) else []
            return [_kept(one) for one in places if isinstance(one, dict)]
        except (OSError, http.client.HTTPException, ValueError, RecursionError) as wrong:
            raise WrongGeocoder(f"the online geocoder {host[:80]} gave no usable answer") from wrong

    def _get(self, host: str, port: int, path: str, secure: bool, address: str) -> bytes:
        line: socket.socket = self.connect(address, port)
        try:
            line.settimeout(TIMEOUT_S)
            if secure:
                line = ssl.create_default_context().wrap_socket(line, server_hostname=host)
            asking = http.client.HTTPConnection(host, port, timeout=TIMEOUT_S)
            asking.sock = line
            asking.request("GET", path, headers={"User-Agent": AGENT, "Accept": "application/json"})
            answer = asking.getresponse()
            if answer.status != http.client.OK:  # a redirect too: the owner named this address and no other
                raise ValueError(f"status {answer.status}")
            body = answer.read(MOST_ANSWER + 1)
        finally:
            line.close()
        if len(body) > MOST_ANSWER:
            raise ValueError("too long")
        return body

    def _found(self, places: Sequence[dict[str, Any]], question: str) -> Found | None:
        for place in places:
            error = ERRORS_M.get(place["kind"], ERROR_ELSE_M)
            precision = (
                Precision.DOOR if error <= 30 else Precision.STREET if error <= 400 else Precision.ZONE
            )
            why = Phrase(WHY, {"host": urlsplit(self.url).hostname or ""})
            return Found(place["lat"], place["lon"], precision, error, Source.ONLINE, why, question)
        return None


def _place(url: str) -> tuple[str, int, str, bool]:
    """(host, port, path, TLS) of a URL that may be asked at all. Raises WrongGeocoder."""
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port or PORTS.get(parts.scheme, 0)
    except ValueError as wrong:
        raise WrongGeocoder("RONDA_GEOCODER_URL is no address; write it as https://HOST/search") from wrong
    if parts.scheme not in PORTS or not host or parts.username is not None or parts.password is not None:
        raise WrongGeocoder("RONDA_GEOCODER_URL must be https://HOST/search, without a name or password")
    if any(ord(mark) <= 32 for mark in url) or parts.query or parts.fragment:
        raise WrongGeocoder("RONDA_GEOCODER_URL must be https://HOST/search and nothing after it")
    return host, port, parts.path or "/search", parts.scheme == "https"


def _kept(place: dict[str, Any]) -> dict[str, Any]:
    """What is kept of an answer: numbers and one word, nothing that it made up. Raises ValueError."""
    try:
        lat, lon = float(place["lat"]), float(place["lon"])
    except (KeyError, TypeError) as wrong:
        raise ValueError("no coordinates") from wrong
    if not (abs(lat) <= 90 and abs(lon) <= 180):
        raise ValueError("no coordinates")
    kind = str(place.get("addresstype", ""))
    return {"lat": round(lat, 7), "lon": round(lon, 7), "kind": kind if kind in ERRORS_M else ""}
