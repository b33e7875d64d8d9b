"""Carries the laptop's events up and believes only what the office proves it holds."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ..ids import new_id, new_incarnation
from ..keys import OFFICE
from ..ledger import ZERO, Entry, Head, Receipt, new_salt, push_bytes, write_entry
from ..ledger import reopen as moved_to
from ..records import EventKind
from ..wire.messages import BATCH_LIMIT
from ..words import N_, Phrase
from .sides import Identity, Laptop, Reading, Untrusted

# Half of what the office reads at once, in bytes and in parts: hashes and the rest come on top.
BATCH_BYTES = 1 * 1024 * 1024
BATCH_PARTS = 45_000


def mark(head: Head) -> dict[str, Any]:
    return {"incarnation": head.incarnation, "n": head.n, "h": head.h.hex()}


def batch(laptop: Laptop, identity: Identity) -> dict[str, Any] | None:
    """The next `push`: entries in order, the new head, our signature; None with nothing to say.

    Of an older chain the office is first asked how far it holds it: most of it, as a rule.
    """
    if not identity.current and not identity.asked_about:
        return None
    return said(laptop, identity, laptop.waiting(identity.incarnation, min(identity.sizes.push, BATCH_LIMIT)))


def said(laptop: Laptop, identity: Identity, entries: Sequence[Entry]) -> dict[str, Any] | None:
    """As many of these entries as a message may hold, as a `push`; None of none."""
    entries = _within_size(entries)
    if not entries:
        return None
    head, parent = entries[-1].head, laptop.parent(identity.incarnation)
    return {
        "incarnation": head.incarnation,
        "parent": None if parent is None else mark(parent),
        "events": [_message(entry) for entry in entries],
        "head": {"incarnation": head.incarnation, "n": head.n},
        "signature": identity.key.sign(push_bytes(*head)).hex(),
    }


def _within_size(entries: Sequence[Entry]) -> list[Entry]:
    """As many as one message takes, and always the first."""
    kept: list[Entry] = []
    size = parts = 0
    for entry in entries:
        written = entry.header + (entry.body or b"")
        size += len(written) + written.count(b'"') + written.count(b"\\")  # as a string within JSON
        parts += sum(written.count(mark) for mark in (b",", b"[", b"{"))
        if kept and (size > BATCH_BYTES or parts > BATCH_PARTS):
            break
        kept.append(entry)
    return kept


def _message(entry: Entry) -> dict[str, Any]:
    """Hashes are computed by the office, and bound by the signature; but for a body that is not there."""
    said = {"n": entry.n, "header": entry.header.decode("utf-8")}
    if entry.salt is None or entry.body is None:
        return said | {"salt": None, "body": None, "body_digest": entry.body_digest.hex()}
    return said | {"salt": entry.salt.hex(), "body": entry.body.decode("utf-8")}


def settle(laptop: Laptop, identity: Identity, reply: dict[str, Any], reading: Reading) -> bool:
    """Take the office's mark: acknowledge where our own h(n) agrees, else give the chain up.

    Answers True when it was given up. Raises Untrusted when the office's receipt does not hold or speaks
    of something else.
    """
    have, receipt = reply["have"], receipt_of(identity, reply)
    if have["incarnation"] != identity.incarnation:
        raise Untrusted(Phrase(N_("La respuesta habla de otra instalación; vuelva a enviar")))
    laptop.quarantine(identity.incarnation, reply["quarantined"], reading.wall)
    if laptop.hash_at(identity.incarnation, have["n"]) == have["h"]:
        laptop.acknowledge(identity.incarnation, have["n"], receipt)
        return False
    give_up(laptop, identity, reading)
    return True


def receipt_of(identity: Identity, reply: dict[str, Any]) -> Receipt | None:
    """The receipt of a reply, checked against the office's keys. Raises Untrusted."""
    said = reply["receipt"]
    if said is None:
        return None
    receipt = Receipt(**said)
    wrong = identity.office_keys.check(
        receipt.key_id, receipt.signature, receipt.signed_bytes(), purpose=OFFICE, at=receipt.server_time
    )
    if wrong is not None or receipt.device != identity.device:
        raise Untrusted(Phrase(N_("El recibo no está firmado por la oficina de este portátil")))
    have = reply["have"]
    if (receipt.incarnation, receipt.n, receipt.h) != (have["incarnation"], have["n"], have["h"]):
        raise Untrusted(Phrase(N_("El recibo de la oficina no concuerda con lo que dice tener")))
    return receipt


def give_up(laptop: Laptop, identity: Identity, reading: Reading) -> None:
    """Say again what the office may not hold, with the same ids, salts and bodies.

    The office has another history under this incarnation: this laptop, or the other one, came from a
    copy. Both histories stay; a person looks at the fork. What is said again goes to the end of the
    current chain; where that is the one that forked, a new incarnation is opened that names its parent.
    """

    def again(held: Head, last: Head | None, entries: Sequence[Entry]) -> list[Entry]:
        said: list[Entry] = []
        if last is None:
            said.append(_opening(new_incarnation(), held, identity, reading))
            last = said[0].head
        for entry in entries:
            said.append(moved_to(entry, incarnation=last.incarnation, n=last.n + 1, previous=last.h))
            last = said[-1].head
        return said

    laptop.give_up(identity.incarnation, again, reading.wall)


def _opening(incarnation: str, parent: Head, identity: Identity, reading: Reading) -> Entry:
    return write_entry(
        incarnation=incarnation,
        n=1,
        previous=ZERO,
        id=new_id(),
        kind=EventKind.INCARNATION_OPENED,
        version=1,
        clock=reading.at_event(identity.offset_ms, identity.uncertainty_ms),
        policy_version="",
        debtor=None,
        accounts=(),
        body={
            "parent": parent.incarnation,
            "parent_n": parent.n,
            "parent_h": parent.h.hex(),
            "why": "the office holds another history of this installation",
        },
        salt=new_salt(),
    )
