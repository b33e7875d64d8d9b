"""Orders a laptop to hand over what it holds and forget the rest, at its next contact. Knows no HTTP."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection, Engine

from sync.keys import SigningKey
from sync.ledger import Head
from sync.orders import wipe_order
from sync.wire.errors import Problem
from sync.words import N_, Phrase

from .store import devices, facts, recoveries
from .store.devices import Device
from .store.engine import reading, writing


def order(engine: Engine, device_id: str, *, actor: str, now: datetime) -> None:
    """Shut the laptop out and have it wiped: it first writes what was not sent to a file that only this
    office can open. Raises Problem not_found. Ordering twice changes nothing."""
    with writing(engine) as connection:
        if devices.by_id(connection, device_id) is None:
            raise Problem("not_found", Phrase(N_("No hay un portátil {id}"), {"id": device_id[:40]}))
        if devices.revoke(connection, device_id, now):
            _remember(connection, "device.revoked", device_id, actor, now)
        if recoveries.order_wipe(connection, device_id, actor, now):
            _remember(connection, "device.wipe_ordered", device_id, actor, now)


def refuse(engine: Engine, signer: SigningKey, device: Device, have: Head) -> None:
    """Raise Problem revoked for a laptop that was shut out, with the order to wipe it if there is one, and
    how far its chain is kept, sealed, so that it can hand over the rest."""
    if device.revoked_at is None:
        return
    with reading(engine) as connection:
        ordered = recoveries.wipe_ordered_at(connection, device.id)
    mark = {"incarnation": have.incarnation, "n": have.n, "h": have.h.hex()}
    order = {} if ordered is None else {"wipe": wipe_order(signer, device.id, ordered)}
    raise Problem("revoked", fields={"have": mark, **order})


def _remember(connection: Connection, kind: str, device_id: str, actor: str, now: datetime) -> None:
    facts.append(connection, kind, as_of=now.date(), now=now, actor=actor, subject=device_id, payload={})
