"""What comes from outside the field: contacts, stops and resolutions, remote work, decided proposals."""

from __future__ import annotations

from sqlalchemy import (
    JSON,
    Boolean,
    Column,
    Date,
    ForeignKey,
    Index,
    Integer,
    String,
    Table,
    UniqueConstraint,
    text,
)

from ..types import UTCDateTime
from .columns import Id, key, metadata, ref, word

contact_sources = Table(  # systems of a lender that contact debtors too, once somebody declared them
    "contact_sources",
    metadata,
    key(),
    ref("lender_id", "lenders.id"),
    Column("name", String(60), nullable=False),
    Column("channels", JSON, nullable=False),  # what it contacts by; empty: any channel
    Column("stale_after_days", Integer),  # null: as the office says
    Column("declared_at", UTCDateTime, nullable=False),
    word("actor"),
    Column("withdrawn_at", UTCDateTime),
    UniqueConstraint("lender_id", "name"),
)

source_imports = Table(  # which import told how far a source is known
    "source_imports",
    metadata,
    Column("import_id", Id, ForeignKey("imports.id"), primary_key=True),
    ref("source_id", "contact_sources.id"),
)

contact_origins = Table(  # where a contact that no laptop recorded comes from
    "contact_origins",
    metadata,
    Column("contact_id", Id, ForeignKey("contacts.id"), primary_key=True),
    Column("identity", String(64), nullable=False, unique=True),
    ref("import_id", "imports.id", null=True),  # null: recorded at the office
    ref("lender_id", "lenders.id", null=True),
    ref("account_id", "accounts.id", null=True),
    ref("user_id", "users.id", null=True, index=False),
    word("reference"),  # the source's own number for it
    word("who"),  # who made it, in the source's words
    word("party"),  # Party, where it was told
    Column("told", JSON, nullable=False),  # what was agreed, and why it was made against a verdict
    Column("verdict", JSON),  # of the rules, where it was judged
    Column("recorded_at", UTCDateTime, nullable=False),
)

stop_origins = Table(  # where a stop of collection that no visit set comes from
    "stop_origins",
    metadata,
    Column("stop_id", Id, ForeignKey("stop_states.id"), primary_key=True),
    Column("identity", String(64), nullable=False, unique=True),
    ref("import_id", "imports.id", null=True),
    ref("lender_id", "lenders.id", null=True),
    ref("follows", "stop_states.id", null=True),  # the person's stop that freezes this account too
    word("reference"),
    Column("recorded_at", UTCDateTime, nullable=False),
)

resolutions = Table(  # why a stop was lifted, by whom: nothing is collected again without one
    "resolutions",
    metadata,
    key(),
    ref("stop_id", "stop_states.id"),
    Column("outcome", String(10), nullable=False),  # founded | unfounded | settled | mistaken | other
    word("because"),
    Column("decided_at", UTCDateTime, nullable=False),
    word("actor"),
    ref("import_id", "imports.id", null=True),
)

stop_flags = Table(  # stops of published routes that became barred after they were published
    "stop_flags",
    metadata,
    key(),
    ref("stop_id", "stops.id"),
    word("rule"),
    word("rule_source"),
    Column("because", JSON, nullable=False),  # Phrase
    Column("flagged_at", UTCDateTime, nullable=False),
    word("actor"),
    Column("seen_at", UTCDateTime),
    word("seen_by"),
)

remote_marks = Table(  # field agents who also work by telephone
    "remote_marks",
    metadata,
    key(),
    ref("agent_id", "agents.id"),
    Column("marked_at", UTCDateTime, nullable=False),
    word("actor"),
    Column("withdrawn_at", UTCDateTime),
)

remote_assignments = Table(  # who works a debtor from afar; one open row per debtor
    "remote_assignments",
    metadata,
    key(),
    ref("debtor_id", "debtors.id"),
    ref("user_id", "users.id", null=True),  # a telephone agent …
    ref("agent_id", "agents.id", null=True),  # … or an agent marked remote; both null: nobody is there
    Column("since", Date, nullable=False),
    Column("until", Date),
    Column("because", JSON, nullable=False),  # Phrase
    Column("decided_at", UTCDateTime, nullable=False),
    word("actor"),
    Index(
        "uq_remote_assignments_open_debtor",
        "debtor_id",
        unique=True,
        sqlite_where=text("until IS NULL"),
        postgresql_where=text("until IS NULL"),
    ),
)

remote_accounts = Table(  # of that row: each account and why it is not visited
    "remote_accounts",
    metadata,
    Column("assignment_id", Id, ForeignKey("remote_assignments.id"), primary_key=True),
    Column("account_id", Id, ForeignKey("accounts.id"), primary_key=True, index=True),
    Column("because", JSON, nullable=False),  # Phrase
    word("rule"),
    word("rule_source"),
    Column("lacks_evidence", Boolean, nullable=False),  # a documented exception would let it be visited
)

proposal_decisions = Table(  # who took or refused an address or phone, and why
    "proposal_decisions",
    metadata,
    key(),
    Column("kind", String(8), nullable=False),  # address | phone
    Column("proposal_id", Id, nullable=False, index=True),
    Column("state", String(10), nullable=False),  # accepted | rejected
    word("because"),
    Column("decided_at", UTCDateTime, nullable=False),
    word("actor"),
)
