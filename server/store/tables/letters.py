"""Letters made many at a time: the batch, and how far each letter of it came. Holds no bytes."""

from __future__ import annotations

from sqlalchemy import JSON, CheckConstraint, Column, Date, Index, Integer, String, Table, UniqueConstraint

from ..types import UTCDateTime
from .columns import Id, key, metadata, ref, word

letter_batches = Table(
    "letter_batches",
    metadata,
    key(),
    Column("number", Integer, nullable=False, unique=True),
    Column("list", String(40), nullable=False),  # the worklist it was taken from
    Column("template", String(60), nullable=False),
    Column("as_of", Date, nullable=False),
    Column("state", String(9), nullable=False),  # previewed | made | dropped
    Column("counts", JSON, nullable=False),
    Column("asked_at", UTCDateTime, nullable=False),
    word("actor"),
    Column("made_at", UTCDateTime),
    word("made_by"),
    Column("sha256", String(64)),  # of the one PDF, on the shelf
    CheckConstraint("state in ('previewed', 'made', 'dropped')", name="state"),
)

letter_rows = Table(
    "letter_rows",
    metadata,
    key(),
    ref("batch_id", "letter_batches.id", index=False),  # with `place`, below
    Column("place", Integer, nullable=False),
    ref("account_id", "accounts.id"),
    Column("debtor_id", Id, nullable=False, index=True),
    Column("state", String(9), nullable=False),  # ready refused made handed delivered returned
    word("rule"),
    word("rule_source"),
    Column("because", JSON, nullable=False),  # Phrase, {} where nothing refuses it
    Column("notice_id", Id),
    word("code"),
    Column("changed_at", UTCDateTime, nullable=False),
    word("changed_by"),
    word("note"),
    UniqueConstraint("batch_id", "account_id"),
    Index("ix_letter_rows_batch_id_place", "batch_id", "place"),
    Index("ix_letter_rows_code", "code"),
)
