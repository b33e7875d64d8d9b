"""A server on the way that takes only small requests: the laptop says so and sends less, down to one event."""

from __future__ import annotations

import http.client
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from field_client import syncing
from field_client.peer import HttpPeer
from field_client.store.side import StoredLaptop
from server.serving import LARGEST_BODY, Serving
from server.web import api
from sync.exchange import OfficeSays
from sync.exchange.sizes import Sizes
from tests.laptop.pairs import InProcessPeer, Pair

HOST = "127.0.0.1"
App = Callable[[dict[str, Any], Any], Iterable[bytes]]


@contextmanager
def served(app: App) -> Iterator[int]:
    serving = Serving(app, HOST, 0, 1)
    thread = threading.Thread(target=serving.run)
    thread.start()
    try:
        yield serving.port
    finally:
        serving.stop()
        thread.join(30)
        assert not thread.is_alive()


def refuses(_environ: dict[str, Any], start_response: Any) -> list[bytes]:
    """A proxy whose limit is below what it was sent."""
    start_response("413 Request Entity Too Large", [("Content-Type", "text/html")])
    return [b"<h1>413 Request Entity Too Large</h1>"]


class Narrow(InProcessPeer):
    """An office behind such a proxy: no more than so many events a request come through."""

    most = 7

    def sync(self, request: dict[str, Any]) -> dict[str, Any]:
        if request["push"] and len(request["push"]["events"]) > self.most:
            with served(refuses) as port:
                return HttpPeer(f"http://{HOST}:{port}", attempts=1).sync(request)
        return super().sync(request)


def narrow(pair: Pair) -> Narrow:
    peer = Narrow(pair.world, pair.clock)
    peer.authorization = pair.peer.authorization
    return peer


def test_a_request_that_is_too_large_is_told_and_the_next_one_is_smaller(pair: Pair) -> None:
    pair.exchange()
    for _ in range(30):
        pair.visit()
    office = narrow(pair)
    said = syncing.exchange(pair.store, pair.clock, office)
    assert isinstance(said, syncing.NotExchanged)
    assert said.code == "too_large"
    assert "tan grande" in str(said.because)
    assert said.unsent == 30
    tries = 0
    while isinstance(syncing.exchange(pair.store, pair.clock, office), syncing.NotExchanged):
        tries += 1
        assert tries < 20
    assert pair.counts()["unsent"] == 0
    assert len(pair.held()) == 30


def test_a_single_event_is_always_asked_for() -> None:
    sizes = Sizes(500, 500)
    for _ in range(12):
        sizes = sizes.smaller()
    assert sizes == Sizes(1, 1)


def test_the_laptop_sends_fewer_events_after_each_no(pair: Pair) -> None:
    pair.exchange()
    for _ in range(9):
        pair.visit()
    office = narrow(pair)
    office.most = 0
    sizes = []
    for _ in range(4):
        syncing.exchange(pair.store, pair.clock, office)
        sizes.append(StoredLaptop(pair.store).identity().sizes.push)
    assert sizes == [12, 6, 3, 1]


def test_the_office_reads_no_body_that_is_larger_than_any_it_may_be_sent() -> None:
    """Said by its length alone: nothing of it is waited for."""
    came: list[str] = []

    def app(environ: dict[str, Any], start_response: Any) -> list[bytes]:
        came.append(environ["CONTENT_LENGTH"])
        start_response("200 OK", [("Content-Length", "2")])
        return [b"ok"]

    with served(app) as port:
        answers = []
        for size in (1, LARGEST_BODY + 1, 2**30):
            line = http.client.HTTPConnection(HOST, port, timeout=30)
            line.putrequest("POST", "/")
            line.putheader("Content-Length", str(size))
            line.endheaders(b"x")
            answers.append(line.getresponse().status)
            line.close()
    assert answers == [200, 413, 413]
    assert came == ["1"]
    assert LARGEST_BODY > api.LARGEST_EXCHANGE


def test_an_office_that_says_it_itself_is_told_in_its_own_words(pair: Pair) -> None:
    def app(_environ: dict[str, Any], start_response: Any) -> list[bytes]:
        start_response("413 Request Entity Too Large", [("Content-Type", "application/problem+json")])
        return [b'{"type": "urn:ronda:error:too_large", "detail": "pasa de 2 MiB"}']

    with served(app) as port, pytest.raises(OfficeSays) as said:
        HttpPeer(f"http://{HOST}:{port}", attempts=1).seal({"sealed_key": "00"})
    assert said.value.told.code == "too_large"
    assert str(said.value.told.detail) == "pasa de 2 MiB"
