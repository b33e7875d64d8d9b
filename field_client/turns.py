"""Lets one exchange of a laptop run at a time, in this program and across programs. Knows no message."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock, Timeout

NAME = "sync.lock"


class Elsewhere(RuntimeError):
    """Another exchange of this laptop is running; what waits goes with it or with the next one."""


@contextmanager
def turn(folder: Path, wait_s: float = 0, name: str = NAME) -> Iterator[None]:
    """Hold the laptop's turn to speak with the office, or another one by its `name`.

    The system gives it back if the program dies.
    """
    lock = FileLock(folder / name, timeout=wait_s, thread_local=False)
    try:
        lock.acquire()
    except Timeout as wrong:
        raise Elsewhere("Another exchange of this laptop is running; wait for it to end.") from wrong
    try:
        yield
    finally:
        lock.release()
