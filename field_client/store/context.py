"""What the office is known to hold of this laptop, so that a message need not repeat it. Writes nothing."""

from __future__ import annotations

import json

from sqlite_utils import Database

from sync.wire.packing import Context, context_text

from . import settings


def context(db: Database) -> Context | None:
    """The last event acknowledged and the newest route received; None before anything was received."""
    cursor = settings.get(db, "cursor")
    if cursor is None:
        return None
    event = next(
        iter(
            db.query(
                "SELECT n, header, body FROM said WHERE incarnation = ? AND acknowledged "
                "ORDER BY n DESC LIMIT 1",
                [settings.get(db, "incarnation")],
            )
        ),
        None,
    )
    route = next(
        iter(
            db.query(
                "SELECT number, payload FROM records WHERE kind = 'route' AND gone = 0 "
                "ORDER BY number DESC LIMIT 1"
            )
        ),
        None,
    )
    held = event is not None and event["body"] is not None
    header, body = (bytes(event["header"]), bytes(event["body"])) if event and held else (b"", b"")
    stops = [] if route is None else json.loads(route["payload"])["stops"]
    text = context_text(header, body, cursor["epoch"], stops)
    return Context(event["n"] if event and held else 0, 0 if route is None else route["number"], text)
