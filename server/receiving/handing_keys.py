"""Sends a laptop the office's public keys when it has not yet seen the one in use. Writes nothing.

The laptop's last receipt tells which key it knows: once it holds a receipt of the newest, nothing is sent.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from ..enrolling import keyring_of
from ..store import receipts


def new_keys(connection: Connection, asked: Mapping[str, Any], now: datetime) -> dict[str, Any] | None:
    """The whole ring with its endorsements and retirements, or None for who needs none."""
    ring = keyring_of(connection)
    if len(ring.keys) < 2:
        return None
    active = [key for key in ring.keys if key.active(now)]
    newest = max(active or ring.keys, key=lambda key: (key.retired_at is None, key.valid_from))
    receipt, claim = asked["hello"]["receipt"], asked["hello"]["claim"]
    known = receipt["key_id"] if receipt else None
    if known is None and claim is not None:  # which receipt it was, we wrote down ourselves
        known = receipts.key_of(connection, claim["incarnation"], claim["n"], claim["feed_number"])
    return None if known == newest.id else ring.to_json()
