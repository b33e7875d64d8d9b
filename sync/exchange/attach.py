"""Says how many attachments are announced and not yet sent; their bytes go in requests of their own."""

from __future__ import annotations

from .sides import Laptop


def announce(laptop: Laptop) -> int:
    """Attachments whose bytes the office does not have yet."""
    return laptop.pending_attachments()
