"""What is signed about a chain: pushes, receipts, checkpoints, erasures. Knows no store and no clock.

Each kind is signed over a prefix of its own and canonical JSON (a push over fixed-length bytes), so
that no signature can pass for another kind. Times are UTC with exactly three decimals.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime
from hashlib import sha256
from typing import Any
from uuid import UUID

from ..digest import canonical
from ..keys import SigningKey
from ..wire.fields import instant
from .entries import ZERO, Head
from .reading import Reader

PUSH_PREFIX = b"ronda1 push\n"
RECEIPT_PREFIX = b"ronda1 receipt\n"
CHECKPOINT_PREFIX = b"ronda1 checkpoint\n"
ERASURE_PREFIX = b"ronda1 erasure\n"
HEADS_PREFIX = b"ronda1 heads\n"


def push_bytes(incarnation: str, n: int, h: bytes, session_nonce: bytes = b"") -> bytes:
    """What a laptop signs: its new head. Protocol 1 sends no nonce: a head signed twice says the same."""
    return PUSH_PREFIX + UUID(incarnation).bytes + n.to_bytes(8, "big") + h + session_nonce


def receipt_bytes(
    *,
    device: str,
    incarnation: str,
    n: int,
    h: bytes,
    feed_number: int,
    epoch: str,
    server_time: datetime,
    key_id: str,
) -> bytes:
    """What the office signs when it holds a chain up to n."""
    said = {
        "device": device,
        "epoch": epoch,
        "feed_number": feed_number,
        "h": h.hex(),
        "incarnation": incarnation,
        "key_id": key_id,
        "n": n,
        "server_time": instant(server_time),
    }
    return RECEIPT_PREFIX + canonical(said)


@dataclass(frozen=True)
class Receipt:
    """The office's word that it held `incarnation` up to `n` with this hash; the laptop keeps it."""

    device: str
    incarnation: str
    n: int
    h: bytes
    feed_number: int
    epoch: str
    server_time: datetime
    key_id: str
    signature: bytes

    @property
    def at(self) -> datetime:
        return self.server_time

    def signed_bytes(self) -> bytes:
        return receipt_bytes(
            device=self.device,
            incarnation=self.incarnation,
            n=self.n,
            h=self.h,
            feed_number=self.feed_number,
            epoch=self.epoch,
            server_time=self.server_time,
            key_id=self.key_id,
        )

    def to_json(self) -> dict[str, Any]:
        return {
            "device": self.device,
            "incarnation": self.incarnation,
            "n": self.n,
            "h": self.h.hex(),
            "feed_number": self.feed_number,
            "epoch": self.epoch,
            "server_time": instant(self.server_time),
            "key_id": self.key_id,
            "signature": self.signature.hex(),
        }

    @classmethod
    def from_json(cls, said: Any) -> Receipt:
        """Raises ValueError with a sentence when `said` is not what `to_json` writes."""
        read = Reader(said, "a receipt")
        return cls(
            read.text("device"),
            read.id("incarnation"),
            read.number("n"),
            read.bytes("h", 32),
            read.number("feed_number"),
            read.text("epoch"),
            read.time("server_time"),
            read.text("key_id"),
            read.bytes("signature", 64),
        )


def sign_receipt(
    key: SigningKey,
    *,
    device: str,
    head: Head,
    feed_number: int,
    epoch: str,
    server_time: datetime,
) -> Receipt:
    unsigned = Receipt(device, *head, feed_number, epoch, server_time, key.id, b"")
    return replace(unsigned, signature=key.sign(unsigned.signed_bytes()))


def heads_digest(heads: Iterable[Head]) -> bytes:
    """SHA-256 over all heads in order of incarnation: each as 16 raw bytes ‖ u64be(n) ‖ h."""
    digest = sha256(HEADS_PREFIX)
    for head in sorted(heads):
        digest.update(UUID(head.incarnation).bytes + head.n.to_bytes(8, "big") + head.h)
    return digest.digest()


def checkpoint_bytes(
    *, day: date, epoch: str, count: int, digest: bytes, previous: bytes, signed_at: datetime, key_id: str
) -> bytes:
    """What the office signs once a day over all its heads. It returns in every reply, without the heads."""
    said = {
        "count": count,
        "day": day.isoformat(),
        "digest": digest.hex(),
        "epoch": epoch,
        "key_id": key_id,
        "previous": previous.hex(),
        "signed_at": instant(signed_at),
    }
    return CHECKPOINT_PREFIX + canonical(said)


