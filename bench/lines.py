"""A day over a slow line, and what travels: bytes of a visit and of a sync with nothing to say."""

from __future__ import annotations

import json
import random
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from statistics import median
from typing import Any

from field_client.peer import HttpPeer
from sync.exchange import attach
from sync.exchange.files import File
from sync.wire.attachments import digest_of

from . import slowlink, world
from .driving import Call, Line, drive
from .figures import Figure, at_most
from .moving import Field, record, said
from .peers import kinto, office, pouchdb

DAY = 25
PHOTO = 250 * 1024
CUTS = 0.015  # per 1,400 bytes
GIVEN_UP = 4


def measure(ground: Field, repeats: int, say: Callable[[str], None]) -> list[Figure]:
    photo = _photo(ground, repeats)
    found = _bytes(ground)
    say("bytes measured")
    found.append(_day(ground, repeats))
    say("the slow line measured")
    found.append(photo())
    say("the photo measured")
    return found


def _laptop(ground: Field, visits: int, seed: int) -> world.Laptop:
    laptop = world.add_laptops(ground.held, 1, seed=seed)[0]
    world.work(laptop, visits, random.Random(seed))
    return laptop


def _bytes(ground: Field) -> list[Figure]:
    laptop, epoch = _laptop(ground, 500, 7), world.epoch_of(ground.held)
    calls = office.pushes(laptop, DAY, epoch)
    timed = drive(ground.ronda, calls)
    visits = sum(entry.kind == "visit.recorded" for entry in laptop.entries)
    body = sum(len(call.body) for call in calls)
    head = _headers_up(calls[0])
    note = f"body alone, promises included; headers besides: {head} bytes a request"
    found = [at_most("bytes_up_a_visit_batch_25", "bytes", body / visits, 130, note)]
    single = world.add_laptops(ground.held, 1, seed=8)[0]
    world.plan(ground.held, single, 60)
    world.work(single, 60, random.Random(8))
    sizes = [size for kind, size in _one_by_one(single, epoch) if kind == "visit.recorded"]
    note = f"sent half a minute after it was written; headers {head} bytes"
    found.append(at_most("bytes_up_a_single_visit", "bytes", median(sizes), 190, note))
    reply = said(timed, -1)
    cursor = {"epoch": reply["epoch"], "number": 0}
    more = True
    while more:
        page = said(drive(ground.ronda, [office.pull(laptop, cursor)]), 0)["page"]
        cursor, more = page["cursor"], page["more"]
    laptop.receipt = reply["receipt"]
    found.append(_nothing_to_say(ground, laptop, cursor, epoch))
    return found


def _one_by_one(laptop: world.Laptop, epoch: str) -> list[tuple[str, int]]:
    """Kind and size of each of the first 50 events, sent by itself as soon as it is written."""
    found = []
    for place in range(50):
        entry, said = laptop.entries[place], world.next_push(laptop, 1)
        wall = datetime.fromisoformat(json.loads(entry.header)["clock"]["wall"])
        asked = world.request(laptop, said, moment=wall + timedelta(seconds=30))
        body, _ = world.encoded(asked, packed=True, context=world.context_of(laptop, epoch, place))
        found.append((entry.kind, len(body)))
    return found


def _nothing_to_say(ground: Field, laptop: world.Laptop, cursor: dict[str, Any], epoch: str) -> Figure:
    """All that the laptop's own program and the office put on the line, heads and bodies."""
    said = world.request(laptop, None, {"cursor": cursor, "limit": 500})
    with slowlink.running(slowlink.Link(up=1e9, down=1e9, round_trip=0.0), ground.ronda) as (port, tally):
        peer = HttpPeer(
            f"http://127.0.0.1:{port}",
            device=laptop.device,
            token=laptop.token,
            attempts=1,
            context=lambda: world.context_of(laptop, epoch, laptop.sent),
        )
        page = peer.sync(said)["page"]
    if page["rows"] or tally.connections != 1:
        raise RuntimeError(f"there was something to say: {len(page['rows'])} rows")
    note = f"{tally.up} up, {tally.down} down, with all headers, as the laptop's own program sends them"
    return at_most("no_op_sync", "bytes", tally.up + tally.down, 1024, note)


def _headers_up(call: Call) -> int:
    lines = [
        f"{call.method} {call.path} HTTP/1.1",
        "Host: 127.0.0.1:00000",
        f"Content-Length: {len(call.body)}",
    ]
    lines += [f"{name}: {value}" for name, value in call.headers.items()]
    return sum(len(line) + 2 for line in lines) + 2


