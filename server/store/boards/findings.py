"""How many findings wait, by what. The findings themselves are read by `store/findings`."""

from __future__ import annotations

from sqlalchemy import Connection, func, select

from ..scopes import Scope
from ..tables import findings


def counted(
    connection: Connection,
    scope: Scope,
    *,
    state: str | None = None,
    agent_id: str | None = None,
    rule: str | None = None,
) -> int:
    query = select(func.count()).where(findings.c.debtor_id.in_(scope.debtors()))
    for column, wanted in (
        (findings.c.state, state),
        (findings.c.agent_id, agent_id),
        (findings.c.rule, rule),
    ):
        if wanted is not None:
            query = query.where(column == wanted)
    return connection.execute(query).scalar_one()


def rules_seen(connection: Connection, scope: Scope) -> list[str]:
    """The rules that found something, for a filter."""
    query = select(findings.c.rule).where(findings.c.debtor_id.in_(scope.debtors())).distinct()
    return sorted(connection.execute(query).scalars())
