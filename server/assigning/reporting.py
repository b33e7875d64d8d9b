"""The figures of an assignment, as its command and its page show them. Decides nothing."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import Any

from .remote_report import RemoteReport


@dataclass
class AgentLoad:
    """What an agent has after the assignment."""

    agent: str
    name: str
    debtors: int = 0
    accounts: int = 0


@dataclass
class AssignmentReport:
    """How all accounts that are late enough for the field stand after the run, and what the run changed.

    assigned + barred + unassigned accounts = accounts at the field bucket; accounts that are not so
    late and travel with their debtor are counted apart. `barred` counts accounts by rule.
    """

    as_of: date
    dry_run: bool = False
    accounts_at_field: int = 0
    debtors_at_field: int = 0
    assigned_accounts: int = 0
    assigned_debtors: int = 0
    travelling_accounts: int = 0
    barred: dict[str, int] = field(default_factory=dict)
    barred_debtors: int = 0
    unassigned_accounts: int = 0
    unlocated_debtors: int = 0
    loads: list[AgentLoad] = field(default_factory=list)
    decided: int = 0
    kept: int = 0
    closed: int = 0
    moved: int = 0  # of those decided, from one agent to another
    handed_over: int = 0  # of those moved, because their agent is away and they have an appointment
    warned: int = 0
    away: list[str] = field(default_factory=list)
    remote: RemoteReport | None = None  # of those that may not be visited; None: not shared out

    @property
    def barred_accounts(self) -> int:
        return sum(self.barred.values())

    def to_json(self) -> dict[str, Any]:
        return {
            "as_of": self.as_of.isoformat(),
            "dry_run": self.dry_run,
            "accounts_at_90": self.accounts_at_field,
            "debtors_at_90": self.debtors_at_field,
            "assigned": {
                "accounts": self.assigned_accounts,
                "debtors": self.assigned_debtors,
                "travelling_accounts": self.travelling_accounts,
            },
            "barred": {
                "accounts": self.barred_accounts,
                "debtors": self.barred_debtors,
                "by_rule": dict(sorted(self.barred.items())),
            },
            "unassigned_accounts": self.unassigned_accounts,
            "unlocated_debtors": self.unlocated_debtors,
            "loads": [
                {"agent": load.agent, "name": load.name, "debtors": load.debtors, "accounts": load.accounts}
                for load in self.loads
            ],
            "changes": {
                "decided": self.decided,
                "kept": self.kept,
                "closed": self.closed,
                "moved": self.moved,
                "handed_over": self.handed_over,
            },
            "warned": self.warned,
            "away": self.away,
            "remote": self.remote.to_json() if self.remote is not None else None,
        }
