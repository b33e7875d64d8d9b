"""Runs one `ronda` command for the demo and ends when the demo is gone, even killed. Knows no command.

Its standard input is a pipe that only the demo holds: the end of it is the end of the demo, on every
system. Without this a killed demo would leave an office that serves a folder nobody wants.
"""

from __future__ import annotations

import os
import sys
import threading

from sync.cli import main


def _leave_with_the_demo() -> None:
    # Not through sys.stdin: its lock, held by a thread at the end of the program, is fatal.
    while os.read(0, 1):
        pass
    os._exit(1)


def _as_on_a_laptop() -> None:
    """A laptop has no pandas: it comes with the office and costs sqlite-utils a second to load."""
    sys.modules["pandas"] = None  # type: ignore[assignment]  # how Python is told that a module is not there


if __name__ == "__main__":
    if sys.argv[1:2] == ["field"]:
        _as_on_a_laptop()
    threading.Thread(target=_leave_with_the_demo, daemon=True).start()
    main(prog_name="ronda")
