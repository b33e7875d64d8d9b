"""The telephones and e-mails by which debtors may be reached: those the office accepted. Decides nothing."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from typing import Any

from sqlalchemy import Connection, select

from .chunks import fetch
from .tables import contact_points


def accepted(connection: Connection, debtor_ids: Collection[str]) -> dict[str, list[dict[str, Any]]]:
    """By debtor: his own accepted ones that are in force. Relatives' are no way to collect."""
    rows = fetch(
        connection,
        debtor_ids,
        lambda ids: select(contact_points).where(
            contact_points.c.debtor_id.in_(ids),
            contact_points.c.state == "accepted",
            contact_points.c.holder == "debtor",
            contact_points.c.until.is_(None),
        ),
    )
    found: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for row in sorted(rows, key=lambda row: (row["kind"] == "email", row["since"], row["id"])):
        found[row["debtor_id"]].append(dict(row))
    return dict(found)
