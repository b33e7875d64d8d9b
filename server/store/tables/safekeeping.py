"""The office's own log, its backups, the files it holds, and what is asked of people's data."""

from __future__ import annotations

from sqlalchemy import (
    JSON,
    BigInteger,
    CheckConstraint,
    Column,
    Date,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    PrimaryKeyConstraint,
    String,
    Table,
    Text,
)

from ..types import UTCDateTime
from .columns import Id, key, metadata, ref, word

# The office itself: id, name, epoch, country, default time zone, the base map's GeoJSON …
office = Table("office", metadata, Column("name", Text, primary_key=True), Column("value", JSON))

# Append-only: what the office did, when, by whom, and the day it speaks of.
facts = Table(
    "facts",
    metadata,
    Column("number", Integer, primary_key=True, autoincrement=True),
    Column("id", Id, nullable=False, unique=True),
    Column("kind", String(40), nullable=False),  # import.finished, assignment.decided, …
    Column("as_of", Date, nullable=False),
    Column("recorded_at", UTCDateTime, nullable=False),
    word("actor"),
    word("subject"),
    Column("payload", JSON, nullable=False),
    # The log is read newest first, by what was done, by whom, about what and when.
    Index("ix_facts_kind_number", "kind", "number"),
    Index("ix_facts_actor_number", "actor", "number"),
    Index("ix_facts_subject_number", "subject", "number"),
    Index("ix_facts_recorded_at", "recorded_at"),
)

backups = Table(  # copies of the whole office that were read again and found whole
    "backups",
    metadata,
    key(),
    Column("made_at", UTCDateTime, nullable=False, index=True),  # the moment the copy shows
    Column("verified_at", UTCDateTime, nullable=False),
    Column("epoch", Id, nullable=False),
    Column("place", Text, nullable=False),  # the folder it was written to
    Column("sha256", String(64), nullable=False),  # of its manifest
    Column("events", BigInteger, nullable=False),
    Column("gone_at", UTCDateTime),  # pruned, or found broken: it covers nothing any more
    word("gone_why"),
)

backup_heads = Table(  # how far a backup holds each chain
    "backup_heads",
    metadata,
    Column("backup_id", Id, ForeignKey("backups.id"), primary_key=True),
    Column("incarnation", Id, primary_key=True),
    Column("n", BigInteger, nullable=False),
    Column("h", LargeBinary, nullable=False),
)

files = Table(  # bytes that are here whole and verified; the shelf holds them under their hash
    "files",
    metadata,
    Column("area", Id, primary_key=True),  # "" the office's own; else the revoked laptop whose corner it is
    Column("sha256", String(64), primary_key=True),
    Column("size", BigInteger, nullable=False),
    Column("stored_at", UTCDateTime, nullable=False),
    Column("forgotten_at", UTCDateTime),  # suppressed: its bytes are gone and are not taken again
)

uploads = Table(  # a picture on its way from one laptop
    "uploads",
    metadata,
    ref("device_id", "devices.id"),
    Column("sha256", String(64), nullable=False),
    Column("size", BigInteger, nullable=False),
    Column("received", BigInteger, nullable=False, server_default="0"),
    Column("touched_at", UTCDateTime, nullable=False),
    PrimaryKeyConstraint("device_id", "sha256"),
)

upload_parts = Table(
    "upload_parts",
    metadata,
    Column("device_id", Id, primary_key=True),
    Column("sha256", String(64), primary_key=True),
    Column("start", BigInteger, primary_key=True, autoincrement=False),
    Column("bytes", LargeBinary, nullable=False),
)

papers = Table(  # documents of an account whose bytes travel to the laptop that has it
    "papers",
    metadata,
    key(),
    ref("account_id", "accounts.id"),
    word("kind"),  # pagare | contrato | carta | otro
    word("name"),
    Column("sha256", String(64), nullable=False, index=True),
    Column("media_type", Text, nullable=False),
    Column("size", BigInteger, nullable=False),
    Column("added_at", UTCDateTime, nullable=False),
    word("added_by"),
    Column("withdrawn_at", UTCDateTime),
)

recoveries = Table(  # openings of a laptop's sealed key: one person asks, another one agrees
    "recoveries",
    metadata,
    key(),
    ref("device_id", "devices.id"),
    Column("reason", Text, nullable=False),
    Column("started_by", Text, nullable=False),
    Column("started_at", UTCDateTime, nullable=False),
    Column("expires_at", UTCDateTime, nullable=False),
    word("approved_by"),
    Column("approved_at", UTCDateTime),
    Column("packaged_at", UTCDateTime),  # the one-time package for the laptop was made
    Column("closed_at", UTCDateTime),  # withdrawn before it was used up
    word("closed_by"),
)

erasure_requests = Table(  # a debtor asks that what is known of him be erased
    "erasure_requests",
    metadata,
    key(),
    Column("number", Integer, nullable=False, unique=True),  # how people, and signed erasures, name it
    ref("debtor_id", "debtors.id"),
    word("asked_by"),  # holder | heir | representative | authority | office: never a name
    word("channel"),  # letter | email | counter | phone | authority
    word("basis"),  # the right or rule it stands on
    Column("received_on", Date, nullable=False),
    Column("due", Date, nullable=False),
    word("due_source"),  # the rule the deadline comes from
    Column("state", String(12), nullable=False, server_default="received"),  # | refused | carried_out
    Column("recorded_at", UTCDateTime, nullable=False),
    word("recorded_by"),
    Column("decided_at", UTCDateTime),
    word("decided_by"),
    word("decided_why"),
    word("decided_rule"),
    Column("events", Integer),  # bodies erased so far
    CheckConstraint("state in ('received', 'refused', 'carried_out')", name="state"),
)

legal_holds = Table(  # what must be kept for now, whoever asks for its erasure
    "legal_holds",
    metadata,
    key(),
    ref("debtor_id", "debtors.id"),
    Column("why", Text, nullable=False),
    Column("since", UTCDateTime, nullable=False),
    Column("until", Date),  # its last day; null: until it is released
    word("placed_by"),
    Column("released_at", UTCDateTime),
    word("released_by"),
    word("released_why"),
)
