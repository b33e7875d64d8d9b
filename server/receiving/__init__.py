"""One exchange of a laptop with the office, from its request to the reply. Knows no HTTP.

The push is read outside any transaction, kept and applied in one, and answered only after its commit.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Engine

from sync import __version__
from sync.exchange.hello import RECEIPT_WANTED
from sync.keys import SigningKey
from sync.ledger import ZERO, Checkpoint, Head, Receipt
from sync.wire.errors import Problem
from sync.wire.messages import PROTOCOL, SyncReply, SyncRequest
from sync.words import N_, Phrase

from .. import leasing, program, wiping
from ..enrolling import loaded
from ..erasing import erase_arrivals
from ..projecting import Sender
from ..store import backups, devices, events, offices, tls_pins
from ..store.devices import Device
from ..store.engine import reading, writing
from . import answering, handing_keys
from .batches import Batch, read_batch
from .clocks import skewed
from .context import find as context_of
from .keeping import Kept, keep
from .vouching import checkpoint, countersign, note_restore, wants_to_see

__all__ = ["answer", "context_of", "exchange", "receive"]


# Made once: making the schema took longer than reading or writing a small message with it.
REQUEST, REPLY = SyncRequest(), SyncReply()


@dataclass(frozen=True)
class Written:
    """What the transaction left behind for the reply."""

    kept: Kept
    receipt: Receipt | None
    checkpoint: Checkpoint


def receive(
    engine: Engine, signer: SigningKey, device: Device, request: dict[str, Any], now: datetime
) -> dict[str, Any]:
    """SyncRequest → SyncReply, both as JSON objects. Raises Problem."""
    reply: dict[str, Any] = REPLY.dump(exchange(engine, signer, device, loaded(REQUEST, request), now))
    return reply


def answer(
    engine: Engine, signer: SigningKey, device: Device, asked: Mapping[str, Any], now: datetime
) -> dict[str, Any]:
    """The same for `codec.encode`, with a request that is loaded: the page's rows are JSON already."""
    reply = exchange(engine, signer, device, asked, now, written=True)
    page = reply["page"]
    rows = None if page is None else page["rows"]
    told: dict[str, Any] = REPLY.dump(reply if page is None else reply | {"page": page | {"rows": []}})
    if page is not None:
        told["page"]["rows"] = rows
    return told


def exchange(
    engine: Engine,
    signer: SigningKey,
    device: Device,
    asked: Mapping[str, Any],
    now: datetime,
    *,
    carried: bool = False,
    written: bool = False,
) -> dict[str, Any]:
    """The same with a request that is loaded and a reply that is not yet dumped.

    `carried`: it came on a file, so that its clock was read nobody knows when. `written`: the page's rows
    are text already.
    """
    if asked["hello"]["protocol"] < 1:
        raise Problem("unsupported_version")
    batch = read_batch(device, asked)
    asked = {**asked, "compare": answering.readable(asked["compare"])}
    with writing(engine) as connection:
        device = _greeted(connection, device, asked, now, carried)
        left = _write(connection, signer, device, batch, asked, now, carried)
    wiping.refuse(engine, signer, device, left.kept.head)
    with reading(engine) as connection:
        return _reply(connection, device, asked, left, now, written)


def _greeted(
    connection: Connection, device: Device, asked: Mapping[str, Any], now: datetime, carried: bool
) -> Device:
    """The laptop as it is now, its row held: it may have been revoked since it was authenticated.

    Its cursor is still the one of its request before this one.
    """
    seen: dict[str, Any] = {}
    if asked["pull"] is not None:
        seen["cursor"] = answering.stands_at(connection, asked["pull"]["cursor"])
    if not carried:
        seen["offset_ms"] = round((asked["hello"]["clock"]["wall"] - now).total_seconds() * 1000)
    if asked["push"] is not None:
        seen["last_sent"] = now
    if device.revoked_at is None:
        seen["lease_until"] = leasing.until(connection, now)
    if asked["hello"]["pending"] is not None:
        seen["pending"] = asked["hello"]["pending"]
    devices.touch(connection, device.id, now=now, client=asked["hello"]["client"], seen=seen)
    held = devices.by_id(connection, device.id)
    if held is None:
        raise Problem("not_enrolled")
    return replace(held, cursor=device.cursor)


def _write(
    connection: Connection,
    signer: SigningKey,
    device: Device,
    batch: Batch | None,
    asked: Mapping[str, Any],
    now: datetime,
    carried: bool,
) -> Written:
    hello = asked["hello"]
    if wants_to_see(connection, device, hello["claim"]):
        raise Problem(RECEIPT_WANTED)
    note_restore(connection, signer, device, hello["receipt"], now, hello["keys"])
    receipt = None
    heard = None if carried else hello["clock"]
    if batch is None:
        kept = Kept(_standing(connection, device, hello["incarnation"]))
    else:
        sender = Sender(device, now, heard)
        kept = keep(connection, device, batch, sender)
        erase_arrivals(connection, signer, [said.entry for said in batch.said], sender)
        # Only what the laptop itself signed is countersigned.
        if device.revoked_at is None and kept.signed:
            receipt = countersign(connection, signer, device, kept.head, batch.signature, now)
    kept = replace(kept, notices=(*kept.notices, *skewed(heard, now)))
    return Written(kept, receipt, checkpoint(connection, signer, now))


def _standing(connection: Connection, device: Device, incarnation: str) -> Head:
    chain = events.incarnation(connection, incarnation)
    if chain is None:
        return Head(incarnation, 0, ZERO)
    if chain.device_id != device.id:
        raise Problem("unknown_incarnation", Phrase(N_("Esta instalación es de otro portátil")))
    return chain.head


def _reply(
    connection: Connection,
    device: Device,
    asked: Mapping[str, Any],
    left: Written,
    now: datetime,
    written: bool,
) -> dict[str, Any]:
    incarnation = asked["hello"]["incarnation"]
    pull, compare = asked["pull"], asked["compare"]
    return {
        "protocol": PROTOCOL,
        "server": f"ronda/{__version__}",
        "server_time": now,
        "epoch": offices.get(connection, "epoch"),
        "have": answering.mark(left.kept.head),
        "quarantined": [_quarantined(row) for row in events.quarantined(connection, incarnation)],
        "receipt": None if left.receipt is None else vars(left.receipt),
        "checkpoint": left.checkpoint.to_json(with_heads=False),
        "verified_backup": _covered(connection, incarnation),
        "page": None
        if pull is None
        else answering.page(connection, device, pull, incarnation, written=written),
        "compare": None if compare is None else answering.compare(connection, device, compare),
        "notices": [*left.kept.notices, *program.notices(connection, asked["hello"]["client"])],
        "signing_keys": handing_keys.new_keys(connection, asked, now),
        "lease_until": leasing.until(connection, now),
        "tls_pins": tls_pins.to_tell(connection, now),
    }


def _covered(connection: Connection, incarnation: str) -> dict[str, Any] | None:
    """How far the last verified backup holds a chain, if that is the history this office holds too."""
    held = backups.verified_mark(connection, incarnation)
    if held is None or held.n == 0:
        return None
    same = events.hashes(connection, incarnation, held.n, held.n).get(held.n) == held.h
    return answering.mark(held) if same else None


def _quarantined(row: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "incarnation": row["incarnation"],
        "n": row["n"],
        "id": row["id"],
        "code": row["quarantine"],
        "detail": row["quarantine_detail"] or {},
    }
