"""Keeps, with an event that waits, the clock of the request that brought it. Judges no time."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sync.wire.fields import instant

from ..projecting import Sender


def with_clock(detail: Mapping[str, Any], sender: Sender) -> dict[str, Any]:
    """Why an event waits, and the clock it came with: when it is applied in the end, its time is judged as
    if it had been applied at once."""
    if sender.heard is None:
        return dict(detail)
    clock = {name: sender.heard[name] for name in ("mono_ms", "boot")}
    return dict(detail) | {"heard": clock | {"wall": instant(sender.heard["wall"])}}
