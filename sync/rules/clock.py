"""How far a laptop's clock was off when it wrote an event, from what is known when the event arrives. Pure.

An offset is the laptop's clock minus the office's. Three things speak of it: what the laptop had last
measured when it wrote (it may have been set since, or before); its clock in the request that brings the
event; and, within one boot, the monotonic clock between both, which nobody sets and which goes on while
the machine sleeps.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, NamedTuple

# How long a request may travel: so much may the clock it carries be behind when it is read.
TRAVEL_MS = 30_000
# What two clocks may go apart by themselves, slewing included.
DRIFT = 0.0005


class Correction(NamedTuple):
    """The laptop's clock at an event was ahead of the office's by `offset_ms`, give or take."""

    offset_ms: int
    uncertainty_ms: int

    def agrees(self, other: Correction, slack_ms: float = 0) -> bool:
        apart = abs(self.offset_ms - other.offset_ms)
        return apart <= self.uncertainty_ms + other.uncertainty_ms + slack_ms


def correction(
    event: Mapping[str, Any],
    heard: Mapping[str, Any] | None,
    received: datetime | None,
    earliest: datetime | None = None,
) -> Correction | None:
    """From the clocks of the event's header, of the request that brought it, and when that arrived.

    Where the evidence disagrees and nothing tells which part is wrong, the answer spans all of it. It was
    written after `earliest` and before it was received, whatever a clock says. None with no evidence.
    """
    found = _evidence(event, heard, received)
    if received is None or earliest is None:
        return found
    bounds = _between(event, earliest, received)
    return bounds if found is not None and not found.agrees(bounds, TRAVEL_MS) else found


def _evidence(
    event: Mapping[str, Any], heard: Mapping[str, Any] | None, received: datetime | None
) -> Correction | None:
    measured = _measured(event)
    if heard is None or received is None:
        return measured
    sent = Correction(round((heard["wall"] - received).total_seconds() * 1000), TRAVEL_MS)
    apart_ms = (heard["wall"] - event["wall"]).total_seconds() * 1000
    went_ms = heard["mono_ms"] - event["mono_ms"]
    if event["boot"] == heard["boot"] and went_ms >= 0:
        # Within one boot the wall clock's own step since the event is what it went beyond the monotonic.
        carried = Correction(round(sent.offset_ms - (apart_ms - went_ms)), round(TRAVEL_MS + went_ms * DRIFT))
        return measured if measured is not None and measured.agrees(carried) else carried
    if measured is not None and measured.agrees(sent, abs(apart_ms) * DRIFT):
        return measured
    return _spanning(measured or Correction(0, 0), sent)


def _measured(event: Mapping[str, Any]) -> Correction | None:
    if event["offset_ms"] is None:
        return None
    return Correction(event["offset_ms"], event["uncertainty_ms"] or 0)


def _between(event: Mapping[str, Any], earliest: datetime, received: datetime) -> Correction:
    """What the offset must be for the event to lie between these moments."""
    low = (event["wall"] - received).total_seconds() * 1000
    high = max((event["wall"] - earliest).total_seconds() * 1000, low)
    return Correction(round((low + high) / 2), round((high - low) / 2) + 1)


def _spanning(one: Correction, other: Correction) -> Correction:
    low = min(one.offset_ms - one.uncertainty_ms, other.offset_ms - other.uncertainty_ms)
    high = max(one.offset_ms + one.uncertainty_ms, other.offset_ms + other.uncertainty_ms)
    return Correction((low + high) // 2, (high - low + 1) // 2)
