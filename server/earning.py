"""Says who earns by what a debtor pays: such a person decides nothing about him. Decides nothing else."""

from __future__ import annotations

from sqlalchemy import Connection

from sync.records import UserRole

from .recovering import Person
from .store import overrides

# Who is paid by what he collects has no say, whatever other role he holds.
PAID_BY_RESULT = frozenset({UserRole.COLLECTOR, UserRole.TELEPHONE})


def earns(connection: Connection, by: Person, debtor_id: str) -> bool:
    """Whoever is paid by what he collects, has or had the debtor, or is declared to earn on his branch."""
    return (
        bool(by.roles & PAID_BY_RESULT)
        or overrides.is_his_agent(connection, by.username, debtor_id)
        or overrides.earns(connection, by.username, overrides.branches_of(connection, debtor_id))
    )
