"""What figures add up from, by day and group: a cache, filled when somebody looks at them."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from server.store.types import UTCDateTime

revision = "0025"
down_revision = "0022"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "figure_cells",
        sa.Column("kind", sa.String(length=4), nullable=False),
        sa.Column("first", sa.Date(), nullable=False),
        sa.Column("last", sa.Date(), nullable=False),
        sa.Column("dimension", sa.String(length=7), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.Column("slice", sa.Text(), nullable=False),
        sa.Column("counts", sa.Text(), nullable=False),
        sa.Column("sets", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint(
            "kind", "first", "last", "dimension", "value", "slice", name=op.f("pk_figure_cells")
        ),
    )
    op.create_index(op.f("ix_figure_cells_dimension"), "figure_cells", ["kind", "dimension", "first", "last"])
    op.create_table(
        "figure_days",
        sa.Column("kind", sa.String(length=4), nullable=False),
        sa.Column("first", sa.Date(), nullable=False),
        sa.Column("last", sa.Date(), nullable=False),
        sa.Column("made_at", UTCDateTime(), nullable=False),
        sa.Column("made_on", sa.Date(), nullable=False),
        sa.PrimaryKeyConstraint("kind", "first", "last", name=op.f("pk_figure_days")),
    )
    op.create_table(
        "figure_marks",
        sa.Column("name", sa.String(length=10), nullable=False),
        sa.Column("value", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_figure_marks")),
    )


def downgrade() -> None:
    """Nothing: a schema only grows."""
