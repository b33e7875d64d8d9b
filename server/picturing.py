"""Reckons what the pictures on the shelf look like, in a process that hostile bytes cannot leave."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path

from sqlalchemy import Engine

from .picture_child import NOT_INSTALLED, SECONDS
from .shelf import Missing, Shelf
from .store import audited
from .store.engine import reading, writing

AT_ONCE = 50
# A night's worth: an office's first run takes several nights, and says how many are left.
MOST = 5_000


def reckon_looks(engine: Engine, shelf: Shelf, now: datetime, most: int = MOST) -> int:
    """Reckon the looks of pictures that came since the last time; how many were looked at."""
    with reading(engine) as connection:
        names = audited.unlooked(connection, most)
    for start in range(0, len(names), AT_ONCE):
        reckoned = looked_at(shelf, names[start : start + AT_ONCE])
        with writing(engine) as connection:
            audited.keep_looks(connection, reckoned, now)
    return len(names)


def looked_at(shelf: Shelf, names: list[str]) -> Mapping[str, str | None]:
    """Each picture's looks; None of one that is none, that is not there, or that the process died of."""
    found: dict[str, str | None] = {}
    with tempfile.TemporaryDirectory(prefix="ronda-looks-") as folder:
        for name in names:
            try:
                (Path(folder) / name).write_bytes(shelf.get(name))
            except Missing:
                found[name] = None
        told = _run(folder)
        if told is None:
            return {}
        for line in told.splitlines():
            said = json.loads(line)
            found[said["sha256"]] = said["looks"]
    unsaid = [name for name in names if name not in found]
    if len(names) == 1:
        return found | dict.fromkeys(unsaid)
    # The process died of one of them: each of the rest by itself, so that one costs no other its looks.
    for name in unsaid:
        found |= looked_at(shelf, [name])
    return found


def _run(folder: str) -> str | None:
    """What the process said before it ended, however it did; None where nothing can look at pictures."""
    command = [sys.executable, "-m", "server.picture_child", folder]
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=2 * SECONDS, check=False)
    except subprocess.TimeoutExpired as late:
        return (late.stdout or b"").decode() if isinstance(late.stdout, bytes) else late.stdout or ""
    return None if done.returncode == NOT_INSTALLED else done.stdout
