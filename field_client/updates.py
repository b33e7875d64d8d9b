"""Finds, among what the office said, that there is a newer program. Fetches nothing (`updating` does)."""

from __future__ import annotations

from collections.abc import Iterable

from .advice import Notice

AVAILABLE, NEEDED = "update_available", "update_needed"


def told(notices: Iterable[Notice]) -> Notice | None:
    """What to show of a newer program: that it is needed before that it is there."""
    found = {one.code: one for one in notices if one.code in (AVAILABLE, NEEDED)}
    return found.get(NEEDED) or found.get(AVAILABLE)
