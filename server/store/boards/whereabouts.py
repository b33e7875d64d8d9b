"""Where the debtors of a scope are and how to reach them, for maps and route sheets. Guesses nothing."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from sqlalchemy import Connection, or_, select

from ..chunks import fetch
from ..ranking import place_rank
from ..scopes import Scope
from ..tables import accounts, addresses, contact_points, debtors


def places(connection: Connection, scope: Scope, debtor_ids: Collection[str]) -> dict[str, dict[str, Any]]:
    """Debtor in scope → his best accepted address with a coordinate; the unlocated are not in it."""
    seen = scope.debtors()
    rows = fetch(
        connection,
        debtor_ids,
        lambda ids: select(addresses).where(
            addresses.c.debtor_id.in_(ids),
            addresses.c.debtor_id.in_(seen),
            addresses.c.until.is_(None),
            addresses.c.state == "accepted",
            addresses.c.lat.is_not(None),
        ),
    )
    best: dict[str, dict[str, Any]] = {}
    for row in sorted(rows, key=lambda row: (place_rank(row), row["id"])):
        best.setdefault(row["debtor_id"], dict(row))
    return best


def people(connection: Connection, scope: Scope, debtor_ids: Collection[str]) -> dict[str, dict[str, Any]]:
    """Debtor in scope → who he is; one outside it is not in the answer, whatever route names him."""
    seen = scope.debtors()
    rows = fetch(
        connection,
        debtor_ids,
        lambda ids: select(debtors).where(debtors.c.id.in_(ids), debtors.c.id.in_(seen)),
    )
    return {row["id"]: dict(row) for row in rows}


def texts(connection: Connection, address_ids: Collection[str]) -> dict[str, dict[str, Any]]:
    """Address → its row, for stops whose debtor is already known to be in scope."""
    rows = fetch(connection, address_ids, lambda ids: select(addresses).where(addresses.c.id.in_(ids)))
    return {row["id"]: dict(row) for row in rows}


def phones(connection: Connection, scope: Scope, debtor_ids: Collection[str]) -> dict[str, list[str]]:
    """Debtor → his own accepted telephones, those of lenders in scope."""
    lender_seen = select(accounts.c.lender_id).where(scope.accounts())
    rows = fetch(
        connection,
        debtor_ids,
        lambda ids: select(contact_points).where(
            contact_points.c.debtor_id.in_(ids),
            contact_points.c.until.is_(None),
            contact_points.c.state == "accepted",
            contact_points.c.holder == "debtor",
            contact_points.c.kind != "email",
            or_(contact_points.c.lender_id.is_(None), contact_points.c.lender_id.in_(lender_seen)),
        ),
    )
    found: dict[str, list[str]] = {}
    for row in sorted(rows, key=lambda row: (row["kind"] != "mobile", row["id"])):
        found.setdefault(row["debtor_id"], []).append(row["e164"] or row["value"])
    return found
