"""What the office closes and hands over: lenders' files, commissions, closed months, cash by receipt."""

from __future__ import annotations

from sqlalchemy import (
    JSON,
    CheckConstraint,
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
)

from ..types import UTCDateTime
from .columns import Id, amount, key, metadata, ref, word

return_layouts = Table(  # how a lender wants its daily file; the newest version holds
    "return_layouts",
    metadata,
    key(),
    ref("lender_id", "lenders.id"),
    Column("version", Integer, nullable=False),
    Column("said", JSON, nullable=False),
    Column("made_at", UTCDateTime, nullable=False),
    word("actor"),
    UniqueConstraint("lender_id", "version"),
)

return_files = Table(  # every file handed to a lender, numbered without a gap
    "return_files",
    metadata,
    key(),
    ref("lender_id", "lenders.id"),
    ref("layout_id", "return_layouts.id", index=False),
    Column("number", Integer, nullable=False),
    Column("day", Date, nullable=False),
    Column("mode", String(5), nullable=False),  # full | delta
    Column("name", Text, nullable=False),
    Column("rows", Integer, nullable=False),
    Column("rejected", Integer, nullable=False),
    Column("sha256", String(64), nullable=False),
    Column("made_at", UTCDateTime, nullable=False),
    word("actor"),
    UniqueConstraint("lender_id", "number"),
    CheckConstraint("mode in ('full', 'delta')", name="mode"),
    Index("ix_return_files_lender_id_day", "lender_id", "day"),
)

return_rows = Table(  # what stood in each file, so that it can be written again and a change be seen
    "return_rows",
    metadata,
    Column("file_id", Id, ForeignKey("return_files.id"), primary_key=True),
    Column("place", Integer, primary_key=True, autoincrement=False),
    Column("item", String(90), nullable=False),  # visit:<id>:<account>, contact:<id>, payment:<id>
    ref("account_id", "accounts.id"),
    Column("cells", JSON, nullable=False),  # as written; empty: erased
    Column("digest", String(64), nullable=False),
    Column("because", JSON(none_as_null=True)),  # Phrase: why it was left out; null: it went
)

commission_runs = Table(  # the month's commissions as reckoned: the last draft, and what was closed
    "commission_runs",
    metadata,
    key(),
    Column("month", Date, nullable=False),  # its first day
    Column("state", String(6), nullable=False),  # draft | closed
    Column("rules", JSON, nullable=False),
    Column("version", String(64), nullable=False),  # of the rules
    Column("made_at", UTCDateTime, nullable=False),
    word("actor"),
    CheckConstraint("state in ('draft', 'closed')", name="state"),
    Index("ix_commission_runs_month", "month"),
)

commission_lines = Table(
    "commission_lines",
    metadata,
    Column("run_id", Id, ForeignKey("commission_runs.id"), primary_key=True),
    Column("key", String(90), primary_key=True),
    Column("kind", String(8), nullable=False),  # payment | reversal | promise | fee | feeback
    ref("agent_id", "agents.id", null=True, index=False),  # null: of nobody, as an agency's fee is
    ref("lender_id", "lenders.id", index=False),
    ref("account_id", "accounts.id", index=False),
    Column("on", Date, nullable=False),
    Column("currency", String(3), nullable=False),
    amount("base_minor"),
    amount("amount_minor"),
    Column("percent", String(12), nullable=False),
    Column("factor", String(12), nullable=False),
    Column("bucket", String(12), nullable=False),
    word("team"),
    word("product"),
    Column("payment_id", Id),
    Column("visit_id", Id),
    Column("promise_id", Id),
    Column("because", JSON, nullable=False),  # Phrase
    Index("ix_commission_lines_run_id_agent_id", "run_id", "agent_id"),
)

month_closes = Table(  # a month of a lender, or of the whole office: asked for by one, closed by another
    "month_closes",
    metadata,
    key(),
    Column("month", Date, nullable=False),
    ref("lender_id", "lenders.id", null=True),
    Column("state", String(9), nullable=False),  # asked | closed | withdrawn
    Column("asked_at", UTCDateTime, nullable=False),
    word("asked_by"),
    Column("warnings", JSON, nullable=False),  # what was told to whoever asked
    Column("decided_at", UTCDateTime),
    word("decided_by"),
    ref("run_id", "commission_runs.id", null=True),
    Column("snapshot", JSON(none_as_null=True)),
    Column("digest", String(64)),
    Column("key_id", String(16)),
    Column("signature", LargeBinary),
    CheckConstraint("state in ('asked', 'closed', 'withdrawn')", name="state"),
    Index("ix_month_closes_month", "month"),
)

month_adjustments = Table(  # what came after a month was closed, taken by the next one that was
    "month_adjustments",
    metadata,
    Column("close_id", Id, ForeignKey("month_closes.id"), primary_key=True),  # the close that takes it
    Column("key", String(90), primary_key=True),  # the line that it changes
    ref("original_id", "month_closes.id"),  # the close that it changes
    Column("agent_id", Id),
    Column("account_id", Id),
    Column("currency", String(3), nullable=False),
    amount("before_minor"),
    amount("after_minor"),
    Column("because", JSON, nullable=False),  # Phrase
)

receipt_books = Table(  # numbered receipts as they were given to somebody
    "receipt_books",
    metadata,
    key(),
    ref("agent_id", "agents.id"),
    word("prefix"),
    Column("first", Integer, nullable=False),
    Column("last", Integer, nullable=False),
    Column("given_at", UTCDateTime, nullable=False),
    word("actor"),
    Column("closed_at", UTCDateTime),
    CheckConstraint("first > 0 and last >= first", name="numbers"),
)

receipt_gaps = Table(  # numbers that were not used, and why: spoiled, lost
    "receipt_gaps",
    metadata,
    Column("book_id", Id, ForeignKey("receipt_books.id"), primary_key=True),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("because", Text, nullable=False),
    Column("recorded_at", UTCDateTime, nullable=False),
    word("actor"),
)

cash_decisions = (
    Table(  # a receipt is provisional until somebody of the office made it official, or refused it
        "cash_decisions",
        metadata,
        Column("payment_id", Id, ForeignKey("reported_payments.id"), primary_key=True),
        Column("state", String(8), nullable=False),  # official | refused
        Column("official", String(24), unique=True),  # its own number; null: refused
        Column("decided_at", UTCDateTime, nullable=False),
        word("actor"),
        word("because"),
        CheckConstraint("state in ('official', 'refused')", name="state"),
    )
)

cash_counts = Table(  # what he had on him at the day's end, as counted before him
    "cash_counts",
    metadata,
    key(),
    ref("agent_id", "agents.id"),
    Column("day", Date, nullable=False),
    Column("currency", String(3), nullable=False),
    amount("expected_minor"),
    amount("counted_minor"),
    word("because"),
    Column("recorded_at", UTCDateTime, nullable=False),
    word("actor"),
)

cash_deposits = Table(  # slips of what was paid in: proposed by one, agreed by another
    "cash_deposits",
    metadata,
    key(),
    ref("agent_id", "agents.id"),
    Column("day", Date, nullable=False),
    Column("currency", String(3), nullable=False),
    amount("amount_minor"),
    word("bank"),
    Column("slip", String(60), nullable=False),
    Column("state", String(8), nullable=False),  # proposed | agreed | refused
    Column("recorded_at", UTCDateTime, nullable=False),
    word("actor"),
    Column("decided_at", UTCDateTime),
    word("decided_by"),
    word("because"),
    CheckConstraint("amount_minor > 0", name="positive"),
    CheckConstraint("state in ('proposed', 'agreed', 'refused')", name="state"),
)
