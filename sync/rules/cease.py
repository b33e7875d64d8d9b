"""Decides which channels a stop closes: a request to be left in peace may be of some only. Knows no store."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from .clauses import CHANNELS, StopKind

# What a debtor may ask for at the door (`results.FIELDS`, scope): in both he stays reachable otherwise.
_OF_THE_DOOR = ("visits", "channel")


def closed_channels(kind: StopKind, detail: Mapping[str, Any]) -> tuple[str, ...]:
    """The channels this stop closes, in the order of CHANNELS; empty: every one.

    Only a request to cease can be of some channels. What cannot be read closes every channel.
    """
    if kind is not StopKind.CEASE:
        return ()
    named = detail.get("channels")
    if isinstance(named, (list, tuple)):
        closed = tuple(channel for channel in CHANNELS if channel in named)
        return closed if closed and len(closed) == len(set(named)) else ()
    return ("visit",) if detail.get("scope") in _OF_THE_DOOR else ()


def closes(channels: tuple[str, ...] | list[str], channel: str) -> bool:
    """True when a stop of these channels (empty: every one) closes this one."""
    return not channels or channel in channels
