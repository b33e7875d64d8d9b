"""The indexes that keep a push as quick in a large office as in a new one."""

from __future__ import annotations

from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.drop_index("ix_visits_agent_id", "visits")
    op.create_index("ix_visits_agent_id_started", "visits", ["agent_id", "started"])
    op.create_index("ix_feeds_debtor_id", "feeds", ["debtor_id"])


def downgrade() -> None:
    """Nothing is lost by leaving them."""
