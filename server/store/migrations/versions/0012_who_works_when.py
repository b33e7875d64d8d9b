"""Agents' languages, longest stay, ground and days away; conflicts; assignments proposed as change sets."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from server.store.types import UTCDateTime

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("agents", sa.Column("languages", sa.Text(), server_default="", nullable=False))
    op.add_column("agents", sa.Column("longest_stay_days", sa.Integer(), nullable=True))
    op.add_column("agents", sa.Column("territory", sa.JSON(), nullable=True))
    op.add_column("assignments", sa.Column("weighed", sa.JSON(), nullable=True))
    op.create_table(
        "agent_days",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("agent_id", sa.String(length=36), nullable=False),
        sa.Column("first", sa.Date(), nullable=False),
        sa.Column("last", sa.Date(), nullable=False),
        sa.Column("away", sa.Boolean(), nullable=False),
        sa.Column("shift_start", sa.String(length=5), nullable=True),
        sa.Column("shift_end", sa.String(length=5), nullable=True),
        sa.Column("vehicle", sa.Text(), server_default="", nullable=False),
        sa.Column("because", sa.Text(), server_default="", nullable=False),
        sa.Column("recorded_at", UTCDateTime(), nullable=False),
        sa.Column("actor", sa.Text(), server_default="", nullable=False),
        sa.Column("withdrawn_at", UTCDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["agent_id"], ["agents.id"], name=op.f("fk_agent_days_agent_id_agents")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_agent_days")),
    )
    op.create_table(
        "agent_conflicts",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("agent_id", sa.String(length=36), nullable=False),
        sa.Column("debtor_id", sa.String(length=36), nullable=False),
        sa.Column("because", sa.Text(), server_default="", nullable=False),
        sa.Column("declared_at", UTCDateTime(), nullable=False),
        sa.Column("actor", sa.Text(), server_default="", nullable=False),
        sa.Column("withdrawn_at", UTCDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["agent_id"], ["agents.id"], name=op.f("fk_agent_conflicts_agent_id_agents")),
        sa.ForeignKeyConstraint(
            ["debtor_id"], ["debtors.id"], name=op.f("fk_agent_conflicts_debtor_id_debtors")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_agent_conflicts")),
    )
    op.create_table(
        "change_sets",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("as_of", sa.Date(), nullable=False),
        sa.Column("state", sa.String(length=8), nullable=False),
        sa.Column("changes", sa.JSON(), nullable=False),
        sa.Column("made_at", UTCDateTime(), nullable=False),
        sa.Column("actor", sa.Text(), server_default="", nullable=False),
        sa.Column("decided_at", UTCDateTime(), nullable=True),
        sa.Column("decided_by", sa.Text(), server_default="", nullable=False),
        sa.CheckConstraint("state in ('open', 'taken', 'rejected')", name=op.f("ck_change_sets_state")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_change_sets")),
    )
    for table, column in (
        ("agent_days", "agent_id"),
        ("agent_conflicts", "agent_id"),
        ("agent_conflicts", "debtor_id"),
    ):
        op.create_index(op.f(f"ix_{table}_{column}"), table, [column])


def downgrade() -> None:
    """Ronda goes back by restoring a backup, never by undoing a migration."""
