"""Says who speaks and at what time, and measures how far the laptop's clock is from the office's."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from ..wire.messages import PROTOCOL
from .sides import Identity, Reading

CLAIMED = ("incarnation", "n", "feed_number", "epoch")


# The office knows of less than the laptop's receipt says, and asks to see it.
RECEIPT_WANTED = "receipt_wanted"


def say(identity: Identity, reading: Reading, pushed: int = 0, *, show: bool = False) -> dict[str, Any]:
    """The `hello` of a request that carries so many events.

    The receipt's signature cannot be compressed: what it says is claimed, and it is shown (`show`) when
    the office asks for it.
    """
    said: dict[str, Any] = {
        "protocol": PROTOCOL,
        "client": identity.client,
        "clock": dict(reading.at_event(identity.offset_ms, identity.uncertainty_ms)),
        "incarnation": identity.incarnation,
        "policy_versions": dict(identity.policy_versions),
        "pending": max(identity.unsent - pushed, 0),
    }
    if identity.receipt is None:
        return said
    if show:
        said["receipt"] = dict(identity.receipt)
        # An office put back from before a change of its key does not know the one that signed: the one it
        # has vouches for it.
        if len(identity.office_keys.keys) > 1:
            said["keys"] = identity.office_keys.to_json()
        return said
    return said | {"claim": {name: identity.receipt[name] for name in CLAIMED}}


def offset(sent: Reading, received: Reading, server_time: datetime) -> tuple[int, int]:
    """(offset, uncertainty) in ms: the laptop's clock minus the office's, and how far that may be off.

    The office read its clock somewhere between sending and receiving; the round trip is taken on the
    monotonic clock, so that a wall clock set in between does not shrink the uncertainty.
    """
    round_trip = max(received.mono_ms - sent.mono_ms, 0) if sent.boot == received.boot else 0
    moved = (received.wall - sent.wall).total_seconds() * 1000
    between = sent.wall.timestamp() * 1000 + moved / 2
    return round(between - server_time.timestamp() * 1000), round(max(round_trip, abs(moved)) / 2) + 1
