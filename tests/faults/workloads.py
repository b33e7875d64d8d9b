"""Programs to be cut short: an office that receives and a laptop that saves, telling what was answered.

`python -m tests.faults.workloads office|laptop FOLDER full|normal COUNT` works in a folder that
`prepare_office` or `prepare_laptop` made; each event whose saving was answered is told in FOLDER/acked.
"""

from __future__ import annotations

import json
import os
import shutil
import sys
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import event

from field_client import folder as folders
from field_client.drafting import Draft
from field_client.store import keyring
from field_client.visiting import Saved, record_visit
from server import receiving
from server.enrolling import authenticate
from server.store.engine import open_engine
from sync.ids import new_id
from sync.keys import signing_key
from sync.records import Location, LocationSource, Party, Place, Reason, Result, VisitResult
from tests.laptop import builders as on_laptop
from tests.office import builders as at_office

from .power import ACKED

SAID = "prepared.json"
DEBTORS = ("Rosa", "Luis")


def prepare_office(folder: Path, empty_office: Path) -> None:
    """A small office and a laptop enrolled at it; what the program needs of both in prepared.json."""
    shutil.copytree(empty_office, folder, dirs_exist_ok=True)
    world = at_office.small_world(open_engine(f"sqlite:///{folder / 'office.db'}"))
    laptop = at_office.enrolled(world)
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


def prepare_laptop(folder: Path) -> None:
    """Carlos's laptop with his day on it, and its database key in prepared.json."""
    on_laptop.build(folder).store.close()
    key = keyring.load(folder, on_laptop.PASSPHRASE)
    (folder / SAID).write_text(json.dumps({"key": key.hex()}))


def said_of(folder: Path) -> dict[str, Any]:
    """What `prepare_…` noted beside the database."""
    said: dict[str, Any] = json.loads((folder / SAID).read_text())
    return said


def office(folder: Path, synchronous: str, count: int, answered: Callable[[list[str]], None]) -> None:
    """Receive `count` pushes of one to three visits and a promise, in one process, one after another."""
    said = said_of(folder)
    engine = open_engine(f"sqlite:///{folder / 'office.db'}")

    @event.listens_for(engine, "connect")
    def weaken(connection: Any, _record: Any) -> None:
        if synchronous != "full":
            connection.execute(f"PRAGMA synchronous={synchronous}")

    world = at_office.World(engine, signing_key(bytes.fromhex(said["signer"])), bytes.fromhex(said["recovery"]))
    world.debtors, world.accounts, world.addresses = said["debtors"], said["accounts"], said["addresses"]
    device = authenticate(engine, said["authorization"])
    key = signing_key(bytes.fromhex(said["key"]))
    laptop = at_office.Laptop(world, device, said["token"], key, said["incarnation"])
    for turn in range(count):
        new = [laptop.visit(DEBTORS[turn % 2], note=f"vuelta {turn}") for _ in range(1 + turn % 3)]
        new.append(laptop.promise(new[-1], DEBTORS[turn % 2]))
        reply = receiving.receive(engine, world.signer, device, laptop.request(new), at_office.NOW)
        assert reply["have"]["n"] == new[-1].n, reply
        answered([entry.id for entry in new])
    engine.dispose()


def laptop(folder: Path, synchronous: str, count: int, answered: Callable[[list[str]], None]) -> None:
    """Save `count` visits with a promise each, as the form does."""
    store = folders.open_laptop(folder, on_laptop.PASSPHRASE)
    if synchronous != "full":
        with store.reading() as db:
            db.conn.rollback()
            db.execute(f"PRAGMA synchronous={synchronous}")
    clock = on_laptop.StandingClock()
    for turn in range(count):
        saved = record_visit(store, a_draft(turn), clock.read())
        assert isinstance(saved, Saved), saved
        answered(list(saved.events))
        clock.forward(seconds=1)
    store.close()


def a_draft(turn: int) -> Draft:
    """María promises one account and refuses the other, once more."""
    due = on_laptop.DAY + timedelta(days=4)
    promise = {"amount": "50000", "due": due.isoformat(), "channel": "bank", "place": "Banco Andino"}
    return Draft(
        id=new_id(),
        debtor=on_laptop.MARIA,
        accounts=(on_laptop.MARIA_LOAN, on_laptop.MARIA_CARD),
        place=Place.HOME,
        party=Party.HOLDER,
        start=on_laptop.NOON - timedelta(minutes=9),
        end=None,
        results=(
            VisitResult(on_laptop.MARIA_LOAN, Result.PROMISE, None, promise),
            VisitResult(on_laptop.MARIA_CARD, Result.REFUSES, Reason.ILLNESS),
        ),
        location=Location(LocationSource.NONE, reason="El portátil no tiene GPS"),
        address=on_laptop.MARIA_HOME,
        note=f"vuelta {turn}",
        override_reason="prueba de corte de energía",
    )


def main(which: str, folder: Path, synchronous: str, count: int) -> None:
    told = os.open(folder / ACKED, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)

    def answered(ids: list[str]) -> None:
        os.write(told, (" ".join(ids) + "\n").encode())

    {"office": office, "laptop": laptop}[which](folder, synchronous, count, answered)


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]), sys.argv[3], int(sys.argv[4]))
