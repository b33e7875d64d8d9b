"""Where the agents' days are solved: processes here, or a cluster by its address. Solves nothing."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import Executor
from contextlib import contextmanager
from importlib import import_module
from typing import Any

# A scheduler that does not answer in so long is not there.
ANSWER_S = 20


class NoCluster(RuntimeError):
    """The cluster cannot be used; the message says why and what to do."""


@contextmanager
def opened(address: str = "") -> Iterator[Executor | None]:
    """The executor at an address such as tcp://HOST:8786; None, this machine's processes, without one.

    A worker that dies loses nothing: its days go to the others. Raises NoCluster.
    """
    if not address:
        yield None
        return
    try:
        distributed: Any = import_module("distributed")
    except ImportError as missing:
        raise NoCluster(
            "RONDA_EXECUTOR names a cluster; install what speaks to it with: pip install 'ronda[cluster]'"
        ) from missing
    try:
        client = distributed.Client(address, timeout=ANSWER_S, set_as_default=False)
    except (OSError, ValueError) as wrong:
        raise NoCluster(
            f"the scheduler at {address} does not answer ({wrong}); start it with `dask scheduler`, "
            "or leave RONDA_EXECUTOR empty to plan on this machine"
        ) from wrong
    try:
        with client.get_executor(pure=False) as executor:
            yield executor
    finally:
        client.close()
