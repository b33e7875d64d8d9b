"""Sending behind the collector's back: one exchange at a time, and no page ever waits for the network."""

from __future__ import annotations

import re
import socket
import statistics
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from html import unescape
from itertools import pairwise
from pathlib import Path
from random import Random

import pytest
from flask import Flask
from flask.testing import FlaskClient

from field_client import advice, syncing
from field_client import folder as folders
from field_client.app import create_app
from field_client.background import Background
from field_client.store import drafts, journal, queues, settings
from field_client.store.db import Store
from field_client.turns import Elsewhere, turn
from sync.exchange import Clock, Outcome
from sync.exchange.pauses import next_pause
from sync.wire.errors import CATALOGUE
from tests.laptop.builders import MARIA, MARIA_STOP, PASSPHRASE, Laptop, StandingClock
from tests.laptop.keyed import Keyed

PAGES = ("/", "/cartera", "/enviar", f"/caso/{MARIA}", f"/caso/{MARIA}/visita?parada={MARIA_STOP}", "/salir")
MOST_MS = 300
PATIENCE_S = 60


@contextmanager
def black_hole() -> Iterator[tuple[str, list[socket.socket]]]:
    """A server that takes every connection and never says a word."""
    server = socket.create_server(("127.0.0.1", 0))
    taken: list[socket.socket] = []

    def take() -> None:
        while True:
            try:
                taken.append(server.accept()[0])
            except OSError:
                return

    thread = threading.Thread(target=take, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.getsockname()[1]}", taken
    finally:
        server.shutdown(socket.SHUT_RDWR)
        server.close()
        for one in taken:
            one.close()
        thread.join()


def browser_of(app: Flask) -> FlaskClient:
    browser = app.test_client()
    form = {"csrf_token": token(browser), "passphrase": PASSPHRASE}
    assert browser.post("/desbloquear", data=form).status_code == 302
    return browser


def token(browser: FlaskClient) -> str:
    found = re.search(r'name="csrf-token" content="([^"]+)"', browser.get("/desbloquear").text)
    assert found is not None
    return unescape(found[1])


def wait_for(happened: Callable[[], bool]) -> None:
    until = time.monotonic() + PATIENCE_S
    while not happened():
        assert time.monotonic() < until, "it did not happen"
        time.sleep(0.01)


def worked(ask: Callable[[], object]) -> float:
    """Milliseconds of work in this thread, where the page is made; however busy the machine is."""
    began = time.thread_time()
    ask()
    return (time.thread_time() - began) * 1000


def test_every_page_answers_at_once_while_an_exchange_hangs(laptop: Laptop) -> None:
    with black_hole() as (address, taken):
        with laptop.store.writing() as db:
            settings.put(db, "server", address)
        app = create_app(laptop.folder, laptop.clock)
        browser = browser_of(app)
        for page in PAGES:
            browser.get(page)  # templates are compiled once a program
        word = token(browser)
        asked = worked(lambda: browser.post("/enviar", data={"csrf_token": word}))
        wait_for(lambda: bool(taken))
        took = {page: worked(lambda page=page: browser.get(page)) for page in PAGES}
        took["/enviar/estado"] = worked(lambda: browser.get("/enviar/estado"))
        assert browser.get("/enviar/estado").get_json()["working"] is True
        assert "Puede seguir trabajando" in browser.get("/enviar").text
        app.extensions["ronda_vault"].lock()
        assert browser.get("/enviar/estado").get_json() == {"locked": True}
        # Every page, and the lock, came while the first request still hung: none of them waited for it.
        assert len(taken) == 1
        slowest = max(took, key=lambda page: took[page])
        print(
            f"asked {asked:.0f} ms; slowest {slowest} {took[slowest]:.0f} ms; "
            f"median {statistics.median(took.values()):.0f} ms of work"
        )
        assert asked < MOST_MS
        assert took[slowest] < MOST_MS, took
        # The control: what asks the office itself would wait for it.
        waits = threading.Thread(target=syncing.exchange, args=(laptop.store, laptop.clock), daemon=True)
        waits.start()
        waits.join(1)
        assert waits.is_alive()
    waits.join(30)


