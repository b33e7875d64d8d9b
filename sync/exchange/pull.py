"""Asks for the rows after the cursor and applies a page. A page and its cursor are one transaction."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cache
from typing import Any

from marshmallow import Schema

from ..wire.feed import RECORDS
from ..wire.messages import PAGE_LIMIT
from ..words import N_, Phrase
from .sides import Identity, Laptop, Untrusted


def ask(laptop: Laptop, identity: Identity) -> dict[str, Any]:
    """The `pull` of a request: where we stand, null before the first page."""
    cursor = laptop.cursor()
    return {"cursor": None if cursor is None else dict(cursor), "limit": min(identity.sizes.pull, PAGE_LIMIT)}


@cache
def _schema(kind: str) -> Schema | None:
    return RECORDS[kind]() if kind in RECORDS else None


def require_readable(rows: Iterable[Mapping[str, Any]]) -> None:
    """Raise Untrusted for a record that no page could show: nothing of an answer like that is kept.

    A kind that this program does not know yet is kept as it came.
    """
    for row in rows:
        schema = None if row["gone"] else _schema(row["kind"])
        if schema is not None and schema.validate(row["payload"] or {}):
            text = N_("La respuesta de la oficina no se entiende ({where}); actualice el programa")
            raise Untrusted(Phrase(text, {"where": row["kind"]}))


def take(
    laptop: Laptop, identity: Identity, asked: Mapping[str, Any], page: Mapping[str, Any] | None
) -> tuple[int, bool]:
    """(rows taken, whether more wait). Another program that pulled meanwhile leaves more to ask for.

    What was confirmed before we asked is in the feed read to its end, unless a new epoch began meanwhile.
    """
    if page is None:
        return 0, False
    require_readable(page["rows"])
    same = page["cursor"]["epoch"] == identity.epoch
    if not laptop.take_page(asked["cursor"], page, identity.confirmed if same else {}):
        return 0, True
    return len(page["rows"]), bool(page["more"])
