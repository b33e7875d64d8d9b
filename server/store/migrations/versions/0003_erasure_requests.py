"""A debtor's requests over his data, and legal holds."""

from __future__ import annotations

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Nothing yet."""


def downgrade() -> None:
    """Ronda goes back by restoring a backup, never by undoing a migration."""
