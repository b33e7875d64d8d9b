"""What people keep to use again: how a lender's files are read, and lists of accounts under a name."""

from __future__ import annotations

from sqlalchemy import JSON, Boolean, Column, ForeignKey, Table, Text, text

from ..types import UTCDateTime
from .columns import Id, key, metadata, ref, word

reading_habits = Table(  # of a saved mapping: encoding, delimiter, decimal mark, order of dates
    "reading_habits",
    metadata,
    Column("mapping_id", Id, ForeignKey("mappings.id"), primary_key=True),
    Column("told", JSON, nullable=False),
)

saved_lists = Table(  # conditions on accounts under a name, in the words of sync.rules.segment
    "saved_lists",
    metadata,
    key(),
    Column("name", Text, nullable=False),
    ref("owner", "users.id"),
    Column("shared", Boolean, nullable=False, server_default=text("false")),
    Column("asked", JSON, nullable=False),  # condition → value, as the list's own address says it
    Column("made_at", UTCDateTime, nullable=False),
    word("actor"),
    Column("withdrawn_at", UTCDateTime),
)
