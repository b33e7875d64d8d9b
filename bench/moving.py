"""How fast events go up and records come down, against the peers and the ceiling in the same rounds.

Timed, the same for everyone: from the first byte of each request to the last byte of its answer, on one
keep-alive loopback connection, bodies prepared beforehand. Only PouchDB's replication cannot be had without
its own client's work; its server's bulk endpoint is measured besides, with prepared bodies.
"""

from __future__ import annotations

import json
import random
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import sqlcipher3

from server.office import Office
from sync.wire import codec

from . import world
from .driving import Call, NotThere, Timed, drive
from .figures import Figure, faster
from .peers import ceiling, kinto, office, pouchdb

LAPTOPS = 10
BATCHES = (25, 500)
WANTED = {
    25: {"kinto": 10.0, "pouchdb": 3.0, "ceiling": 0.25},
    500: {"kinto": 20.0, "pouchdb": 3.0, "ceiling": 0.25},
}
Rates = dict[str, list[float]]


@dataclass
class Field:
    """Everything that runs during the rounds; a peer that cannot be had has no port, and a note says why."""

    cache: Path
    folder: Path
    held: Office
    ronda: int
    ceiling: int
    kinto: int | None = None
    pouchdb: int | None = None
    notes: list[str] = field(default_factory=list)


@contextmanager
def prepared(cache: Path, peers: bool = True) -> Iterator[Field]:
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="ronda-bench-")))
        held = world.make_office(folder / "office")
        stack.callback(held.engine.dispose)
        ours = stack.enter_context(office.serving(folder / "office"))
        ground = Field(cache, folder, held, ours, stack.enter_context(ceiling.serving(folder)))
        for name, module in (("kinto", kinto), ("pouchdb", pouchdb)) if peers else ():
            try:
                setattr(ground, name, stack.enter_context(module.serving(cache, folder)))
            except NotThere as missing:
                ground.notes.append(f"{name} is not measured: {missing}")
        yield ground


def measure(
    ground: Field, visits: int, repeats: int, say: Callable[[str], None], within_s: float = float("inf")
) -> list[Figure]:
    """The push at both batch sizes and the pull, the peers taking turns in each round; at least one round of
    each, and no new one begun once its share of the time is over."""
    found = []
    began = time.monotonic()
    pulls: Rates = {name: [] for name in ("ronda", "ceiling", "kinto", "pouchdb", "pouchdb_changes")}
    for share, batch in enumerate(BATCHES, 1):
        rates: Rates = {name: [] for name in ("ronda", "ceiling", "kinto", "pouchdb", "pouchdb_bulk_docs")}
        for turn in range(repeats):
            if turn and time.monotonic() - began > within_s * share / len(BATCHES):
                ground.notes.append(f"batch {batch}: {turn} rounds of {repeats}, for want of time")
                break
            _round(ground, visits, batch, turn, rates, pulls)
            latest = {name: round(runs[-1]) for name, runs in rates.items() if runs}
            say(f"batch {batch}, round {turn + 1} of {repeats}: {latest} events/s")
        found.append(faster(f"push_batch_{batch}", "events/s", rates, WANTED[batch]))
    found.append(faster("pull", "records/s", pulls, {"pouchdb": 15.0, "ceiling": 0.5}))
    return found


