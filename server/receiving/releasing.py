"""Lets a supervisor apply what a revoked laptop sent: it was kept sealed, every byte of it."""

from __future__ import annotations

from collections import Counter
from datetime import datetime

from sqlalchemy import Engine

from sync.records import Refused
from sync.wire.errors import Problem
from sync.words import N_, Phrase

from ..store import devices, facts, set_aside
from ..store.engine import writing
from .replaying import BATCH, Replayed, again, report

SHORTEST_REASON = 5


def release(engine: Engine, device_id: str, *, why: str, actor: str, now: datetime) -> Replayed | Refused:
    """Apply all that this laptop sent since it was revoked; what does not fit is quarantined, unsealed.

    Run again it goes on where it was cut short; what the laptop sends later is sealed as before. Raises
    Problem not_found for a laptop that is not known.
    """
    if len(why.strip()) < SHORTEST_REASON:
        return Refused(
            Phrase(N_("Escriba por qué se libera lo que envió un portátil dado de baja")), "release.reason"
        )
    outcomes = Counter[str | None]()
    while True:
        with writing(engine) as connection:
            if devices.by_id(connection, device_id) is None:
                raise Problem("not_found")
            found = set_aside.sealed(connection, device_id, BATCH)
            outcomes += again(connection, found, now, actor, "event.released")
            if len(found) < BATCH:
                done = report(outcomes)
                facts.append(
                    connection,
                    "device.released",
                    as_of=now.date(),
                    now=now,
                    actor=actor,
                    subject=device_id,
                    payload=done.to_json() | {"why": why.strip()},
                )
                return done
