"""Asks for the rows after the cursor and applies a page. A page and its cursor are one transaction."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ..wire.messages import PAGE_LIMIT
from .sides import Identity, Laptop


def ask(laptop: Laptop, identity: Identity) -> dict[str, Any]:
    """The `pull` of a request: where we stand, null before the first page."""
    cursor = laptop.cursor()
    return {"cursor": None if cursor is None else dict(cursor), "limit": min(identity.sizes.pull, PAGE_LIMIT)}


def take(
    laptop: Laptop, identity: Identity, asked: Mapping[str, Any], page: Mapping[str, Any] | None
) -> tuple[int, bool]:
    """(rows taken, whether more wait). Another program that pulled meanwhile leaves more to ask for.

    What was confirmed before we asked is in the feed read to its end, unless a new epoch began meanwhile.
    """
    if page is None:
        return 0, False
    same = page["cursor"]["epoch"] == identity.epoch
    if not laptop.take_page(asked["cursor"], page, identity.confirmed if same else {}):
        return 0, True
    return len(page["rows"]), bool(page["more"])
