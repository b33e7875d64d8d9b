"""Until when the laptop may work without meeting its office, and when it last did. Judges nothing."""

from __future__ import annotations

from datetime import datetime

from sqlite_utils import Database

from sync.wire.fields import instant, parse_instant

from . import settings

UNTIL, MET, CHALLENGE = "lease_until", "lease_met", "lease_challenge"


def met(db: Database, at: datetime, until: datetime | None) -> None:
    """The office was met, by its own clock; None: it lets its laptops work without end."""
    settings.put_all(db, {MET: instant(at), UNTIL: None if until is None else instant(until)})


def extend(db: Database, until: datetime) -> None:
    """The office's code was typed; the next code is for another challenge."""
    settings.put(db, UNTIL, instant(until))
    settings.drop(db, CHALLENGE)


def held(db: Database) -> tuple[datetime | None, datetime | None]:
    """(until, when the office was last met)."""
    until, at = settings.get(db, UNTIL), settings.get(db, MET)
    return (parse_instant(until) if until else None, parse_instant(at) if at else None)
