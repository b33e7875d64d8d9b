"""Openings of a sealed key by two people, leases and wipes."""

from __future__ import annotations

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Nothing yet."""


def downgrade() -> None:
    """Ronda goes back by restoring a backup, never by undoing a migration."""