def _round(ground: Field, visits: int, batch: int, turn: int, rates: Rates, pulls: Rates) -> None:
    laptops = world.add_laptops(ground.held, LAPTOPS, seed=world.SEED + turn)
    draw = random.Random(world.SEED + turn)
    for laptop in laptops:
        world.work(laptop, visits // LAPTOPS, draw)
    records = [record(entry) for laptop in laptops for entry in laptop.entries]
    epoch = world.epoch_of(ground.held)
    pairs = [office.pushes_and_bare(laptop, batch, epoch) for laptop in laptops]
    calls = [[call for call, _ in mine] for mine in pairs]
    rates["ronda"].append(len(records) / _push_ours(ground, laptops, calls))
    bare = [call for mine in pairs for _, call in mine]
    rates["ceiling"].append(len(records) / drive(ground.ceiling, bare).total)
    _peers(ground, records, batch, f"b{batch}-{turn}", rates, pulls)
    if batch == BATCHES[-1]:
        _pull_ours(ground, laptops, pulls)


def _push_ours(ground: Field, laptops: list[world.Laptop], calls: list[list[Call]]) -> float:
    seconds = 0.0
    for laptop, mine in zip(laptops, calls, strict=True):
        timed = drive(ground.ronda, mine)
        seconds += timed.total
        reply = said(timed, -1)
        if reply["have"]["n"] != len(laptop.entries) or reply["quarantined"]:
            raise RuntimeError(f"the office did not take it all: {reply['have']}, {reply['quarantined'][:2]}")
    return seconds


def _peers(
    ground: Field,
    records: list[dict[str, Any]],
    batch: int,
    name: str,
    rates: Rates,
    pulls: Rates,
) -> None:
    if ground.kinto is not None:
        path = kinto.collection(ground.kinto, name)
        timed = drive(ground.kinto, kinto.pushes(path, records, batch))
        if wrong := [one for answer in timed.answers for one in kinto.refused(answer)]:
            raise RuntimeError(f"Kinto refused {len(wrong)} records: {wrong[0]}")
        rates["kinto"].append(len(records) / timed.total)
        if batch == BATCHES[-1]:
            seconds, count = kinto.pull(path, ground.kinto)
            pulls["kinto"].append(count / seconds)
    if ground.pouchdb is not None:
        documents = pouchdb.write_documents(ground.folder / "documents.json", records)
        for run in pouchdb.replicate(ground.cache, ground.pouchdb, documents, batch):
            rates["pouchdb"].append(len(records) / run["push"])
            if batch == BATCHES[-1]:
                pulls["pouchdb"].append(len(records) / run["pull"])
        pouchdb.create(ground.pouchdb, name)
        timed = drive(ground.pouchdb, pouchdb.bulk(name, records, batch))
        rates["pouchdb_bulk_docs"].append(len(records) / timed.total)
        if batch == BATCHES[-1]:
            seconds, count = pouchdb.changes(ground.pouchdb, name)
            pulls["pouchdb_changes"].append(count / seconds)


def _pull_ours(ground: Field, laptops: list[world.Laptop], pulls: Rates) -> None:
    """Every laptop's whole feed from the start, page by page; then the same rows from the ceiling."""
    epoch = world.epoch_of(ground.held)
    _copy_feeds(ground, [laptop.agent for laptop in laptops])
    seconds = bare = 0.0
    count = same = 0
    for laptop in laptops:
        number, more = 0, True
        while more:
            cursor = {"epoch": epoch, "number": number}
            call = office.pull(laptop, cursor)
            timed = drive(ground.ronda, [call])
            page = said(timed, 0)["page"]
            body, extra = world.encoded({"agent": laptop.agent, "pull": {"cursor": cursor, "limit": 500}})
            least = drive(ground.ceiling, [Call("POST", "/pull", body, laptop.headers | extra)])
            seconds += timed.total
            bare += least.total
            count += len(page["rows"])
            same += len(said(least, 0)["page"]["rows"])
            number, more = page["cursor"]["number"], page["more"]
    if count != same:
        raise RuntimeError(f"the ceiling gave {same} rows, the office {count}")
    pulls["ronda"].append(count / seconds)
    pulls["ceiling"].append(count / bare)


def _copy_feeds(ground: Field, agents: list[str]) -> None:
    bare = sqlcipher3.connect(str(ground.folder / "ceiling.db"))
    bare.execute("ATTACH DATABASE ? AS office", (str(ground.folder / "office" / "office.db"),))
    for agent in agents:
        bare.execute(
            "INSERT OR REPLACE INTO main.feeds SELECT agent_id, number, kind, record_id, gone, payload "
            "FROM office.feeds WHERE agent_id = ? AND NOT gone",
            (agent,),
        )
    bare.commit()
    bare.close()


def said(timed: Timed, place: int) -> dict[str, Any]:
    """The reply to one of the calls, read after the clock stopped."""
    answer = timed.answers[place]
    told: dict[str, Any] = codec.decode(answer.body, answer.headers.get("content-encoding"))
    return told


def record(entry: Any) -> dict[str, Any]:
    """An event as a peer's record: its id and kind and what its body says, without header, salt and chain."""
    return {"id": entry.id, "kind": entry.kind, **json.loads(entry.body)}
