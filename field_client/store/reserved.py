"""The visits that published routes still hold a place for in a debtor's caps. Judges no cap."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

from sqlite_utils import Database

from sync.records import Contact, Interval
from sync.wire.fields import parse_instant

from . import records

Reserved = Mapping[str, Sequence[Contact]]


def by_debtor(db: Database) -> Reserved:
    """By debtor: the stops of this laptop's routes that stand. Who asks leaves out those already made."""
    newest: dict[str, dict[str, Any]] = {}
    for route in records.all_of(db, "route"):
        if route["date"] not in newest or newest[route["date"]]["version"] < route["version"]:
            newest[route["date"]] = route
    found: dict[str, list[Contact]] = {}
    for route in newest.values():
        for stop in route["stops"]:
            if stop["sequence"] is None or stop["eta"] is None or stop.get("withdrawn"):
                continue
            starts = parse_instant(stop["eta"])
            happens = Interval(starts, starts + timedelta(seconds=stop["service_s"]))
            contact = Contact(stop["id"], stop["debtor"], "visit", happens, source="route")
            found.setdefault(stop["debtor"], []).append(contact)
    return found
