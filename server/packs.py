"""The contact policies this office works under, read once a process with their holidays expanded."""

from __future__ import annotations

from functools import lru_cache

from sync import policies
from sync.rules.policy import Policy

from .holidays_of import expand


@lru_cache(maxsize=64)
def pack_of(name: str) -> Policy | None:
    """The pack of that name, or None when there is none: rules then block, never allow."""
    if name not in policies.available():
        return None
    return policies.load(name, expand)
