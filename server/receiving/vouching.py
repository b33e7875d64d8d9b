"""What the office signs: receipts, and once a day a checkpoint; and what its own receipts prove to it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from functools import partial
from typing import Any

from sqlalchemy import Connection

from sync.exchange.hello import CLAIMED
from sync.ids import new_id
from sync.keys import OFFICE, BrokenKey, Keyring, SigningKey
from sync.ledger import Checkpoint, Head, Receipt, sign_checkpoint, sign_receipt

from ..enrolling import keyring
from ..store import counters, devices, events, facts, offices, receipts
from ..store.devices import Device

RESTORED = "office.restored"
EPOCH_ENDED = "epoch.ended"
# More than a century of yearly changes; each costs a signature to be checked.
MOST_KEYS = 128


def countersign(
    connection: Connection,
    signer: SigningKey,
    device: Device,
    head: Head,
    head_signature: bytes,
    now: datetime,
) -> Receipt:
    """The office's word that it holds the chain up to this head; kept here and given to the laptop."""
    receipt = sign_receipt(
        signer,
        device=device.id,
        head=head,
        feed_number=counters.current(connection, counters.feed(device.agent_id)),
        epoch=offices.get(connection, "epoch"),
        server_time=now,
    )
    receipts.add(connection, receipt, head_signature)
    return receipt


def checkpoint(connection: Connection, signer: SigningKey, now: datetime) -> Checkpoint:
    """Today's checkpoint, signed over all heads by the first request of the (UTC) day."""
    last = receipts.last_checkpoint(connection)
    if last is not None and last.day >= now.date():
        return last
    made = sign_checkpoint(
        signer,
        day=now.date(),
        epoch=offices.get(connection, "epoch"),
        heads=events.heads(connection),
        previous=last,
        signed_at=now,
    )
    if receipts.add_checkpoint(connection, made):
        return made
    return receipts.last_checkpoint(connection) or made


def note_restore(
    connection: Connection,
    signer: SigningKey,
    device: Device,
    said: Mapping[str, Any] | None,
    now: datetime,
    keys: Mapping[str, Any] | None = None,
) -> None:
    """A receipt of our own that is ahead of what we hold proves that this office was restored from a
    backup, or that it is a copy: a new epoch begins, and every laptop reads its feed anew.

    It may name the device that its laptop was before, if this office knows no such device any more; and a
    key may have signed it that came after the backup, for which one of ours vouches among `keys`.
    """
    if said is None or (said["device"] != device.id and devices.by_id(connection, said["device"])):
        return
    receipt = Receipt(**{name: said[name] for name in Receipt.__dataclass_fields__})
    claim = {name: getattr(receipt, name) for name in CLAIMED}
    if not (wants_to_see(connection, device, claim) or _filled_anew(connection, receipt)):
        return
    ours = keyring(connection, signer, receipt.server_time)
    ring = _with_later_keys(ours, keys)
    wrong = ring.check(receipt.key_id, receipt.signature, receipt.signed_bytes(), purpose=OFFICE)
    if wrong is not None:
        return
    _learn(connection, ours, ring)
    epoch, ended = new_id(), offices.get(connection, "epoch")
    offices.put(connection, "epoch", epoch)
    note = partial(facts.append, connection, as_of=now.date(), now=now, actor=f"device:{device.id}")
    note(RESTORED, subject=receipt.epoch, payload={"epoch": epoch, "receipt": receipt.to_json()})
    if ended != receipt.epoch:
        # Else the receipts of those who spoke with us in it would prove a restore once more, and end this
        # epoch as unnoted: two laptops would go on like that for ever.
        note(EPOCH_ENDED, subject=ended, payload={"epoch": epoch})


def _with_later_keys(ours: Keyring, said: Mapping[str, Any] | None) -> Keyring:
    """Our ring and those that it endorses of what a laptop shows. It may take nothing away from ours."""
    try:
        offered = Keyring() if said is None else Keyring.from_json(dict(said))
    except BrokenKey:
        return ours
    later = tuple(key for key in offered.keys if ours.find(key.id, key.purpose) is None)
    return ours.trusting(Keyring(later)) if len(later) <= MOST_KEYS else ours


def _learn(connection: Connection, ours: Keyring, ring: Keyring) -> None:
    """Keep the public keys that were forgotten with the backup: what they signed can be checked again."""
    for key in ring.keys:
        if ours.find(key.id, key.purpose) is None:
            offices.add_signing_key(
                connection,
                key.id,
                key.public,
                key.valid_from,
                endorsed_by=key.endorsed_by,
                endorsement=key.endorsement,
            )


def wants_to_see(connection: Connection, device: Device, claim: Mapping[str, Any] | None) -> bool:
    """True where a laptop says that its receipt tells of events, of a feed or of an epoch that this office
    does not know."""
    if claim is None:
        return False
    if claim["epoch"] != offices.get(connection, "epoch"):
        over = (events.noted(connection, kind, claim["epoch"]) for kind in (RESTORED, EPOCH_ENDED))
        return not any(over)
    chain, n = events.incarnation(connection, claim["incarnation"]), claim["n"]
    feed = counters.current(connection, counters.feed(device.agent_id))
    return n > (chain.n if chain else 0) or bool(claim["feed_number"] > feed)


def _filled_anew(connection: Connection, receipt: Receipt) -> bool:
    """True where another event is held than it vouches for: a copy of the laptop filled the place again."""
    if receipt.epoch != offices.get(connection, "epoch"):
        return False
    chain = events.incarnation(connection, receipt.incarnation)
    if chain is None or receipt.n > chain.n:
        return False
    return events.mark_at(connection, chain.id, receipt.n).h != receipt.h
