"""The packs of contact rules this laptop received, ready to judge by; an unreadable one is unknown."""

from __future__ import annotations

import json
from functools import lru_cache

from sqlite_utils import Database

from sync.rules.policy import Policy, PolicyError, from_wire

from . import records


def all_of(db: Database) -> dict[str, Policy]:
    """By name. Rules block where an account's pack is not here: never a silent allow."""
    found = {name: _policy(text) for name, text in records.texts_of(db, "policy")}
    return {name: policy for name, policy in found.items() if policy is not None}


@lru_cache(maxsize=64)
def _policy(text: str) -> Policy | None:
    """Reading a pack with its holidays takes a while, and what was received of it names it."""
    try:
        return from_wire(json.loads(text))
    except PolicyError:
        return None
