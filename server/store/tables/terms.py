"""What was asked to be offered, agreed and suggested, and the settlement letters owed for it."""

from __future__ import annotations

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Date,
    String,
    Table,
    Text,
    UniqueConstraint,
)

from ..types import UTCDateTime
from .columns import Id, amount, key, metadata, ref, word

offers = Table(  # requests for approval, and the office's word on them
    "offers",
    metadata,
    key(),  # the event's id
    ref("account_id", "accounts.id"),
    ref("debtor_id", "debtors.id"),
    ref("agent_id", "agents.id"),
    Column("visit_id", Id),
    Column("terms", JSON, nullable=False),  # kind, as_of, debt, discount, charge, interest, instalments
    amount("total_minor"),
    Column("currency", String(3), nullable=False),
    Column("why", Text, nullable=False),
    Column("beyond", JSON, nullable=False),  # rules the laptop judged it goes beyond
    Column("made_at", UTCDateTime, nullable=False),
    Column("state", String(8), nullable=False, server_default="pending", index=True),
    word("because"),
    Column("decided_at", UTCDateTime),
    word("decided_by"),
    Column("valid_until", Date),
    CheckConstraint("state in ('pending', 'approved', 'rejected')", name="state"),
)

agreements = Table(
    "agreements",
    metadata,
    key(),  # the event's id
    ref("visit_id", "visits.id"),
    ref("account_id", "accounts.id"),
    ref("debtor_id", "debtors.id"),
    ref("agent_id", "agents.id"),
    Column("offer_id", Id),
    Column("terms", JSON, nullable=False),
    amount("total_minor"),
    Column("currency", String(3), nullable=False),
    Column("settles", Boolean, nullable=False),
    word("agreed_by"),
    word("approver"),
    Column("made_at", UTCDateTime, nullable=False),
)

suggestions = Table(  # what a debtor himself proposed: no promise and no agreement
    "suggestions",
    metadata,
    key(),  # the event's id
    ref("account_id", "accounts.id"),
    ref("debtor_id", "debtors.id"),
    ref("agent_id", "agents.id"),
    Column("visit_id", Id),
    Column("amount_minor", BigInteger),  # null: he named none
    Column("currency", String(3), nullable=False),
    Column("pay_on", Date),
    Column("text", Text, nullable=False),
    word("said_by"),
    Column("signed", Boolean, nullable=False),
    Column("made_at", UTCDateTime, nullable=False),
)

settlement_letters = Table(  # paz y salvo, finiquito: those issued; which are owed is computed
    "settlement_letters",
    metadata,
    key(),
    ref("agreement_id", "agreements.id"),
    Column("due_on", Date, nullable=False),
    Column("issued_on", Date, nullable=False),
    word("issued_by"),
    word("reference"),
    Column("delivered_on", Date),
    word("delivered_by"),
    Column("recorded_at", UTCDateTime, nullable=False),
    UniqueConstraint("agreement_id"),
)
