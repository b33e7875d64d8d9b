"""In which order a list is read: settled once for a run, so that a page of it sorts nothing."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0030"
down_revision = "0031"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """The runs of before have no turns, and are read as they were, until the next day's takes their place."""
    for table in ("worklist_rows", "worklist_places"):
        op.add_column(table, sa.Column("turn", sa.Integer()))
    op.create_index("ix_worklist_rows_turn", "worklist_rows", ["run_id", "turn"])
    op.create_index("ix_worklist_places_turn", "worklist_places", ["run_id", "list", "turn"])
    op.drop_index("ix_worklist_places_order", "worklist_places")


def downgrade() -> None:
    """Ronda goes back by restoring a backup, never by undoing a migration."""
