"""How many findings wait, by what. The findings themselves are read by `store/findings`."""

from __future__ import annotations

from sqlalchemy import Connection, func, select

from .. import reviews
from ..scopes import Scope
from ..tables import findings

MOST_COUNTED = 10_000


def counted(
    connection: Connection,
    scope: Scope,
    *,
    state: str | None = None,
    agent_id: str | None = None,
    rule: str | None = None,
) -> int:
    """How many there are; no more than MOST_COUNTED are counted."""
    mine = reviews.seen(scope, findings.c.debtor_id)
    query = select(findings.c.id)
    if mine is not None:
        query = query.where(mine)
    for column, wanted in (
        (findings.c.state, state),
        (findings.c.agent_id, agent_id),
        (findings.c.rule, rule),
    ):
        if wanted is not None:
            query = query.where(column == wanted)
    some = query.limit(MOST_COUNTED).subquery()
    return connection.execute(select(func.count()).select_from(some)).scalar_one()
