"""The online geocoder: only a public host that the owner named, once a second, once a question, no redirect."""

from __future__ import annotations

import json
import socket
import threading
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from server.geocoding.online import Online, WrongGeocoder, public
from server.store import tables as t
from server.store.engine import reading

from .builders import quick_engine

PUBLIC = "93.184.215.14"

# Every one names this machine, a private network, or nothing that may be asked.
HOSTILE = [
    "http://127.0.0.1/search",
    "http://localhost/search",
    "http://0.0.0.0/",
    "http://[::1]/",
    "http://[::]/",
    "http://10.0.0.5/",
    "http://172.16.3.4/",
    "http://192.168.1.1/",
    "http://169.254.169.254/latest/meta-data/",
    "http://100.64.0.1/",
    "http://[fe80::1]/",
    "http://[fe80::1%25eth0]/",
    "http://[fc00::1]/",
    "http://[::ffff:127.0.0.1]/",
    "http://[::ffff:10.0.0.1]/",
    "http://[64:ff9b::7f00:1]/",
    "http://[2002:7f00:1::]/",
    "http://[::127.0.0.1]/",
    "http://224.0.0.1/",
    "http://255.255.255.255/",
    "http://240.0.0.1/",
    "http://2130706433/",
    "http://0x7f.1/",
    "http://0177.0.0.1/",
    "http://127.1/",
    "http://user:password@geocoder.example/",
    "http://geocoder.example@127.0.0.1/",
    "ftp://geocoder.example/",
    "file:///etc/passwd",
    "gopher://127.0.0.1:70/",
    "http:///search",
    "http://geocoder.example:99999/",
    "http://geocoder.example/search?x=1\r\nHost: 127.0.0.1",
    "javascript:alert(1)",
    "http://inside.example/",
    "http://both.example/",
    "",
]
NAMES = {
    "geocoder.example": [PUBLIC],
    "inside.example": ["10.1.2.3"],
    "both.example": [PUBLIC, "192.168.0.9"],
}


def resolve(host: str, port: int) -> Sequence[str]:
    """Names of this test; numbers as the system reads them."""
    if host in NAMES:
        return NAMES[host]
    try:
        return [str(one[4][0]) for one in socket.getaddrinfo(host, port, flags=socket.AI_NUMERICHOST)]
    except OSError:
        return ["127.0.0.1"] if host == "localhost" else []


class Line:
    """A geocoder on this machine, reached as if it were the public one."""

    def __init__(self, answer: bytes, status: str = "200 OK", headers: str = "") -> None:
        self.connections: list[str] = []
        self.requests: list[str] = []
        self._reply = f"HTTP/1.1 {status}\r\n{headers}Content-Length: {len(answer)}\r\n\r\n".encode() + answer

    def connect(self, address: str, _port: int) -> socket.socket:
        self.connections.append(address)
        ours, theirs = socket.socketpair()
        threading.Thread(target=self._serve, args=(theirs,), daemon=True).start()
        return ours

    def _serve(self, line: socket.socket) -> None:
        with line:
            self.requests.append(line.recv(65536).decode())
            line.sendall(self._reply)


ONE = json.dumps([{"lat": "5.8265", "lon": "-73.0331", "addresstype": "house", "display_name": "x"}]).encode()


def online(folder: Path, line: Line, url: str = "http://geocoder.example/search") -> Online:
    return Online(
        quick_engine(folder), url, resolve=resolve, connect=line.connect, wait=lambda _seconds: None
    )


@pytest.mark.parametrize("url", HOSTILE)
def test_a_hostile_address_is_never_connected_to(tmp_path: Path, url: str) -> None:
    line = Line(ONE)
    with pytest.raises(WrongGeocoder):
        online(tmp_path, line, url).find("Calle 1 # 2-3")
    assert line.connections == []


def test_a_public_one_is_asked_at_the_address_that_was_checked_and_only_once(tmp_path: Path) -> None:
    """The control: with the same line, this one is reached."""
    line = Line(ONE)
    asked = online(tmp_path, line)
    found = asked.find("Calle 1 # 2-3", city="Duitama")
    assert found is not None
    assert (found.lat, found.lon, found.expected_error_m) == (5.8265, -73.0331, 30.0)
    assert asked.find("Calle 1 #  2-3", city="Duitama") == found
    assert line.connections == [PUBLIC]
    assert line.requests[0].startswith("GET /search?q=Calle+1+%23+2-3%2C+Duitama&")
    with reading(asked.engine) as connection:
        (kept,) = connection.execute(t.geocoder_answers.select()).mappings()
    assert "Calle" not in json.dumps(dict(kept), default=str), "no address is kept in the clear"


@pytest.mark.parametrize(
    "line",
    [
        Line(b"", "302 Found", "Location: http://127.0.0.1/\r\n"),
        Line(b"no json"),
        Line(b"[" * 100_000),
        Line(b" " * 300_000),
        Line(b'[{"lat": "nan", "lon": "1"}]'),
        Line(b'[{"lat": "95", "lon": "1"}]'),
        Line(b"", "500 Internal Server Error"),
    ],
)
def test_an_answer_that_is_none_is_told_so_and_not_followed(tmp_path: Path, line: Line) -> None:
    with pytest.raises(WrongGeocoder):
        online(tmp_path, line).find("Calle 1 # 2-3")
    assert line.connections == [PUBLIC]


def test_nothing_found_is_kept_too_and_questions_wait_a_second(tmp_path: Path) -> None:
    line = Line(b"[]")
    waited: list[float] = []
    wait: Callable[[float], None] = waited.append
    asked = Online(
        quick_engine(tmp_path),
        "http://geocoder.example/search",
        resolve=resolve,
        connect=line.connect,
        clock=lambda: 50.0,
        wait=wait,
    )
    assert asked.find("a") is None
    assert asked.find("b") is None
    assert asked.find("a") is None
    assert waited == [0.0, 1.0]
    assert len(line.connections) == 2


@pytest.mark.parametrize("address", ["8.8.8.8", "2606:4700:4700::1111"])
def test_public_addresses_are_public(address: str) -> None:
    assert public(address)
