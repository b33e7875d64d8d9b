"""Our office as it is served: `ronda office serve` on a real data folder, in a process of its own."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from ..driving import Call, free_port, running
from ..world import Laptop, encoded, next_push, request


@contextmanager
def serving(folder: Path, threads: int = 8) -> Iterator[int]:
    """The port it listens on."""
    port = free_port()
    command = [sys.executable, "-m", "sync", "office", "serve", "--data", str(folder), "--port", str(port)]
    with running([*command, "--threads", str(threads)], port, folder / "serve.log"):
        yield port


def pushes(laptop: Laptop, batch: int) -> list[Call]:
    """All that waits, in requests of `batch` events."""
    calls = []
    while (said := next_push(laptop, batch)) is not None:
        body, extra = encoded(request(laptop, said))
        calls.append(Call("POST", "/v1/sync", body, laptop.headers | extra))
    return calls


def pull(laptop: Laptop, cursor: dict[str, object] | None, limit: int = 500) -> Call:
    body, extra = encoded(request(laptop, None, {"cursor": cursor, "limit": limit}))
    return Call("POST", "/v1/sync", body, laptop.headers | extra)
