"""Runs of the planner with the days they solved, and what was learned from days that were ridden."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from server.store.types import UTCDateTime

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "plan_runs",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("date", sa.Date(), nullable=False),
        sa.Column("state", sa.String(length=9), nullable=False),
        sa.Column("seed", sa.Integer(), nullable=False),
        sa.Column("iterations", sa.Integer(), nullable=False),
        sa.Column("total", sa.Integer(), nullable=False),
        sa.Column("done", sa.Integer(), server_default="0", nullable=False),
        sa.Column("reused", sa.Integer(), server_default="0", nullable=False),
        sa.Column("started_at", UTCDateTime(), nullable=False),
        sa.Column("ended_at", UTCDateTime(), nullable=True),
        sa.Column("actor", sa.Text(), server_default="", nullable=False),
        sa.CheckConstraint("state in ('running', 'cancelled', 'finished')", name=op.f("ck_plan_runs_state")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_plan_runs")),
    )
    op.create_table(
        "plan_results",
        sa.Column("key", sa.String(length=64), nullable=False),
        sa.Column("run_id", sa.String(length=36), nullable=False),
        sa.Column("agent", sa.Text(), server_default="", nullable=False),
        sa.Column("problem", sa.LargeBinary(), nullable=False),
        sa.Column("made", sa.JSON(), nullable=False),
        sa.Column("solved_at", UTCDateTime(), nullable=False),
        sa.ForeignKeyConstraint(["run_id"], ["plan_runs.id"], name=op.f("fk_plan_results_run_id_plan_runs")),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_plan_results")),
    )
    op.create_index(op.f("ix_plan_results_run_id"), "plan_results", ["run_id"])
    op.create_index(op.f("ix_plan_results_solved_at"), "plan_results", ["solved_at"])
    op.create_table(
        "estimates",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("made_at", UTCDateTime(), nullable=False),
        sa.Column("learned", sa.JSON(), nullable=False),
        sa.Column("accepted_at", UTCDateTime(), nullable=True),
        sa.Column("accepted_by", sa.Text(), server_default="", nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_estimates")),
    )


def downgrade() -> None:
    """Ronda goes back by restoring a backup, never by undoing a migration."""
