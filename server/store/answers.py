"""What an online geocoder answered, by the question's digest. Asks nobody."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, insert, select

from .tables import geocoder_answers


def of(connection: Connection, asked: str) -> dict[str, Any] | None:
    query = select(geocoder_answers.c.answer).where(geocoder_answers.c.asked == asked)
    answer = connection.execute(query).scalar()
    return None if answer is None else dict(answer)


def keep(connection: Connection, asked: str, answer: Mapping[str, Any], now: datetime) -> None:
    """Keep the first answer; one that came meanwhile stands."""
    if of(connection, asked) is None:
        connection.execute(insert(geocoder_answers).values(asked=asked, answer=dict(answer), answered_at=now))
