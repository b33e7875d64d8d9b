"""A real laptop and a real office over HTTP: pictures go up after the events, papers come down."""

from __future__ import annotations

import random
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from field_client import enrolling as field_enrolling
from field_client import folder, syncing
from field_client.carrying import carry
from field_client.peer import HttpPeer
from field_client.store import attachments as kept
from field_client.store import journal, papers, settings
from field_client.store.attachments import Picture
from field_client.store.db import Store
from server import enrolling
from server.config import Config
from server.office import Office
from server.shelf import Shelf
from server.store import tables as t
from server.taking_in import take_in
from server.web import api
from sync.ids import new_id
from sync.sealing import new_recovery_key
from sync.wire.attachments import digest_of
from tests.browser import serving
from tests.laptop.builders import CHEAP, PASSPHRASE, StandingClock

from .builders import NOW, World, visit_body
from .test_attaching import PDF, file_paper

SEED = 20261122


@dataclass
class Both:
    """Ana's laptop, and the office it speaks to."""

    world: World
    store: Store
    shelf: Shelf
    clock: StandingClock

    def say(self, picture: Picture) -> str:
        """A visit to Rosa with a picture, saved as the form saves it."""
        body = visit_body(self.world)
        with self.store.writing() as db:
            visit = self._append(db, "visit.recorded", body, body["debtor"])
            said = {
                "visit": visit,
                "sha256": picture.sha256,
                "media_type": picture.media_type,
                "size": picture.size,
            }
            event = self._append(db, "attachment.added", said, body["debtor"])
            kept.keep(db, event, visit, body["debtor"], picture, NOW)
        return event

    def _append(self, db: kept.Database, kind: str, body: dict[str, object], debtor: str) -> str:
        return journal.append(
            db,
            id=new_id(),
            kind=kind,
            body=body,
            clock=self.clock.read().at_event(0, 100),
            policy_version="",
            debtor=debtor,
            accounts=(),
        ).id

    def peer(self, server: str = "") -> HttpPeer:
        with self.store.reading() as db:
            given = {name: settings.get(db, name) for name in ("server", "device", "token")}
        return HttpPeer(server or given["server"], device=given["device"], token=given["token"], attempts=8)

    def exchange(self, server: str = "") -> syncing.Exchanged:
        done = syncing.exchange(self.store, self.clock, self.peer(server), check=True)
        assert isinstance(done, syncing.Exchanged), done
        return done


def picture(size: int = 60_000) -> Picture:
    data = random.Random(SEED).randbytes(size)
    return Picture(digest_of(data), "image/jpeg", "photo", data)


@pytest.fixture
def both(world: World, tmp_path: Path) -> Iterator[Both]:
    config = Config(tmp_path, str(world.engine.url))
    office = Office(config, world.engine, world.signer, world.recovery_public, "secret")
    clock = StandingClock(NOW)
    code = enrolling.issue_code(world.engine, world.agents["Ana"], actor="cli", now=NOW)
    with serving(api.create(office, clock=lambda: NOW, testing=True)) as server:
        field_enrolling.enrol_with(
            tmp_path / "laptop",
            HttpPeer(server),
            server=server,
            code=code,
            passphrase=PASSPHRASE,
            clock=clock,
            cost=CHEAP,
        )
        store = folder.open_laptop(tmp_path / "laptop", PASSPHRASE)
        yield Both(world, store, Shelf(config.shelf), clock)
        store.close()


def test_a_picture_goes_up_after_its_event_and_a_paper_comes_down(both: Both) -> None:
    photo = picture()
    filed = file_paper(both.world, both.shelf)
    event = both.say(photo)
    outcome = both.exchange().outcome
    assert (outcome.sent, outcome.attachments_sent, outcome.attachments) == (2, 1, 0)
    assert (outcome.documents, outcome.documents_wanted) == (1, 0)
    assert both.shelf.get(photo.sha256) == photo.data
    with both.store.reading() as db:
        assert papers.bytes_of(db, filed.sha256) == PDF
    assert both.world.rows(t.attachments, t.attachments.c.id == event)[0]["stored_at"] == NOW
    again = both.exchange().outcome
    assert (again.attachments_sent, again.documents, again.differed) == (0, 0, 0)


def test_a_revoked_laptops_picture_is_sealed_like_its_events(both: Both) -> None:
    photo = picture()
    both.say(photo)
    with both.store.reading() as db:
        device = settings.get(db, "device")
    enrolling.revoke(both.world.engine, device, actor="cli", now=NOW)
    refused = syncing.exchange(both.store, both.clock, both.peer())
    assert isinstance(refused, syncing.NotExchanged)
    assert refused.code == "revoked"
    assert both.shelf.get(photo.sha256, device) == photo.data
    assert not both.shelf.has(photo.sha256)


def test_a_picture_travels_on_a_stick_with_its_visit(both: Both, tmp_path: Path) -> None:
    photo = picture()
    private = new_recovery_key()
    with both.store.writing() as db:
        settings.put(db, "recovery_key", private.public_key().public_bytes_raw().hex())
    both.say(photo)
    carried = carry(both.store, tmp_path / "cola.ronda", both.clock.read())
    world = both.world
    taken = take_in(
        world.engine,
        world.signer,
        private,
        carried.path.read_bytes(),
        actor="nora",
        now=NOW,
        shelf=both.shelf,
    )
    assert (taken.attachments, taken.new) == (1, 2)
    assert both.shelf.get(photo.sha256) == photo.data
    assert both.exchange().outcome.attachments == 0


@contextmanager
def cutting(server: str, every: int, loss: float) -> Iterator[str]:
    """A proxy that cuts a connection dead, now and then, after some segments; gives its address."""
    target = urlsplit(server)
    drawn, lock = random.Random(SEED), threading.Lock()
    door = socket.create_server(("127.0.0.1", 0))
    door.settimeout(0.2)
    ends = threading.Event()

    def pump(source: socket.socket, sink: socket.socket, other: tuple[socket.socket, socket.socket]) -> None:
        with suppress(OSError):
            while data := source.recv(every):
                with lock:
                    cut = drawn.random() < loss
                if cut:
                    break
                sink.sendall(data)
        for end in other:
            with suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)

    def accept() -> None:
        open_: list[socket.socket] = []
        while not ends.is_set():
            with suppress(TimeoutError):
                near, _ = door.accept()
                far = socket.create_connection((target.hostname or "", target.port or 0))
                open_ += [near, far]
                for one, two in ((near, far), (far, near)):
                    threading.Thread(target=pump, args=(one, two, (near, far)), daemon=True).start()
        for end in open_:
            end.close()

    thread = threading.Thread(target=accept, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{door.getsockname()[1]}"
    finally:
        ends.set()
        thread.join()
        door.close()


def test_a_photo_arrives_whole_over_a_link_that_is_cut_again_and_again(both: Both) -> None:
    both.exchange()
    photo = picture(250 * 1024)
    both.say(photo)
    with both.store.reading() as db:
        server = settings.get(db, "server")
    with cutting(server, 1_400, 0.015) as link:
        for _ in range(
            100
        ):  # how often it is cut is luck, the threads' order among it; that it arrives is not
            done = syncing.exchange(both.store, both.clock, both.peer(link))
            if isinstance(done, syncing.Exchanged) and done.outcome.attachments == 0:
                break
    assert both.shelf.get(photo.sha256) == photo.data, f"seed {SEED}"
    assert both.world.rows(t.upload_parts) == []
