"""Who has which debtor, and which stops on which day; what planning ran and what it learned."""

from __future__ import annotations

from sqlalchemy import (
    JSON,
    Boolean,
    CheckConstraint,
    Column,
    Date,
    Float,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    String,
    Table,
    UniqueConstraint,
    text,
)

from ..types import UTCDateTime
from .columns import Id, key, metadata, ref, word

assignments = Table(  # who has a debtor; one open row per debtor
    "assignments",
    metadata,
    key(),
    ref("debtor_id", "debtors.id"),
    ref("agent_id", "agents.id", null=True),  # null: nobody may visit any of his accounts
    Column("since", Date, nullable=False),
    Column("until", Date),
    Column("because", JSON, nullable=False),  # Phrase
    Column("decided_at", UTCDateTime, nullable=False),
    word("actor"),
    Column("weighed", JSON),  # the next best agent and the warnings, when it was weighed
    Index(
        "uq_assignments_open_debtor",
        "debtor_id",
        unique=True,
        sqlite_where=text("until IS NULL"),
        postgresql_where=text("until IS NULL"),
    ),
)

assignment_accounts = Table(
    "assignment_accounts",
    metadata,
    Column("assignment_id", Id, ForeignKey("assignments.id"), primary_key=True),
    Column("account_id", Id, ForeignKey("accounts.id"), primary_key=True, index=True),
    Column("outcome", String(10), nullable=False),  # assigned | barred | unassigned
    Column("because", JSON, nullable=False),  # Phrase
    word("rule"),
    word("rule_source"),
)

change_sets = Table(  # an assignment proposed, for a person to take whole or in part
    "change_sets",
    metadata,
    key(),
    Column("as_of", Date, nullable=False),
    Column("state", String(8), nullable=False),  # open | taken | rejected
    Column("changes", JSON, nullable=False),
    Column("made_at", UTCDateTime, nullable=False),
    word("actor"),
    Column("decided_at", UTCDateTime),
    word("decided_by"),
    Column("kind", String(4), nullable=False, server_default="run"),  # run | hand | undo
    word("why"),  # what whoever saved it gave as the reason
    ref("undoes", "change_sets.id", null=True),  # the change set that this one puts back
    CheckConstraint("state in ('open', 'taken', 'rejected')", name="state"),
)

routes = Table(
    "routes",
    metadata,
    key(),
    ref("agent_id", "agents.id"),
    Column("date", Date, nullable=False),
    Column("version", Integer, nullable=False),
    Column("state", String(10), nullable=False),  # RouteState
    Column("planned_at", UTCDateTime, nullable=False),
    Column("published_at", UTCDateTime),
    word("actor"),
    Column("approximate", Boolean, nullable=False),
    Column("depot_lat", Float),
    Column("depot_lon", Float),
    Column("starts", UTCDateTime, nullable=False),
    Column("ends", UTCDateTime, nullable=False),
    Column("matrix", JSON, nullable=False),  # points, seconds, metres
    Column("certificate", JSON, nullable=False),  # objective, seed, iterations, versions, fingerprint
    Column("lunch", JSON),  # after (stops before it), starts, ends, lat, lon; null: none planned
    Column("hand_order", JSON),  # debtor ids in the order a person set; null: nobody set one
    UniqueConstraint("agent_id", "date", "version"),
    Index("ix_routes_date", "date", "agent_id"),
)

stops = Table(
    "stops",
    metadata,
    key(),
    ref("route_id", "routes.id"),
    Column("sequence", Integer),  # null: left out
    ref("debtor_id", "debtors.id"),
    ref("address_id", "addresses.id", null=True),
    Column("accounts", JSON, nullable=False),  # account ids
    Column("lat", Float),
    Column("lon", Float),
    Column("eta", UTCDateTime),
    Column("window_start", UTCDateTime),
    Column("window_end", UTCDateTime),
    Column("appointment", Boolean, nullable=False),
    Column("service_s", Integer, nullable=False),
    Column("value", Integer, nullable=False),
    Column("why", JSON, nullable=False),  # Phrase: why this stop, or why it was left out
    Column("withdrawn", JSON),  # Phrase: paid, recalled … after publication
    Column("locked", Boolean, nullable=False, server_default=text("false")),  # a person put it in the day
)

plan_runs = Table(  # each time somebody planned: how far it came
    "plan_runs",
    metadata,
    key(),
    Column("date", Date, nullable=False),
    Column("state", String(9), nullable=False),  # running | cancelled | finished
    Column("seed", Integer, nullable=False),
    Column("iterations", Integer, nullable=False),
    Column("total", Integer, nullable=False),  # agents' days to solve
    Column("done", Integer, nullable=False, server_default="0"),
    Column("reused", Integer, nullable=False, server_default="0"),  # of those, solved by a run before
    Column("started_at", UTCDateTime, nullable=False),
    Column("ended_at", UTCDateTime),
    word("actor"),
    CheckConstraint("state in ('running', 'cancelled', 'finished')", name="state"),
)

plan_results = Table(  # days as they were solved: a run goes on where one stopped, and a plan can be replayed
    "plan_results",
    metadata,
    Column("key", String(64), primary_key=True),  # SHA-256 of the problem, the effort and the programs
    ref("run_id", "plan_runs.id"),
    word("agent"),  # whose day it was first
    Column("problem", LargeBinary, nullable=False),  # packed; names nobody: candidates by number
    Column("made", JSON, nullable=False),  # the order and the certificate
    Column("solved_at", UTCDateTime, nullable=False, index=True),
)

estimates = Table(  # what travel and services took, as visits taught; the newest accepted one is planned with
    "estimates",
    metadata,
    key(),
    Column("made_at", UTCDateTime, nullable=False),
    Column("learned", JSON, nullable=False),
    Column("accepted_at", UTCDateTime),
    word("accepted_by"),
)
