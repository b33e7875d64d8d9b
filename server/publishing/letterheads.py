"""What is printed on the papers about each lender's accounts, as the laptops get it. Knows no agent."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import Connection

from sync.messages import shipped
from sync.rules.messages import Audience
from sync.stationery import over

from ..store import lenders, message_templates, stationeries
from . import records


def told(connection: Connection, lender_ids: Collection[str]) -> list[records.Payload]:
    """Of these lenders, in order of id, those for whom there is a letterhead: theirs over the office's."""
    held = stationeries.latest(connection)
    if not held:
        return []
    base = held.get(None, {})
    wanted = sorted(one for one in lender_ids if base or one in held)
    names = lenders.names_of(connection, wanted)
    texts = _texts(connection)
    return [
        {"id": one, "name": names[one], "tables": over(base, held.get(one, {})), "texts": texts}
        for one in wanted
    ]


def _texts(connection: Connection) -> list[records.Payload]:
    """The texts in force for a third party; those about a debt stay at the office."""
    found = {**shipped(), **message_templates.latest(connection)}
    return [
        {
            "key": one.key,
            "title": one.title,
            "medium": one.medium.value,
            "text": one.text,
            "packs": list(one.packs),
            "language": one.language,
            "version": one.version,
        }
        for _, one in sorted(found.items())
        if one.audience is Audience.THIRD
    ]
