"""Has the C library give large blocks back to the system at once, and cycles sought seldom. Knows no request.

glibc learns from the largest block it has freed to keep blocks of that size, in every thread: a few large
messages would each leave their megabytes behind in each of the server's threads.
"""

from __future__ import annotations

import ctypes
import gc
import sys

M_MMAP_THRESHOLD = -3  # malloc.h
LARGE = 256 * 1024
# New objects between two searches for cycles. A push makes tens of thousands that die with it, without
# cycles: with Python's own 700 a sixth of its processor time went into searching them.
SEARCH_AFTER = 50_000


def give_back_large_blocks() -> bool:
    """True where the C library took it; elsewhere nothing is changed."""
    if sys.platform != "linux":
        return False
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)  # musl has none, and keeps nothing
    return mallopt is not None and bool(mallopt(M_MMAP_THRESHOLD, LARGE))


def seek_cycles_seldom() -> None:
    """For a server, once its program is loaded: what is there now stays, and is not gone through again."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(SEARCH_AFTER, 20, 20)