@dataclass(frozen=True)
class Checkpoint:
    """All heads of a day under one signature, meant to be held by someone else.

    `previous` is SHA-256 of the signed bytes of the checkpoint before it (zeros for the first), so
    that a checkpoint cannot be taken out unseen. `heads` is None in a copy that carries only the digest.
    """

    day: date
    epoch: str
    count: int
    digest: bytes
    previous: bytes
    signed_at: datetime
    key_id: str
    signature: bytes
    heads: tuple[Head, ...] | None = None

    @property
    def at(self) -> datetime:
        return self.signed_at

    @property
    def mark(self) -> bytes:
        """What the next checkpoint names as its `previous`."""
        return sha256(self.signed_bytes()).digest()

    def signed_bytes(self) -> bytes:
        return checkpoint_bytes(
            day=self.day,
            epoch=self.epoch,
            count=self.count,
            digest=self.digest,
            previous=self.previous,
            signed_at=self.signed_at,
            key_id=self.key_id,
        )

    def heads_hold(self) -> bool:
        """True when the heads carried, if any, are those that were signed."""
        return self.heads is None or (
            len(self.heads) == self.count and heads_digest(self.heads) == self.digest
        )

    def to_json(self, *, with_heads: bool = True) -> dict[str, Any]:
        said: dict[str, Any] = {
            "day": self.day.isoformat(),
            "epoch": self.epoch,
            "count": self.count,
            "digest": self.digest.hex(),
            "previous": self.previous.hex(),
            "signed_at": instant(self.signed_at),
            "key_id": self.key_id,
            "signature": self.signature.hex(),
        }
        if with_heads and self.heads is not None:
            said["heads"] = [[head.incarnation, head.n, head.h.hex()] for head in self.heads]
        return said

    @classmethod
    def from_json(cls, said: Any) -> Checkpoint:
        """Raises ValueError with a sentence when `said` is not what `to_json` writes."""
        read = Reader(said, "a checkpoint")
        return cls(
            read.day("day"),
            read.text("epoch"),
            read.number("count"),
            read.bytes("digest", 32),
            read.bytes("previous", 32),
            read.time("signed_at"),
            read.text("key_id"),
            read.bytes("signature", 64),
            read.heads("heads"),
        )


def sign_checkpoint(
    key: SigningKey,
    *,
    day: date,
    epoch: str,
    heads: Iterable[Head],
    previous: Checkpoint | None,
    signed_at: datetime,
) -> Checkpoint:
    """Raises ValueError when an incarnation has two heads."""
    held = tuple(sorted(heads))
    if len({head.incarnation for head in held}) != len(held):
        raise ValueError("an incarnation has two heads")
    before = ZERO if previous is None else previous.mark
    unsigned = Checkpoint(day, epoch, len(held), heads_digest(held), before, signed_at, key.id, b"", held)
    return replace(unsigned, signature=key.sign(unsigned.signed_bytes()))


def erasure_bytes(*, id: str, body_digest: bytes, reason: str, erased_at: datetime, key_id: str) -> bytes:
    """What the office signs when it erases the body of an event, in every incarnation that holds it."""
    said = {
        "body_digest": body_digest.hex(),
        "erased_at": instant(erased_at),
        "id": id,
        "key_id": key_id,
        "reason": reason,
    }
    return ERASURE_PREFIX + canonical(said)


@dataclass(frozen=True)
class Erasure:
    """Why a body is gone. `reason` names the request or the retention rule, never the person."""

    id: str
    body_digest: bytes
    reason: str
    erased_at: datetime
    key_id: str
    signature: bytes

    @property
    def at(self) -> datetime:
        return self.erased_at

    def signed_bytes(self) -> bytes:
        return erasure_bytes(
            id=self.id,
            body_digest=self.body_digest,
            reason=self.reason,
            erased_at=self.erased_at,
            key_id=self.key_id,
        )

    def to_json(self) -> dict[str, Any]:
        return {
            "id": self.id,
            "body_digest": self.body_digest.hex(),
            "reason": self.reason,
            "erased_at": instant(self.erased_at),
            "key_id": self.key_id,
            "signature": self.signature.hex(),
        }

    @classmethod
    def from_json(cls, said: Any) -> Erasure:
        """Raises ValueError with a sentence when `said` is not what `to_json` writes."""
        read = Reader(said, "an erasure")
        return cls(
            read.text("id"),
            read.bytes("body_digest", 32),
            read.text("reason"),
            read.time("erased_at"),
            read.text("key_id"),
            read.bytes("signature", 64),
        )


def sign_erasure(
    key: SigningKey, *, id: str, body_digest: bytes, reason: str, erased_at: datetime
) -> Erasure:
    unsigned = Erasure(id, body_digest, reason, erased_at, key.id, b"")
    return replace(unsigned, signature=key.sign(unsigned.signed_bytes()))
