"""Where addresses were placed, by whom and how well; what an online geocoder answered."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from server.store.types import UTCDateTime

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("addresses", sa.Column("error_m", sa.Float(), nullable=True))
    op.create_table(
        "placings",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("address_id", sa.String(length=36), nullable=False),
        sa.Column("lat", sa.Float(), nullable=True),
        sa.Column("lon", sa.Float(), nullable=True),
        sa.Column("precision", sa.Text(), server_default="none", nullable=False),
        sa.Column("error_m", sa.Float(), nullable=True),
        sa.Column("source", sa.Text(), server_default="", nullable=False),
        sa.Column("why", sa.JSON(), nullable=False),
        sa.Column("state", sa.String(length=8), nullable=False),
        sa.Column("visits", sa.Integer(), server_default="0", nullable=False),
        sa.Column("as_of", sa.Date(), nullable=False),
        sa.Column("recorded_at", UTCDateTime(), nullable=False),
        sa.Column("recorded_by", sa.Text(), server_default="", nullable=False),
        sa.CheckConstraint("state in ('current', 'past', 'doubt')", name=op.f("ck_placings_state")),
        sa.ForeignKeyConstraint(
            ["address_id"], ["addresses.id"], name=op.f("fk_placings_address_id_addresses")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_placings")),
    )
    op.create_index(op.f("ix_placings_address_id"), "placings", ["address_id"])
    op.create_table(
        "geocoder_answers",
        sa.Column("asked", sa.String(length=64), nullable=False),
        sa.Column("answer", sa.JSON(), nullable=False),
        sa.Column("answered_at", UTCDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("asked", name=op.f("pk_geocoder_answers")),
    )


def downgrade() -> None:
    """Ronda goes back by restoring a backup, never by undoing a migration."""
