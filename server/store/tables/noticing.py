"""Papers and messages: what is printed on them, which were made, and to whom they were handed."""

from __future__ import annotations

from sqlalchemy import JSON, BigInteger, Boolean, Column, Integer, String, Table, Text, UniqueConstraint

from ..types import UTCDateTime
from .columns import Id, key, metadata, ref, word

stationeries = Table(  # appended: the last of each lender counts
    "stationeries",
    metadata,
    key(),
    ref("lender_id", "lenders.id", null=True),  # null: the office's own, under every lender's
    Column("tables", JSON, nullable=False),  # as `sync.stationery` reads them
    Column("recorded_at", UTCDateTime, nullable=False),
    word("actor"),
)

message_templates = Table(  # appended: the highest version counts; those shipped are version 0
    "message_templates",
    metadata,
    key(),
    Column("name", String(60), nullable=False),
    Column("version", Integer, nullable=False),
    Column("said", JSON, nullable=False),  # title, medium, audience, subject, text, language, packs
    Column("recorded_at", UTCDateTime, nullable=False),
    word("actor"),
    UniqueConstraint("name", "version"),
)

notices = Table(  # papers the office made; the bytes are on the shelf
    "notices",
    metadata,
    key(),
    ref("debtor_id", "debtors.id"),
    ref("account_id", "accounts.id", null=True),  # null: a visit slip is about no account
    Column("paper", String(12), nullable=False),  # notice | slip | payment | agreement | settlement
    Column("code", String(12), nullable=False, unique=True),
    Column("token", Text, nullable=False),
    Column("sha256", String(64), nullable=False),
    Column("size", BigInteger, nullable=False),
    Column("said", JSON, nullable=False),  # template and its version, amounts, as-of date
    Column("made_at", UTCDateTime, nullable=False),
    word("actor"),
)

deliveries = Table(  # a paper handed over, said by a laptop (the event's id) or by the office
    "deliveries",
    metadata,
    key(),
    ref("debtor_id", "debtors.id"),
    ref("account_id", "accounts.id", null=True),
    ref("agent_id", "agents.id", null=True),  # null: the office sent it
    Column("visit_id", Id),
    Column("paper", String(12), nullable=False),
    Column("code", String(12), nullable=False, index=True),  # "" for a paper without one
    word("token"),
    Column("how", String(8), nullable=False),  # hand | door | post
    Column("party", String(3), nullable=False),
    Column("sealed", Boolean, nullable=False),
    Column("photo", String(64)),
    Column("started", UTCDateTime, nullable=False),
    Column("ended", UTCDateTime, nullable=False),
    word("note"),
    word("actor"),
)
