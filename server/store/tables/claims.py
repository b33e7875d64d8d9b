"""Complaints, disputes and what people ask of their data: cases with a deadline, an owner and a log.

What was said stays in the log, appended. A request to be erased has tables of its own (`safekeeping`).
"""

from __future__ import annotations

from sqlalchemy import JSON, CheckConstraint, Column, Date, Index, Integer, String, Table, Text

from ..types import UTCDateTime
from .columns import Id, key, metadata, ref, word

claims = Table(
    "claims",
    metadata,
    key(),
    Column("number", Integer, nullable=False, unique=True),  # how people name it
    Column("desk", String(8), nullable=False),  # claims | rights
    Column("kind", String(12), nullable=False),  # complaint conduct dispute … | access correction opposition
    Column("source", String(10), nullable=False),  # slip phone letter email counter regulator visit
    word("reference"),  # the slip's code, the regulator's own number
    word("told_by"),  # holder representative heir third authority: never a name
    word("department"),
    word("owner"),  # a username; empty: nobody yet
    ref("debtor_id", "debtors.id"),
    ref("account_id", "accounts.id", null=True),
    ref("visit_id", "visits.id", null=True),
    ref("agent_id", "agents.id", null=True),  # whose conduct it is about
    Column("finding_id", Id),
    Column("stop_id", Id, index=True),  # what stops collection while it is open
    Column("text", Text, nullable=False),
    Column("received_on", Date, nullable=False),
    Column("due", Date, nullable=False),
    Column("due_days", Integer, nullable=False),
    word("due_source"),
    Column("state", String(8), nullable=False, server_default="open"),
    Column("outcome", String(10)),  # founded | unfounded | settled | mistaken | other
    word("resolution"),
    Column("recorded_at", UTCDateTime, nullable=False),
    word("recorded_by"),
    Column("resolved_at", UTCDateTime),
    word("resolved_by"),
    CheckConstraint("state in ('open', 'answered', 'closed')", name="state"),
    Index("ix_claims_desk_state_due", "desk", "state", "due"),
    Index("ix_claims_desk_received_on", "desk", "received_on"),
    Index("ix_claims_owner_state", "owner", "state"),
)

claim_log = Table(  # everything that was done about it, in order; nothing is changed
    "claim_log",
    metadata,
    key(),
    ref("claim_id", "claims.id"),
    Column("at", UTCDateTime, nullable=False),
    word("actor"),
    Column("kind", String(12), nullable=False),  # opened note moved reply resolved reopened correction file
    word("text"),
    Column("detail", JSON, nullable=False),
)

corrections = Table(  # what a person says is wrong about him, for the office to decide
    "corrections",
    metadata,
    key(),
    ref("claim_id", "claims.id"),
    Column("what", String(10), nullable=False),  # name | document | address | phone | email | debt
    word("was"),
    Column("asked", Text, nullable=False),
    Column("proposal_id", Id),  # the address or phone proposed for it
    Column("state", String(8), nullable=False, server_default="proposed"),  # | accepted | rejected
    Column("asked_at", UTCDateTime, nullable=False),
    Column("decided_at", UTCDateTime),
    word("decided_by"),
    word("decided_why"),
)
