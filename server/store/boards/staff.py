"""What each person sees, and the branches, teams and zones there are to choose from."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, select, union

from ..tables import accounts, agents, lenders, user_scopes


def shares(connection: Connection) -> dict[str, list[dict[str, Any]]]:
    """User → his slices of the portfolio, each with lender's name, branch and team; None is every one."""
    query = (
        select(
            user_scopes.c.user_id, lenders.c.name.label("lender"), user_scopes.c.branch, user_scopes.c.team
        )
        .outerjoin(lenders, lenders.c.id == user_scopes.c.lender_id)
        .order_by(user_scopes.c.user_id, user_scopes.c.id)
    )
    found: dict[str, list[dict[str, Any]]] = {}
    for row in connection.execute(query).mappings():
        found.setdefault(row["user_id"], []).append(dict(row))
    return found


def places(connection: Connection) -> dict[str, list[str]]:
    """The branches, teams and zones that accounts or agents have."""
    return {name: _words(connection, name) for name in ("branch", "team", "zone")}


def _words(connection: Connection, column: str) -> list[str]:
    query = union(select(accounts.c[column]), select(agents.c[column]))
    return sorted(word for word in connection.execute(query).scalars() if word)
