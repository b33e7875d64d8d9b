"""Openings of a sealed key by two people, leases and wipes."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from server.store.types import UTCDateTime

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    for column in (
        sa.Column("offset_ms", sa.BigInteger(), nullable=True),
        sa.Column("last_sent", UTCDateTime(), nullable=True),
        sa.Column("lease_until", UTCDateTime(), nullable=True),
        sa.Column("wipe_ordered_at", UTCDateTime(), nullable=True),
        sa.Column("wipe_ordered_by", sa.Text(), server_default="", nullable=False),
        sa.Column("wiped_at", UTCDateTime(), nullable=True),
    ):
        op.add_column("devices", column)
    op.create_table(
        "recoveries",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("device_id", sa.String(length=36), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("started_by", sa.Text(), nullable=False),
        sa.Column("started_at", UTCDateTime(), nullable=False),
        sa.Column("expires_at", UTCDateTime(), nullable=False),
        sa.Column("approved_by", sa.Text(), server_default="", nullable=False),
        sa.Column("approved_at", UTCDateTime(), nullable=True),
        sa.Column("packaged_at", UTCDateTime(), nullable=True),
        sa.Column("closed_at", UTCDateTime(), nullable=True),
        sa.Column("closed_by", sa.Text(), server_default="", nullable=False),
        sa.ForeignKeyConstraint(["device_id"], ["devices.id"], name=op.f("fk_recoveries_device_id_devices")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_recoveries")),
    )
    op.create_index(op.f("ix_recoveries_device_id"), "recoveries", ["device_id"])


def downgrade() -> None:
    """Ronda goes back by restoring a backup, never by undoing a migration."""
