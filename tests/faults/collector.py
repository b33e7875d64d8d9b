"""A collector who saves visits and sends them, again and again, until his laptop is killed. Checks nothing."""

from __future__ import annotations

import os
import random
import time
from datetime import timedelta
from pathlib import Path

from field_client import syncing
from field_client.clock import SystemClock
from field_client.drafting import Draft
from field_client.folder import open_laptop
from field_client.peer import HttpPeer
from field_client.store import records, settings
from field_client.store.db import Store
from field_client.visiting import Saved, record_visit
from sync.ids import new_id
from sync.records import Location, LocationSource, Party, Place, Result, VisitResult

PASSPHRASE = "la contraseña del portátil"
PAUSE_S = 0.02
# How long a hasty one may leave a visit told and unsaved: on odd seeds a moment, on even ones past any kill.
HASTY_S = (60.0, 10 * PAUSE_S)


def main(folder: str, acked: str, seed: int, hasty: bool) -> None:
    """Tell every visit in the file `acked` once it is saved; a `hasty` one tells it before."""
    store, luck = open_laptop(Path(folder), PASSPHRASE), random.Random(seed)
    told = os.open(acked, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    debtors = _debtors(store)
    while True:
        for _ in range(luck.randrange(1, 4)):
            draft = _draft(luck.choice(debtors))
            if hasty:
                os.write(told, f"{draft.id}\n".encode())
                time.sleep(HASTY_S[seed % 2])
            saved = record_visit(store, draft, SystemClock().read())
            assert isinstance(saved, Saved), saved
            if not hasty:
                os.write(told, f"{saved.visit}\n".encode())
            time.sleep(PAUSE_S)
        syncing.exchange(store, SystemClock(), peer_of(store))


def peer_of(store: Store, server: str | None = None) -> HttpPeer:
    """The office as this laptop knows it, asked once: what fails waits for the next round."""
    with store.reading() as db:
        return HttpPeer(
            server or settings.get(db, "server"),
            device=settings.get(db, "device"),
            token=settings.get(db, "token"),
            attempts=1,
        )


def _debtors(store: Store) -> list[tuple[str, str, tuple[str, ...]]]:
    """(debtor, address, accounts) of everyone on this laptop."""
    with store.reading() as db:
        accounts = records.all_of(db, "account")
        return [
            (
                one["id"],
                one["addresses"][0]["id"],
                tuple(sorted(account["id"] for account in accounts if account["debtor"] == one["id"])),
            )
            for one in records.all_of(db, "debtor")
        ]


def _draft(debtor: tuple[str, str, tuple[str, ...]]) -> Draft:
    """Nobody opened, a minute ago."""
    name, address, accounts = debtor
    return Draft(
        id=new_id(),
        debtor=name,
        accounts=accounts,
        place=Place.HOME,
        party=Party.NOBODY,
        start=SystemClock().read().wall - timedelta(minutes=1),
        end=None,
        results=tuple(VisitResult(account, Result.NOBODY_HOME, None) for account in accounts),
        location=Location(LocationSource.NONE, reason="El portátil no tiene GPS"),
        address=address,
        override_reason="prueba de cortes",
    )


def acknowledged(file: Path) -> list[str]:
    """The ids told in full; a line cut by the kill was told to nobody."""
    said = file.read_text() if file.exists() else ""
    return [line for line in said.split("\n")[:-1] if line]
