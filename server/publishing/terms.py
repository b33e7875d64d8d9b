"""Gives offers, agreements and suggestions the shape of the feed's records, and the rules of offers too.

Knows no day: what became of an agreement is computed where it is shown.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from sqlalchemy import Connection

from sync.digest import canonical
from sync.money import from_minor
from sync.rules.offer_rules import limit_to_wire, to_wire
from sync.wire.fields import instant

from .. import offering
from ..store import terms
from ..store.agents import Agent

Row = Mapping[Any, Any]
Payload = dict[str, Any]


def rules(connection: Connection, agent: Agent) -> Payload | None:
    """The company's own rules of offers, and how far this collector may go alone; None where it has none."""
    held = offering.own(connection)
    if held is None:
        return None
    limit = offering.limit_of_agent(held, agent)
    return {"id": agent.id, "rules": to_wire(held), "limit": limit_to_wire(limit)}


def offer(row: Row) -> Payload:
    decided = row["decided_at"]
    until = row["valid_until"]
    return _terms(row) | {
        "why": row["why"],
        "beyond": list(row["beyond"]),
        "state": row["state"],
        "because": row["because"],
        "decided": None if decided is None else instant(decided),
        "decided_by": row["decided_by"],
        "valid_until": None if until is None else until.isoformat(),
    }


def agreement(row: Row) -> Payload:
    return _terms(row) | {
        "settles": bool(row["settles"]),
        "agreed_by": row["agreed_by"],
        "approver": row["approver"],
        "offer": row["offer_id"],
    }


def suggestion(row: Row) -> Payload:
    minor = row["amount_minor"]
    return {
        "id": row["id"],
        "debtor": row["debtor_id"],
        "account": row["account_id"],
        "visit": row["visit_id"],
        "amount": None if minor is None else f"{from_minor(minor, row['currency']):f}",
        "currency": row["currency"],
        "pay_on": None if row["pay_on"] is None else row["pay_on"].isoformat(),
        "text": row["text"],
        "said_by": row["said_by"],
        "signed": bool(row["signed"]),
        "made": instant(row["made_at"]),
    }


SHAPES: Mapping[str, Callable[[Row], Payload]] = {
    "agreement": agreement,
    "offer": offer,
    "suggestion": suggestion,
}
BY_TABLE = (("agreements", "agreement"), ("offers", "offer"), ("suggestions", "suggestion"))


def of_accounts(
    connection: Connection, account_ids: Iterable[str]
) -> dict[str, list[tuple[tuple[str, str], str]]]:
    """By account: the keys of its records with their canonical texts."""
    found: dict[str, list[tuple[tuple[str, str], str]]] = {}
    for kind, by_account in terms.of_accounts(connection, account_ids).items():
        for account, rows in by_account.items():
            found.setdefault(account, []).extend(
                ((kind, row["id"]), canonical(SHAPES[kind](row)).decode()) for row in rows
            )
    return found


def _terms(row: Row) -> Payload:
    return {
        **row["terms"],
        "id": row["id"],
        "debtor": row["debtor_id"],
        "account": row["account_id"],
        "visit": row["visit_id"],
        "currency": row["currency"],
        "made": instant(row["made_at"]),
    }
