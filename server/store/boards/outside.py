"""How much came from outside the street and waits for somebody of the office. Decides nothing."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import Connection, Table, func, or_, select

from .. import repairs
from ..scopes import Scope
from ..tables import accounts, addresses, contact_points, stop_states


def waiting(connection: Connection, scope: Scope, now: datetime, today: date) -> dict[str, int]:
    """Of debtors in scope: stops that stand, published stops that were barred, proposals open."""
    stops = (
        select(func.count())
        .select_from(stop_states.outerjoin(accounts, accounts.c.id == stop_states.c.account_id))
        .where(
            scope.sees(stop_states.c.debtor_id),
            or_(stop_states.c.account_id.is_(None), scope.accounts()),
            or_(stop_states.c.until.is_(None), stop_states.c.until > now),
        )
    )
    return {
        "stops": connection.execute(stops).scalar_one(),
        "flags": len(repairs.flagged(connection, scope, today)),
        "proposals": sum(_open(connection, scope, table) for table in (addresses, contact_points)),
    }


def _open(connection: Connection, scope: Scope, table: Table) -> int:
    query = (
        select(func.count())
        .select_from(table)
        .where(
            table.c.state == "proposed",
            table.c.event_id.is_not(None),
            table.c.until.is_(None),
            scope.sees(table.c.debtor_id),
        )
    )
    return int(connection.execute(query).scalar_one())
