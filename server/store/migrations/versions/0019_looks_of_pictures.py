"""The looks of pictures, by which the audit finds one again that was cropped or saved anew."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from server.store.types import UTCDateTime

revision = "0019"
down_revision = "0025"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "picture_looks",
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("looks", sa.String(length=16), nullable=True),
        sa.Column("reckoned_at", UTCDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("sha256", name=op.f("pk_picture_looks")),
    )


def downgrade() -> None:
    """There is no way back: the office's log is append-only."""
