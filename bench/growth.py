"""Whether a push and a pull take longer in an office with many events than in one with few."""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import UTC, datetime
from statistics import median

from sqlalchemy import text

from server.store.engine import writing
from sync.ids import new_incarnation

from . import world
from .driving import drive
from .figures import Figure
from .moving import Field, said
from .peers import office

PUSHES = 20
SMALLEST = 10_000


def measure(ground: Field, sizes: list[int], say: Callable[[str], None]) -> list[Figure]:
    """`sizes` of the ledger, rising, filled by copying real rows under other ids."""
    pushes: dict[int, float] = {}
    pulls: dict[int, float] = {}
    source = world.add_laptops(ground.held, 4, seed=41)
    draw = random.Random(41)
    for laptop in source:
        world.work(laptop, 2_000, draw)
        drive(ground.ronda, office.pushes(laptop, 500))
    for size in sizes:
        _fill(ground, size)
        laptop = world.add_laptops(ground.held, 1, seed=size)[0]
        world.work(laptop, PUSHES * 22, draw)
        drive(ground.ronda, office.pushes(laptop, 25)[:2])
        laptop.sent = 50
        timed = drive(ground.ronda, office.pushes(laptop, 25)[:PUSHES])
        pushes[size] = median(timed.seconds)
        cursor = {"epoch": said(timed, -1)["epoch"], "number": 0}
        pulls[size] = median(drive(ground.ronda, [office.pull(laptop, cursor)] * PUSHES).seconds)
        say(f"{size} events: push {pushes[size] * 1000:.1f} ms, pull {pulls[size] * 1000:.1f} ms")
    return [_figure("growth_push", pushes), _figure("growth_pull", pulls)]


def _figure(name: str, seconds: dict[int, float]) -> Figure:
    least = seconds[min(seconds)]
    ratio = round(seconds[max(seconds)] / least, 3)
    runs = {str(size): [round(took * 1000, 2)] for size, took in seconds.items()}
    note = f"of {max(seconds):,} events to {min(seconds):,}; runs are ms a request"
    return Figure(name, "x", ratio, "<= 1.3", ratio <= 1.3, runs=runs, note=note)


def _fill(ground: Field, size: int) -> None:
    """Copies whole chains of the ledger and what says they were applied, until it holds `size` events. Their
    visits and feed rows are not copied: those of other agents are not read by a push."""
    while True:
        with writing(ground.held.engine) as connection:
            held = connection.execute(text("SELECT count(*) FROM events")).scalar_one()
            if held >= size:
                return
            names = connection.execute(
                text("SELECT id, device_id, n FROM incarnations WHERE n > 0 ORDER BY opened_at LIMIT 40")
            ).all()
            for name, device, n in names:
                if held >= size:
                    break
                copy, now = new_incarnation(), datetime.now(UTC).replace(tzinfo=None)
                asked = {
                    "old": name,
                    "new": copy,
                    "mark": copy[:8],
                    "device": device,
                    "n": n,
                    "now": str(now),
                }
                for statement in COPIES:
                    connection.execute(text(statement), asked)
                held += n


# A copied id keeps its last part and takes eight letters of its own: still a UUID, still unique.
COPIES = (
    "INSERT INTO incarnations (id, device_id, opened_at, n, h) "
    "SELECT :new, :device, :now, n, h FROM incarnations WHERE id = :old",
    "INSERT INTO events (incarnation, n, id, kind, version, header, salt, body, body_digest, h, received_at, "
    "arrival, sealed) "
    "SELECT :new, n, :mark || substr(id, 9), kind, version, header, salt, body, body_digest, h, "
    "received_at, (SELECT max(arrival) FROM events) + n, sealed FROM events WHERE incarnation = :old",
    "INSERT OR IGNORE INTO applied SELECT :mark || substr(event_id, 9), body_digest, :new, n, applied_at "
    "FROM applied WHERE incarnation = :old",
    "UPDATE counters SET value = (SELECT max(arrival) FROM events) WHERE name = 'arrival'",
)
