"""The method's own tables: answers to the five questions, the office's objections, notes on assets."""

from __future__ import annotations

from sqlalchemy import JSON, Boolean, Column, Date, Integer, String, Table, Text, UniqueConstraint

from ..types import UTCDateTime
from .columns import key, metadata, ref, word

case_answers = Table(  # what somebody of the office answered; a later answer stands before an earlier
    "case_answers",
    metadata,
    key(),
    ref("account_id", "accounts.id"),
    Column("question", String(20), nullable=False),
    Column("text", Text, nullable=False),
    Column("at", UTCDateTime, nullable=False),
    word("actor"),
)

objections = Table(  # versions of the office's own; version 0 of each comes with the program
    "objections",
    metadata,
    key(),
    Column("code", String(60), nullable=False),
    Column("version", Integer, nullable=False),
    Column("title", Text, nullable=False),
    Column("say", JSON, nullable=False),
    Column("avoid", JSON, nullable=False),
    Column("parties", JSON, nullable=False),
    word("needs"),
    Column("active", Boolean, nullable=False),
    Column("made_at", UTCDateTime, nullable=False),
    word("actor"),
    UniqueConstraint("code", "version"),
)

asset_notes = Table(  # shown only in the legal stage; never in a feed nor an export
    "asset_notes",
    metadata,
    key(),
    ref("debtor_id", "debtors.id"),
    Column("text", Text, nullable=False),
    word("source"),
    Column("seen_on", Date, nullable=False),
    Column("noted_at", UTCDateTime, nullable=False),
    word("actor"),
    Column("withdrawn_at", UTCDateTime),
    word("withdrawn_by"),
)