def test_what_hung_is_shown_as_sent_and_what_never_left_as_ready(laptop: Laptop) -> None:
    from tests.laptop.test_pages import FORM, answers

    app = create_app(laptop.folder, laptop.clock)
    browser = browser_of(app)
    browser.post(FORM, data={"csrf_token": token(browser), **answers()})
    browser.post("/enviar", data={"csrf_token": token(browser)})  # nobody listens at its address
    background = app.extensions["ronda_vault"].background
    wait_for(lambda: not background.progress.working)
    assert "Lista para enviar" in rows(browser)
    with black_hole() as (address, taken):
        with laptop.store.writing() as db:
            settings.put(db, "server", address)
        browser.post("/enviar", data={"csrf_token": token(browser)})
        wait_for(lambda: bool(taken))
        wait_for(lambda: "Enviada" in rows(browser))
        assert "Lista para enviar" not in rows(browser)
        app.extensions["ronda_vault"].lock()


def test_what_waits_is_counted_on_every_page_while_an_exchange_hangs(laptop: Laptop) -> None:
    from tests.laptop.test_pages import FORM, answers, words

    app = create_app(laptop.folder, laptop.clock)
    browser = browser_of(app)
    browser.post(FORM, data={"csrf_token": token(browser), **answers()})
    with black_hole() as (address, taken):
        with laptop.store.writing() as db:
            settings.put(db, "server", address)
        browser.post("/enviar", data={"csrf_token": token(browser)})
        wait_for(lambda: bool(taken))
        for page in ("/", "/cartera", "/enviar", f"/visita/{answers()['visit_id']}"):
            assert "Enviando y recibiendo… 1 visita por enviar" in words(browser.get(page)), page
        state = browser.get("/enviar/estado").get_json()
        assert (state["working"], state["label"]) == (True, "Enviando y recibiendo… 1 visita por enviar")
        app.extensions["ronda_vault"].lock()


def rows(browser: FlaskClient) -> str:
    """The table of what was written, without the legend above it."""
    return browser.get("/enviar").text.partition('id="rows-title"')[2]


# One at a time, with pauses


class Office:
    """An exchange that says when it runs and ends when it is told to."""

    def __init__(self) -> None:
        self.running = 0
        self.most = 0
        self.times = 0
        self.go = threading.Event()

    def __call__(
        self, store: Store, clock: Clock, stopped: Callable[[], bool]
    ) -> syncing.Exchanged | syncing.NotExchanged:
        self.times += 1
        self.running += 1
        self.most = max(self.most, self.running)
        self.go.wait(PATIENCE_S)
        self.running -= 1
        return syncing.Exchanged(Outcome(sent=1), 0)


def test_however_often_it_is_asked_one_exchange_runs_at_a_time(laptop: Laptop) -> None:
    office = Office()
    background = Background(laptop.folder, laptop.clock, automatic=False, exchange=office)
    background.begin(folders.open_laptop(laptop.folder, PASSPHRASE), lambda store: None)
    for _ in range(5):
        background.ask()
        time.sleep(0.02)
    wait_for(lambda: office.running == 1)
    with pytest.raises(Elsewhere), turn(laptop.folder):
        pass  # nor does another program's
    office.go.set()
    wait_for(lambda: background.progress.number >= 1 and not background.progress.working)
    background.stop()
    assert office.most == 1
    with turn(laptop.folder):
        pass


def test_a_turn_that_another_program_holds_is_told_and_tried_later(laptop: Laptop) -> None:
    office = Office()
    office.go.set()
    background = Background(laptop.folder, laptop.clock, automatic=False, exchange=office)
    background.begin(folders.open_laptop(laptop.folder, PASSPHRASE), lambda store: None)
    with turn(laptop.folder):
        background.ask()
        wait_for(lambda: background.progress.number == 1)
    assert (background.progress.code, office.times) == ("elsewhere", 0)
    background.ask()
    wait_for(lambda: background.progress.number == 2)
    assert (background.progress.code, office.times) == ("", 1)
    background.stop()


def test_it_starts_by_itself_when_it_may_and_not_when_it_was_switched_off(laptop: Laptop) -> None:
    for on, times in ((True, 1), (False, 0)):
        with laptop.store.writing() as db:
            settings.put(db, settings.AUTOMATIC, on)
        office = Office()
        office.go.set()
        background = Background(laptop.folder, laptop.clock, automatic=True, exchange=office)
        background.begin(folders.open_laptop(laptop.folder, PASSPHRASE), lambda store: None)
        if on:
            wait_for(lambda background=background: background.progress.number == 1)
        else:
            time.sleep(0.2)
        background.stop()
        assert office.times == times


