"""Keeps who of the office looked at what of an agent's, so that he can see it. Knows no page.

One row a day for a person and a thing is enough to say who looked; looking again that day writes nothing.
"""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import Engine

from .store import looks
from .store.engine import reading, writing

VISIT, REPLAY, HELD = looks.VISIT, looks.REPLAY, looks.HELD


def looked(
    engine: Engine, agent_id: str, what: str, subject: str, *, username: str, day: date, now: datetime
) -> bool:
    """Keep that this person looked; False when it is known of today."""
    with reading(engine) as connection:
        if looks.known(connection, agent_id=agent_id, day=day, username=username, what=what, subject=subject):
            return False
    with writing(engine) as connection:
        # Two requests of one person may both be the first of the day.
        if looks.known(connection, agent_id=agent_id, day=day, username=username, what=what, subject=subject):
            return False
        looks.add(
            connection, agent_id=agent_id, day=day, username=username, what=what, subject=subject, now=now
        )
    return True
