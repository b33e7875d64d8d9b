"""Puts the reply together: the page of the feed, what it reflects, the comparison. Writes nothing."""

from __future__ import annotations

import json
from bisect import bisect_right
from collections.abc import Iterable, Mapping
from itertools import accumulate
from json.encoder import encode_basestring as quoted
from typing import Any
from weakref import WeakKeyDictionary

from marshmallow import Schema, fields
from sqlalchemy import Connection, Engine

from sync.digest import differing, scope_digest
from sync.exchange.compare import answer
from sync.ledger import ZERO, Head
from sync.wire.codec import Written
from sync.wire.errors import Problem
from sync.wire.messages import Cursor

from ..enrolling import loaded
from ..store import counters, events, feeds, offices, tombstones
from ..store.devices import Device

Mark = dict[str, Any]
FEEDS_REMEMBERED = 64
_UNSEEN: WeakKeyDictionary[Engine, dict[tuple[Any, ...], tuple[list[int], list[int]]]] = WeakKeyDictionary()


class KindAsked(Schema):
    count = fields.Integer(strict=True, required=True)
    buckets = fields.List(fields.String(), required=True)


class CompareAsked(Schema):
    """`compare` of a request: where the laptop stands and the digest of what it holds."""

    cursor = fields.Nested(Cursor, required=True)
    scope = fields.Dict(keys=fields.String(), values=fields.Nested(KindAsked), required=True)


def mark(head: Head) -> Mark:
    return {"incarnation": head.incarnation, "n": head.n, "h": head.h}


def page(
    connection: Connection,
    device: Device,
    asked: Mapping[str, Any],
    incarnation: str,
    *,
    written: bool = False,
) -> dict[str, Any]:
    """Rows after the cursor. A cursor of another epoch, or ahead of the feed, begins again from zero.

    So does one that went back behind tombstones which were taken away since: of those it would not hear.

    `written`: the rows as the text of the wire, their payloads as they are stored.
    """
    epoch = offices.get(connection, "epoch")
    cursor = asked["cursor"]
    top = counters.current(connection, counters.feed(device.agent_id))
    reset = cursor is not None and (
        cursor["epoch"] != epoch or cursor["number"] > top or _went_back(connection, device, cursor["number"])
    )
    after = 0 if cursor is None or reset else cursor["number"]
    rows, more = feeds.page(connection, device.agent_id, after, asked["limit"])
    # At its end a feed was read to its top, whatever stood there.
    number = rows[-1]["number"] if more else top
    return ({"top": top} if more else {}) | {
        "cursor": {"epoch": epoch, "number": number},
        "rows": _written(rows) if written else [feed_row(row) for row in rows],
        "more": more,
        "reset": reset,
        "reflects": mark(_reflects(connection, device, incarnation, number if more else None)),
    }


def stands_at(connection: Connection, cursor: Mapping[str, Any] | None) -> int:
    """How far a laptop that asks with this cursor has read the feed of today's epoch."""
    if cursor is None or cursor["epoch"] != offices.get(connection, "epoch"):
        return 0
    return int(cursor["number"])


def _went_back(connection: Connection, device: Device, number: int) -> bool:
    """True for a laptop put back from a copy of itself, behind where tombstones were taken away.

    One that reads a long feed from its beginning goes only forward, and was never told of them anyhow.
    """
    return number < device.cursor and number < counters.current(connection, tombstones.floor(device.agent_id))


def _written(rows: Iterable[Mapping[str, Any]]) -> Written:
    """What `feed_row` says of each, as JSON: a payload is JSON already and need not be read for it."""
    texts = [
        f'{{"number":{row["number"]},"kind":{quoted(row["kind"])},"id":{quoted(row["record_id"])},'
        f'"gone":{"true" if row["gone"] else "false"},"payload":{row["payload"] or "null"}}}'
        for row in rows
    ]
    return Written(f"[{','.join(texts)}]")


def feed_row(row: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "number": row["number"],
        "kind": row["kind"],
        "id": row["record_id"],
        "gone": row["gone"],
        "payload": None if row["payload"] is None else json.loads(row["payload"]),
    }


def readable(asked: Mapping[str, Any] | None) -> dict[str, Any] | None:
    """The question of a comparison with its types, before anything is written. Raises Problem."""
    if asked is None:
        return None
    said = loaded(CompareAsked(), dict(asked))
    try:
        differing(said["scope"], {})
    except ValueError as wrong:
        raise Problem("validation_failed", fields={"compare.scope": [str(wrong)]}) from wrong
    return said


def compare(connection: Connection, device: Device, asked: Mapping[str, Any]) -> dict[str, Any] | None:
    """The digest of the agent's live rows against the laptop's; None when it stands elsewhere in the feed."""
    if asked["cursor"]["epoch"] != offices.get(connection, "epoch"):
        return None
    rows = feeds.live(connection, device.agent_id)
    held = scope_digest((row["kind"], row["record_id"], row["payload"].encode()) for row in rows)
    top = counters.current(connection, counters.feed(device.agent_id))
    told = answer(asked, held, top, [feed_row(row) for row in rows])
    return None if told is None else dict(told)


def _first_unseen(connection: Connection, agent_id: str, head: Head, number: int) -> int | None:
    """The lowest n of a chain some effect of which is in the feed only after `number`; None when none.

    A laptop that reads its whole feed asks this for page after page of a feed that stands still: going over
    all that is left of it each time took longer than the pages.
    """
    top = counters.current(connection, counters.feed(agent_id))
    known = _UNSEEN.setdefault(connection.engine, {})
    asked = (agent_id, *head, top)
    if asked not in known:
        if len(known) >= FEEDS_REMEMBERED:
            known.clear()
        effects = feeds.effects(connection, agent_id, head.incarnation)
        lowest = list(accumulate((n for _, n in reversed(effects)), min))
        known[asked] = ([at for at, _ in effects], lowest[::-1])
    numbers, lowest = known[asked]
    place = bisect_right(numbers, number)
    return lowest[place] if place < len(lowest) else None


def _reflects(connection: Connection, device: Device, incarnation: str, number: int | None) -> Head:
    """How far the laptop's own events are in the feed up to `number` (None: to its end)."""
    chain = events.incarnation(connection, incarnation)
    if chain is None:
        return Head(incarnation, 0, ZERO)
    if number is None:
        return chain.head
    unseen = _first_unseen(connection, device.agent_id, chain.head, number)
    if unseen is None:
        return chain.head
    return events.mark_at(connection, incarnation, min(chain.n, unseen - 1))
