"""Closes the laptop's data when it has not met its office for too long, and opens it again by a code.

The laptop's clock is corrected by the offset the office last measured. A clock far ahead closes the data
only while it is far ahead; one before the last meeting is wrong, and closes them too.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256

from sync import lease
from sync.exchange import Reading

from .store import leases, settings
from .store.db import Database, Store

# A clock may be this far behind the last meeting without being taken for one that was set back.
SLACK = timedelta(days=1)


@dataclass(frozen=True)
class Lease:
    """`until` None: the office set no limit. `challenge` is shown to the office while it is closed."""

    until: datetime | None
    closed: bool = False
    clock_behind: bool = False
    challenge: str = ""


def standing(store: Store, reading: Reading) -> Lease:
    """Whether the laptop's data may be shown now."""
    with store.reading() as db:
        found = _judged(db, reading)
        challenge = settings.get(db, leases.CHALLENGE)
    if not found.closed:
        return found
    if challenge is None:
        challenge = lease.new_challenge()
        with store.writing() as db:
            settings.put(db, leases.CHALLENGE, challenge)
    return Lease(found.until, True, found.clock_behind, challenge)


def open_by_code(store: Store, typed: str, reading: Reading) -> int | None:
    """For how many days the office's code opened the data; None when it is not the code asked for."""
    with store.writing() as db:
        challenge = settings.get(db, leases.CHALLENGE)
        token = str(settings.get(db, "token"))
        if challenge is None:
            return None
        days = lease.days_of(sha256(token.encode()).digest(), challenge, typed)
        if days is None:
            return None
        now = _now(db, reading)
        leases.extend(db, now + timedelta(days=days))
        _until, met = leases.held(db)
        if met is not None and now < met:
            # The office knows of the clock now: it is told by voice, and the code is for this moment.
            leases.met(db, now, now + timedelta(days=days))
    return days


def _judged(db: Database, reading: Reading) -> Lease:
    until, met = leases.held(db)
    now = _now(db, reading)
    if until is None:
        return Lease(None)
    behind = met is not None and now < met - SLACK
    return Lease(until, behind or now >= until, behind)


def _now(db: Database, reading: Reading) -> datetime:
    return reading.wall - timedelta(milliseconds=int(settings.get(db, "offset_ms") or 0))
