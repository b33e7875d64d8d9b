"""An office that receives pushes in a process of its own, to be cut short. Checks nothing."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

from sqlalchemy import event

from server import receiving
from server.enrolling import authenticate
from server.store.engine import open_engine
from sync.keys import signing_key
from tests.office import builders

from .working import SAID, Answered, main, said_of

DEBTORS = ("Rosa", "Luis")


def prepare(folder: Path, empty_office: Path) -> None:
    """A small office and a laptop enrolled at it; what the program needs of both in prepared.json."""
    shutil.copytree(empty_office, folder, dirs_exist_ok=True)
    world = builders.small_world(open_engine(f"sqlite:///{folder / 'office.db'}"))
    laptop = builders.enrolled(world)
    world.engine.dispose()
    said = {
        "signer": world.signer.raw().hex(),
        "recovery": world.recovery_public.hex(),
        "debtors": world.debtors,
        "accounts": world.accounts,
        "addresses": world.addresses,
        "token": laptop.token,
        "authorization": laptop.authorization,
        "key": laptop.key.raw().hex(),
        "incarnation": laptop.incarnation,
    }
    (folder / SAID).write_text(json.dumps(said))


def work(folder: Path, synchronous: str, count: int, answered: Answered) -> None:
    """Receive `count` pushes of one to three visits and a promise, in one process, one after another."""
    said = said_of(folder)
    engine = open_engine(f"sqlite:///{folder / 'office.db'}")

    @event.listens_for(engine, "connect")
    def weaken(connection: Any, _record: Any) -> None:
        if synchronous != "full":
            connection.execute(f"PRAGMA synchronous={synchronous}")

    world = builders.World(
        engine, signing_key(bytes.fromhex(said["signer"])), bytes.fromhex(said["recovery"])
    )
    world.debtors, world.accounts, world.addresses = said["debtors"], said["accounts"], said["addresses"]
    device = authenticate(engine, said["authorization"])
    key = signing_key(bytes.fromhex(said["key"]))
    laptop = builders.Laptop(world, device, said["token"], key, said["incarnation"])
    for turn in range(count):
        new = [laptop.visit(DEBTORS[turn % 2], note=f"vuelta {turn}") for _ in range(1 + turn % 3)]
        new.append(laptop.promise(new[-1], DEBTORS[turn % 2]))
        reply = receiving.receive(engine, world.signer, device, laptop.request(new), builders.NOW)
        assert reply["have"]["n"] == new[-1].n, reply
        answered([entry.id for entry in new])
    engine.dispose()


if __name__ == "__main__":
    main(work)
