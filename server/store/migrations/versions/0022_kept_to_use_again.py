"""How a lender's files are read, kept for the next one; and lists of accounts saved under a name."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from server.store.types import UTCDateTime

revision = "0022"
down_revision = "0028"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "reading_habits",
        sa.Column("mapping_id", sa.String(length=36), nullable=False),
        sa.Column("told", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(
            ["mapping_id"], ["mappings.id"], name=op.f("fk_reading_habits_mapping_id_mappings")
        ),
        sa.PrimaryKeyConstraint("mapping_id", name=op.f("pk_reading_habits")),
    )
    op.create_table(
        "saved_lists",
        sa.Column("id", sa.String(length=36), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("owner", sa.String(length=36), nullable=False),
        sa.Column("shared", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("asked", sa.JSON(), nullable=False),
        sa.Column("made_at", UTCDateTime(), nullable=False),
        sa.Column("actor", sa.Text(), server_default="", nullable=False),
        sa.Column("withdrawn_at", UTCDateTime(), nullable=True),
        sa.ForeignKeyConstraint(["owner"], ["users.id"], name=op.f("fk_saved_lists_owner_users")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_saved_lists")),
    )
    with op.batch_alter_table("saved_lists") as batch:
        batch.create_index(op.f("ix_saved_lists_owner"), ["owner"], unique=False)


def downgrade() -> None:
    """Data is carried forward only."""
