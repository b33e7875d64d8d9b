"""Takes a push into the ledger and applies it, in the caller's transaction. Answers nothing yet.

Every event that follows is stored as it came, whatever becomes of it; a fork or a gap is never stored
over. What a revoked laptop sends is kept sealed and changes nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from sync.ids import is_id
from sync.ledger import Entry, Head
from sync.records import EventKind, changed
from sync.wire.errors import Problem
from sync.words import N_, Phrase

from ..projecting import Sender
from ..projecting.said import Said, Unfit, detail_of, quarantined
from ..store import events, facts, set_aside
from ..store.devices import Device
from ..store.events import Incarnation
from .applying import apply, title
from .batches import Batch, is_signed, require_signature
from .clocks import with_clock
from .following import BROKEN, FORK, Followed, follow
from .replaying import replay_named

LARGEST_VERSION = 1_000_000


@dataclass(frozen=True)
class Kept:
    """Where the chain stands now, and what the laptop should be told besides."""

    head: Head
    notices: tuple[dict[str, Any], ...] = ()
    signed: bool = False  # the laptop's own signature stands under this head


def keep(connection: Connection, device: Device, batch: Batch, sender: Sender) -> Kept:
    """Store and apply what follows. Raises Problem unknown_incarnation for another laptop's chain."""
    chain = _chain(connection, device, batch, sender.now)
    entries = [said.entry for said in batch.said]
    held = _held(connection, chain, batch)
    followed = follow(chain.head, held, entries, batch.head)
    signed = _signed(device, batch, followed, held)
    if signed is None:
        followed, signed = Followed((), chain.head, BROKEN, entries[0]), batch.head
    notices = _stopped(connection, device, followed, sender.now)
    by_place = {one.entry.n: one for one in reversed(batch.said)}
    said = [changed(by_place[entry.n], entry=entry) for entry in followed.new]
    if device.revoked_at is None:
        settled = apply(connection, said, sender)
    else:
        settled = [quarantined(one, Unfit("revoked", title("revoked"))) for one in said]
    events.add(connection, [_row(one, sender, device.revoked_at is not None) for one in settled])
    if said:
        events.set_head(connection, followed.head)
        _look_again(connection, device, settled, sender.now)
    notices += _without_body(connection, device, settled, sender.now)
    return Kept(followed.head, tuple(notices), signed == followed.head)


def _signed(device: Device, batch: Batch, followed: Followed, held: Mapping[int, bytes]) -> Head | None:
    """The head that the laptop signed; where it left the hash to us, its signature is checked here.

    Of a batch that does not follow nothing is kept, and nothing can be computed. None where a batch that
    goes on from a place held here is not signed so: the laptop spared itself the hash of that place, and a
    copy of it may have written another there. From our mark it sees whether that is why.
    """
    if batch.head.h or followed.stop is not None:
        return batch.head
    places = {**held, **{entry.n: entry.h for entry in followed.new}}
    head = Head(batch.head.incarnation, batch.head.n, places.get(batch.head.n, b""))
    goes_on = bool(batch.said) and min(said.entry.n for said in batch.said) > 1
    if goes_on and not is_signed(device, head, batch.signature):
        return None
    require_signature(device, head, batch.signature)
    return head


def _without_body(
    connection: Connection, device: Device, settled: list[Said], now: datetime
) -> list[dict[str, Any]]:
    """A laptop lets go of a body only once a verified backup holds it: this office came from an older one."""
    found = [one.entry for one in settled if one.code == "erased"]
    gone = set_aside.erased_here(connection, {entry.id for entry in found})
    missing = [entry for entry in found if entry.id not in gone]
    if not missing:
        return []
    places = {"incarnation": missing[0].incarnation, "n": [entry.n for entry in missing]}
    subject = f"{missing[0].incarnation}:{missing[0].n}"
    _remember(connection, "ledger.body_missing", device, subject, places, now)
    text = N_(
        "{count} eventos llegaron sin contenido: el portátil ya lo había soltado porque una copia verificada "
        "lo tenía. Restaure la copia más reciente"
    )
    said = detail_of(Phrase(text, {"count": len(missing)}))
    return [{"code": "erased", "n": missing[0].n, "count": len(missing), "said": said}]


def _look_again(connection: Connection, device: Device, settled: list[Said], now: datetime) -> None:
    """A correction may have come before the visit it corrects, which was in another chain."""
    came = {
        one.entry.id for one in settled if one.code is None and one.entry.kind == EventKind.VISIT_RECORDED
    }
    if came:
        replay_named(connection, device, came, now, f"device:{device.id}")


def _chain(connection: Connection, device: Device, batch: Batch, now: datetime) -> Incarnation:
    chain = events.incarnation(connection, batch.head.incarnation, lock=True)
    if chain is not None:
        if chain.device_id != device.id:
            raise Problem("unknown_incarnation", Phrase(N_("Esta instalación es de otro portátil")))
        return chain
    parent = None if batch.parent is None else (batch.parent.incarnation, batch.parent.n)
    if parent is not None:
        _remember(
            connection,
            "ledger.incarnation_opened",
            device,
            batch.head.incarnation,
            {"parent": parent[0], "parent_n": parent[1]},
            now,
        )
    return events.open_incarnation(connection, batch.head.incarnation, device.id, now, parent)


def _held(connection: Connection, chain: Incarnation, batch: Batch) -> dict[int, bytes]:
    """The hashes of the batch's places that are held, and of the place before its first."""
    places = [said.entry.n for said in batch.said if said.entry.n <= chain.n]
    found = events.hashes(connection, chain.id, min(places) - 1, max(places)) if places else {}
    return found | {chain.n: chain.h}


def _stopped(
    connection: Connection, device: Device, followed: Followed, now: datetime
) -> list[dict[str, Any]]:
    """Tell why the rest was not taken; a fork or a broken link is also a fact, once."""
    if followed.stop is None or followed.at is None:
        return []
    entry: Entry = followed.at
    if followed.stop in (FORK, BROKEN):
        kind = "ledger.fork" if followed.stop == FORK else "ledger.chain_broken"
        subject = f"{entry.incarnation}:{entry.n}:{entry.h.hex()[:16]}"
        if not events.noted(connection, kind, subject):
            payload = {"n": entry.n, "h": entry.h.hex(), "have": followed.head.n}
            _remember(connection, kind, device, subject, payload, now)
    return [{"code": followed.stop, "n": entry.n, "said": detail_of(title(followed.stop))}]


def _row(said: Said, sender: Sender, sealed: bool) -> dict[str, Any]:
    """The event verbatim. What cannot be an id or a version is left empty; the header still holds it."""
    entry = said.entry
    return {
        "incarnation": entry.incarnation,
        "n": entry.n,
        "id": entry.id if is_id(entry.id) else "",
        "kind": entry.kind[:100],
        "version": entry.version if 0 <= entry.version <= LARGEST_VERSION else 0,
        "header": entry.header,
        "salt": entry.salt,
        "body": entry.body,
        "body_digest": entry.body_digest,
        "h": entry.h,
        "received_at": sender.now,
        "quarantine": said.code,
        "quarantine_detail": None if said.detail is None else with_clock(said.detail, sender),
        "sealed": sealed,
    }


def _remember(
    connection: Connection,
    kind: str,
    device: Device,
    subject: str,
    payload: Mapping[str, Any],
    now: datetime,
) -> None:
    facts.append(
        connection,
        kind,
        as_of=now.date(),
        now=now,
        actor=f"device:{device.id}",
        subject=subject,
        payload=payload,
    )
