"""The TLS keys this laptop's office may show: the one of its enrolment, and what the office said since."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlite_utils import Database

from sync.keys import Keyring
from sync.pinning import Pins
from sync.wire.fields import instant

from . import settings

NAME = "tls_pins"


def get(db: Database) -> list[str]:
    """None for an office that an authority vouches for, or one asked without TLS."""
    said = settings.get(db, NAME)
    return [] if said is None else list(said["pins"])


def first(db: Database, pin: str) -> None:
    settings.put(db, NAME, {"pins": [pin], "said_at": None})


def learn(db: Database, said: Any) -> bool:
    """Take over what the office signed of its keys, if it is newer; never less than one pin, and only for a
    laptop that pins at all. True when it was taken."""
    held = settings.get(db, NAME)
    try:
        pins = Pins.from_json(said)
    except ValueError:
        return False
    keys = Keyring.from_json(settings.get(db, "office_keys"))
    if held is None or not pins.holds(keys, str(settings.get(db, "office"))):
        return False
    if held["said_at"] is not None and pins.said_at <= datetime.fromisoformat(held["said_at"]):
        return False
    settings.put(db, NAME, {"pins": list(pins.pins), "said_at": instant(pins.said_at)})
    return True
