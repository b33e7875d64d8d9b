"""Lunch of agents and routes, what a person fixed by hand on a route, when companies receive visits."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("agents", sa.Column("lunch_s", sa.Integer(), server_default="2700", nullable=False))
    op.add_column("agents", sa.Column("lunch_from", sa.String(5), server_default="13:00", nullable=False))
    op.add_column("agents", sa.Column("lunch_to", sa.String(5), server_default="15:00", nullable=False))
    op.add_column("accounts", sa.Column("review_days", sa.Text(), server_default="", nullable=False))
    op.add_column("accounts", sa.Column("counter_hours", sa.Text(), server_default="", nullable=False))
    op.add_column("routes", sa.Column("lunch", sa.JSON(), nullable=True))
    op.add_column("routes", sa.Column("hand_order", sa.JSON(), nullable=True))
    op.add_column("stops", sa.Column("locked", sa.Boolean(), server_default=sa.text("false"), nullable=False))


def downgrade() -> None:
    """Ronda goes back by restoring a backup, never by undoing a migration."""
