"""Reads this machine's clocks: wall, monotonic, and which boot the monotonic one counts from. Trusts none.

Linux names each boot; macOS and Windows give no name that plain Python can read. There a random name
is drawn when the program starts: monotonic times of two runs are then, rightly, not comparable.
"""

from __future__ import annotations

import sys
import time
import uuid
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

from sync.exchange import Reading

LINUX_BOOT_ID = Path("/proc/sys/kernel/random/boot_id")


def monotonic_ns() -> int:
    """The monotonic clock that goes on while the machine sleeps: Linux has another one for that, and the
    one Python takes on macOS stands still."""
    if sys.platform == "linux":
        return time.clock_gettime_ns(time.CLOCK_BOOTTIME)
    if sys.platform == "darwin":
        return time.clock_gettime_ns(time.CLOCK_MONOTONIC)
    return time.monotonic_ns()


@cache
def boot() -> str:
    try:
        return LINUX_BOOT_ID.read_text(encoding="ascii").strip()[:64]
    except (OSError, UnicodeDecodeError):
        return str(uuid.uuid4())


class SystemClock:
    """The clock of the machine. Tests and replays pass one of their own."""

    def read(self) -> Reading:
        return Reading(datetime.now(UTC), monotonic_ns() // 1_000_000, boot())
