"""Our office as it is served: `ronda office serve` on a real data folder, in a process of its own."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from ..driving import Call, free_port, running
from ..world import Laptop, context_of, encoded, next_push, request


@contextmanager
def serving(folder: Path, threads: int = 8) -> Iterator[int]:
    """The port it listens on."""
    port = free_port()
    command = [sys.executable, "-m", "sync", "office", "serve", "--data", str(folder), "--port", str(port)]
    with running([*command, "--threads", str(threads)], port, folder / "serve.log"):
        yield port


def pushes(laptop: Laptop, batch: int, packed_in: str = "") -> list[Call]:
    """All that waits, in requests of `batch` events; packed when the office's epoch is given."""
    return [call for call, _ in pushes_and_bare(laptop, batch, packed_in)]


def pushes_and_bare(laptop: Laptop, batch: int, packed_in: str) -> list[tuple[Call, Call]]:
    """The same, each with what the ceiling is sent for it: the same message without a context, since the
    ceiling keeps none."""
    calls = []
    while (said := next_push(laptop, batch)) is not None:
        context = context_of(laptop, packed_in, said["events"][0]["n"] - 1) if packed_in else None
        asked = request(laptop, said)
        body, extra = encoded(asked, packed=bool(packed_in), context=context)
        alone, more = encoded(asked, packed=bool(packed_in))
        mine = Call("POST", "/v1/sync", body, laptop.headers | extra)
        calls.append((mine, Call("POST", "/push", alone, laptop.headers | more)))
    return calls


def pull(laptop: Laptop, cursor: dict[str, object] | None, limit: int = 500, packed_in: str = "") -> Call:
    context = context_of(laptop, packed_in, laptop.sent) if packed_in else None
    asked = request(laptop, None, {"cursor": cursor, "limit": limit})
    body, extra = encoded(asked, packed=bool(packed_in), context=context)
    return Call("POST", "/v1/sync", body, laptop.headers | extra)
