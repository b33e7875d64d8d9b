"""What is held of each attachment's bytes, and documents for the road."""

from __future__ import annotations

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Nothing yet."""


def downgrade() -> None:
    """Ronda goes back by restoring a backup, never by undoing a migration."""