def _day(ground: Field, repeats: int) -> Figure:
    """25 visits (with their promises) in one request, the connection opened within the time."""
    link = slowlink.Link()
    epoch = world.epoch_of(ground.held)
    mine = [_laptop(ground, DAY, 100 + turn) for turn in range(repeats)]
    told = [[record(entry) for entry in laptop.entries] for laptop in mine]
    # The peers' lines are as slow, one for each day, so that all their days go at once.
    with ThreadPoolExecutor(2 * repeats) as sending:
        others = {
            "kinto": [
                sending.submit(_day_of_kinto, ground, link, turn, told[turn]) for turn in range(repeats)
            ],
            "pouchdb": [
                sending.submit(_day_of_pouchdb, ground, link, turn, told[turn]) for turn in range(repeats)
            ],
        }
    peers = {
        name: [seconds for one in each if (seconds := one.result()) is not None]
        for name, each in others.items()
    }
    ours: list[float] = []
    for laptop in mine:
        with slowlink.running(link, ground.ronda) as (port, _):
            ours.append(_timed(port, office.pushes(laptop, 500, epoch)))
    middle = {name: round(median(runs), 2) for name, runs in peers.items() if runs}
    return at_most(
        "day_over_slow_line",
        "s",
        median(ours),
        2.5,
        "one request on a new connection; 20/50 kbit/s, 500 ms round trip",
        peers=middle,
        ratios={name: round(seconds / median(ours), 2) for name, seconds in middle.items()},
        runs={"ronda": [round(run, 3) for run in ours]},
    )


def _day_of_kinto(ground: Field, link: slowlink.Link, turn: int, records: list[Any]) -> float | None:
    if ground.kinto is None:
        return None
    path = kinto.collection(ground.kinto, f"slow{turn}")
    with slowlink.running(link, ground.kinto) as (port, _):
        return _timed(port, kinto.pushes(path, records, 500))


def _day_of_pouchdb(ground: Field, link: slowlink.Link, turn: int, records: list[Any]) -> float | None:
    if ground.pouchdb is None:
        return None
    documents = pouchdb.write_documents(ground.folder / f"day{turn}.json", records)
    with slowlink.running(link, ground.pouchdb) as (port, _):
        return pouchdb.replicate(ground.cache, port, documents, 100)[0]["push"]


@dataclass
class Shelf:
    """One picture of a laptop, as `attach` takes it from its store."""

    data: bytes
    reached: int = 0
    stored: bool = False

    def attachments_waiting(self) -> list[File]:
        return [] if self.stored else [File(digest_of(self.data), len(self.data), self.reached)]

    def attachment_chunk(self, sha256: str, offset: int, limit: int) -> bytes:
        return self.data[offset : offset + limit]

    def attachment_reached(self, sha256: str, reached: int, *, stored: bool) -> None:
        self.reached, self.stored = reached, stored

    def attachment_erased(self, sha256: str) -> None:
        raise RuntimeError("nobody erases a picture here")

    def attachments_pending(self) -> int:
        return 0 if self.stored else 1

    def documents_waiting(self, now: datetime) -> list[File]:
        return []

    def document_arrived(self, sha256: str, offset: int, chunk: bytes) -> bool:
        raise RuntimeError("no document waits here")


def _photo(ground: Field, repeats: int) -> Callable[[], Figure]:
    """A picture over a line that is cut, in as many exchanges as it takes; the ideal is one request. Each has
    a line of its own, so that all go at once: waiting for a line takes no processor. Answers what waits for
    them."""
    sending = ThreadPoolExecutor(repeats)
    told = [sending.submit(_one_photo, ground, turn) for turn in range(repeats)]
    sending.shutdown(wait=False)

    def measured() -> Figure:
        runs, cuts = zip(*(one.result() for one in told), strict=True)
        ideal = slowlink.Link().ideal(PHOTO)
        note = f"250 KiB at 20 kbit/s take {ideal:.0f} s; cuts in each run: {list(cuts)}"
        said = [round(run, 3) for run in runs]
        return at_most("photo_with_cuts", "x ideal", median(runs), 2.0, note, runs={"ronda": said})

    return measured


def _one_photo(ground: Field, turn: int) -> tuple[float, int]:
    """How many times the ideal it took, and how often the line was cut; given up after four times."""
    laptop = _laptop(ground, 1, 200 + turn)
    data = random.Random(turn).randbytes(PHOTO)
    world.photograph(laptop, data)
    drive(ground.ronda, office.pushes(laptop, DAY, world.epoch_of(ground.held)))
    shelf, link = Shelf(data), slowlink.Link(cuts=CUTS, seed=world.SEED + turn)
    with slowlink.running(link, ground.ronda) as (port, tally):
        peer = HttpPeer(f"http://127.0.0.1:{port}", device=laptop.device, token=laptop.token)
        budget = attach.Budget(pause=time.sleep)
        began = time.perf_counter()
        while not shelf.stored and time.perf_counter() - began < GIVEN_UP * link.ideal(PHOTO):
            attach.run(shelf, peer, datetime.now(UTC), budget)
        return (time.perf_counter() - began) / link.ideal(PHOTO), tally.cuts


def _timed(port: int, calls: list[Call]) -> float:
    began = time.perf_counter()
    line = Line(port)
    for call in calls:
        answer = line.send(call)
        if answer.status != 200:
            raise RuntimeError(f"{call.path} answered {answer.status}: {answer.body[:200]!r}")
    seconds = time.perf_counter() - began
    line.close()
    return seconds
