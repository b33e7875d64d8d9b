"""What the office last said of its TLS keys, signed. Knows no key and no certificate."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection

from sync.pinning import Pins

from . import offices

NAME = "tls_pins"
# A laptop away for longer than this is enrolled again; until then every reply says both pins.
TOLD = timedelta(days=90)


def get(connection: Connection) -> Pins | None:
    said = offices.get(connection, NAME)
    return None if said is None else Pins.from_json(said)


def put(connection: Connection, pins: Pins) -> None:
    offices.put(connection, NAME, pins.to_json())


def to_tell(connection: Connection, now: datetime) -> dict[str, Any] | None:
    """The statement while there is another key than the one each laptop was enrolled with."""
    said = get(connection)
    if said is None or len(said.pins) < 2 or now > said.said_at + TOLD:
        return None
    return said.to_json()
