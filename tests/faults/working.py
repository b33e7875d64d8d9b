"""What a program to be cut short tells while it works: each event whose saving was answered. Knows no store."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from .power import ACKED

SAID = "prepared.json"
Answered = Callable[[list[str]], None]


def said_of(folder: Path) -> dict[str, Any]:
    """What `prepare` noted beside the database."""
    said: dict[str, Any] = json.loads((folder / SAID).read_text())
    return said


def main(work: Callable[[Path, str, int, Answered], None]) -> None:
    """`python -m … FOLDER full|normal COUNT`, in a folder that `prepare` made."""
    folder, synchronous, count = Path(sys.argv[1]), sys.argv[2], int(sys.argv[3])
    told = os.open(folder / ACKED, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)

    def answered(ids: list[str]) -> None:
        os.write(told, (" ".join(ids) + "\n").encode())

    work(folder, synchronous, count, answered)
