"""The indexes by which the office's log is read: by kind, by person, by subject, by day."""

from __future__ import annotations

from alembic import op

revision = "0028"
down_revision = "0023"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.drop_index("ix_facts_kind", "facts")
    op.create_index("ix_facts_kind_number", "facts", ["kind", "number"])
    op.create_index("ix_facts_actor_number", "facts", ["actor", "number"])
    op.create_index("ix_facts_subject_number", "facts", ["subject", "number"])
    op.create_index("ix_facts_recorded_at", "facts", ["recorded_at"])


def downgrade() -> None:
    """Nothing is lost by leaving them."""
