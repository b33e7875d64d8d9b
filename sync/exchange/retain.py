"""Notes how far the office's last verified backup holds a chain: until then the laptop keeps every body."""

from __future__ import annotations

from typing import Any

from .sides import Identity, Laptop


def note(laptop: Laptop, identity: Identity, reply: dict[str, Any]) -> None:
    """Take the backup's mark where our own h(n) agrees: a backup of another history covers nothing."""
    mark = reply["verified_backup"]
    ours = (
        mark is not None
        and mark["incarnation"] == identity.incarnation
        and laptop.hash_at(identity.incarnation, mark["n"]) == mark["h"]
    )
    laptop.covered(identity.incarnation, mark["n"] if ours else 0)
