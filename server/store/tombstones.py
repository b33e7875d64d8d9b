"""The tombstones of the feeds, and which of them nobody needs any more. Signs and tells nothing.

A feed reader who stood before a tombstone that is gone would never hear of it: the highest number taken
away is kept with each feed, and who stands below it reads his feed anew.
"""

from __future__ import annotations

from sqlalchemy import Connection, and_, delete, exists, func, select

from . import counters
from .tables import agents, backup_heads, devices, feeds, incarnations


def floor(agent_id: str) -> str:
    """The name of the counter that says up to which number tombstones of a feed were taken away."""
    return f"floor:{agent_id}"


def passed(connection: Connection, backup_id: str, agent_id: str | None = None) -> dict[str, int]:
    """By agent with tombstones (or of this one): up to which number all his laptops in use have read it.

    Left out is who has a laptop some of whose events this backup does not hold: until then it keeps what
    it said about those who were taken from him, and may be asked for it.
    """
    gone = exists().where(feeds.c.agent_id == agents.c.id, feeds.c.gone.is_(True))
    in_use = and_(devices.c.agent_id == agents.c.id, devices.c.revoked_at.is_(None))
    held = and_(
        backup_heads.c.backup_id == backup_id,
        backup_heads.c.incarnation == incarnations.c.id,
        backup_heads.c.n >= incarnations.c.n,
    )
    ahead = (
        exists()
        .where(incarnations.c.device_id == devices.c.id, incarnations.c.n > 0, in_use)
        .where(~exists().where(held).correlate(incarnations))
        .correlate(agents)
    )
    query = (
        select(agents.c.id, func.min(devices.c.cursor))
        .select_from(agents)
        .outerjoin(devices, in_use)
        .where(gone, ~ahead)
        .group_by(agents.c.id)
    )
    if agent_id is not None:
        query = query.where(agents.c.id == agent_id)
    return {
        agent: counters.current(connection, counters.feed(agent)) if number is None else int(number)
        for agent, number in connection.execute(query)
    }


def take_away(connection: Connection, agent_id: str, number: int) -> int:
    """Take away the tombstones of a feed up to a number; answers how many. Its counter must be locked."""
    which = and_(feeds.c.agent_id == agent_id, feeds.c.gone.is_(True), feeds.c.number <= number)
    highest = connection.execute(select(func.max(feeds.c.number)).where(which)).scalar()
    if highest is None:
        return 0
    gone = connection.execute(delete(feeds).where(which)).rowcount
    before = counters.current(connection, floor(agent_id))
    counters.take(connection, floor(agent_id), max(int(highest) - before, 0))
    return int(gone)
