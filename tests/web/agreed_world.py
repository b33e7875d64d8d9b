"""What Rosa and her collector talked about: an offer that waits, an agreement, and what she proposed herself."""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, insert

from server.store import tables as t
from sync.ids import new_id

if TYPE_CHECKING:
    from .worlds import World

ZERO = {"principal": "0.00", "interest": "0.00", "late_interest": "0.00", "fees": "0.00"}


def terms(kind: str, *instalments: tuple[str, str], discount: str = "0.00") -> dict[str, Any]:
    """Terms of a debt of 1,000,000.00 on 20 November."""
    return {
        "kind": kind,
        "as_of": "2026-11-20",
        "debt": ZERO | {"principal": "1000000.00"},
        "discount": ZERO | {"principal": discount},
        "charge": "0.00",
        "interest": "0.00",
        "instalments": [{"due": day, "amount": amount} for day, amount in instalments],
    }


def add_agreed(connection: Connection, world: World, now: datetime) -> None:
    said = {
        "account_id": world.accounts["Rosa"][0],
        "debtor_id": world.debtors["Rosa"],
        "agent_id": world.agents["gustavo"],
        "currency": "COP",
        "made_at": now,
    }
    world.offers["Rosa"], world.agreements["Rosa"] = new_id(), new_id()
    connection.execute(
        insert(t.offers).values(
            id=world.offers["Rosa"],
            terms=terms("discount", ("2026-11-27", "800000.00"), discount="200000.00"),
            total_minor=800_000_00,
            why=world.typed("Paga hoy con la prima"),
            beyond=["offer.discount"],
            **said,
        )
    )
    connection.execute(
        insert(t.agreements).values(
            id=world.agreements["Rosa"],
            visit_id=world.visits["Rosa"],
            terms=terms("plan", ("2026-12-01", "500000.00"), ("2027-01-01", "500000.00")),
            total_minor=1_000_000_00,
            settles=True,
            agreed_by=world.typed("Rosa Núñez"),
            approver=world.typed("Gustavo"),
            **said,
        )
    )
    connection.execute(
        insert(t.suggestions).values(
            id=new_id(),
            amount_minor=50_000_00,
            pay_on=date(2026, 12, 15),
            text=world.typed("Le pago cuando cobre la cosecha"),
            said_by=world.typed("su hija"),
            signed=False,
            **said,
        )
    )
