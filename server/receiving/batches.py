"""Reads a push before any transaction: its events, its head and the laptop's signature. Knows no store."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sync.keys import verified
from sync.ledger import Head, push_bytes
from sync.wire.errors import Problem

from ..projecting.said import Said, entry_of, judge
from ..store.devices import Device


@dataclass(frozen=True)
class Batch:
    """What a laptop says it adds to its chain, and its signature on where the chain then stands.

    `head.h` is empty where the laptop left it to the office to compute: then the signature is checked
    when the chain it continues is known.
    """

    said: tuple[Said, ...]
    head: Head
    parent: Head | None
    signature: bytes


def read_batch(device: Device, asked: Mapping[str, Any]) -> Batch | None:
    """The push of a loaded SyncRequest, every event judged by itself; None when there is none.

    Raises Problem validation_failed where the push contradicts itself, bad_signature where its head was
    not signed with the key of this laptop's enrolment.
    """
    push = asked["push"]
    if push is None:
        return None
    head = _head(push["head"])
    if not push["incarnation"] == head.incarnation == asked["hello"]["incarnation"]:
        raise Problem("validation_failed", fields={"push.incarnation": ["not the one of hello and head"]})
    try:
        entries = [entry_of(head.incarnation, message) for message in push["events"]]
    except ValueError as wrong:
        raise Problem("validation_failed", fields={"push.events": [str(wrong)]}) from wrong
    if entries and max(entry.n for entry in entries) != head.n:
        raise Problem("validation_failed", fields={"push.head": ["not the last of the events"]})
    if head.h:
        require_signature(device, head, push["signature"])
    parent = None if push["parent"] is None else _head(push["parent"])
    return Batch(tuple(judge(entry) for entry in entries), head, parent, push["signature"])


def require_signature(device: Device, head: Head, signature: bytes) -> None:
    """Raises Problem bad_signature where this head was not signed with the key of the enrolment."""
    if not is_signed(device, head, signature):
        raise Problem("bad_signature")


def is_signed(device: Device, head: Head, signature: bytes) -> bool:
    return verified(device.public_key, signature, push_bytes(*head))


def _head(mark: Mapping[str, Any]) -> Head:
    return Head(mark["incarnation"], mark["n"], mark["h"] or b"")
