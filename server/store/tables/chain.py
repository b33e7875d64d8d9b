"""The laptops and the ledger: devices, chains, receipts, checkpoints, and the feeds they read."""

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
    LargeBinary,
    String,
    Table,
    Text,
    UniqueConstraint,
    text,
)

from ..types import UTCDateTime
from .columns import Id, key, metadata, ref, word

devices = Table(
    "devices",
    metadata,
    key(),
    ref("agent_id", "agents.id"),
    word("name"),
    Column("token_sha256", String(64), nullable=False, unique=True),
    Column("public_key", LargeBinary, nullable=False),
    Column("sealed_key", LargeBinary),  # the laptop's database key, sealed to the recovery key
    Column("enrolled_at", UTCDateTime, nullable=False),
    Column("revoked_at", UTCDateTime),
    Column("last_seen", UTCDateTime),
    word("client"),
    Column("cursor", BigInteger, nullable=False, server_default="0"),  # last feed number it asked after
    Column("pending", Integer),
    Column("offset_ms", BigInteger),  # its clock minus ours, as it last spoke
    Column("last_sent", UTCDateTime),  # when a push of it last came in
    Column("lease_until", UTCDateTime),  # its data closes then, unless it speaks to the office before
    Column("wipe_ordered_at", UTCDateTime),
    word("wipe_ordered_by"),
    Column("wiped_at", UTCDateTime),  # its hand-over file came in
)

enrolment_codes = Table(
    "enrolment_codes",
    metadata,
    key(),
    ref("agent_id", "agents.id"),
    Column("code_sha256", String(64), nullable=False, unique=True),
    Column("expires_at", UTCDateTime, nullable=False),
    Column("used_at", UTCDateTime),
    Column("issued_at", UTCDateTime, nullable=False),
    word("actor"),
)

incarnations = Table(
    "incarnations",
    metadata,
    key(),  # the incarnation
    ref("device_id", "devices.id"),
    Column("parent", Id),
    Column("parent_n", BigInteger),
    Column("opened_at", UTCDateTime, nullable=False),
    Column("n", BigInteger, nullable=False, server_default="0"),
    Column("h", LargeBinary, nullable=False),
)

events = Table(  # the ledger: every (incarnation, n) verbatim
    "events",
    metadata,
    Column("incarnation", Id, ForeignKey("incarnations.id"), primary_key=True),
    Column("n", BigInteger, primary_key=True, autoincrement=False),
    Column("id", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("version", Integer, nullable=False),
    Column("header", LargeBinary, nullable=False),
    Column("salt", LargeBinary),  # null: erased
    Column("body", LargeBinary),
    Column("body_digest", LargeBinary, nullable=False),
    Column("h", LargeBinary, nullable=False),
    Column("received_at", UTCDateTime, nullable=False),
    Column("arrival", BigInteger, nullable=False, unique=True),  # order of arrival at this office
    Column("quarantine", Text),  # error code; null = accepted
    Column("quarantine_detail", JSON),
    Column("sealed", Boolean, nullable=False, server_default=text("false")),  # from a revoked laptop
    Index("ix_events_id_incarnation", "id", "incarnation"),  # whose an event is, without reading it
    Index(
        "ix_events_set_aside",
        "incarnation",
        "n",
        sqlite_where=text("quarantine IS NOT NULL"),
        postgresql_where=text("quarantine IS NOT NULL"),
    ),
)

applied = Table(  # projection applies an event id once
    "applied",
    metadata,
    Column("event_id", Id, primary_key=True),
    Column("body_digest", LargeBinary, nullable=False),
    Column("incarnation", Id, nullable=False),
    Column("n", BigInteger, nullable=False),
    Column("applied_at", UTCDateTime, nullable=False),
)

receipts = Table(
    "receipts",
    metadata,
    key(),
    ref("device_id", "devices.id"),
    Column("incarnation", Id, nullable=False, index=True),
    Column("n", BigInteger, nullable=False),
    Column("h", LargeBinary, nullable=False),
    Column("feed_number", BigInteger, nullable=False),
    Column("epoch", Id, nullable=False),
    Column("server_time", UTCDateTime, nullable=False),
    Column("key_id", String(16), nullable=False),
    Column("signature", LargeBinary, nullable=False),
    Column("head_signature", LargeBinary, nullable=False),  # the laptop's own, over the head pushed
    Index("ix_receipts_device_id_server_time", "device_id", "server_time"),
)

checkpoints = Table(
    "checkpoints",
    metadata,
    Column("day", Date, primary_key=True),
    Column("heads", JSON, nullable=False),
    Column("digest", String(64), nullable=False),
    Column("key_id", String(16), nullable=False),
    Column("signature", LargeBinary, nullable=False),
    Column("signed_at", UTCDateTime, nullable=False),
)

signing_keys = Table(  # public halves; the private ones live in the data folder
    "signing_keys",
    metadata,
    Column("key_id", String(16), primary_key=True),
    Column("public_key", LargeBinary, nullable=False),
    Column("valid_from", UTCDateTime, nullable=False),
    Column("retired_at", UTCDateTime),
    Column("endorsed_by", String(16)),  # an older key's signature over this one, for rotation
    Column("endorsement", LargeBinary),
)

erasures = Table(  # a signed word that a body was erased; without it a missing body is a broken ledger
    "erasures",
    metadata,
    Column("event_id", Text, primary_key=True),  # or the debtor's id, whose digest is 32 zero bytes
    Column("body_digest", LargeBinary, primary_key=True),
    Column("reason", Text, nullable=False),
    Column("erased_at", UTCDateTime, nullable=False),
    Column("key_id", String(16), nullable=False),
    Column("signature", LargeBinary, nullable=False),
)

counters = Table(  # locked before a number is taken, held to commit
    "counters",
    metadata,
    Column("name", String(60), primary_key=True),  # feed:<agent>, arrival
    Column("value", BigInteger, nullable=False),
)

feeds = Table(  # the latest version of each record in an agent's scope
    "feeds",
    metadata,
    Column("agent_id", Id, ForeignKey("agents.id"), primary_key=True),
    Column("kind", String(16), primary_key=True),
    Column("record_id", String(64), primary_key=True),
    Column("number", BigInteger, nullable=False),
    Column("gone", Boolean, nullable=False),
    Column("payload", Text),  # canonical JSON; null when gone
    Column("debtor_id", Id, index=True),
    UniqueConstraint("agent_id", "number"),
)
