"""What happened in the street, as projected from the ledger: it can be rebuilt from the facts."""

from __future__ import annotations

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    Date,
    Float,
    ForeignKey,
    Index,
    Integer,
    String,
    Table,
    Text,
    UniqueConstraint,
    literal_column,
    or_,
    text,
)

from sync.rules.figures_reading import FAR_OFF_MS

from ..types import UTCDateTime
from .columns import Id, amount, key, metadata, ref, word

# A clock more than a day off. SQLite reads a partial index only where a statement says its very words,
# without parameters.
_FAR_OFF = f"offset_ms > {FAR_OFF_MS} OR offset_ms < -{FAR_OFF_MS}"

visits = Table(
    "visits",
    metadata,
    key(),  # the event's id
    ref("debtor_id", "debtors.id"),
    ref("agent_id", "agents.id", index=False),  # with `started`, below
    ref("device_id", "devices.id"),
    Column("incarnation", Id, nullable=False),
    Column("n", BigInteger, nullable=False),
    Column("address_id", Id),
    Column("route_id", Id),
    Column("stop_id", Id),
    Column("place", String(3), nullable=False),
    Column("party", String(3), nullable=False),
    Column("started", UTCDateTime, nullable=False, index=True),  # when it happened, as told
    Column("ended", UTCDateTime, nullable=False),
    Column("known", String(5), nullable=False),
    Column("line", Integer),
    Column("recorded_at", UTCDateTime, nullable=False),  # by the laptop's clock
    Column("received_at", UTCDateTime, nullable=False),
    Column("offset_ms", BigInteger),  # laptop clock minus server, with its uncertainty
    Column("uncertainty_ms", BigInteger),
    word("timezone"),
    Column("location_source", String(8), nullable=False),
    Column("lat", Float),
    Column("lon", Float),
    Column("accuracy_m", Float),
    word("location_reason"),
    word("note"),
    Column("evidence", String(1), nullable=False),  # A best … D
    Column("verdict", JSON, nullable=False),  # rulings at receipt
    Column("out_of_scope", Boolean, nullable=False),  # debtor was not this agent's at the time
    Column("conduct", JSON(none_as_null=True)),  # steps, objections, alarms, answers, reviewed, as told
    Index("ix_visits_agent_id_started", "agent_id", "started"),
    Index("ix_visits_evidence_started", "evidence", "started"),
    Index("ix_visits_of_debtor", "debtor_id", "started", "id", "evidence"),
    Index(
        "ix_visits_stop_id",
        "stop_id",
        sqlite_where=text("stop_id IS NOT NULL"),
        postgresql_where=text("stop_id IS NOT NULL"),
    ),
    Index(
        "ix_visits_far_off",
        "started",
        sqlite_where=text(_FAR_OFF),
        postgresql_where=text(_FAR_OFF),
    ),
)
# The same of `visits`, its numbers written out.
far_off = or_(
    visits.c.offset_ms > literal_column(str(FAR_OFF_MS)),
    visits.c.offset_ms < literal_column(f"-{FAR_OFF_MS}"),
)

visit_results = Table(
    "visit_results",
    metadata,
    Column("visit_id", Id, ForeignKey("visits.id"), primary_key=True),
    Column("account_id", Id, ForeignKey("accounts.id"), primary_key=True, index=True),
    Column("result", String(3), nullable=False),
    Column("reason", String(20)),
    Column("detail", JSON, nullable=False),
    Index("ix_visit_results_result", "result", "visit_id"),
)

amendments = Table(
    "amendments",
    metadata,
    key(),  # the event's id
    ref("visit_id", "visits.id"),
    ref("agent_id", "agents.id"),
    Column("why", Text, nullable=False),
    Column("replaces", JSON, nullable=False),
    Column("recorded_at", UTCDateTime, nullable=False),
    Column("received_at", UTCDateTime, nullable=False),
)

