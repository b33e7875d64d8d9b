"""Compares what both sides hold, bucket by bucket, and fetches again only what differs. Both sides use it.

Up: `{"cursor": Cursor, "scope": scope_digest}`. Down: null where the office's feed has moved on and
cannot be compared now, else `{"number", "scope": overall digest, "differing": [[kind, bucket]],
"rows": [FeedRow]}` with every live row of the differing buckets.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, TypedDict

from ..digest import KindDigest, bucket_of, differing, overall
from . import pull
from .sides import Laptop


class Answer(TypedDict):
    number: int
    scope: str
    differing: list[tuple[str, int]]
    rows: list[dict[str, Any]]


def question(laptop: Laptop) -> dict[str, Any] | None:
    """The `compare` of a request; None before anything was received."""
    cursor = laptop.cursor()
    if cursor is None:
        return None
    return {
        "cursor": dict(cursor),
        "scope": {kind: dict(said) for kind, said in laptop.scope_digest().items()},
    }


def answer(
    asked: Mapping[str, Any], held: Mapping[str, KindDigest], number: int, rows: Iterable[Mapping[str, Any]]
) -> Answer | None:
    """The office's part: its digest of the agent's live rows at feed number `number`, and those rows.

    None unless the laptop stands exactly there: the feed keeps only the latest version of a record, so
    a laptop behind it cannot be compared, only served.
    """
    if asked["cursor"]["number"] != number:
        return None
    odd = differing(asked["scope"], held)
    wanted = set(odd)
    return {
        "number": number,
        "scope": overall(held),
        "differing": odd,
        "rows": [dict(row) for row in rows if (row["kind"], bucket_of(row["id"])) in wanted],
    }


def mend(laptop: Laptop, asked: Mapping[str, Any], told: Mapping[str, Any] | None) -> int | None:
    """Take the office's rows where we differed. Answers how many buckets did; None if it was not compared."""
    if told is None:
        return None
    buckets = [(kind, bucket) for kind, bucket in told["differing"]]
    if buckets:
        pull.require_readable(told["rows"])
        laptop.mend(asked["cursor"], buckets, told["rows"])
    return len(buckets)
