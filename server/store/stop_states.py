"""What stops collection (dispute, cease, attorney, deceased …). Set by a visit, lifted by a person."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, select, update

from .chunks import among, append, found
from .tables import stop_states


def add(connection: Connection, rows: list[dict[str, Any]]) -> None:
    append(connection, stop_states, rows)


def of_debtors(connection: Connection, debtor_ids: Iterable[str]) -> Sequence[Mapping[Any, Any]]:
    """Every stop ever set, lifted ones too: what held then decides about a visit then."""
    return found(connection, _OF_DEBTORS, debtor_ids)


_OF_DEBTORS = select(stop_states).where(among(stop_states.c.debtor_id))


def lift(connection: Connection, stop_id: str, now: datetime) -> bool:
    """True when the stop stood until now."""
    statement = (
        update(stop_states)
        .where(stop_states.c.id == stop_id, stop_states.c.until.is_(None))
        .values(until=now)
        .returning(stop_states.c.id)
    )
    return connection.execute(statement).first() is not None