promises = Table(
    "promises",
    metadata,
    key(),  # the event's id
    ref("visit_id", "visits.id"),
    ref("account_id", "accounts.id"),
    ref("debtor_id", "debtors.id"),
    ref("agent_id", "agents.id"),
    amount("amount_minor"),
    Column("currency", String(3), nullable=False),
    Column("due", Date, nullable=False, index=True),
    word("channel"),
    word("place"),
    Column("window_start", String(5)),
    Column("window_end", String(5)),
    Column("made_at", UTCDateTime, nullable=False),
    Column("review_on", Date),  # when he is to be reminded, where a day was agreed
    Column("agreement_id", Id, index=True),  # of which it is an instalment
    Column("cancelled_at", UTCDateTime),  # the office's word; its history is in facts
    word("cancelled_by"),
    word("cancelled_because"),
)

contacts = Table(  # every contact that is not one of our visits
    "contacts",
    metadata,
    key(),
    ref("debtor_id", "debtors.id"),
    ref("agent_id", "agents.id", null=True),
    Column("channel", String(10), nullable=False),
    Column("started", UTCDateTime, nullable=False),
    Column("ended", UTCDateTime, nullable=False),
    Column("effective", Boolean, nullable=False),
    word("source", "ronda"),
    word("note"),
    Index("ix_contacts_started", "started"),
)

skips = Table(
    "skips",
    metadata,
    key(),  # the event's id
    ref("debtor_id", "debtors.id"),
    ref("agent_id", "agents.id"),
    Column("stop_id", Id, nullable=False),
    Column("happened", UTCDateTime, nullable=False),
    Column("cause", Text, nullable=False),
)

reported_payments = Table(
    "reported_payments",
    metadata,
    key(),  # the event's id
    ref("account_id", "accounts.id"),
    ref("debtor_id", "debtors.id"),
    ref("agent_id", "agents.id"),
    Column("visit_id", Id),
    amount("amount_minor"),
    Column("currency", String(3), nullable=False),
    Column("paid_on", Date, nullable=False),
    word("channel"),
    word("receipt"),
    Index("ix_reported_payments_paid_on", "paid_on"),
    Index("ix_reported_payments_visit_id", "visit_id"),
)

attachments = Table(
    "attachments",
    metadata,
    key(),  # the event's id
    ref("visit_id", "visits.id"),
    Column("sha256", String(64), nullable=False, index=True),
    Column("media_type", Text, nullable=False),
    Column("size", BigInteger, nullable=False),
    word("role", "photo"),
    Column("stored_at", UTCDateTime),  # null: announced, bytes not here yet
    Index(
        "ix_attachments_missing",
        "visit_id",
        sqlite_where=text("stored_at IS NULL"),
        postgresql_where=text("stored_at IS NULL"),
    ),
)

stop_states = Table(  # dispute, cease, attorney, deceased: what stops collection, and until when
    "stop_states",
    metadata,
    key(),
    ref("debtor_id", "debtors.id"),
    ref("account_id", "accounts.id", null=True),  # null: the whole debtor
    Column("state", String(10), nullable=False),  # dispute | cease | attorney | deceased | held
    Column("since", UTCDateTime, nullable=False),
    Column("until", UTCDateTime),
    word("source"),  # event id or import
    Column("detail", JSON, nullable=False),
    Index("ix_stop_states_state_since", "state", "since"),
)

findings = Table(
    "findings",
    metadata,
    key(),
    ref("visit_id", "visits.id"),
    ref("agent_id", "agents.id"),
    ref("debtor_id", "debtors.id"),
    Column("rule", String(40), nullable=False),
    Column("severity", String(8), nullable=False),
    Column("because", JSON, nullable=False),  # Phrase
    Column("other_visit_id", Id),
    Column("found_at", UTCDateTime, nullable=False),
    Column("state", String(10), nullable=False, server_default="open"),  # open | resolved
    Column("resolution", String(12)),  # justified | corrected | misconduct
    Column("resolved_at", UTCDateTime),
    word("resolved_by"),
    word("resolved_why"),
    UniqueConstraint("visit_id", "rule"),
    Index("ix_findings_state_found_at", "state", "found_at"),
    Index("ix_findings_rule_found_at", "rule", "found_at", "visit_id"),
)
