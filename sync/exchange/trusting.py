"""Takes over the office's newer signing keys where a trusted key vouches for them. Knows no store."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from ..keys import BrokenKey, Keyring
from .sides import Identity, Laptop


def take(laptop: Laptop, identity: Identity, reply: dict[str, Any]) -> Identity:
    """Who we are with the keys of this reply; what is not endorsed, or cannot be read, changes nothing."""
    said = reply.get("signing_keys")
    if said is None:
        return identity
    try:
        ring = identity.office_keys.trusting(Keyring.from_json(said))
    except BrokenKey:
        return identity
    if ring == identity.office_keys:
        return identity
    laptop.keep_keys(ring)
    return replace(identity, office_keys=ring)
