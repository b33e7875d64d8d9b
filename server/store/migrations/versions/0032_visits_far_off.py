"""The few visits of clocks more than a day off, for which figures would otherwise read every visit."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0032"
down_revision = "0030"
branch_labels = None
depends_on = None


def upgrade() -> None:
    far = sa.text("offset_ms > 86400000 OR offset_ms < -86400000")
    op.create_index("ix_visits_far_off", "visits", ["started"], sqlite_where=far, postgresql_where=far)


def downgrade() -> None:
    """Ronda goes back by restoring a backup, never by undoing a migration."""
