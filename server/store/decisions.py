"""The office's word on what was found in the field: an address or a phone is accepted or rejected, once."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Table, insert, select, update

from sync.ids import new_id

from .scopes import Scope
from .tables import addresses, contact_points, debtors, proposal_decisions

KINDS: dict[str, Table] = {"address": addresses, "phone": contact_points}


def proposal(connection: Connection, scope: Scope, kind: str, proposal_id: str) -> dict[str, Any] | None:
    """What was found of a debtor in scope, decided or not; None when there is none such."""
    table = KINDS[kind]
    query = select(table, debtors.c.country).join(debtors, debtors.c.id == table.c.debtor_id)
    query = query.where(
        table.c.id == proposal_id,
        table.c.event_id.is_not(None),
        scope.sees(table.c.debtor_id),
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


def remember(
    connection: Connection,
    kind: str,
    proposal_id: str,
    state: str,
    *,
    because: str,
    now: datetime,
    actor: str,
) -> None:
    """Who decided, when and why."""
    connection.execute(
        insert(proposal_decisions).values(
            id=new_id(),
            kind=kind,
            proposal_id=proposal_id,
            state=state,
            because=because,
            decided_at=now,
            actor=actor,
        )
    )


def dial(connection: Connection, proposal_id: str, e164: str) -> None:
    """The accepted number as networks dial it, where it is one."""
    if e164:
        connection.execute(update(contact_points).where(contact_points.c.id == proposal_id).values(e164=e164))
