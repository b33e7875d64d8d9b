"""What supervisors decide about visits, what agents answer, who looked, which places were forgotten."""

from __future__ import annotations

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    Date,
    ForeignKey,
    Index,
    Integer,
    String,
    Table,
    Text,
)

from ..types import UTCDateTime
from .columns import Id, key, metadata, ref, word

reviews = Table(  # the queue: visits for a person to look at, and how each stands
    "reviews",
    metadata,
    Column("visit_id", Id, ForeignKey("visits.id"), primary_key=True),
    ref("agent_id", "agents.id", index=False),
    ref("debtor_id", "debtors.id"),
    Column("started", UTCDateTime, nullable=False),  # as told, to put them in order
    Column("evidence", String(1), nullable=False),
    Column("findings", Integer, nullable=False),  # how many there ever were
    Column("severity", Integer, nullable=False),  # of the gravest that is open: 0 none … 3 serious
    Column("lifted", Boolean, nullable=False),  # a rule was set aside, by the office or by the agent's word
    Column("late", Boolean, nullable=False),  # it reached the office long after it happened
    Column("draw", Integer, nullable=False),  # its number in the draw, 0 … 999999
    Column("sampled", Boolean, nullable=False),  # the draw chose it
    Column("state", String(8), nullable=False),  # waiting | approved | returned | held
    Column("queued_at", UTCDateTime, nullable=False),
    Column("decided_at", UTCDateTime),
    word("decided_by"),
    Index("ix_reviews_state_started", "state", "started", "visit_id"),
    Index("ix_reviews_agent_id_state_started", "agent_id", "state", "started"),
    Index("ix_reviews_state_severity_started", "state", "severity", "started"),
)

review_decisions = Table(  # appended, never changed: undoing one is deciding anew
    "review_decisions",
    metadata,
    key(),
    ref("visit_id", "visits.id"),
    ref("agent_id", "agents.id", index=False),
    ref("debtor_id", "debtors.id"),
    Column("decision", String(8), nullable=False),  # approve | return | hold | reopen
    Column("why", Text, nullable=False),
    Column("findings", Integer, nullable=False),  # how many there were then
    Column("decided_at", UTCDateTime, nullable=False),
    Column("decided_by", Text, nullable=False),  # username; the name beside it is as it was
    word("decided_name"),
    Column("batch", Id),  # of several decided at once
    Index("ix_review_decisions_agent_id_decided_at", "agent_id", "decided_at"),
)

finding_answers = Table(  # what the agent says of a finding about him, appended
    "finding_answers",
    metadata,
    key(),
    ref("finding_id", "findings.id"),
    ref("visit_id", "visits.id"),
    ref("agent_id", "agents.id"),
    Column("disputes", Boolean, nullable=False),  # he says it is wrong; else he explains
    Column("text", Text, nullable=False),
    Column("answered_at", UTCDateTime, nullable=False),
    Column("answered_by", Text, nullable=False),
)

looks = Table(  # who of the office looked at what of an agent's, once a day each
    "looks",
    metadata,
    Column("agent_id", Id, ForeignKey("agents.id"), primary_key=True),
    Column("day", Date, primary_key=True),  # the office's civil day
    Column("username", Text, primary_key=True),
    Column("what", String(12), primary_key=True),  # visit | replay | held
    Column("subject", String(36), primary_key=True),
    Column("looked_at", UTCDateTime, nullable=False),
    Index("ix_looks_agent_id_looked_at", "agent_id", "looked_at"),
)

forgettings = Table(  # each time places of old visits were deleted: what went, and what stayed and why
    "forgettings",
    metadata,
    key(),
    Column("ran_at", UTCDateTime, nullable=False),
    word("actor"),
    Column("days", Integer, nullable=False),
    Column("before", UTCDateTime, nullable=False),  # of visits that happened before
    Column("old", BigInteger, nullable=False),  # places deleted for their age
    Column("off_duty", BigInteger, nullable=False),  # … for being outside the agent's hours
    Column("kept", JSON, nullable=False),  # reason → how many stay for now
)

chain_checks = Table(  # each time somebody verified a laptop's chain from the office
    "chain_checks",
    metadata,
    key(),
    ref("device_id", "devices.id", index=False),
    Column("checked_at", UTCDateTime, nullable=False),
    Column("checked_by", Text, nullable=False),
    Column("ok", Boolean, nullable=False),
    Column("events", BigInteger, nullable=False),
    Column("unanchored", BigInteger, nullable=False),
    Column("told", JSON, nullable=False),  # chains, receipts, checkpoints, erased, problems, notes
    Index("ix_chain_checks_device_id_checked_at", "device_id", "checked_at"),
)
