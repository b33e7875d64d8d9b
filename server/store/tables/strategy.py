"""By which strategy the office works, what was listed by it, and what people decided. Decides nothing.

Rows of worklists are worked out from facts and can be worked out again; results and decisions cannot.
"""

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
    String,
    Table,
    Text,
    UniqueConstraint,
)

from ..types import UTCDateTime
from .columns import Id, key, metadata, ref, word

strategies = Table(  # the strategy files the office has worked by; the newest one holds
    "strategies",
    metadata,
    key(),
    Column("name", Text, nullable=False),
    Column("version", String(64), nullable=False),  # SHA-256 of its content
    Column("text", Text, nullable=False),
    Column("used_at", UTCDateTime, nullable=False),
    word("actor"),
)

account_traits = Table(  # what an account was like, each time its lender changed it
    "account_traits",
    metadata,
    Column("account_id", Id, ForeignKey("accounts.id"), primary_key=True),
    Column("recorded_at", UTCDateTime, primary_key=True),
    Column("state", String(10), nullable=False),
    word("credit_type"),
    word("product"),
    word("branch"),
    word("zone"),
    word("pack"),
    word("payday"),
    Column("last_payment_on", Date),
)

segment_runs = Table(  # a saved segment as it was asked for on a day, and how far the facts were known
    "segment_runs",
    metadata,
    key(),
    Column("segment", Text, nullable=False),
    Column("strategy", Text, nullable=False),
    Column("version", String(64), nullable=False),
    Column("as_of", Date, nullable=False),
    Column("known_at", UTCDateTime, nullable=False),
    Column("accounts", Integer, nullable=False),
    Column("sha256", String(64), nullable=False),  # of the accounts' numbers, in order
    word("actor"),
    UniqueConstraint("segment", "version", "as_of"),
)

worklist_runs = Table(  # one working-out of all accounts for a day
    "worklist_runs",
    metadata,
    key(),
    Column("as_of", Date, nullable=False, index=True),
    Column("strategy", Text, nullable=False),
    Column("version", String(64), nullable=False),
    Column("counts", JSON, nullable=False),  # accounts, lists, segments, actions; usual amounts
    Column("made_at", UTCDateTime, nullable=False),  # also how far the facts were known
    Column("finished_at", UTCDateTime),  # null: it is being worked out, or was given up half done
    word("actor"),
)

worklist_rows = Table(  # every open account of a run
    "worklist_rows",
    metadata,
    Column("run_id", Id, ForeignKey("worklist_runs.id"), primary_key=True),
    Column("account_id", Id, ForeignKey("accounts.id"), primary_key=True, index=True),
    Column("debtor_id", Id, nullable=False),
    Column("dpd", Integer, nullable=False),
    Column("overdue_minor", BigInteger, nullable=False),
    Column("total_minor", BigInteger, nullable=False),
    word("segment"),
    word("risk"),
    word("stage"),
    word("action"),
    Column("action_due", Date),
    Column("value", Integer, nullable=False),  # of a visit to the debtor, as a plan would reckon it
    Column("pays", Integer, nullable=False),  # of a hundred such debtors who are met, how many pay
    Column("unvisited", Integer),  # days beyond the longest time without a visit; null: within it
    Column("turn", Integer),  # its place among all rows of the run, as a page reads them
    Index("ix_worklist_rows_turn", "run_id", "turn"),
)

worklist_places = Table(  # which accounts stand on which list of a run
    "worklist_places",
    metadata,
    Column("run_id", Id, ForeignKey("worklist_runs.id"), primary_key=True),
    Column("list", String(40), primary_key=True),
    Column("account_id", Id, ForeignKey("accounts.id"), primary_key=True, index=True),
    Column("due", Date, nullable=False),
    Column("value", Integer, nullable=False),
    Column("turn", Integer),  # the row's
    Index("ix_worklist_places_turn", "run_id", "list", "turn"),
)

work_results = Table(  # what came of a row of a list; the contact itself is in `contacts`
    "work_results",
    metadata,
    key(),
    ref("account_id", "accounts.id"),
    ref("debtor_id", "debtors.id"),
    Column("list", String(40), nullable=False),
    Column("channel", String(10), nullable=False),
    Column("result", String(20), nullable=False),
    Column("contact_id", Id),  # null: nothing was sent and nobody was called
    Column("happened", UTCDateTime, nullable=False),
    Column("recorded_at", UTCDateTime, nullable=False),
    Column("next_on", Date),
    word("note"),
    word("actor"),
)

writeoffs = Table(  # debts of which going on costs more than it brings, for a person to decide
    "writeoffs",
    metadata,
    key(),
    ref("account_id", "accounts.id"),
    ref("debtor_id", "debtors.id"),
    Column("as_of", Date, nullable=False),
    Column("strategy", Text, nullable=False),
    Column("version", String(64), nullable=False),
    Column("currency", String(3), nullable=False),
    Column("dpd", Integer, nullable=False),
    Column("total_minor", BigInteger, nullable=False),
    Column("net_minor", BigInteger, nullable=False),
    Column("lines", JSON, nullable=False),  # [{minor, because}]
    Column("state", String(9), nullable=False, server_default="open"),
    Column("made_at", UTCDateTime, nullable=False),
    word("actor"),
    Column("decided_at", UTCDateTime),
    word("decided_by"),
    word("decided_why"),
    CheckConstraint("state in ('open', 'accepted', 'rejected', 'withdrawn')", name="state"),
)
