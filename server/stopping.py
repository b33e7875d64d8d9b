"""Freezes every account of who died: those he held together with others too. Lifts nothing."""

from __future__ import annotations

import hashlib
from collections.abc import Collection
from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from sync.ids import new_id
from sync.rules.clauses import StopKind

from .store import bonds, known, resolutions, stop_states


def freeze_co_held(
    connection: Connection, now: datetime, debtor_ids: Collection[str] | None = None
) -> list[dict[str, Any]]:
    """Stop the accounts that the dead hold and that are filed under somebody else; the stops made.

    His own accounts stop with him, whatever is imported later. `debtor_ids`: only of these people's deaths.
    """
    deaths = {row["debtor_id"]: row for row in resolutions.deaths(connection, debtor_ids)}
    if not deaths:
        return []
    held = bonds.co_held(connection, deaths)
    frozen = resolutions.frozen_accounts(connection, (account for _, account, _ in held))
    known.lock_debtors(connection, {filed for _, account, filed in held if account not in frozen})
    made, origins = [], []
    for person, account, filed in held:
        if account in frozen:
            continue
        frozen.add(account)
        death = deaths[person]
        row = {
            "id": new_id(),
            "debtor_id": filed,
            "account_id": account,
            "state": StopKind.DECEASED.value,
            "since": death["since"],
            "until": None,
            "source": death["source"],
            "detail": {"person": person},
        }
        made.append(row)
        identity = hashlib.sha256(f"{death['id']}\x1f{account}".encode()).hexdigest()
        origins.append(
            {
                "stop_id": row["id"],
                "identity": identity,
                "import_id": None,
                "lender_id": None,
                "follows": death["id"],
                "reference": "",
                "recorded_at": now,
            }
        )
    stop_states.add(connection, made)
    resolutions.add_origins(connection, origins)
    return made
