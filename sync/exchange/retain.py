"""Notes how far the office's last verified backup holds a chain: until then the laptop keeps every body."""

from __future__ import annotations

from typing import Any

from .sides import Identity, Laptop


def note(laptop: Laptop, identity: Identity, reply: dict[str, Any]) -> None:
    """Take its mark where it speaks of this chain; whether it is our own history there is told with it."""
    mark = reply["verified_backup"]
    if mark is None or mark["incarnation"] != identity.incarnation:
        laptop.covered(identity.incarnation, 0, ours=True)
        return
    ours = laptop.hash_at(identity.incarnation, mark["n"]) == mark["h"]
    laptop.covered(identity.incarnation, mark["n"], ours=ours)