def test_pauses_grow_with_failures_and_never_fall_together() -> None:
    rng = Random(7)
    means = [statistics.mean(next_pause(n, rng).total_seconds() for _ in range(200)) for n in range(1, 9)]
    assert all(later >= before * 0.9 for before, later in pairwise(means))
    assert len({next_pause(0, rng) for _ in range(50)}) > 40


# The lock


def test_an_idle_laptop_locks_itself_keeps_its_drafts_and_is_not_kept_open_by_the_pages_own_asking(
    laptop: Laptop,
) -> None:
    app = create_app(laptop.folder, laptop.clock)
    browser = browser_of(app)
    word = token(browser)
    said = {"note": "a medias"}
    kept = browser.post(f"/caso/{MARIA}/borrador", json=said, headers={"X-CSRFToken": word})
    assert kept.status_code == 204
    vault = app.extensions["ronda_vault"]
    for _ in range(4):
        laptop.clock.forward(minutes=9)
        vault.lock_if_idle()
        state = browser.get("/enviar/estado").get_json()
    assert state == {"locked": True}
    assert browser.get("/").status_code == 302
    with laptop.store.reading() as db:
        assert drafts.get(db, MARIA) == said
    assert "a medias" in browser_of(app).get(f"/caso/{MARIA}/visita").text
    vault.lock()


def test_the_office_orders_a_wipe_and_the_pages_close_behind_it(keyed: Keyed) -> None:
    from server import wiping as orders

    pair = keyed.pair
    pair.visit("Rosa")
    orders.order(pair.world.engine, keyed.device, actor="nora", now=pair.clock.now)

    def exchange(store: Store, clock: Clock, stopped: Callable[[], bool]) -> object:
        return syncing.exchange(store, clock, pair.peer, stopped)

    app = create_app(pair.folder, StandingClock(now=pair.clock.now), exchange=exchange)  # type: ignore[arg-type]
    browser = browser_of(app)
    pair.store.close()
    browser.post("/enviar", data={"csrf_token": token(browser)})
    wait_for(lambda: not (pair.folder / "laptop.db").exists() and not (pair.folder / "wiping.json").exists())
    page = browser.get("/desbloquear").text
    assert "Entregue este archivo a la oficina" in page
    assert len(list(pair.folder.glob("ronda-entrega-*.ronda"))) == 1


# What to do about each trouble


def test_every_code_of_the_catalogue_says_what_to_do() -> None:
    missing = [code for code in CATALOGUE if code not in advice.ADVICE]
    assert missing == []
    assert {"unreachable", "untrusted", "elsewhere", "not_written"} <= set(advice.ADVICE)
    for code, said in advice.ADVICE.items():
        assert said.endswith("."), code
        assert len(said.split()) >= 4, code
    assert advice.todo("a code of next year") == advice.COORDINATOR


def test_an_answer_that_comes_after_the_lock_changes_nothing(keyed: Keyed) -> None:
    pair = keyed.pair
    pair.visit("Rosa")
    hold, asked = threading.Event(), threading.Event()

    class Slow:
        def __getattr__(self, name: str) -> object:
            return getattr(pair.peer, name)

        def sync(self, request: dict[str, object]) -> dict[str, object]:
            reply = pair.peer.sync(request)
            asked.set()
            hold.wait(PATIENCE_S)
            return reply

    def exchange(store: Store, clock: Clock, stopped: Callable[[], bool]) -> object:
        return syncing.exchange(store, clock, Slow(), stopped)  # type: ignore[arg-type]

    background = Background(pair.folder, pair.clock, automatic=False, exchange=exchange)  # type: ignore[arg-type]
    others = set(threading.enumerate())
    background.begin(folders.open_laptop(pair.folder, PASSPHRASE), lambda store: None)
    [thread] = set(threading.enumerate()) - others
    background.ask()
    assert asked.wait(PATIENCE_S)
    background.stop()
    assert thread.is_alive(), "the answer came before the lock: nothing is tested"
    hold.set()
    thread.join(PATIENCE_S)
    assert not thread.is_alive()
    with pair.store.reading() as db:
        assert journal.counts(db)["unsent"] == 1
        assert queues.offered(db)
    pair.exchange()  # and the next one settles it, with nothing doubled
    assert pair.counts()["unsent"] == 0
    assert len(pair.held()) == 1


def test_the_lock_file_is_no_part_of_the_laptop(laptop: Laptop, tmp_path: Path) -> None:
    with turn(laptop.folder):
        pass
    (laptop.folder / "sync.lock").unlink(missing_ok=True)
    with turn(laptop.folder):
        pass
