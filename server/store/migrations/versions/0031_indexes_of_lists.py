"""By what a list of visits is narrowed, and whose an event is: answered from the index alone."""

from __future__ import annotations

from alembic import op

revision = "0031"
down_revision = "0029"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("ix_visits_evidence_started", "visits", ["evidence", "started"])
    op.create_index("ix_visits_of_debtor", "visits", ["debtor_id", "started", "id", "evidence"])
    op.drop_index("ix_visits_debtor_id_started", "visits")
    op.create_index("ix_visit_results_result", "visit_results", ["result", "visit_id"])
    op.create_index("ix_events_id_incarnation", "events", ["id", "incarnation"])
    op.drop_index("ix_events_id", "events")


def downgrade() -> None:
    """Ronda goes back by restoring a backup, never by undoing a migration."""
