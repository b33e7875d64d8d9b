"""The office's word on what was found in the field: an address or a phone is accepted or rejected, once."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, Table, select, update

from .scopes import Scope
from .tables import addresses, contact_points

KINDS: dict[str, Table] = {"address": addresses, "phone": contact_points}


def proposal(connection: Connection, scope: Scope, kind: str, proposal_id: str) -> dict[str, Any] | None:
    """What was found of a debtor in scope, decided or not; None when there is none such."""
    table = KINDS[kind]
    query = select(table).where(
        table.c.id == proposal_id,
        table.c.event_id.is_not(None),
        table.c.debtor_id.in_(scope.debtors()),
    )
    row = connection.execute(query).mappings().first()
    return dict(row) if row else None


def decide(connection: Connection, kind: str, proposal_id: str, state: str) -> bool:
    """True when it was still waiting; the first word stands."""
    table = KINDS[kind]
    statement = (
        update(table)
        .where(table.c.id == proposal_id, table.c.state == "proposed")
        .values(state=state)
        .returning(table.c.id)
    )
    return connection.execute(statement).first() is not None
