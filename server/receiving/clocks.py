"""Keeps, with an event that waits, the clock of the request that brought it; tells who is far from ours.

Judges no event's time.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from sync.wire.fields import instant
from sync.words import N_, Phrase

from ..fleet import SKEWED
from ..projecting import Sender
from ..projecting.said import detail_of

CLOCK_SKEW = "clock_skew"
AHEAD = N_(
    "El reloj de este equipo está adelantado {much}. Lo guardado no se pierde: la oficina corrige la hora"
)
BEHIND = N_(
    "El reloj de este equipo está atrasado {much}. Lo guardado no se pierde: la oficina corrige la hora"
)


def with_clock(detail: Mapping[str, Any], sender: Sender) -> dict[str, Any]:
    """Why an event waits, and the clock it came with: when it is applied in the end, its time is judged as
    if it had been applied at once."""
    if sender.heard is None:
        return dict(detail)
    clock = {name: sender.heard[name] for name in ("mono_ms", "boot")}
    return dict(detail) | {"heard": clock | {"wall": instant(sender.heard["wall"])}}


def skewed(heard: Mapping[str, Any] | None, now: datetime) -> tuple[dict[str, Any], ...]:
    """What a laptop should be told of its clock; nothing where it is near enough, or nobody heard it."""
    off = timedelta(0) if heard is None else heard["wall"] - now
    if abs(off) <= SKEWED:
        return ()
    said = Phrase(AHEAD if off > timedelta(0) else BEHIND, {"much": _much(abs(off))})
    return (
        {"code": CLOCK_SKEW, "offset_ms": round(off / timedelta(milliseconds=1)), "said": detail_of(said)},
    )


def _much(off: timedelta) -> str:
    """The two largest of days, hours and minutes, as both languages write them."""
    minutes = round(off / timedelta(minutes=1))
    parts = [(minutes // 1440, "d"), (minutes // 60 % 24, "h"), (minutes % 60, "min")]
    told = [f"{many} {unit}" for many, unit in parts if many]
    return " ".join(told[:2])
