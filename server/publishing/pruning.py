"""Keeps feeds compact: takes tombstones away once every laptop concerned is past them. Writes no record."""

from __future__ import annotations

from sqlalchemy import Engine

from ..store import counters, tombstones
from ..store.engine import reading, writing


def prune(engine: Engine, backup_id: str) -> int:
    """Of each feed, the tombstones that all laptops in use have read, where this verified backup holds all
    that they said; answers how many went. A laptop put back from a copy is told to read its feed anew."""
    with reading(engine) as connection:
        known = tombstones.passed(connection, backup_id)
    gone = 0
    for agent_id in sorted(known):
        with writing(engine) as connection:
            counters.lock(connection, counters.feed(agent_id))
            # Read again: a laptop may have been enrolled or put back meanwhile.
            number = tombstones.passed(connection, backup_id, agent_id).get(agent_id)
            gone += 0 if number is None else tombstones.take_away(connection, agent_id, number)
    return gone
