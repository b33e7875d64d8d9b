"""Decisions on visits, agents' answers, who looked, places forgotten, chains verified; the pages' indexes.

Indexes on big tables: findings by rule and by state in order of time (the queue and the list narrowed to
one check), receipts by laptop and time (the day replayed says when it synchronised).
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from server.store.types import UTCDateTime

revision = "0020"
down_revision = "0021"
branch_labels = None
depends_on = None

ID = sa.String(length=36)


def upgrade() -> None:
    op.create_table(
        "reviews",
        sa.Column("visit_id", ID, nullable=False),
        sa.Column("agent_id", ID, nullable=False),
        sa.Column("debtor_id", ID, nullable=False),
        sa.Column("started", UTCDateTime(), nullable=False),
        sa.Column("evidence", sa.String(length=1), nullable=False),
        sa.Column("findings", sa.Integer(), nullable=False),
        sa.Column("severity", sa.Integer(), nullable=False),
        sa.Column("lifted", sa.Boolean(), nullable=False),
        sa.Column("late", sa.Boolean(), nullable=False),
        sa.Column("draw", sa.Integer(), nullable=False),
        sa.Column("sampled", sa.Boolean(), nullable=False),
        sa.Column("state", sa.String(length=8), nullable=False),
        sa.Column("queued_at", UTCDateTime(), nullable=False),
        sa.Column("decided_at", UTCDateTime(), nullable=True),
        sa.Column("decided_by", sa.Text(), server_default="", nullable=False),
        *_of("reviews", "visit_id", "agent_id", "debtor_id"),
        sa.PrimaryKeyConstraint("visit_id", name=op.f("pk_reviews")),
    )
    op.create_table(
        "review_decisions",
        sa.Column("id", ID, nullable=False),
        sa.Column("visit_id", ID, nullable=False),
        sa.Column("agent_id", ID, nullable=False),
        sa.Column("debtor_id", ID, nullable=False),
        sa.Column("decision", sa.String(length=8), nullable=False),
        sa.Column("why", sa.Text(), nullable=False),
        sa.Column("findings", sa.Integer(), nullable=False),
        sa.Column("decided_at", UTCDateTime(), nullable=False),
        sa.Column("decided_by", sa.Text(), nullable=False),
        sa.Column("decided_name", sa.Text(), server_default="", nullable=False),
        sa.Column("batch", ID, nullable=True),
        *_of("review_decisions", "visit_id", "agent_id", "debtor_id"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_review_decisions")),
    )
    op.create_table(
        "finding_answers",
        sa.Column("id", ID, nullable=False),
        sa.Column("finding_id", ID, nullable=False),
        sa.Column("visit_id", ID, nullable=False),
        sa.Column("agent_id", ID, nullable=False),
        sa.Column("disputes", sa.Boolean(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("answered_at", UTCDateTime(), nullable=False),
        sa.Column("answered_by", sa.Text(), nullable=False),
        *_of("finding_answers", "finding_id", "visit_id", "agent_id"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_finding_answers")),
    )
    _logs()
    for table, columns in (
        ("reviews", ["debtor_id"]),
        ("review_decisions", ["visit_id"]),
        ("review_decisions", ["debtor_id"]),
        ("finding_answers", ["finding_id"]),
        ("finding_answers", ["visit_id"]),
        ("finding_answers", ["agent_id"]),
    ):
        op.create_index(op.f(f"ix_{table}_{'_'.join(columns)}"), table, columns)
    op.create_index("ix_reviews_state_started", "reviews", ["state", "started", "visit_id"])
    op.create_index("ix_reviews_agent_id_state_started", "reviews", ["agent_id", "state", "started"])
    op.create_index("ix_reviews_state_severity_started", "reviews", ["state", "severity", "started"])
    op.create_index("ix_review_decisions_agent_id_decided_at", "review_decisions", ["agent_id", "decided_at"])
    op.create_index("ix_looks_agent_id_looked_at", "looks", ["agent_id", "looked_at"])
    op.create_index("ix_chain_checks_device_id_checked_at", "chain_checks", ["device_id", "checked_at"])
    op.create_index("ix_findings_rule_found_at", "findings", ["rule", "found_at", "visit_id"])
    op.create_index("ix_findings_state_found_at", "findings", ["state", "found_at"])
    op.create_index("ix_receipts_device_id_server_time", "receipts", ["device_id", "server_time"])


def _logs() -> None:
    op.create_table(
        "looks",
        sa.Column("agent_id", ID, nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("username", sa.Text(), nullable=False),
        sa.Column("what", sa.String(length=12), nullable=False),
        sa.Column("subject", ID, nullable=False),
        sa.Column("looked_at", UTCDateTime(), nullable=False),
        *_of("looks", "agent_id"),
        sa.PrimaryKeyConstraint("agent_id", "day", "username", "what", "subject", name=op.f("pk_looks")),
    )
    op.create_table(
        "forgettings",
        sa.Column("id", ID, nullable=False),
        sa.Column("ran_at", UTCDateTime(), nullable=False),
        sa.Column("actor", sa.Text(), server_default="", nullable=False),
        sa.Column("days", sa.Integer(), nullable=False),
        sa.Column("before", UTCDateTime(), nullable=False),
        sa.Column("old", sa.BigInteger(), nullable=False),
        sa.Column("off_duty", sa.BigInteger(), nullable=False),
        sa.Column("kept", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_forgettings")),
    )
    op.create_table(
        "chain_checks",
        sa.Column("id", ID, nullable=False),
        sa.Column("device_id", ID, nullable=False),
        sa.Column("checked_at", UTCDateTime(), nullable=False),
        sa.Column("checked_by", sa.Text(), nullable=False),
        sa.Column("ok", sa.Boolean(), nullable=False),
        sa.Column("events", sa.BigInteger(), nullable=False),
        sa.Column("unanchored", sa.BigInteger(), nullable=False),
        sa.Column("told", sa.JSON(), nullable=False),
        *_of("chain_checks", "device_id"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_chain_checks")),
    )


def _of(table: str, *columns: str) -> list[sa.ForeignKeyConstraint]:
    """Each of these columns names a row of the table it is called after."""
    return [
        sa.ForeignKeyConstraint(
            [column],
            [f"{column.removesuffix('_id')}s.id"],
            name=op.f(f"fk_{table}_{column}_{column.removesuffix('_id')}s"),
        )
        for column in columns
    ]


def downgrade() -> None:
    """Ronda goes back by restoring a backup, never by undoing a migration."""
