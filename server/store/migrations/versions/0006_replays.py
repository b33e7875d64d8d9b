"""Finds the few events that are set aside without reading the ledger."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index(
        "ix_events_set_aside",
        "events",
        ["incarnation", "n"],
        sqlite_where=sa.text("quarantine IS NOT NULL"),
        postgresql_where=sa.text("quarantine IS NOT NULL"),
    )


def downgrade() -> None:
    """Ronda goes back by restoring a backup, never by undoing a migration."""
