"""What the steps of one import share: the transaction, whose file it is, what was held. Does nothing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import Connection

from sync.rules.policy import Policy

from ..store.accounts import Held
from .triage import Latest


@dataclass(frozen=True)
class Settlement:
    connection: Connection
    import_id: str
    lender_id: str
    country: str
    file_name: str
    as_of: date
    now: datetime
    policy: Policy
    held: Mapping[str, Held]  # number → account, before the import
    latest: Latest  # account id → its latest balance, before the import
