"""What is printed on the papers about each lender's accounts, as the laptops get it. Knows no agent."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import Connection

from sync.stationery import over

from ..store import lenders, stationeries
from . import records


def told(connection: Connection, lender_ids: Collection[str]) -> list[records.Payload]:
    """Of these lenders, in order of id, those for whom there is a letterhead: theirs over the office's."""
    held = stationeries.latest(connection)
    if not held:
        return []
    base = held.get(None, {})
    wanted = sorted(one for one in lender_ids if base or one in held)
    names = lenders.names_of(connection, wanted)
    return [{"id": one, "name": names[one], "tables": over(base, held.get(one, {}))} for one in wanted]
