"""The figures of who works the accounts that may not be visited. Decides nothing."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any


@dataclass
class RemoteLoad:
    worker: str
    name: str
    debtors: int = 0
    accounts: int = 0


@dataclass
class RemoteReport:
    """How the accounts that may not be visited stand after the run. `unassigned`: for lack of an agent."""

    accounts: int = 0
    debtors: int = 0
    unassigned: int = 0
    missing_evidence: int = 0
    decided: int = 0
    kept: int = 0
    closed: int = 0
    loads: list[RemoteLoad] = field(default_factory=list)

    def to_json(self) -> dict[str, Any]:
        return {
            "accounts": self.accounts,
            "debtors": self.debtors,
            "unassigned_accounts": self.unassigned,
            "missing_evidence": self.missing_evidence,
            "loads": [vars(load) for load in self.loads],
            "changes": {"decided": self.decided, "kept": self.kept, "closed": self.closed},
        }
