"""Makes the ids of facts, where the fact is made. An id is identity only, never order."""

from __future__ import annotations

import re

import uuid_utils

UUID_PATTERN = re.compile(r"^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\Z")


def new_id() -> str:
    """A fresh UUIDv7, lower-case with hyphens."""
    return str(uuid_utils.uuid7())


def new_incarnation() -> str:
    """A random UUIDv4 for one installation of one laptop: two clones must never draw the same."""
    return str(uuid_utils.uuid4())


def is_id(text: object) -> bool:
    """True when `text` is a UUID as Ronda writes it."""
    return isinstance(text, str) and UUID_PATTERN.match(text) is not None
