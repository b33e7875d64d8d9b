"""Finds the text that a laptop packed its message against. Writes nothing."""

from __future__ import annotations

from sqlalchemy import Engine

from sync.wire.packing import context_text

from ..store import contexts, offices
from ..store.devices import Device
from ..store.engine import reading


def find(engine: Engine, device: Device, n: int, number: int) -> bytes | None:
    """The text of event `n` and route `number` as this office holds them; None where it does not.

    Whether the laptop meant the same is told by the check in its message.
    """
    with reading(engine) as connection:
        stops = contexts.stops_of(connection, device.agent_id, number) if number else []
        event = contexts.event_of(connection, device.id, n) if n else (b"", b"")
        if stops is None or event is None:
            return None
        return context_text(*event, str(offices.get(connection, "epoch")), stops)
