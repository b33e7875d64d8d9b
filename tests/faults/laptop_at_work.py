"""A laptop that saves visits in a process of its own, to be cut short. Checks nothing."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path

from field_client import folder as folders
from field_client.drafting import Draft
from field_client.store import keyring
from field_client.visiting import Saved, record_visit
from sync.ids import new_id
from sync.records import Location, LocationSource, Party, Place, Reason, Result, VisitResult
from tests.laptop import builders

from .working import SAID, Answered, main


def prepare(folder: Path) -> None:
    """Carlos's laptop with his day on it, and its database key in prepared.json."""
    laptop = builders.build(folder)
    laptop.receive(builders.crowd(), start=100)
    laptop.store.close()
    key = keyring.load(folder, builders.PASSPHRASE)
    (folder / SAID).write_text(json.dumps({"key": key.hex()}))


def work(folder: Path, synchronous: str, count: int, answered: Answered) -> None:
    """Save `count` visits with a promise each, as the form does."""
    store = folders.open_laptop(folder, builders.PASSPHRASE)
    if synchronous != "full":
        with store.reading() as db:
            db.conn.rollback()
            db.execute(f"PRAGMA synchronous={synchronous}")
    clock = builders.StandingClock()
    for turn in range(count):
        saved = record_visit(store, a_draft(turn), clock.read())
        assert isinstance(saved, Saved), saved
        answered(list(saved.events))
        clock.forward(seconds=1)
    store.close()


def a_draft(turn: int) -> Draft:
    """The next of the crowd promises one account and refuses the other."""
    debtor, loan, card = (builders.uid(base + turn % builders.CROWD) for base in (5000, 6000, 7000))
    due = builders.DAY + timedelta(days=4)
    promise = {"amount": "50000", "due": due.isoformat(), "channel": "bank", "place": "Banco Andino"}
    return Draft(
        id=new_id(),
        debtor=debtor,
        accounts=(loan, card),
        place=Place.HOME,
        party=Party.HOLDER,
        start=builders.NOON - timedelta(minutes=9),
        end=None,
        results=(
            VisitResult(loan, Result.PROMISE, None, promise),
            VisitResult(card, Result.REFUSES, Reason.ILLNESS),
        ),
        location=Location(LocationSource.NONE, reason="El portátil no tiene GPS"),
        note=f"vuelta {turn}",
        override_reason="prueba de corte de energía",
    )


if __name__ == "__main__":
    main(work)
