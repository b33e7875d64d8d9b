"""Applies what waited in quarantine once the office can: after an upgrade, or when what it names arrived.

An event is read again from its exact bytes, judged by the clocks of the request that brought it, and
applied once however often this runs. What still does not fit stays where it is.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import groupby
from typing import Any

from sqlalchemy import Connection, Engine

from sync.wire.fields import parse_instant

from ..projecting import Sender
from ..projecting.said import Said, judge
from ..store import devices, facts, set_aside
from ..store.devices import Device
from ..store.engine import writing
from ..store.set_aside import Waiting
from .applying import apply
from .clocks import with_clock

# No program makes these fit: the first word stands, a seal is a person's to break, the body is gone.
FINAL = ("id_conflict", "revoked", "erased")
BATCH = 200


@dataclass(frozen=True)
class Replayed:
    """How many were looked at, how many of them are applied now, and why the others still wait."""

    looked_at: int = 0
    applied: int = 0
    waiting: Mapping[str, int] = field(default_factory=dict)

    def to_json(self) -> dict[str, Any]:
        return {"looked_at": self.looked_at, "applied": self.applied, "waiting": dict(self.waiting)}


def replay(engine: Engine, now: datetime, actor: str) -> Replayed:
    """Try everything that waits again, a batch a transaction; a run cut short goes on with the next one."""
    after, outcomes = 0, Counter[str | None]()
    while True:
        with writing(engine) as connection:
            found = set_aside.quarantined(connection, final=FINAL, after=after, limit=BATCH)
            outcomes += again(connection, found, now, actor, "event.replayed")
        if len(found) < BATCH:
            return report(outcomes)
        after = found[-1].arrival


def replay_named(
    connection: Connection, device: Device, applied: Collection[str], now: datetime, actor: str
) -> None:
    """Try again what waits for a visit that has just arrived: chains of one agent come in any order."""
    waiting = set_aside.quarantined_of(connection, device.agent_id, "unknown_record")
    named = [one for one in waiting if judge(one.entry).body.get("visit") in applied]
    again(connection, named, now, actor, "event.replayed")


def again(
    connection: Connection, waiting: Sequence[Waiting], now: datetime, actor: str, kind: str
) -> Counter[str | None]:
    """Apply these as if they came now, each with the clocks of its own request; counts what became of them.

    Each one applied is a fact of this kind.
    """
    outcomes = Counter[str | None]()
    for _, together in groupby(waiting, _request):
        group = list(together)
        device = devices.by_id(connection, group[0].device_id)
        if device is None:
            continue
        sender = Sender(device, group[0].received_at, _heard(group[0]))
        before = {one.entry.n: one for one in group}
        for said in apply(connection, [judge(one.entry) for one in group], sender, now):
            outcomes[said.code] += 1
            _settle(connection, said, before[said.entry.n], sender, now, actor, kind)
    return outcomes


def report(outcomes: Counter[str | None]) -> Replayed:
    waiting = {code: many for code, many in sorted(outcomes.items(), key=str) if code is not None}
    return Replayed(outcomes.total(), outcomes[None], waiting)


def _request(waiting: Waiting) -> tuple[Any, ...]:
    return waiting.entry.incarnation, waiting.received_at, str(waiting.detail.get("heard"))


def _heard(waiting: Waiting) -> dict[str, Any] | None:
    said = waiting.detail.get("heard")
    return None if said is None else said | {"wall": parse_instant(said["wall"])}


def _settle(
    connection: Connection, said: Said, was: Waiting, sender: Sender, now: datetime, actor: str, kind: str
) -> None:
    if said.code == was.code:
        return
    detail = None if said.detail is None else with_clock(said.detail, sender)
    set_aside.settle(connection, said.entry.head, said.code, detail)
    if said.code is None:
        facts.append(
            connection,
            kind,
            as_of=now.date(),
            now=now,
            actor=actor,
            subject=said.entry.id,
            payload={
                "incarnation": said.entry.incarnation,
                "n": said.entry.n,
                "kind": said.entry.kind,
                "version": said.entry.version,
                "waited_for": was.code,
            },
        )
