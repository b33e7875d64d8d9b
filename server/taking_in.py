"""Takes in a laptop's queue file: the same signed pushes, through the same door as over the network.

Taking a file in twice changes nothing, and what later comes over the network is not doubled. Knows no
page and no command line.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256
from typing import Any

from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from sqlalchemy import Connection, Engine

from sync.exchange.carrying import NotCarried, Queue, reply_file, unpack
from sync.keys import SigningKey
from sync.wire.errors import Problem
from sync.wire.fields import instant
from sync.wire.messages import SyncReply, SyncRequest
from sync.words import N_, Phrase

from . import attaching, receiving
from .enrolling import loaded
from .receiving.releasing import release
from .shelf import Shelf
from .store import agents, devices, events, facts, recoveries
from .store.devices import Device
from .store.engine import reading, writing
from .store.recoveries import Recovery

Json = dict[str, Any]


@dataclass(frozen=True)
class TakenIn:
    """What a queue file brought. `reply` is the file for the laptop; `refused` are pushes not taken."""

    device: str
    agent_name: str
    made: datetime
    carried: int
    new: int
    quarantined: int
    attachments: int
    refused: tuple[str, ...]
    reply: bytes = field(repr=False)

    def to_json(self) -> Json:
        said = {name: getattr(self, name) for name in ("device", "agent_name", "carried", "new")}
        more = {name: getattr(self, name) for name in ("quarantined", "attachments")}
        return said | more | {"made": instant(self.made), "refused": list(self.refused)}


def take_in(
    engine: Engine,
    signer: SigningKey,
    recovery: X25519PrivateKey,
    data: bytes,
    *,
    actor: str,
    now: datetime,
    opening: str | None = None,
    shelf: Shelf | None = None,
) -> TakenIn:
    """Raises NotCarried for a file that is none or of an unknown laptop.

    What a revoked laptop said stays sealed, unless `opening` is a recovery of it that two people agreed on.
    """
    queue = unpack(recovery, data)
    with reading(engine) as connection:
        device, name = _whose(connection, queue)
        found = None if opening is None else _opening(connection, device, opening)
        before = _held(connection, queue.requests)
    replies, refused = [], []
    for request in queue.requests:
        try:
            asked = loaded(SyncRequest(), request)
            made = receiving.exchange(engine, signer, device, asked, now, carried=True)
            replies.append(made)
        except Problem as problem:
            refused.append(problem.code)
    if found is not None and device.revoked_at is not None:
        release(engine, device.id, why=found.reason, actor=actor, now=now)
        refused = [code for code in refused if code != "revoked"]
    if shelf is not None:
        attaching.take_carried(engine, shelf, device, queue.attachments, now)
        if found is not None:
            attaching.release_sealed(engine, shelf, device.id, now)
    with writing(engine) as connection:
        new = sum(_held(connection, queue.requests).values()) - sum(before.values())
        taken = TakenIn(
            device=device.id,
            agent_name=name,
            made=queue.made,
            carried=sum(_size(request) for request in queue.requests),
            new=new,
            quarantined=len(replies[-1]["quarantined"]) if replies else 0,
            attachments=len(queue.attachments),
            refused=tuple(refused),
            reply=reply_file(signer, device.id, now, [SyncReply().dump(one) for one in replies]),
        )
        if recoveries.wipe_ordered_at(connection, device.id) is not None:
            recoveries.wiped(connection, device.id, now)
        payload = taken.to_json() | {"sha256": sha256(data).hexdigest(), "opening": opening}
        facts.append(
            connection,
            "queue.taken_in",
            as_of=now.date(),
            now=now,
            actor=actor,
            subject=device.id,
            payload=payload,
        )
    return taken


def _whose(connection: Connection, queue: Queue) -> tuple[Device, str]:
    device = devices.by_id(connection, queue.device)
    if device is None:
        raise NotCarried(Phrase(N_("El archivo es de un portátil que esta oficina no conoce")))
    agent = agents.by_id(connection, device.agent_id)
    return device, agent.name if agent else ""


def _opening(connection: Connection, device: Device, opening: str) -> Recovery:
    found = recoveries.by_id(connection, opening)
    if found is None or found.device_id != device.id or found.approved_at is None or found.closed_at:
        raise NotCarried(Phrase(N_("Esa recuperación no es de este portátil, o nadie más la aprobó")))
    return found


def _size(request: Mapping[str, Any]) -> int:
    push = request.get("push") if isinstance(request, dict) else None
    said = push.get("events") if isinstance(push, dict) else None
    return len(said) if isinstance(said, list) else 0


def _held(connection: Connection, requests: Sequence[Any]) -> dict[str, int]:
    """How far each chain that the file names is held."""
    names = set()
    for request in requests:
        push = request.get("push") if isinstance(request, dict) else None
        if isinstance(push, dict) and isinstance(push.get("incarnation"), str):
            names.add(push["incarnation"][:36])
    chains = {name: events.incarnation(connection, name) for name in sorted(names)}
    return {name: chain.n if chain else 0 for name, chain in chains.items()}
